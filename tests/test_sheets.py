"""Tables in CSV files: what is read of them, and what is refused."""

from pathlib import Path

import pytest

from microgradnn.sheets import read_sheet


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
    path = sheet_of(tmp_path, "x,y\n1,1\n2,2.0\n3,01\n4,1.0\n5,2\n")
    assert read_sheet(path, "y", as_classes=True).y.tolist() == [0, 1, 0, 0, 1]


@pytest.mark.parametrize(
    ("answers", "as_classes", "hint"),
    [
        (
            [0, 1, 1.0, 0],
            False,
            "y is learned as a number, and has 2 different whole ones",
        ),
        ([0, 1, 1, 0], True, ""),
        ([0.5, 1, 1, 0], False, ""),
        (list(range(20)), False, ""),
        (["a", "b", "a", "b"], False, ""),
    ],
)
def test_numbers_that_may_be_meant_as_classes(
    tmp_path: Path, answers: list[object], as_classes: bool, hint: str
) -> None:
    path = sheet_of(tmp_path, "x,y\n" + "".join(f"{k},{y}\n" for k, y in enumerate(answers)))
    found = read_sheet(path, "y", as_classes=as_classes).hint()
    assert found.startswith(hint)
    assert bool(found) == bool(hint)


def test_columns_that_tell_nothing_are_left_out(tmp_path: Path) -> None:
    path = sheet_of(tmp_path, "x,one,word,y\n1,7,a,1\n2,7,a,2\n")
    assert read_sheet(path, "y").features == ["x"]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("x,y\n1,2\n", "at least two lines of data"),
        ("", "at least two lines of data"),
        ("x,z\n1,2\n3,4\n", "has no column 'y'; it has x, z"),
        ("x,x,y\n1,2,3\n4,5,6\n", "has the name 'x' twice"),
        (",y\n0,2\n1,3\n", "column 1 has none; name it or take it out"),
        ("1,2\n3,4\n5,6\n", "must name the columns, but it has numbers"),
        ("x,y\n1,2\n3\n", "line 3 of .* has 1 cell, the first line 2"),
        ("x,y\n1,2\n\n,4\n", "line 4 of .* has nothing in column 'x'"),
        ("x,y\nnan,2\n3,4\n", "line 2 of .* has nan in column 'x'"),
        ("x,y\n1,inf\n3,4\n", "line 2 of .* has inf in column 'y'"),
        ("y\n1\n3\n", "no column beside 'y'"),
        ("x,y\n1,2\n1,3\n", "no column beside 'y'"),
        ("x,y\n1,2\nNA,3\n2,4\n", "line 3 of .* has 'NA' in column 'x', where others have numbers"),
        ("x,y\n1,2\n3,?\n2,4\n", "line 3 of .* has '\\?' in column 'y'.* take out the line$"),
        ("x,y\n" + "".join(f"{k},1\n" for k in range(20)) + "l5,2\n", "line 22 of .* has 'l5'"),
        ("x;y\n1,5;2\n2,5;3\n", "column 'x' of .* as they are shown, such as 1,5; write digits"),
        ('x,y\n"1,000",2\n"23,000",3\n', "as they are shown, such as 1,000; write digits and a"),
        ('x,y\n"$1,234.50",2\n5,3\n', "as they are shown, such as \\$1,234.50; write digits"),
        ("x,y\n12%,2\n5 %,3\n", "as they are shown, such as 12%; write digits"),
        ("x,y\n1,2\n\u22123,3\n", "as they are shown, such as \u22123; write digits"),
        ("x,y\n1,1.234.567\n2,2.000\n", "column 'y' .* as they are shown, such as 1.234.567"),
        ("x,y\n" + "".join(f"w{k},{k % 2}\n" for k in range(10)), "10 different texts.*--drop 'x'"),
        ("c,c=a,y\na,1,1\nb,2,2\n", "has two columns 'c=a'; call one of them otherwise"),
        ('x,y\n1,2\n3,"4\n5,6\n', "line 3 of .* begins a text in quotes that does not end"),
        ('"x,y\n1,2\n3,4\n', "line 1 of .* begins a text in quotes that does not end"),
        ("x,y\n1,5\n2,5\n", "nothing to learn: the target 'y' is 5 in all lines"),
        ("x,y\n1,a\n2,a\n", "nothing to tell apart: the target 'y' is a in all lines"),
        ("x,y\n1,a\n2,b\n", "no two lines have the same target 'y'"),
        ("x,y\n1e300,1\n-1e300,2\n", "column 'x' has numbers that are too large"),
        ("x,y\n1\0,1\n2,2\n", "is no text in UTF-8"),
        ('x,y\n1,2\n"3,4\n5,6"\n', "line 4 of .* has 1 cell, the first line 2"),
        ('x,y\n1,2\n"' + "3" * 200_000, "line 3 of .* cannot be read: field larger"),
        ("x,y\n" + "".join(f"w{k},{k % 2}\n" for k in range(60)), "60 different texts.*--drop 'x'"),
    ],
)
def test_what_cannot_be_learned_from_is_refused(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        read_sheet(sheet_of(tmp_path, text), "y")


def test_other_encodings_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="no text in UTF-8"):
        read_sheet(sheet_of(tmp_path, "größe,y\n1,2\n3,4\n", "latin-1"), "y")


