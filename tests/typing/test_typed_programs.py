"""What editors know of the README's programs: type checkers read each `assert_type`, and no `Any`.

A type checker holds what it infers against the type that is asserted; Python runs the same lines,
and each test looks at what comes. (mypy reads this file with all tests; pyright agrees.)
"""

from pathlib import Path
from typing import Literal, assert_type

import numpy as np
import numpy.typing as npt

import microgradnn as mg
from microgradnn import Value, losses, nn
from microgradnn.drawing.worksheet import Worksheet

Array = npt.NDArray[np.float64]


def test_a_model_with_its_loss_is_one_program() -> None:
    model = nn.MLP(2, [16, 16, 1], rng=0)
    program = mg.compile(model, losses.mse_loss)
    assert_type(program, mg.Program)
    assert_type(program.summary(), str)
    assert_type(program.source, str)
    batch = np.array([[0.5, -1.0, 1.0], [1.0, 2.0, 0.0]])
    mean, gradient = program.value_and_grad(batch)
    assert_type(mean, float)
    assert_type(gradient, Array)
    assert_type(mg.compile(model)(batch[:, :2]), Array)
    assert type(mean) is float
    assert gradient.shape == (337,)


def test_a_graph_is_one_program() -> None:
    x, w, b = Value(2.0), Value(3.0), Value(1.0)
    y = (w * x + b) ** 2
    program = mg.compile(y, [x], [w, b], backend="auto")
    assert_type(program, mg.Program)
    assert_type(mg.compile([y, w * x], [x], (w, b)), mg.Program)
    assert_type(program([[0.0], [1.0]], theta=[3.0, 1.0]), Array)
    assert_type(program.jacobian([[1.0]], wrt="params"), Array)
    assert_type(program.read_params(), Array)
    assert_type(program.to_javascript(), str)
    assert program([[0.0], [1.0]]).tolist() == [1.0, 16.0]


def test_a_function_is_one_program_with_examples_and_many_without() -> None:
    w = [Value(2.0), Value(3.0)]

    def weighted(xs: list[Value]) -> Value:
        return sum((a * b for a, b in zip(w, xs, strict=False)), Value(0.0))

    many = mg.compile(weighted, params=w)
    assert_type(many, mg.Programs)
    assert_type(many.program([[1.0, 1.0]]), mg.Program)
    assert_type(many.lengths, list[int])
    assert_type(many.value_and_grad([[1.0]]), tuple[float, Array])
    one = mg.compile(weighted, params=w, example_inputs=[[1.0, 1.0]])
    assert_type(one, mg.Program)
    assert one([[1.0, 10.0]]).tolist() == [32.0] == many([[1.0, 10.0]]).tolist()


def test_pictures(tmp_path: Path) -> None:
    a, b = Value(2.0, label="a"), Value(-3.0, label="b")
    c = a * b + a
    picture = mg.draw(c, step=3)
    assert_type(picture, mg.Drawing)
    assert_type(picture.svg, str)
    assert_type(mg.draw(c, "layer"), mg.Drawing)
    assert_type(mg.draw(nn.MLP(2, [3, 1], rng=0), example=[1.0, 2.0]), mg.Drawing)
    assert_type(mg.draw(c).save_frames(tmp_path / "frames"), list[Path])
    sheet = mg.worksheet(c)
    assert_type(sheet, Worksheet)
    assert_type(sheet.key, str)
    assert "−6" in sheet.key


def test_pages() -> None:
    a, b = Value(2.0, label="a"), Value(-3.0, label="b")
    page = mg.explore(a * b, title="A product", hide=("quiz",))
    assert_type(page, mg.Explorer)
    assert_type(page.html, str)
    assert_type(page.model, nn.Module | None)
    model = nn.MLP(1, [2, 1], rng=0)
    living = mg.explore(model, [[0.0], [1.0]], [1, -1], loss=losses.hinge_loss)
    assert_type(living, mg.Explorer)
    assert living.model is model


def test_names_that_there_are_not_are_found_by_a_type_checker() -> None:
    """Each line is an error to mypy, which would tell if its note were not needed."""
    x = Value(2.0)
    made: list[Literal["refused"]] = []
    for wrong in (
        lambda: mg.compile(x * x, [x], backend="llvm"),  # type: ignore[call-overload]
        lambda: mg.compile(x * x, [x]).jacobian([[1.0]], wrt="weights"),  # type: ignore[arg-type]
        lambda: mg.draw(x * x, fold="neurons"),  # type: ignore[call-overload]
        lambda: mg.explore(x * x, hide=("nudge",)),  # type: ignore[arg-type]
    ):
        try:
            wrong()
        except ValueError:
            made.append("refused")
    assert len(made) == 4
