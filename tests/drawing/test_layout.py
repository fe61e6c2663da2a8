"""Layout: nothing overlaps, lines run between boxes, and nothing but Python is asked."""

import math
import os
from collections.abc import Callable
from pathlib import Path

import pytest
from drawings import SVG, batch, box, chain, ids, network, neuron, parse, recurrence, two_paths
from effort import by_profile
from hypothesis import given, settings
from hypothesis import strategies as st

from microgradnn import Value
from microgradnn.drawing import draw
from microgradnn.drawing.diagram import describe, values_below
from microgradnn.drawing.geometry import Beside
from microgradnn.drawing.layout import Geometry, Point, Rectangle, Route, Size, lay_out
from microgradnn.drawing.svg import box_size, route_of

EXAMPLES = by_profile(dev=30, ci=30, nightly=2000)


BESIDE = st.lists(st.just(Beside(30, 20, 1)), max_size=3).map(tuple)


@st.composite
def graphs(draw_from: st.DrawFn) -> tuple[list[Size], list[Route]]:
    widths = draw_from(st.lists(st.sampled_from([100, 180, 330]), min_size=1, max_size=14))
    routes = [
        Route(
            draw_from(st.integers(0, head - 1)),
            head,
            Size(draw_from(st.integers(30, 90)), 20),
            seat,
        )
        for head in range(1, len(widths))
        for seat in range(draw_from(st.integers(1, 5)))
    ]
    boxes = [
        Size(width, draw_from(st.sampled_from([38, 62, 95])), draw_from(BESIDE)) for width in widths
    ]
    return boxes, routes


def along(spline: list[Point]) -> list[Point]:
    points = []
    for k in range(0, len(spline) - 1, 3):
        for t in [step / 16 for step in range(17)]:
            weights = ((1 - t) ** 3, 3 * t * (1 - t) ** 2, 3 * t**2 * (1 - t), t**3)
            piece = list(zip(weights, spline[k : k + 4], strict=True))
            points.append((sum(w * p[0] for w, p in piece), sum(w * p[1] for w, p in piece)))
    return points


def runs_through(box: Rectangle, points: list[Point]) -> bool:
    return any(
        box.left + 2 < x < box.right - 2 and abs(y - box.y) < box.height / 2 - 1 for x, y in points
    )


def check(boxes: list[Size], routes: list[Route], geometry: Geometry) -> None:
    numbers = [place for beside in geometry.beside for place, _ in beside]
    placed = [*geometry.boxes, *geometry.labels, *numbers]
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
                assert not runs_through(other, points), "a line runs through a box or a label"
    for k, beside in enumerate(geometry.beside):
        assert len(beside) == len(boxes[k].beside)
        for number, spline in beside:
            assert spline[0] == pytest.approx((number.right, number.y))
            assert spline[-1][0] == pytest.approx(geometry.boxes[k].left)
            for other in placed:
                if other is not number:
                    assert not runs_through(other, along(spline))


@given(graph=graphs())
@settings(max_examples=EXAMPLES, deadline=None)
def test_boxes_and_labels_lie_apart_and_lines_run_between_them(
    graph: tuple[list[Size], list[Route]],
) -> None:
    boxes, routes = graph
    geometry = lay_out(boxes, routes)
    check(boxes, routes, geometry)
    width, height, _ = geometry.size  # up to rounding, which is far below a pixel
    assert all(box.left >= -1e-9 and box.right <= width + 1e-9 for box in geometry.boxes)
    assert all(box.top >= -1e-9 and box.bottom <= height + 1e-9 for box in geometry.boxes)


NAMED = {
    "two paths": two_paths,
    "a neuron": neuron,
    "a network": network,
    "a batch": lambda: batch(4),
    "a recurrence": lambda: recurrence(5),
    "a chain": lambda: chain(12),
}


@pytest.mark.parametrize("root", NAMED.values(), ids=NAMED.keys())
def test_no_line_runs_through_a_box_of_a_named_picture(root: Callable[[], Value]) -> None:
    diagram = describe(values_below(root()))
    boxes = [*map(box_size, diagram.boxes)]
    routes = [*map(route_of, diagram.arrows)]
    check(boxes, routes, lay_out(boxes, routes))


def test_a_chain_is_on_one_line() -> None:
    diagram = describe(values_below(chain(12)))
    geometry = lay_out([*map(box_size, diagram.boxes)], [*map(route_of, diagram.arrows)])
    middles = [place.y for place in [*geometry.boxes, *geometry.labels]]
    middles += [y for spline in geometry.splines for _, y in spline]
    assert max(middles) - min(middles) < 0.01


def test_so_is_the_state_of_a_recurrence_though_it_has_leaves_at_each_step() -> None:
    diagram = describe(values_below(recurrence(5)))
    geometry = lay_out([*map(box_size, diagram.boxes)], [*map(route_of, diagram.arrows)])
    states = [
        place.y
        for words, place in zip(diagram.boxes, geometry.boxes, strict=True)
        if words.name.startswith("h") and words.operation
    ]
    assert len(states) == 5
    assert max(states) - min(states) < 0.01


def test_neurons_of_a_layer_stand_in_order_with_their_parameters() -> None:
    diagram = describe(values_below(network()))
    geometry = lay_out([*map(box_size, diagram.boxes)], [*map(route_of, diagram.arrows)])
    height = {
        words.path: place.y for words, place in zip(diagram.boxes, geometry.boxes, strict=True)
    }
    for names in (
        ["z₁⁽¹⁾", "z₂⁽¹⁾", "z₃⁽¹⁾"],
        [f"layers.0.neurons.{j}.{p}" for j in range(3) for p in ("w.0", "w.1", "b")],
        # Each weight beside what it multiplies.
        [x for j in range(3) for x in (f"layers.1.neurons.0.w.{j}", f"tanh(z{'₁₂₃'[j]}⁽¹⁾)")],
    ):
        heights = [height[name] for name in names]
        assert heights == sorted(heights)


def test_lines_keep_clear_of_wider_boxes_in_their_column() -> None:
    widths = (60, 330, 60, 330, 60, 100, 60, 330, 60, 330, 60, 100)
    boxes = [Size(width, 79) for width in widths]
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