def test_a_column_of_nothing_is_left_out(tmp_path: Path) -> None:
    """Some programs write a delimiter behind the last cell."""
    sheet = read_sheet(sheet_of(tmp_path, "x,y,\n1,2,\n2,3,\n"), "y")
    assert (sheet.features, sheet.X.tolist()) == (["x"], [[1.0], [2.0]])


def test_what_is_dropped_may_be_anything(tmp_path: Path) -> None:
    path = sheet_of(tmp_path, "x,name,y\n1,,2\n2,NA,3\n")
    assert read_sheet(path, "y", drop=["name"]).features == ["x"]
    with pytest.raises(ValueError, match="'y' is the target, and cannot be left out"):
        read_sheet(path, "y", drop=["y"])


def test_few_numbers_among_texts_are_words(tmp_path: Path) -> None:
    path = sheet_of(tmp_path, "rooms,y\n1,2\n2,3\n4+,5\n1,2\n")
    assert read_sheet(path, "y").features == ["rooms=1", "rooms=2", "rooms=4+"]


def test_what_only_looks_like_numbers_is_words(tmp_path: Path) -> None:
    """Versions, dates and times."""
    for first, second in (("1.2.3", "1.10.0"), ("2024-01-02", "2024-02-01"), ("12:30", "7:15")):
        path = sheet_of(tmp_path, f"x,y\n{first},2\n{second},3\n")
        assert sorted(read_sheet(path, "y").features) == sorted([f"x={first}", f"x={second}"])


def test_delimiters_within_quotes_and_those_that_are_told(tmp_path: Path) -> None:
    quoted = sheet_of(tmp_path, '"a,b,c";"d,e";y\n1;2;3\n4;5;6\n')
    assert read_sheet(quoted, "y").features == ["a,b,c", "d,e"]
    told = sheet_of(tmp_path, "sep=;\na,b;y\n1;3\n4;6\n", "utf-8-sig")
    assert read_sheet(told, "y").features == ["a,b"]


def test_lines_are_counted_as_an_editor_does(tmp_path: Path) -> None:
    """A cell in quotes may be of several lines, and a rare separator parts no lines."""
    text = 'x,note,y\n1,"two\nlines",2\n2,a\u2028b,3\n3,,4\n'
    with pytest.raises(ValueError, match=r"line 5 of .* has nothing in column 'note'"):
        read_sheet(sheet_of(tmp_path, text), "y")


def test_a_target_that_no_column_is_named_after(tmp_path: Path) -> None:
    names = ",".join(f"c{k}" for k in range(30))
    row = ",".join("1" * 30)
    with pytest.raises(ValueError, match=r"no column 'y'; it has c0, .*, c19 and 10 more$"):
        read_sheet(sheet_of(tmp_path, f"{names}\n{row}\n{row}\n"), "y")
