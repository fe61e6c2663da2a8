"""Training on a table in a file: what is read of it, and what is refused."""

import json
from pathlib import Path

import numpy as np
import pytest
from sklearn import datasets, linear_model

from microgradnn import nn
from microgradnn.spreadsheet import learn, read_sheet, save_preparation


def sheet_of(tmp_path: Path, text: str, encoding: str = "utf-8") -> Path:
    path = tmp_path / "sheet.csv"
    path.write_bytes(text.encode(encoding))
    return path


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|", ", "])
def test_numbers_words_and_classes(tmp_path: Path, delimiter: str) -> None:
    lines = ["size,colour,kind", '1.5,"red",no', "", "-2,blue,yes", "1e1,red,no"]
    path = sheet_of(tmp_path, "\r\n".join(lines).replace(",", delimiter), "utf-8-sig")
    sheet = read_sheet(path, "kind")
    assert sheet.features == ["size", "colour=blue", "colour=red"]
    assert sheet.X.tolist() == [[1.5, 0, 1], [-2, 1, 0], [10, 0, 1]]
    assert (sheet.classes, sheet.y.tolist()) == (["no", "yes"], [0, 1, 0])
    sheet = read_sheet(path, "size", drop=["kind"])
    assert sheet.features == ["colour=blue", "colour=red"]
    assert (sheet.classes, sheet.y.tolist()) == ([], [1.5, -2, 10])


def test_numbers_may_be_classes(tmp_path: Path) -> None:
    path = sheet_of(tmp_path, "x,y\n1,10\n2,9\n3,10\n")
    sheet = read_sheet(path, "y", as_classes=True)
    assert (sheet.classes, sheet.y.tolist()) == (["9", "10"], [1, 0, 1])


def test_columns_that_tell_nothing_are_left_out(tmp_path: Path) -> None:
    path = sheet_of(tmp_path, "x,one,word,y\n1,7,a,1\n2,7,a,2\n")
    assert read_sheet(path, "y").features == ["x"]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("x,y\n1,2\n", "at least two lines of data"),
        ("", "at least two lines of data"),
        ("x,z\n1,2\n3,4\n", "has no column 'y'; it has x, z"),
        ("x,x,y\n1,2,3\n4,5,6\n", "a name for each column"),
        ("1,2\n3,4\n5,6\n", "must name the columns, but it has numbers"),
        ("x,y\n1,2\n3\n", "line 3 of .* has 1 cells, the first line 2"),
        ("x,y\n1,2\n\n,4\n", "line 4 of .* has nothing in column 'x'"),
        ("x,y\nnan,2\n3,4\n", "line 2 of .* has nan in column 'x'"),
        ("x,y\n1,inf\n3,4\n", "line 2 of .* has inf in column 'y'"),
        ("y\n1\n3\n", "no column beside 'y'"),
        ("x,y\n1,2\n1,3\n", "no column beside 'y'"),
        ("x,y\n" + "".join(f"w{k},1\n" for k in range(60)), "60 different texts.*--drop 'x'"),
    ],
)
def test_what_cannot_be_learned_from_is_refused(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        read_sheet(sheet_of(tmp_path, text), "y")


def test_other_encodings_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="no text in UTF-8"):
        read_sheet(sheet_of(tmp_path, "größe,y\n1,2\n3,4\n", "latin-1"), "y")


def test_figures_of_a_regression(tmp_path: Path) -> None:
    """The linear model comes close to that of least squares, found by scikit-learn."""
    found = datasets.load_diabetes()
    rows = np.column_stack([found.data, found.target])
    lines = [",".join([*found.feature_names, "y"]), *(",".join(map(str, row)) for row in rows)]
    sheet = read_sheet(sheet_of(tmp_path, "\n".join(lines)), "y")
    learned = learn(sheet, [8], 60, 0.01, 0, progress=False)
    linear = learned.figures["linear"]
    best = linear_model.LinearRegression().fit(found.data, found.target)
    assert linear["R²"] <= 1 == pytest.approx(1)
    assert linear["R²"] == pytest.approx(best.score(found.data, found.target), abs=0.06)
    spread = found.target.std()
    assert linear["RMSE"] == pytest.approx(spread * (1 - linear["R²"]) ** 0.5, rel=0.05)
    assert learned.figures["network"].keys() == linear.keys()
    assert len(learned.history.losses) >= 30


def test_the_preparation_is_what_new_data_need(tmp_path: Path) -> None:
    text = "a,kind\n" + "".join(f"{k},{'low' if k < 20 else 'high'}\n" for k in range(40))
    learned = learn(read_sheet(sheet_of(tmp_path, text), "kind"), [4], 200, 0.05, 0, False)
    save_preparation(learned, tmp_path / "preparation.json")
    learned.model.save(tmp_path / "weights.npz")
    known = json.loads((tmp_path / "preparation.json").read_text("utf-8"))
    model = nn.MLP(1, [4, 2])
    model.load(tmp_path / "weights.npz")
    for number, kind in ((3.0, "low"), (35.0, "high")):
        scores = model([(number - known["mean"][0]) / known["deviation"][0]])
        assert isinstance(scores, list)
        best = max(range(2), key=lambda k: scores[k].data)
        assert known["target"]["classes"][best] == kind
