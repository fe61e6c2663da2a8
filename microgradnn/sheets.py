"""A table in a CSV file, as what can be learned from: columns of numbers, and a target.

The idea: files are taken as spreadsheets write them, with any delimiter, with quotes and with a
mark of the encoding. What cannot be meant, such as NA among numbers, is refused with its line and
column; for in a trained network nobody would see it any more.
"""

from __future__ import annotations

import csv
import io
import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .arguments import is_numeral
from .data import one_hot
from .needs_numpy import np

MOST_CATEGORIES = 50  # of a column of text
FEWEST_TEXTS = 10  # different ones, no two lines alike, of which nothing can be learned
DELIMITERS = ",;\t|"
MISSING = {"-", "?", "na", "n/a", "#n/a", "null", "none", "missing"}  # what stands for no number
MOST_CODES = 12  # different numbers in a column that may have texts, too, such as 1, 2, 3 and 4+
MOST_NAMED = 20  # columns in an error

# What spreadsheets show of a number: 1,5 and 1,234.50, $5, 12 %, −3 with a minus of print.
_SHOWN_NUMBER = re.compile(
    r"[+−-]?\s?[$€£¥]?\s?[+−-]?(\d{1,3}([,.'’ \s]\d{3})+|\d+)([.,]\d+)?\s?[%‰$€£¥]?"
)
_QUOTED = re.compile(r'"[^"]*"')

_LAST = "\0"  # a line of its own, unless a text in quotes has swallowed it

Lines = list[tuple[int, list[str]]]  # with their numbers


@dataclass
class Sheet:
    """What is learned from: a column of numbers for each feature, and the target."""

    features: list[str]
    X: Any
    target: str
    y: Any
    classes: list[str]  # none where the target is a number

    def hint(self) -> str:
        """What to say where numbers are learned that may be meant as classes; else nothing."""
        different = len(set(self.y.tolist()))
        if self.classes or different > MOST_CODES or (self.y % 1.0).any():
            return ""
        return (
            f"{self.target} is learned as a number, and has {different} different whole ones; if "
            "they are classes, add --classes"
        )


def read_sheet(
    path: Path, target: str, drop: Sequence[str] = (), as_classes: bool = False
) -> Sheet:
    """The table of a CSV file whose first line names its columns.

    A column of text has a column of 0 and 1 for each word in it. A target of text is classes; one
    of numbers is, too, with `as_classes`. ValueError names the line and column of a cell that is
    empty or infinite, or a text among numbers.
    """
    header, lines = _cells(path)
    _check_names(path, header, target, drop)
    columns: dict[str, list[str]] = {}
    for place, name in enumerate(header):
        if name not in drop:
            hint = (
                "take out the line"
                if name == target
                else "take out the line or the column (--drop)"
            )
            _check_cells(path, name, [(number, row[place]) for number, row in lines], hint)
            columns[name] = [row[place] for _, row in lines]
    answers = columns.pop(target)
    classes, y = _learned(target, answers, as_classes)
    features: dict[str, Any] = {}
    for name, cells in columns.items():
        found = _columns_of(name, cells)
        if twice := features.keys() & found.keys():
            raise ValueError(f"{path} has two columns {min(twice)!r}; call one of them otherwise")
        features |= found
    if not features:
        raise ValueError(f"{path} has no column beside {target!r} to learn from")
    return Sheet([*features], np.stack([*features.values()], axis=1), target, y, classes)


# ---- The file ------------------------------------------------------------------------------------


def _cells(path: Path) -> tuple[list[str], Lines]:
    """The names of the columns, and the cells of all lines; without columns of nothing."""
    text, delimiter = _text_of(path)
    last = f"\n{_LAST}\n"
    reader = csv.reader(io.StringIO(text + last), delimiter=delimiter, skipinitialspace=True)
    try:
        rows = [(reader.line_num, [cell.strip() for cell in row]) for row in reader]
    except csv.Error as error:
        raise ValueError(f"line {reader.line_num} of {path} cannot be read: {error}") from None
    if rows.pop()[1] != [_LAST]:
        first = rows[-1][0] + 1 if rows else 1
        raise ValueError(f"line {first} of {path} begins a text in quotes that does not end")
    lines = [(number, row) for number, row in rows if any(row)]
    if len(lines) < 3:
        raise ValueError(f"{path} must have a line of names and at least two lines of data")
    (_, header), *data = lines
    for number, row in data:
        if len(row) != len(header):
            cells = "1 cell" if len(row) == 1 else f"{len(row)} cells"
            raise ValueError(f"line {number} of {path} has {cells}, the first line {len(header)}")
    kept = [k for k in range(len(header)) if any(row[k] for _, row in lines)]
    return [header[k] for k in kept], [(number, [row[k] for k in kept]) for number, row in data]


