"""Geometry: where the sides of a rectangle are."""

from microgradnn.drawing.geometry import Rectangle


def test_sides_lie_half_a_size_from_the_middle() -> None:
    place = Rectangle(x=100.0, y=50.0, width=40.0, height=10.0)
    assert (place.left, place.right) == (80.0, 120.0)
    assert (place.top, place.bottom) == (45.0, 55.0)  # y points down
