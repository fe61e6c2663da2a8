"""What the tests of pictures share: graphs to draw, and a look into the SVG that comes out."""

from xml.etree import ElementTree

from outputs import single

from microgradnn import Value, losses, nn
from microgradnn.drawing import draw
from microgradnn.drawing.diagram import describe, values_below
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


def two_paths() -> Value:
    a, b = Value(2.0, label="a"), Value(-3.0, label="b")
    return a * b + a


def network() -> Value:
    """The loss of one sample, whose inputs are plain numbers, of a network with a hidden layer."""
    loss: Value = (single(nn.MLP(2, [3, 1], activation="tanh", rng=0)([1.0, 2.0])) - 1) ** 2
    return loss


def batch(samples: int) -> Value:
    model = nn.MLP(2, [3, 1], activation="tanh", rng=0)
    outputs = [model([float(k), 1.0]) for k in range(samples)]
    loss: Value = losses.mse_loss(outputs, [1.0] * samples)
    return loss


def recurrence(steps: int) -> Value:
    w, u, b = Value(0.5, label="w"), Value(0.8, label="u"), Value(0.1, label="b")
    h = Value(0.0, label="h0")
    for k in range(1, steps + 1):
        h = (w * h + u * Value(0.3 * k, label=f"x{k}") + b).tanh()
        h.label = f"h{k}"
    return h


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


def headings(root: Value) -> list[str]:
    return [words.heading for words in describe(values_below(root)).boxes]


def texts(element: ElementTree.Element) -> list[str]:
    return ["".join(text.itertext()) for text in element.iter(f"{SVG}text")]


def box(picture: ElementTree.Element, name: str) -> ElementTree.Element:
    """Box number 3 is called n3, arrow number 3 e3."""
    return next(group for group in picture.iter(f"{SVG}g") if name_of(group) == name)


def name_of(group: ElementTree.Element) -> str:
    node, edge = group.get("data-node"), group.get("data-edge")
    return f"n{node}" if node else f"e{edge}" if edge else ""


def ids(picture: ElementTree.Element, kind: str) -> list[str]:
    return [name for group in picture.iter(f"{SVG}g") if (name := name_of(group)).startswith(kind)]
