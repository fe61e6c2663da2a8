"""Where NumPy, graphviz and rich cannot be had, and where the package is a zip."""

from __future__ import annotations

import json
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import pytest

import microgradnn

PACKAGE = Path(microgradnn.__file__).parent

# In a fresh Python nothing can be imported that is neither ours nor of the standard library.
BLOCKED = """
import sys
class Blocked:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] not in sys.stdlib_module_names | {"microgradnn"}:
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)
sys.meta_path.insert(0, Blocked())
"""


def run(program: str, folder: Path, place: Path = PACKAGE.parent, blocked: bool = True) -> str:
    start = f"import sys; sys.path.insert(0, {str(place)!r})\n{BLOCKED * blocked}"
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", start + program],
        cwd=folder,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


# ---- What needs nothing but Python ---------------------------------------------------------------

SEEN = """
import microgradnn as mg
from microgradnn import Value, losses, nn
x, y = Value(2.0, label="x"), Value(-0.5, label="y")
z = mg.tanh(x * y) + x
z.backward()
mg.draw(z).save("drawn.svg")
mg.draw(z).save("drawn.html")
mg.explore(z).save("page.html")
mg.worksheet(z).save("worksheet.html")
model = nn.MLP(2, [3, 1], activation="tanh", rng=0)
mg.draw(model).save("model.svg")
loss = losses.mse_loss([model(row) for row in ([0.0, 1.0], [1.0, 1.0])], [1.0, 0.0])
loss.backward()
mg.explore(loss).save("loss.html")
print(mg.explain(z, x).total, x.grad, len(list(mg.steps(z))))
print(mg.gradcheck(lambda a, b: a * mg.sin(b), [1.0, 2.0]).ok)
print(mg.hessian(lambda a, b: a * b * b, argnums=(0, 1))(1.0, 3.0))
print(mg.jacobian(lambda xs: [xs[0] * xs[1], xs[1]])([2.0, 3.0]))
print(mg.tanh.__doc__.splitlines()[0])
"""


def test_an_optimizer_steps_on_plain_lists(tmp_path: Path) -> None:
    program = "from microgradnn import Value, optim\noptimizer = optim.Adam([Value(1.0)], lr=0.5)\n"
    program += "print([round(x, 6) for x in optimizer.update([1.0], [2.0]).tolist()])"
    for blocked in (True, False):
        assert run(program, tmp_path, blocked=blocked) == "[0.5]\n"


def test_graphs_are_seen_and_checked(tmp_path: Path) -> None:
    lines = run(SEEN, tmp_path).splitlines()
    total, grad, _ = lines[0].split()
    assert total == grad
    assert lines[1:4] == ["True", "((0.0, 6.0), (6.0, 2.0))", "[[3.0, 2.0], [0.0, 1.0]]"]
    for name in ("drawn.svg", "model.svg"):
        assert "</svg>" in (tmp_path / name).read_text("utf-8")
    for name in ("drawn.html", "page.html", "worksheet.html", "loss.html"):
        assert "</html>" in (tmp_path / name).read_text("utf-8")


EDGES = """
import microgradnn as mg
from microgradnn import Value
x = Value(0.0)
mg.sqrt(x).backward()
a, b = Value(1e200), Value(-1e200)
(mg.exp(Value(float("inf"))) + mg.dot([a, b], [1e200, 1e200])).backward()
print(x.grad, a.grad, mg.log(Value(float("inf"))).data)
xs = [Value(0.1 * k) for k in range(2000)]
print(mg.dot(xs, [0.3] * 2000).data.hex())
"""


def test_ieee_arithmetic_is_the_same(tmp_path: Path) -> None:
    assert run(EDGES, tmp_path) == run(EDGES, tmp_path, blocked=False)
    assert run(EDGES, tmp_path).splitlines()[0] == "inf 1e+200 inf"


