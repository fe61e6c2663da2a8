"""Geometry: where the sides of a rectangle are."""

from microgradnn.drawing.geometry import Rectangle, curve


def test_sides_lie_half_a_size_from_the_middle() -> None:
    place = Rectangle(x=100.0, y=50.0, width=40.0, height=10.0)
    assert (place.left, place.right) == (80.0, 120.0)
    assert (place.top, place.bottom) == (45.0, 55.0)  # y points down


def test_straight_parts_of_a_line_are_lines_and_points_are_left_out() -> None:
    corner = [(1.0, 2.0), (1.0, 2.0), (1.04, 2.0), (1.0, 2.0)]
    line = [(1.0, 2.0), (30.25, -0.5), (30.25, -0.5)]
    bend = [(31.0, 0.0), (32.0, 1.0), (32.0, 1234567.0)]
    assert curve(corner) == "M1,2"
    assert curve([*corner, *line, *bend]) == "M1,2L30.2,-0.5C31,0 32,1 32,1234567"
    assert curve([*corner, *bend]) == "M1,2C31,0 32,1 32,1234567"
