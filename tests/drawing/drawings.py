"""What the tests of pictures share: graphs to draw, and a look into the SVG that comes out."""

from xml.etree import ElementTree

from microgradnn import Value
from microgradnn.drawing import draw
from microgradnn.engine.row import PRIMITIVES

SVG = "{http://www.w3.org/2000/svg}"
HOSTILE = [
    "<b>bold</b>",
    "<",
    "trailing\\",
    "\\\\",
    r"\N \G \L \n",
    "{rec|ord}",
    '"quoted"',
    '\\"',
    "two\nlines\r\n",
    'x"]; evil [URL="javascript:..."] ; c [label="',
    "x" * 10**5,
    "שלום עולם",
    "\u202eturned\u202c",
    "\x00\x07bell\x1b[31m",
    "\ud800 half a character \uffff",
    "&lt;b&gt; & &#60; &amp;",
    "</title></svg><script>1</script>",
    '" onload="alert(1)',
    "]]> <!-- -->",
    "</style><style>*{}",
    "node",
    "   ",
    "漢字👩‍👩‍👧",
]


def neuron() -> Value:
    w1, w2, b = Value(0.5, label="w1"), Value(-0.25, label="w2"), Value(0.1, label="b")
    s = PRIMITIVES["dot"](w1, w2, Value(1.0, label="x1"), Value(2.0, label="x2"), b)
    s.label = "s"
    loss: Value = 0.5 * (1 - s.sigmoid()) ** 2
    loss.label = "L"
    return loss


def chain(boxes: int) -> Value:
    value = Value(0.5)
    for _ in range(boxes - 1):
        value = value.tanh()
    return value


def hostile_graph() -> Value:
    total: Value = PRIMITIVES["sum"](*(Value(1.0, label=label) for label in HOSTILE))
    total.label = "<s>"
    return total


def parse(root: Value) -> ElementTree.Element:
    return ElementTree.fromstring(draw(root).svg)


def texts(element: ElementTree.Element) -> list[str]:
    return ["".join(text.itertext()) for text in element.iter(f"{SVG}text")]


def box(picture: ElementTree.Element, name: str) -> ElementTree.Element:
    return next(group for group in picture.iter(f"{SVG}g") if group.get("id") == name)


def ids(picture: ElementTree.Element, kind: str) -> list[str]:
    named = [group.get("id", "") for group in picture.iter(f"{SVG}g")]
    return [name for name in named if name.startswith(kind)]
