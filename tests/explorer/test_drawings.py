"""What drawings are made of: long curves, lines where a number is 0, and whose turn it is."""

import math
from typing import Any

import pytest
from javascript import run


def drawn(program: str) -> Any:
    return run(program, {})


FOLLOWED = """import { addSeries, seriesOf } from "./series.js";
const all = Array.from({ length: %d }, (_, k) => Math.sin(k / 500) + (k === 70001 ? 5 : 0));
const series = seriesOf(() => all);
series.follow();
const path = [];
const to = { moveTo: (x, y) => path.push([x, y]), lineTo: (x, y) => path.push([x, y]) };
addSeries(to, series, { x: { at: (x) => x }, y: { at: (y) => y } });
const result = { ...series, path };
"""


@pytest.mark.parametrize("count", [1, 1024, 1025, 100_000])
def test_a_curve_of_any_length_has_a_thousand_places_and_no_number_is_lost(count: int) -> None:
    result = drawn(FOLLOWED % count)
    numbers = [math.sin(k / 500) + (5 if k == 70_001 else 0) for k in range(count)]
    size = int(result["size"])
    parts = [numbers[k : k + size] for k in range(0, count, size)]
    assert len(parts) == len(result["low"]) <= 1024
    assert len(result["path"]) <= 2048
    assert size == max(1, 2 ** math.ceil(math.log2(count / 1024)))
    assert result["low"] == pytest.approx([min(part) for part in parts], rel=1e-12)
    assert result["high"] == pytest.approx([max(part) for part in parts], rel=1e-12)
    assert all(1 <= x <= count + 1 for x, _ in result["path"])
    assert max(y for _, y in result["path"]) == pytest.approx(max(numbers))


def test_a_curve_goes_on_and_starts_again() -> None:
    told = """import { seriesOf } from "./series.js";
    let all = [3, 1];
    const series = seriesOf(() => all);
    const seen = () => [...series.follow().low];
    const result = [seen()];
    all.push(2);
    result.push(seen());
    all = [5];
    result.push(seen());
    all = [6, 7];
    result.push(seen());
    """
    assert drawn(told.replace("\n    ", "\n")) == [[3, 1], [3, 1, 2], [5], [6, 7]]


def test_what_is_not_finite_is_a_gap_in_a_curve() -> None:
    told = """import { addSeries, seriesOf } from "./series.js";
const series = seriesOf(() => [1, 2, NaN, Infinity, 4]);
series.follow();
const result = [];
const add = (what) => (...at) => result.push([what, ...at]);
const to = { moveTo: add("move"), lineTo: add("line") };
addSeries(to, series, { x: { at: (x) => x }, y: { at: (y) => y } });
"""
    assert drawn(told) == [["move", 1, 1], ["line", 2, 2], ["move", 5, 4]]


def test_the_line_of_zero_is_a_circle_where_the_field_is_one() -> None:
    told = """import { addContour, roomiest } from "./contours.js";
const columns = 30, rows = 20, path = [];
const field = (k) => Math.hypot(k % columns - 14.2, Math.floor(k / columns) - 9.7) - 6;
const to = { moveTo: (...at) => path.push(at), lineTo: (...at) => path.push(at) };
addContour(to, field, { columns, rows }, (column, row) => [column, row]);
const classes = Array.from({ length: columns * rows }, (_, k) => Number(field(k) > 0));
const result = { path, rooms: roomiest(classes, { columns, rows }, 3) };
"""
    result = drawn(told)
    away = [math.hypot(x - 14.2, y - 9.7) for x, y in result["path"]]
    assert min(away) > 5.9
    assert max(away) < 6.1
    assert len(away) >= 2 * 36
    angles = {round(math.atan2(y - 9.7, x - 14.2)) for x, y in result["path"]}
    assert angles == {-3, -2, -1, 0, 1, 2, 3}  # all around
    inside, outside, nowhere = result["rooms"]
    assert math.hypot(inside["column"] - 14.2, inside["row"] - 9.7) < 2
    assert math.hypot(outside["column"] - 14.2, outside["row"] - 9.7) > 8
    assert nowhere == {"far": 0}


def test_parts_have_turns_and_a_frame_stays_short() -> None:
    told = """import { drawAll, turnOf } from "./turns.js";
const done = { a: 0, b: 0, c: 0, d: 0 }, frames = [];
for (const name of ["a", "b", "c", "d"]) {
  dues[name] = turnOf(() => {
    done[name] += 1;
    clock += name === "c" ? 0.5 : 2;
  });
}
const dueAll = () => Object.values(dues).forEach((due) => due());
for (let frame = 0; frame < 200; frame++) {
  const begun = clock;
  next?.();
  frames.push(clock - begun);
  clock += 3;
  dueAll();
}
const before = { ...done };
drawAll();
const result = { longest: Math.max(...frames), before, after: done };
"""
    start = 'import { drawAll, turnOf } from "./turns.js";\n'
    clock = (
        "// A clock that only the parts move.\n"
        "let clock = 0, next;\nconst dues = {};\n"
        "globalThis.performance = { now: () => clock };\n"
        "globalThis.requestAnimationFrame = (part) => { next = part; return 1; };\n"
    )
    result = drawn(start + clock + told.removeprefix(start))
    assert result["longest"] <= 4.5
    turns = result["before"]
    assert turns["c"] > 1.5 * turns["a"]
    assert min(turns.values()) >= 30
    assert all(result["after"][name] == turns[name] + 1 for name in "abcd")