# Each kind of step: plain, with groups that differ, with squares that over- and underflow, refused.
STEPS = """
import math, random
from microgradnn import Value, losses, nn, optim
found = []
def trained(make):
    rng = random.Random(1)
    values = [Value(rng.gauss(0, 1)) for _ in range(5)]
    optimizer = make(values)
    for step in range(20):
        for value in values:
            value.grad = rng.gauss(0, 1) * 10.0 ** rng.choice([-200, -3, 0, 3, 160])
        optimizer.step()
        if step == 10:
            other = make(values)
            other.load_state_dict(optimizer.state_dict())
            optimizer = other
    found.extend(value.data.hex() for value in values)
for name, settings in (
    ("SGD", {}), ("SGD", {"momentum": 0.9, "nesterov": True, "weight_decay": 0.1}),
    ("Adam", {}), ("Adam", {"eps": 0.0}), ("AdamW", {"betas": (0.5, 0.75)}),
    ("RMSprop", {}), ("RMSprop", {"momentum": 0.5, "centered": True}),
):
    kind = getattr(optim, name)
    trained(lambda values: kind(values, lr=optim.cosine_decay(0.1, steps=30), **settings))
trained(lambda v: optim.SGD([
    {"params": v[:2], "lr": 0.5, "momentum": 0.5, "nesterov": True}, {"params": v[2:]}], lr=0.1))
trained(lambda v: optim.Adam([
    {"params": v[:2], "betas": (0.5, 0.75), "weight_decay": 0.5}, {"params": v[2:], "eps": 0.0}]))
trained(lambda v: optim.RMSprop([
    {"params": v[:2], "centered": True, "momentum": 0.5}, {"params": v[2:], "lr": 0.5}]))
x = Value(1.0, label="x")
x.grad = math.inf
try:
    optim.Adam([x]).step()
except FloatingPointError as error:
    found.append(str(error))
points, targets = [[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]], [0.0, 1.0, 1.0, 0.0]
model = nn.MLP(2, [8, 1], activation="tanh", rng=0)
optimizer = optim.Adam(model.parameters(), lr=0.05)
for _ in range(150):
    optimizer.zero_grad()
    loss = losses.mse_loss([model(point) for point in points], targets)
    loss.backward()
    optim.clip_grad_norm(model.parameters(), 1.0)
    optimizer.step()
found += [loss.data.hex(), loss.data < 0.01]
print(*found, sep="\\n")
"""


def test_steps_of_optimisers_have_the_same_bits(tmp_path: Path) -> None:
    bare, with_numpy = run(STEPS, tmp_path), run(STEPS, tmp_path, blocked=False)
    assert bare == with_numpy
    *_, refusal, _, is_learnt = bare.splitlines()
    assert refusal == "the gradient of x is inf; no parameter was changed"
    assert is_learnt == "True"


COMMANDS = [
    ["draw", "tanh(x) * y", "x=1", "y=2", "-o", "made.svg"],
    ["explain", "x * y + x", "x=1", "y=2", "--wrt", "x"],
    ["steps", "x * y", "x=1", "y=2"],
    ["explore", "x * y", "x=1", "y=2", "-o", "made.html"],
    ["check", "sin(x) * y", "x=1", "y=2"],
    ["ops"],
]


def test_commands_on_expressions_work(tmp_path: Path) -> None:
    calls = f"from microgradnn.cli import main\nprint([main(x) for x in {COMMANDS!r}])"
    assert run(calls, tmp_path).endswith("[0, 0, 0, 0, 0, 0]\n")
    assert {path.name for path in tmp_path.iterdir()} == {"made.svg", "made.html"}


# ---- What needs more says so ---------------------------------------------------------------------

