"""Layout: nothing overlaps, lines run between boxes, and nothing but Python is asked."""

import math
import os
from pathlib import Path

import pytest
from drawings import SVG, box, ids, neuron, parse
from hypothesis import given, settings
from hypothesis import strategies as st

from microgradnn import Value
from microgradnn.drawing import draw
from microgradnn.drawing.diagram import describe, values_below
from microgradnn.drawing.layout import Geometry, Point, Route, Size, lay_out

EXAMPLES = 2000 if os.environ.get("HYPOTHESIS_PROFILE") == "nightly" else 30


@st.composite
def graphs(draw_from: st.DrawFn) -> tuple[list[Size], list[Route]]:
    widths = draw_from(st.lists(st.sampled_from([144, 180, 330]), min_size=1, max_size=14))
    routes = [
        Route(draw_from(st.integers(0, head - 1)), head, Size(draw_from(st.integers(30, 90)), 20))
        for head in range(1, len(widths))
        for _ in range(draw_from(st.integers(1, 5)))
    ]
    return [Size(width, 79) for width in widths], routes


def along(spline: list[Point]) -> list[Point]:
    points = []
    for k in range(0, len(spline) - 1, 3):
        for t in [step / 16 for step in range(17)]:
            weights = ((1 - t) ** 3, 3 * t * (1 - t) ** 2, 3 * t**2 * (1 - t), t**3)
            piece = list(zip(weights, spline[k : k + 4], strict=True))
            points.append((sum(w * p[0] for w, p in piece), sum(w * p[1] for w, p in piece)))
    return points


def check(boxes: list[Size], routes: list[Route], geometry: Geometry) -> None:
    placed = [*geometry.boxes, *geometry.labels]
    for k, a in enumerate(placed):
        for b in placed[k + 1 :]:
            apart_x = abs(a.x - b.x) >= (a.width + b.width) / 2 - 1
            assert apart_x or abs(a.y - b.y) >= (a.height + b.height) / 2 - 1, "boxes overlap"
    for route, label, spline in zip(routes, geometry.labels, geometry.splines, strict=True):
        tail, head = geometry.boxes[route.tail], geometry.boxes[route.head]
        assert spline[0] == pytest.approx((tail.right, tail.y))
        assert spline[-1][0] == pytest.approx(head.left)
        assert abs(spline[-1][1] - head.y) < head.height / 2
        points = along(spline)
        assert any(math.dist(point, (label.x, label.y)) < label.width / 4 for point in points)
        for other in placed:
            if other is not label:
                assert not any(
                    other.left + 2 < x < other.right - 2 and abs(y - other.y) < other.height / 2 - 4
                    for x, y in points
                ), "a line runs through a box or a label"


@given(graph=graphs())
@settings(max_examples=EXAMPLES, deadline=None)
def test_boxes_and_labels_lie_apart_and_lines_run_between_them(
    graph: tuple[list[Size], list[Route]],
) -> None:
    boxes, routes = graph
    geometry = lay_out(boxes, routes)
    check(boxes, routes, geometry)
    assert all(box.left >= 0 and box.right <= geometry.size.width + 1 for box in geometry.boxes)
    rounding = 1e-9
    assert all(box.top >= -rounding for box in geometry.boxes)
    assert all(box.bottom <= geometry.size.height + rounding for box in geometry.boxes)


def test_lines_keep_clear_of_wider_boxes_in_their_column() -> None:
    boxes = [Size(width, 79) for width in (60, 330, 60, 330, 60, 100, 60, 330, 60, 330, 60, 100)]
    label = Size(30, 20)
    routes = [Route(tail, 5, label) for tail in range(5)]
    routes += [Route(5, middle, label) for middle in range(6, 11)]
    routes += [Route(middle, 11, label) for middle in range(6, 11)]
    check(boxes, routes, lay_out(boxes, routes))


def test_a_line_is_level_where_its_arrowhead_is() -> None:
    boxes, label = [Size(144, 79)] * 3, Size(30, 20)
    for spline in lay_out(boxes, [Route(0, 2, label), Route(1, 2, label)]).splines:
        x, y = spline[-1]
        assert spline[-4][0] <= x - 8
        assert {point[1] for point in spline[-4:]} == {y}


def test_operands_arrive_in_written_order() -> None:
    a, b, c = Value(1.0), Value(2.0), Value(3.0)
    root = (a - b) * (b - a) / (a / (c - b))
    arrows = describe(values_below(root)).arrows
    picture = parse(root)
    paths = [box(picture, name).find(f"{SVG}path") for name in ids(picture, "e")]
    ends = [float(path.get("d", "").split(",")[-1]) for path in paths if path is not None]
    for head in {arrow.head for arrow in arrows}:
        heights = [y for y, arrow in zip(ends, arrows, strict=True) if arrow.head == head]
        assert heights == sorted(set(heights))
        assert len(heights) == 2


@pytest.mark.skipif(os.name == "nt", reason="a script is no program there")
def test_a_program_named_dot_is_not_asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = draw(neuron()).svg
    dot = tmp_path / "dot"
    dot.write_text(f'#!/bin/sh\ntouch "{tmp_path}/asked"\n', encoding="utf-8")
    dot.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert draw(neuron()).svg == before
    monkeypatch.setenv("PATH", "")
    assert draw(neuron()).svg == before
    assert not (tmp_path / "asked").exists()
