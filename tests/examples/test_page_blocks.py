"""docs/blocks.py: a page is run, and what it says wrongly is told."""

from pathlib import Path

import blocks
import pytest


def run(tmp_path: Path, *lines: str) -> list[str]:
    page = tmp_path / "page.md"
    page.write_text("\n".join(["Words.", "", "```python", *lines, "```", "Words."]), "utf-8")
    return blocks.run(page)[1]


@pytest.mark.parametrize(
    "lines",
    [
        ["1 + 1  # 2"],
        ["1 + 1", "# 2"],
        ["print('a')", "print()", "# a remark"],
        ["for k in range(2):", "    print(k)", "", "    print(k)  # k", "# 0", "# 0", "# 1", "# 1"],
        ["'Σ' + 'é'  # 'Σé'"],
        ["x = 1  # a remark", "# another", "None  # a third"],
        ["x = 3", "x  # 3", "# a remark on what comes", "x + 1  # 4"],
        ["(1 +", " 1)  # 2"],
        ["'long', 'text'", "# ('long', ...)"],
        ["class A:", "    kind: int = 1", "", "A.__name__, A.kind  # ('A', 1)"],
    ],
)
def test_right_pages(tmp_path: Path, lines: list[str]) -> None:
    if lines[0] == "print('a')":
        lines[0] += "  # a"
    assert run(tmp_path, *lines) == []


@pytest.mark.parametrize(
    ("lines", "line", "shown"),
    [
        (["1 + 1  # 3"], 4, "2"),
        (["x = 1", "", "x"], 6, "1"),
        (["print(1)  # 1", "print(2)", "", "# 2"], 5, "2"),
        (["print('a')", "# b"], 4, "a"),
        (["for k in range(3):", "    print(k)", "# 0", "# 1"], 4, "0\n1\n2"),
    ],
)
def test_what_a_page_says_wrongly(tmp_path: Path, lines: list[str], line: int, shown: str) -> None:
    (fault,) = run(tmp_path, *lines)
    assert f"page.md, line {line}:" in fault
    assert f"shows\n{shown}\n" in fault


def test_an_error_names_the_line_in_the_page(tmp_path: Path) -> None:
    with pytest.raises(ZeroDivisionError) as raised:
        run(tmp_path, "x = 1", "x / 0")
    assert raised.traceback[-1].lineno == 4  # counted from 0


def test_other_blocks_are_left_alone(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text(
        "```python program\n1 / 0\n```\n```sh\nrm\n```\n- a\n\n  ```python\n  x = 1\n  ```\n"
    )
    names, faults = blocks.run(page)
    assert (names["x"], faults) == (1, [])
