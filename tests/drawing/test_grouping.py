"""Items by their keys."""

from microgradnn.drawing.grouping import grouped


def test_items_keep_their_order_and_keys_that_of_their_first_item() -> None:
    assert grouped([("b", 1), ("a", 2), ("b", 3)]) == {"b": [1, 3], "a": [2]}
    assert list(grouped([("b", 1), ("a", 2)])) == ["b", "a"]
    assert grouped([]) == {}
