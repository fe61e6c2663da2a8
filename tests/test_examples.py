"""Every example runs, alone and in an empty directory, and prints what others have found, too."""

import ast
import functools
import math
import os
import random
import re
import runpy
import subprocess
import sys
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Any, NamedTuple

import mpmath
import numpy as np
import pytest
from scipy import optimize, signal
from sklearn.datasets import load_iris
from sklearn.linear_model import LogisticRegression

ROOT = Path(__file__).parents[1]
EXAMPLES = sorted((ROOT / "examples").glob("*.py"))
ENVIRONMENT = {"PYTHONIOENCODING": "utf-8", "OPENBLAS_NUM_THREADS": "1", "MPLBACKEND": "svg"}
ARGUMENTS = {"14_gpt": ["60"], "15_gpt_measured": ["40"]}  # in place of all their steps
# What an example may need besides, as its docstring calls it, and the modules that come by it.
PACKAGES = {"scikit-learn": ["sklearn", "scipy"], "scipy": ["scipy"]}
PACKAGES |= {"matplotlib": ["matplotlib"], "hypothesis": ["hypothesis"]}


class Ran(NamedTuple):
    """What an example has printed, and where it has run."""

    output: str
    directory: Path

    def numbers_after(self, words: str) -> list[float]:
        """The numbers of the only line that has these words, from there on."""
        (line,) = [line for line in self.output.splitlines() if words in line]
        found = re.findall(r"[+-]?\d[\d,]*\.?\d*(?:e[+-]\d+)?", line.split(words, 1)[1])
        return [float(number.replace(",", "")) for number in found]


Run = Callable[[str], Ran]


def told(path: Path) -> tuple[str, str]:
    """The docstring of an example, and what it says that is needed."""
    docstring = ast.get_docstring(ast.parse(path.read_text("utf-8"))) or ""
    return docstring, docstring.replace("\n", " ").split("Needs ")[1]


def without_others(path: Path, directory: Path) -> str:
    """A folder for PYTHONPATH, in which what the example does not ask for cannot be imported."""
    needs = told(path)[1]
    had = {module for name, modules in PACKAGES.items() if name in needs for module in modules}
    for module in {module for modules in PACKAGES.values() for module in modules} - had:
        (directory / f"{module}.py").write_text("raise ImportError('not asked for')\n", "utf-8")
    return str(directory)


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """Runs an example, by its number, the first time that it is asked for."""

    @functools.cache
    def once(number: str) -> Ran:
        (path,) = [path for path in EXAMPLES if path.stem[:2] == number]
        directory = tmp_path_factory.mktemp(path.stem)
        modules = without_others(path, tmp_path_factory.mktemp("modules"))
        done = subprocess.run(
            [sys.executable, "-W", "error", path, *ARGUMENTS.get(path.stem, [])],
            cwd=directory,
            env={**os.environ, **ENVIRONMENT, "PYTHONPATH": modules},
            capture_output=True,
            text=True,
            encoding="utf-8",
            check=False,
        )
        assert not done.returncode, done.stderr
        return Ran(done.stdout, directory)

    return once


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_an_example_runs_and_is_what_its_docstring_says(path: Path, run: Run) -> None:
    output, directory = run(path.stem[:2])
    assert len(path.read_text("utf-8").splitlines()) < 100
    docstring, needs = told(path)
    title, _, sentence = docstring.splitlines()[0].partition(": ")
    assert title
    assert sentence.endswith(".")
    written = {file.name for file in directory.iterdir()}
    assert written == set(re.findall(r"\w+\.(?:svg|html)", docstring))
    assert output or written  # an example shows something
    assert needs.startswith("nothing but microgradnn") or any(name in needs for name in PACKAGES)


def test_examples_are_numbered() -> None:
    assert [int(path.stem[:2]) for path in EXAMPLES] == list(range(1, len(EXAMPLES) + 1))


def test_the_readme_shows_the_neuron_and_its_picture(run: Run) -> None:
    code = (ROOT / "examples" / "02_neuron.py").read_text("utf-8").split('"""')[2].strip()
    readme = (ROOT / "README.md").read_text("utf-8")
    lines = [line for line in code.splitlines() if line]
    assert len(lines) == 6
    assert "\n".join(lines) in readme
    picture = ROOT / "docs" / "pictures" / "one_neuron.svg"
    assert "](docs/pictures/one_neuron.svg)" in readme.split("```")[0]
    drawn = run("02").directory / "neuron.svg"
    assert drawn.read_text("utf-8") == picture.read_text("utf-8")


def test_first_gradient(run: Run) -> None:
    printed = run("01").output
    assert "∂z/∂x = 4, and by hand y + 2x = 4" in printed  # −2 + 2·3
    assert "∂z/∂y = 3, and by hand x = 3" in printed
    assert "∂z/∂x = 4, the sum over 2 paths" in printed