NEEDING = {
    "numpy": [
        "mg.compile",
        "mg.fit",
        "mg.evaluate",
        "mg.data",
        "import microgradnn.data",
        "from microgradnn.training import History",
        "import microgradnn.sklearn",
        "mg.nn.Neuron(2).state_dict()",
        "mg.nn.Neuron(2).load_state_dict({})",
        "mg.nn.Neuron(2).save('weights.npz')",
        "mg.explore(mg.nn.Neuron(2), [[1, 2]], [1], loss=mg.losses.mse_loss)",
        "mg.steps(mg.Value(1.0) * 2).save('steps.gif')",
        "mg.plots.decision_boundary(mg.nn.Neuron(2), [[1, 2]], [1])",
        "import microgradnn.demo",
        "import microgradnn.spreadsheet",
    ],
    "graphviz": ["mg.to_dot(mg.Value(1.0))", "mg.draw(mg.Value(1.0)).save('drawn.dot')"],
    "rich": ["import microgradnn.bars"],
}


def test_what_needs_a_package_names_it_in_a_sentence(tmp_path: Path) -> None:
    cases = {line: package for package, lines in NEEDING.items() for line in lines}
    program = f"""
import json
import microgradnn as mg
found = {{}}
for line in {list(cases)!r}:
    try:
        exec(line)
    except ModuleNotFoundError as error:
        found[line] = [str(error), error.name, repr(error.__cause__), error.__suppress_context__]
print(json.dumps(found))
"""
    found: dict[str, list[Any]] = json.loads(run(program, tmp_path))
    for line, package in cases.items():
        said, name, cause, is_alone = found[line]
        assert said.endswith(f"not installed: pip install {package}"), line
        assert (name, cause, is_alone) == (package, "None", True)


def test_commands_that_need_numpy_end_with_a_sentence(tmp_path: Path) -> None:
    calls = """
import contextlib, io
from microgradnn.cli import main
for arguments in (["demo"], ["play", "moons"], ["train", "x.csv", "--target", "y"]):
    with contextlib.redirect_stderr(io.StringIO()) as said:
        status = main(arguments)
    print(status, said.getvalue().count("\\n"), "pip install numpy" in said.getvalue())
"""
    assert run(calls, tmp_path) == "2 1 True\n" * 3


def test_a_bar_is_left_out_where_rich_cannot_be_had(tmp_path: Path) -> None:
    program = """
import sys
from microgradnn import waiting
sys.stderr.isatty = lambda: True
waiting.PATIENCE = -1.0
with waiting.waiting("drawing"):
    waiting.reached(0.5, "folding")
"""
    assert run(program, tmp_path) == ""


# ---- From a zip ----------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def zipped(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("zip") / "package.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for file in sorted(PACKAGE.rglob("*")):
            if file.is_file() and "__pycache__" not in file.parts:
                archive.write(file, file.relative_to(PACKAGE.parent))
    return path


def test_a_zip_makes_pictures_pages_and_steps(zipped: Path, tmp_path: Path) -> None:
    where = "import microgradnn; print(microgradnn.__file__)\n"
    assert run(where, tmp_path, zipped).startswith(str(zipped))
    printed = run(SEEN + STEPS, tmp_path, zipped)
    page = (tmp_path / "page.html").read_text("utf-8")
    assert printed == run(SEEN + STEPS, tmp_path)
    assert page == (tmp_path / "page.html").read_text("utf-8")


def test_a_zip_has_data_programs_and_the_living_page(zipped: Path, tmp_path: Path) -> None:
    program = """
import microgradnn as mg
from microgradnn import data, losses, nn
print(data.load_iris().X.shape)
model = nn.MLP(2, [3, 1], rng=0)
print("power" in mg.compile(lambda xs: xs[0] ** 2.5, example_inputs=[[1.0]]).to_javascript())
moons = data.make_moons(n=20)
mg.explore(model, moons.X, 2 * moons.y - 1, loss=losses.hinge_loss).save("living.html")
"""
    assert run(program, tmp_path, zipped, blocked=False) == "(150, 4)\nTrue\n"
    assert "</html>" in (tmp_path / "living.html").read_text("utf-8")


def test_a_zip_is_a_command(zipped: Path, tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "microgradnn", "explain", "x * y + x", "x=1", "y=2", "--wrt", "x"],
        env={"PYTHONPATH": str(zipped)},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.startswith("∂(x × y + x)/∂x = 3, the sum over 2 paths")
