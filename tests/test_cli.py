"""The command `microgradnn`: what it prints and writes, and how it speaks of mistakes."""

import json
import os
import shlex
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

import microgradnn
from microgradnn.cli import main

Captured = pytest.CaptureFixture[str]


@pytest.fixture(autouse=True)
def _in_a_directory_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def printed(capsys: Captured, *arguments: str, status: int = 0) -> str:
    """What a command prints; nothing of it is an error."""
    assert main(arguments) == status
    found = capsys.readouterr()
    assert found.err == ""
    return found.out


def complaint(capsys: Captured, *arguments: str) -> str:
    """The sentence with which a command ends, without a traceback and before it writes a file."""
    before = [*Path.cwd().rglob("*")]
    try:
        status = main(arguments)
    except SystemExit as error:  # argparse's way
        status = int(str(error.code))
    found = capsys.readouterr()
    assert status == 2
    assert found.out == ""
    assert "Traceback" not in found.err
    assert [*Path.cwd().rglob("*")] == before
    return found.err


def test_draw(capsys: Captured) -> None:
    assert printed(capsys, "draw", "-x**2", "x=3") == "graph.svg\n"
    picture = Path("graph.svg").read_text("utf-8")
    assert all(text in picture for text in ("−9", "−6", ">x<"))
    for name in ("a.html", "a.dot"):
        printed(capsys, "draw", "x * y", "x=1", "y=-2", "-o", name)
        assert Path(name).stat().st_size > 0


def test_explain(capsys: Captured) -> None:
    text = printed(capsys, "explain", "w*x + w", "w=-3", "x=2", "--wrt", "w")
    assert text.startswith("∂(w × x + w)/∂w = 3, the sum over 2 paths\n")
    assert "∂(w × x + w)/∂x" in printed(capsys, "explain", "w*x + w", "w=-3", "x=2")
    found = json.loads(printed(capsys, "explain", "w*x + w", "w=-3", "x=2", "--json"))
    assert (found["w"]["gradient"], found["x"]["gradient"]) == (3.0, -3.0)
    assert [path["factors"] for path in found["w"]["paths"]] == [[1.0, 2.0], [1.0]]
    assert found["x"]["paths"][0]["values"] == ["(w × x + w)", "(w × x)", "x"]


def test_steps(capsys: Captured) -> None:
    lines = printed(capsys, "steps", "w * x", "w=-3", "x=2").splitlines()
    assert len(lines) == 4
    assert "w × x = −6" in lines[0]
    found = json.loads(printed(capsys, "steps", "w * x", "w=-3", "x=2", "--json"))
    assert found[0] == {"what": "compute (w × x)", "sum": "w × x = −6"}


def test_explore(capsys: Captured) -> None:
    printed(capsys, "explore", "tanh(w * x)", "w=-3", "x=2", "-o", "page.html")
    assert "<h1>tanh(w * x)</h1>" in Path("page.html").read_text("utf-8")


def test_check(capsys: Captured, monkeypatch: pytest.MonkeyPatch) -> None:
    head, x, y, verdict = printed(capsys, "check", "sin(x) * y", "x=1", "y=2").splitlines()
    assert head.split() == ["analytic", "numeric", "±", "error"]
    assert x.split()[:2] == ["x", "1.08060461173628"]  # 2·cos(1)
    assert y.split()[0] == "y"
    assert verdict.endswith("the gradients agree")
    found = json.loads(printed(capsys, "check", "log(x)", "x=4", "--json"))
    assert found["ok"] is True
    assert found["variables"]["x"]["analytic"] == 0.25
    monkeypatch.setattr("microgradnn.slopes.judge", lambda *_: "DIFFERS")
    assert "GRADIENTS DIFFER" in printed(capsys, "check", "x * x", "x=1", status=1)


def test_infinities_are_text_in_json(capsys: Captured) -> None:
    found = json.loads(printed(capsys, "explain", "sqrt(x)", "x=0", "--json"))
    assert found["x"]["gradient"] == "inf"