def test_xor(run: Run) -> None:
    for a in (0, 1):
        for b in (0, 1):
            (answer,) = run("03").numbers_after(f"{a} xor {b} =")
            assert answer == pytest.approx(a ^ b, abs=0.05)


def test_moons(run: Run) -> None:
    from microgradnn.data import make_moons

    seen, unseen = make_moons(200, noise=0.15, seed=0), make_moons(1000, noise=0.15, seed=1)
    rival = LogisticRegression().fit(seen.X, seen.y).score(unseen.X, unseen.y)
    assert run("04").numbers_after("a straight line:")[0] == pytest.approx(100 * rival, abs=1)
    assert run("04").numbers_after("2–8–8–1:")[0] > 97


def test_iris(run: Run) -> None:
    printed = run("05").output
    assert float(printed.split("%")[0]) >= 93  # two species overlap
    chances = [run("05").numbers_after(name)[0] for name in load_iris().target_names]
    assert sum(chances) == pytest.approx(1, abs=0.002)


def test_digits(run: Run) -> None:
    printed = run("06").output
    for width, height in ((64, 128), (128, 10)):  # a multiplication and an addition a weight
        assert f"{2 * width * height:,} multiplications and additions → matmul" in printed
    (share,) = re.findall(r"([\d.]+)% of 450 unseen digits", printed)
    assert float(share) >= 97


def test_logistic_regression(run: Run) -> None:
    flowers = load_iris()
    rows = flowers.target > 0
    X, y = flowers.data[rows][:, [2]], flowers.target[rows] - 1
    rival = LogisticRegression(C=np.inf, tol=1e-12, max_iter=10_000).fit(X, y)
    w, b = rival.coef_[0, 0], rival.intercept_[0]
    p = rival.predict_proba(X)[:, 1]
    columns = np.column_stack([X[:, 0], np.ones(len(X))])
    information = columns.T @ (columns * (p * (1 - p))[:, None])  # Fisher's
    errors = np.sqrt(np.diag(np.linalg.inv(information)))
    found = re.search(r"w = ([\d.]+) ± ([\d.]+), b = (\S+) ± ([\d.]+)", run("07").output)
    assert found is not None
    expected = [w, errors[0], b, errors[1]]
    assert [float(number) for number in found.groups()] == pytest.approx(expected, rel=1e-3)
    assert run("07").numbers_after("the border is at")[0] == pytest.approx(-b / w, abs=2e-3)
    z = X[:, 0] - 5
    cross_entropy = np.mean(np.where(y == 1, np.log1p(np.exp(-z)), np.log1p(np.exp(z))))
    for words in ("surprise", "cross-entropy"):
        assert run("07").numbers_after(words)[0] == pytest.approx(cross_entropy, abs=1e-12)


def test_perceptron(run: Run) -> None:
    rng, points = random.Random(1), list[tuple[Fraction, ...]]()
    line, closest, longest = (Fraction(1), Fraction(2), Fraction(-0.4)), math.inf, 0.0
    while len(points) < 100:
        point = (Fraction(rng.uniform(-1, 1)), Fraction(rng.uniform(-1, 1)), Fraction(1))
        side = sum(a * x for a, x in zip(line, point, strict=True))
        distance = float(abs(side)) / math.hypot(*line)
        if distance > 0.05:
            points.append(tuple((1 if side > 0 else -1) * x for x in point))  # sign normalised
            closest, longest = min(closest, distance), max(longest, math.hypot(*point))
    weights, total, rounds, mistakes = [Fraction(0)] * 3, 0, 0, 1
    while mistakes:
        mistakes = 0
        for normalised in points:
            if sum(w * x for w, x in zip(weights, normalised, strict=True)) <= 0:
                weights = [w + x for w, x in zip(weights, normalised, strict=True)]
                mistakes += 1
        total, rounds = total + mistakes, rounds + 1
    allowed = round((longest / closest) ** 2)
    assert f"{total} mistakes in {rounds} rounds; the theorem allows {allowed}" in run("08").output
    assert "{:.4f} x₁ {:+.4f} x₂ {:+.4f} = 0".format(*map(float, weights)) in run("08").output


def test_curve_by_scipy(run: Run) -> None:
    def swing(t: Any, size: Any, damping: Any, frequency: Any, phase: Any, rest: Any) -> Any:
        return size * np.exp(-damping * t) * np.cos(frequency * t + phase) + rest

    times = np.linspace(0, 10, 60)
    noise = np.random.default_rng(0).normal(0, 0.05, 60)
    seen = swing(times, 2.0, 0.3, 2.5, 0.4, 0.5) + noise
    found, covariance = optimize.curve_fit(swing, times, seen, [1.0, 0.1, 2.3, 0.0, 0.0])
    names = ["amplitude", "damping", "frequency", "phase", "rest"]
    for name, value, variance in zip(names, found, np.diag(covariance), strict=True):
        printed = run("09").numbers_after(name)[:2]
        assert printed == pytest.approx([value, variance**0.5], abs=1e-4)


