"""Training on a table: how good it is, and what it keeps."""

import json
from pathlib import Path

import numpy as np
import pytest
from sklearn import datasets, linear_model

from microgradnn import nn
from microgradnn.sheets import read_sheet
from microgradnn.spreadsheet import learn, save_preparation


def sheet_of(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "sheet.csv"
    path.write_text(text, "utf-8")
    return path


def test_few_lines_are_refused(tmp_path: Path) -> None:
    text = "x,y\n" + "".join(f"{k},{k * k}\n" for k in range(9))
    with pytest.raises(ValueError, match=r"9 lines of data are too few.* at least 10 are needed"):
        learn(read_sheet(sheet_of(tmp_path, text), "y"), [2], 1, 0.01, 0, progress=False)


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
