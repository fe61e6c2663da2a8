"""The demonstration in three acts: see a gradient, trust it, learn with it."""

from __future__ import annotations

from pathlib import Path
from typing import Any, NamedTuple

from . import losses, nn, optim
from .arguments import assign
from .data import load_iris, make_spirals, standardize, train_test_split
from .drawing import draw
from .engine.checking import numerical_gradient
from .engine.functions import dot
from .engine.value import Value, topological_order
from .explaining import explain
from .needs_numpy import np
from .slopes import relative_error
from .training import History, evaluate, fit
from .training.terminal import Console, Table


def run(out: Path, seed: int = 0, force: bool = False) -> None:
    """Play the three acts; pictures go to the directory `out`."""
    console = Console()
    graph = out / "graph.svg"
    training = out / "training.svg"
    for path in (graph, training):
        if path.exists() and not force:
            raise FileExistsError(f"{path} exists; choose another --out, or overwrite with --force")
    out.mkdir(parents=True, exist_ok=True)
    see(console, graph)
    trust(console, seed)
    learn(console, training, seed)


# ---- Act one -----------------------------------------------------------------------------------


def neuron() -> tuple[Value, list[Value]]:
    """The neuron of the lecture with its half squared error against 1: the error, the leaves."""
    x1 = Value(1.0, label="x1")
    x2 = Value(2.0, label="x2")
    w1 = Value(0.5, label="w1")
    w2 = Value(-0.25, label="w2")
    b = Value(0.1, label="b")
    s = dot([w1, w2], [x1, x2], b)
    s.label = "s"
    y = s.sigmoid()
    y.label = "y"
    error = 0.5 * (1 - y) ** 2
    error.label = "J"
    return error, [w1, w2, b, x1, x2]


def see(console: Console, path: Path) -> None:
    """Print a neuron's value and each gradient as its chain of factors, and draw its graph."""
    console.rule("1  See: one neuron, y = σ(w·x + b), J = ½(1 − y)²")
    error, leaves = neuron()
    error.backward()
    for node in topological_order(error):
        if node.operands and node.label:
            console.print(f"  {node.label} = {node.data:.8f}", highlight=False)
    console.print("\n  Each gradient is the product of the local derivatives on the way from J:")
    for leaf in leaves:
        (way,) = explain(error, leaf).paths
        factors = " × ".join(f"{factor:.6g}" for factor in way.factors)
        console.print(f"  ∂J/∂{leaf.label} = {factors} = {leaf.grad:.8f}", highlight=False)
    draw(error).save(path)
    console.print(f"\n  the graph, with ∂ on its edges: {path}\n", highlight=False)


# ---- Act two -----------------------------------------------------------------------------------


def trust(console: Console, seed: int) -> None:
    """Check the gradients of a network on data against finite differences, group by group."""
    console.rule("2  Trust: gradient check of MLP(4, [8, 3]) on ten flowers")
    iris = load_iris()
    chosen = np.random.default_rng(seed).permutation(len(iris.y))[:10]
    samples = standardize(iris.X)[chosen].tolist()
    targets = iris.y[chosen].tolist()
    model = nn.MLP(4, [8, 3], activation="tanh", rng=seed)
    groups = check_gradients(model, samples, targets)
    table = Table("parameters", "count", "largest |a − n|", "‖a − n‖ / ‖a + n‖")
    for name, (analytic, numeric) in groups.items():
        largest = np.abs(np.subtract(analytic, numeric)).max()
        ratio = relative_error(analytic, numeric)
        table.add_row(name, str(len(analytic)), f"{largest:.1e}", f"{ratio:.2e}")
    everything = [slope for analytic, _ in groups.values() for slope in analytic]
    differences = [slope for _, numeric in groups.values() for slope in numeric]
    table.add_row("all", str(len(everything)), "", f"{relative_error(everything, differences):.2e}")
    console.print(table)


def check_gradients(
    model: nn.Module, samples: list[Any], targets: list[Any]
) -> dict[str, tuple[list[float], list[float]]]:
    """The analytic and the numeric gradient of the cross-entropy, for each array of weights."""
    parameters = model.parameters()

    def loss(*weights: float) -> Value:
        assign(parameters, weights)
        outputs = [model(sample) for sample in samples]
        error: Value = losses.cross_entropy(outputs, targets)
        return error

    theta = [parameter.data for parameter in parameters]
    numeric = dict(zip(parameters, numerical_gradient(loss, theta, eps=1e-4), strict=True))
    model.zero_grad()
    loss(*theta).backward()
    groups = {}
    for name, values in model.arrays_of_values().items():
        group = np.array(values, dtype=object).ravel()
        groups[name] = ([x.grad for x in group], [numeric[x] for x in group])
    return groups


# ---- Act three ---------------------------------------------------------------------------------


class Course(NamedTuple):
    """How a data set is learned: by layers of these sizes, each of `epochs` through all samples."""

    name: str
    X: Any
    y: Any
    hidden: list[int]
    epochs: int
    lr: float


def courses(seed: int) -> list[Course]:
    """Flowers that a linear model tells apart, and spirals that it does not."""
    iris, spirals = load_iris(), make_spirals(n=300, seed=seed)
    return [
        Course("iris: 150 flowers of three species", iris.X, iris.y, [8], 60, 0.02),
        Course("two spirals: 300 points", spirals.X, spirals.y, [16, 16], 300, 0.02),
    ]


def learn(console: Console, path: Path, seed: int) -> None:
    """Train on both data sets, compare with a linear softmax model, and plot the last curves."""
    console.rule("3  Learn: what a network can do that a line cannot")
    table = Table("a fifth held out, accuracy there", "linear softmax", "network")
    for course in courses(seed):
        _, linear = train(course._replace(hidden=[]), seed, progress=False)
        history, accuracy = train(course, seed, progress=True)
        table.add_row(course.name, f"{linear:.3f}", f"{accuracy:.3f}")
    console.print(table)
    try:
        figure = history.plot()
    except ImportError as error:
        console.print(f"\n  no picture of the curves: {error}", highlight=False, markup=False)
        return
    figure.savefig(path, metadata={"Date": None})  # without a date, the same file every time
    console.print(f"\n  the network's curves on the spirals: {path}", highlight=False)


def train(course: Course, seed: int, progress: bool) -> tuple[History, float]:
    """Train a network: its history and its held-out accuracy."""
    X, X_test, y, y_test = train_test_split(course.X, course.y, test_size=0.2, seed=seed)
    outputs = len(set(course.y.tolist()))
    model = nn.MLP(X.shape[1], [*course.hidden, outputs], activation="tanh", rng=seed)
    history = fit(
        model,
        standardize(X),
        y,
        loss=losses.cross_entropy,
        optimizer=optim.Adam(model.parameters(), lr=course.lr),
        epochs=course.epochs,
        batch_size=16,
        seed=seed,
        progress=progress,
    )
    _, accuracy = evaluate(model, standardize(X_test, reference=X), y_test, losses.cross_entropy)
    assert accuracy is not None
    return history, accuracy