def test_ops(capsys: Captured) -> None:
    lines = printed(capsys, "ops").splitlines()
    assert "sigmoid" in [line.split()[0] for line in lines]
    assert all(len(line.split()) > 1 for line in lines)
    assert len(json.loads(printed(capsys, "ops", "--json"))) == len(lines)


def test_version(capsys: Captured) -> None:
    with pytest.raises(SystemExit, match="0"):
        main(["--version"])
    assert capsys.readouterr().out == f"microgradnn {microgradnn.__version__}\n"


COMMANDS = ("demo", "draw", "explain", "steps", "explore", "check", "train", "play", "ops")


@pytest.mark.parametrize("command", COMMANDS)
def test_help_has_an_example_that_runs(command: str, capsys: Captured) -> None:
    with pytest.raises(SystemExit, match="0"):
        main([command, "--help"])
    example = capsys.readouterr().out.partition("example:\n  microgradnn ")[2].strip()
    assert example.startswith(command)
    if command not in ("demo", "train"):  # these take long, or need a file
        assert printed(capsys, *shlex.split(example))


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["draw", "__import__('os').system('touch hacked')", "x=1"], "^^^"),
        (["draw", "open('hacked', 'w')", "x=1"], "there is no function open"),
        (["explore", "x.__class__", "x=1"], "a name has no parts"),
        (["draw", "x * y", "x=1"], "y has no value; give it one: y=1\n  x * y\n      ^"),
        (["draw", "x", "x=a"], "x must be a number, got 'a'"),
        (["draw", "x", "x"], "'x' must be a name and its number, such as x=2"),
        (["draw", "x", "1=2"], "'1=2' must be a name"),
        (["draw", "x", "x=1", "x=2"], "x is given two numbers"),
        (["draw", "x", "x=1", "y=2"], "y has a value, but does not occur in x"),
        (["draw", "log(x)", "x=0"], "must be in the domain"),
        (["draw", "x", "x=1", "-o", "a.txt"], "saved as .svg"),
        (["draw", "x", "x=1", "-o", "no/such/a.svg"], "no directory"),
        (["explain", "x", "x=1", "--wrt", "z"], "--wrt must be one of x, got z"),
        (["draw"], "required: EXPR\n"),
        ([], "required: COMMAND"),
        (["-V"], "required: COMMAND"),
        (["draw", "x", "lambda=1"], "lambda is a word of Python's, and no name"),
        (["draw", "x", "x=1", "-o", ""], "argument -o/--out: the name is empty"),
        (["draw", "x", "x=1", "-o", "."], ". is a directory; name a file in it"),
        (["draw", "x", "x=1", "-o", ".", "--force"], ". is a directory; name a file in it"),
        (["explain", "-x", "x=1", "--wrt", "-z"], "--wrt must be one of x, got -z\n"),
        (["play", "moons", "-o", "no/such/moons.html"], "no directory 'no/such' to save"),
        (["play", "moons", "--layers", "-3"], "such as 16,16; got '-3'"),
        (["play", "moons", "--layers", "3,,3"], "such as 16,16; got '3,,3'"),
        (["play", "moons", "--layers", "9999,9999"], "99,990,000 weights, more than 1,000,000\n"),
        (["play", "moons", "--layers", "999999999"], "999,999,999 weights, more than"),
        (["steps", "x", "x=-1e999"], "x is -1e999, which is too large for a float"),
        (["demo", "--seed", "-1"], "--seed: must be a whole number from 0 on, got '-1'"),
        (["train", "a.csv", "--target", "y", "--epochs", "0"], "a whole number from 1 on, got '0'"),
        (
            ["train", "a.csv", "--target", "y", "--lr", "0"],
            "--lr: must be a number above 0, got '0'",
        ),
        (["train", "a.csv", "--target", "y", "--lr", "nan"], "must be a number above 0, got 'nan'"),
        (["nonsense"], "invalid choice: 'nonsense'"),
        (["draw", "x", "x=1", "--frce"], "--frce"),
        (["train", "no.csv", "--target", "y"], "train: no.csv: No such file or directory\n"),
        (["play", "chess"], "there is no data set 'chess'; there are moons, circles"),
        (["play", "moons", "--layers", "0"], "such as 16,16; got '0'"),
        (["train", "no.csv", "--target", "y", "--layers", "16,x"], "such as 16,16; got '16,x'"),
    ],
)
def test_mistakes_are_told_in_a_sentence(
    arguments: Sequence[str], sentence: str, capsys: Captured
) -> None:
    assert sentence in complaint(capsys, *arguments)