def test_differential_equation(run: Run) -> None:
    assert run("10").numbers_after("against sin t is")[0] < 1e-3
    assert "u(π/2) = 1.000" in run("10").output
    assert run("10").numbers_after("u(3π/2) =")[0] == pytest.approx(-1, abs=1e-3)


def test_newton(run: Run) -> None:
    x, y = Fraction(-6, 5), Fraction(1)
    for step in range(7):
        first = run("11").numbers_after(f"step {step}: (")[:2]
        assert first == pytest.approx([float(x), float(y)], abs=1e-6)
        slope_x, slope_y = -400 * x * (y - x * x) - 2 * (1 - x), 200 * (y - x * x)
        xx, xy, yy = 1200 * x * x - 400 * y + 2, -400 * x, Fraction(200)
        determinant = xx * yy - xy * xy  # the step by Cramer's rule
        x, y = (
            x - (slope_x * yy - slope_y * xy) / determinant,
            y - (slope_y * xx - slope_x * xy) / determinant,
        )


def test_convolution(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    names = runpy.run_path(str(ROOT / "examples" / "12_convolution.py"))
    model = names["model"]
    weights = np.array([[w.data for w in neuron.w] for neuron in model.answer.neurons])
    right = 0
    for image, digit in zip(names["X_test"], names["y_test"], strict=True):
        seen = []
        for neuron in model.kernels.neurons:
            kernel = np.reshape([w.data for w in neuron.w], (3, 3))
            answers = signal.correlate2d(image.reshape(8, 8), kernel, "valid") + neuron.b.data
            seen.append(np.maximum(answers, 0).reshape(3, 2, 3, 2).mean(axis=(1, 3)).ravel())
        logits = weights @ np.concatenate(seen) + [neuron.b.data for neuron in model.answer.neurons]
        right += logits.argmax() == digit
    assert names["accuracy"] == pytest.approx(right / 450)
    assert right / 450 > 0.93
    assert "5,184 multiplications and additions" in names["program"].summary()  # 2 · 9 · 36 · 8


def test_broken_engine(run: Run) -> None:
    student, mended = run("13").output.split("Mended: ")
    assert "a node used twice" in student
    assert "a.grad  # should be 2, is 1.0" in student
    assert mended.startswith("no faults")


def test_gpt(run: Run) -> None:
    matrices = 4 * 16 * 16 + 2 * 64 * 16 + 27 * 16  # of attention, of neurons, of the answer
    assert f"{(27 + 16) * 16 + matrices:,} parameters, 60 steps" in run("14").output
    first, last = run("14").numbers_after("loss")
    assert first == pytest.approx(math.log(27), abs=0.1)
    assert last < first
    new = run("14").output.split("new names:")[1].split()
    assert len(new) > 10
    assert all(re.fullmatch("[a-z]{1,16}", name) for name in new)


def test_gpt_measured(run: Run) -> None:
    assert run("15").numbers_after("the first 20 losses differ by")[0] < 1e-9


def test_chain_rule(run: Run) -> None:
    # (x + y)z at (−2, 5, −4); 2a + 1 at 3
    assert [run("16").numbers_after(f"∂f/∂{name} =")[0] for name in "xyz"] == [-4, -4, 3]
    assert run("16").numbers_after("at 3 =") == [7]


def test_gradient_check(run: Run) -> None:
    x, y = mpmath.mpf(1.5), mpmath.mpf(-0.7)
    by_x = mpmath.cos(x) * y + 2 * x / (x * x + 1) / y
    by_y = mpmath.sin(x) - mpmath.log(x * x + 1) / y**2
    rows = [line.split() for line in run("17").output.splitlines() if "agrees" in line]
    assert [float(row[0]) for row in rows] == pytest.approx([float(by_x), float(by_y)], rel=1e-14)
    assert "the gradients agree" in run("17").output


def test_primitive(run: Run) -> None:
    x = mpmath.mpf(0.8)
    value = 2 * mpmath.atan(mpmath.tanh(x / 2))
    printed = run("18").numbers_after("y =")
    assert printed == pytest.approx([float(value * x), float(value + x * mpmath.sech(x))], abs=1e-6)
    second = float(-mpmath.sech(x) * mpmath.tanh(x))
    assert run("18").numbers_after("second derivative") == pytest.approx([second], rel=1e-14)