def _text_of(path: Path) -> tuple[str, str]:
    """The text of a file, and what parts its cells."""
    try:
        text = path.read_text("utf-8-sig")
    except UnicodeDecodeError:
        text = "\0"
    if "\0" in text:
        raise ValueError(f"{path} is no text in UTF-8; save it as CSV in UTF-8")
    first, _, rest = text.partition("\n")
    if first.startswith("sep=") and len(first) == 5:  # so a spreadsheet says what it takes
        return f"\n{rest}", first[-1]
    names = _QUOTED.sub("", text.lstrip().partition("\n")[0])
    return text, max(DELIMITERS, key=names.count)


def _check_names(path: Path, header: list[str], target: str, drop: Sequence[str]) -> None:
    if all(map(is_numeral, header)):
        raise ValueError(f"the first line of {path} must name the columns, but it has numbers")
    for place, name in enumerate(header):
        if not name:
            raise ValueError(
                f"the first line of {path} must have a name for each column, and column "
                f"{place + 1} has none; name it or take it out (index=False in pandas)"
            )
        if name in header[:place]:
            raise ValueError(f"the first line of {path} has the name {name!r} twice")
    for name in (target, *drop):
        if name not in header:
            more = f" and {len(header) - MOST_NAMED} more" if len(header) > MOST_NAMED else ""
            known = f"{', '.join(header[:MOST_NAMED])}{more}"
            raise ValueError(f"{path} has no column {name!r}; it has {known}")
    if target in drop:
        raise ValueError(f"{target!r} is the target, and cannot be left out (--drop)")


# ---- Cells ---------------------------------------------------------------------------------------


def _check_cells(path: Path, name: str, cells: list[tuple[int, str]], hint: str) -> None:
    """Refuse what is no number where the others are."""
    numerals = {cell for _, cell in cells if is_numeral(cell)}
    texts = {cell for _, cell in cells if cell} - numerals
    if texts and all(map(_SHOWN_NUMBER.fullmatch, texts)):
        raise ValueError(
            f"column {name!r} of {path} has numbers as they are shown, such as {min(texts)}; write "
            "digits and a decimal point alone, such as -1234.5"
        )
    most = sum(cell in numerals for _, cell in cells) > len(cells) / 2
    are_numbers = {x.lower() for x in texts} <= MISSING or (most and len(numerals) > MOST_CODES)
    for number, cell in cells:
        if not cell or (cell in numerals and not math.isfinite(float(cell))):
            what = cell or "nothing"
        elif numerals and are_numbers and cell in texts:
            what = repr(cell)
        else:
            continue
        beside = ", where others have numbers" if cell in texts else ""
        raise ValueError(
            f"line {number} of {path} has {what} in column {name!r}{beside}; fill it in, or {hint}"
        )


def _learned(target: str, answers: list[str], as_classes: bool) -> tuple[list[str], Any]:
    """The classes of a target, none if it is a number; and what is learned, line by line."""
    numbers = _numbers(target, answers)
    if numbers is not None and not as_classes:
        if numbers.min() == numbers.max():
            raise ValueError(
                f"there is nothing to learn: the target {target!r} is {answers[0]} in all lines"
            )
        return [], numbers
    if numbers is not None:  # 1 and 1.0 are one class
        written = dict(zip(map(float, answers), answers, strict=True))
        answers = [written[float(x)] for x in answers]
    classes = sorted(set(answers), key=lambda x: (math.inf if numbers is None else float(x), x))
    if len(classes) == 1:
        raise ValueError(
            f"there is nothing to tell apart: the target {target!r} is {classes[0]} in all lines"
        )
    if len(classes) == len(answers):
        raise ValueError(
            f"there is nothing to learn: no two lines have the same target {target!r}, which is "
            "one of some classes"
        )
    return classes, np.array([classes.index(x) for x in answers])


def _numbers(name: str, cells: list[str]) -> Any:
    """A column as numbers, or None if it has text."""
    if not all(map(is_numeral, cells)):
        return None
    numbers = np.array([float(cell) for cell in cells])
    with np.errstate(over="ignore", invalid="ignore"):
        if not math.isfinite(numbers.var()):
            raise ValueError(f"column {name!r} has numbers that are too large to be scaled")
    return numbers


def _columns_of(name: str, cells: list[str]) -> dict[str, Any]:
    """A column of numbers, or one of 0 and 1 for each word; none if there is one word only."""
    numbers = _numbers(name, cells)
    if numbers is not None:
        return {name: numbers} if numbers.min() < numbers.max() else {}
    words = sorted(set(cells))
    if len(words) > MOST_CATEGORIES or (len(words) == len(cells) >= FEWEST_TEXTS):
        raise ValueError(
            f"column {name!r} has {len(words)} different texts, such as {words[0]!r}, of which "
            f"nothing can be learned; leave it out: --drop {name!r}"
        )
    codes = one_hot([words.index(cell) for cell in cells])
    return {f"{name}={word}": codes[:, k] for k, word in enumerate(words) if len(words) > 1}