def test_files_are_not_overwritten_unasked(capsys: Captured) -> None:
    Path("graph.svg").write_text("mine")
    for command in (["draw", "x*x", "x=1"], ["demo", "--out", "."]):
        assert "--force" in complaint(capsys, *command)
    assert Path("graph.svg").read_text() == "mine"
    printed(capsys, "draw", "x*x", "x=1", "--force")
    assert Path("graph.svg").read_text() != "mine"


def test_what_begins_with_a_minus(capsys: Captured) -> None:
    """It is an expression, a file or a column, with -- before it and without."""
    for before in ([], ["--"]):
        assert printed(capsys, "explain", *before, "-x**2", "x=1").endswith(" ∂(x ** 2)/∂x = 2·x\n")
    assert printed(capsys, "draw", "-x", "x=1", "-o", "-minus.svg") == "-minus.svg\n"
    Path("-sheet.csv").write_text(_sheet().replace("kind", "-kind"))
    arguments = ("train", "-sheet.csv", "--target", "-kind", "--epochs", "1", "--json")
    assert json.loads(printed(capsys, *arguments))["files"]


def test_one_interrupt_ends_the_command(capsys: Captured, monkeypatch: pytest.MonkeyPatch) -> None:
    """While the linear model trains, too, after which there is the network."""
    Path("sheet.csv").write_text(_sheet())
    calls: list[object] = []

    def interrupted(*given: Any, **how: Any) -> Any:
        calls.append(how)
        history = microgradnn.fit(*given, **how | {"epochs": 1})
        history.stopped = "interrupted"
        return history

    monkeypatch.setattr("microgradnn.spreadsheet.fit", interrupted)
    assert main(["train", "sheet.csv", "--target", "kind"]) == 130
    assert capsys.readouterr().err == ""
    assert len(calls) == 1
    assert not Path("microgradnn-train").exists()


def test_training_shows_its_course_in_a_terminal_alone(capsys: Captured) -> None:
    Path("sheet.csv").write_text(_sheet())
    text = printed(capsys, "train", "sheet.csv", "--target", "kind", "--epochs", "1")
    assert text.split()[:2] == ["accuracy", "held-out"]


def test_names_in_any_letters(capsys: Captured) -> None:
    """Python reads the letter fi and a bold x as plain ones."""
    assert printed(capsys, "explain", "ﬁ * 𝐱", "ﬁ=1", "𝐱=2", "--wrt", "ﬁ").startswith(
        "∂(fi × x)/∂fi = 2"
    )


def test_a_place_where_no_directory_can_be_is_found_out_first(capsys: Captured) -> None:
    Path("sheet.csv").write_text(_sheet())
    for out in ("sheet.csv", "sheet.csv/within/it"):
        told = complaint(capsys, "train", "sheet.csv", "--target", "kind", "--out", out)
        assert told.endswith("sheet.csv is a file; name a directory\n")
        assert complaint(capsys, "demo", "--out", out).endswith("name a directory\n")


def test_an_output_that_has_few_letters() -> None:
    """What it cannot print is a question mark; JSON has escapes."""
    command = [sys.executable, "-m", "microgradnn", "explain", "w * x", "w=1", "x=2", "--wrt", "w"]
    environment = os.environ | {"PYTHONIOENCODING": "ascii", "PYTHONUTF8": "0"}
    for more, shown in (([], "?(w ? x)/?w = 2, the"), (["--json"], r"(w \u00d7 x)")):
        done = subprocess.run([*command, *more], capture_output=True, text=True, env=environment)
        assert (done.returncode, done.stderr) == (0, "")
        assert shown in done.stdout


def test_a_disk_that_is_full() -> None:
    full = Path("/dev/full")
    if not full.exists():
        pytest.skip("only Linux has a file that is always full")
    with full.open("w") as out:
        command = [sys.executable, "-m", "microgradnn", "explain", "x", "x=1"]
        done = subprocess.run(command, stdout=out, stderr=subprocess.PIPE, text=True)
    assert done.returncode != 0
    assert done.stderr == "microgradnn explain: No space left on device\n"


def test_the_demonstration(capsys: Captured) -> None:
    pytest.importorskip("matplotlib", reason="the demo plots: install the extra `plot`")
    assert "See: one neuron" in printed(capsys, "demo")
    assert Path("microgradnn-demo/training.svg").exists()


@pytest.mark.parametrize("command", ["ops", "demo"])
def test_a_reader_who_has_seen_enough(command: str) -> None:
    program = f"{shlex.quote(sys.executable)} -m microgradnn {command}"
    both = f"{program} | head -1; exit ${{PIPESTATUS[0]}}"
    done = subprocess.run(["bash", "-c", both], capture_output=True, text=True, check=True)
    assert done.stdout.count("\n") == 1
    assert done.stderr == ""


def test_where_to_write_has_two_names(capsys: Captured) -> None:
    assert printed(capsys, "draw", "x*x", "x=1", "--out", "a.svg") == "a.svg\n"
    assert printed(capsys, "steps", "x", "x=-inf").startswith("1  start at x")


def test_train(capsys: Captured) -> None:
    Path("sheet.csv").write_text(_sheet())
    text = printed(capsys, "train", "sheet.csv", "--target", "kind", "--epochs", "50", "--json")
    found = json.loads(text)
    assert found["figures"]["network"]["held-out accuracy"] > 0.9
    assert found["figures"]["linear"]["held-out accuracy"] < 0.8
    assert all(Path(path).exists() for path in found["files"])
    assert "<h1>sheet.csv</h1>" in Path("microgradnn-train/network.html").read_text("utf-8")
    assert "--force" in complaint(capsys, "train", "sheet.csv", "--target", "kind")


def test_train_asks_whether_whole_numbers_are_classes(capsys: Captured) -> None:
    Path("sheet.csv").write_text(_sheet().replace("same", "0").replace("other", "1"))
    arguments = ["train", "sheet.csv", "--target", "kind", "--epochs", "1", "--json", "--force"]
    assert main(arguments) == 0
    found = capsys.readouterr()
    assert found.err == (
        "kind is learned as a number, and has 2 different whole ones; if they are classes, add "
        "--classes\n"
    )
    assert "held-out R²" in json.loads(found.out)["figures"]["network"]
    printed(capsys, *arguments, "--classes")


@pytest.mark.parametrize("name", ["moons", "circles", "spirals", "xor", "blobs", "line", "iris"])
def test_play(name: str, capsys: Captured) -> None:
    assert printed(capsys, "play", name, "--layers", "3") == f"{name}.html\n"
    assert f"<h1>{name}: a network learns</h1>" in Path(f"{name}.html").read_text("utf-8")


def _sheet() -> str:
    """Points of XOR, which no line parts."""
    made = microgradnn.data.make_xor(400, noise=0.0)
    rows = zip(made.X.tolist(), made.y.tolist(), strict=True)
    return "a,b,kind\n" + "".join(f"{a},{b},{['same', 'other'][k]}\n" for (a, b), k in rows)
