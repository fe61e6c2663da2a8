"""The graph as JSON: numbers, words, blocks and what a click on each does."""

import math

import pytest

import microgradnn as mg
from microgradnn import Value
from microgradnn.drawing.nest import Nest
from microgradnn.engine.row import PRIMITIVES
from microgradnn.explorer import facts as module
from microgradnn.explorer.excerpt import Excerpt
from microgradnn.explorer.views import Plan, View

NOTHING: frozenset[int] = frozenset()
# Block 0 holds 1 and 3, block 1 holds 2; block 4 is apart.
NEST = Nest(["a", "a.b", "a.b.c", "a.d", "e"], [-1, 0, 1, 0, -1], [], [])


def view(*unfolded: int) -> View:
    return View(Plan(frozenset(unfolded), {0: [0]}, {}), [], "")


def test_nothing_in_json_looks_like_a_tag() -> None:
    assert module.as_json({"a": "</script>&\u2028"}) == (r'{"a":"\u003c/script\u003e\u0026\u2028"}')
    with pytest.raises(ValueError, match="Out of range"):
        module.as_json(math.inf)


def test_operations_are_texts_and_places() -> None:
    a, b = Value(2.0), Value(0.0)
    mul, add = PRIMITIVES["mul"], PRIMITIVES["add"]
    assert module._words(mul, (a, b)) == ["", 0, " × ", 1, ""]
    assert module._words(mul, (a, 0.5)) == ["", 0, " × ", 1, ""]
    assert module._words(add, (a, 0.0)) == ["", 0, " + 0"]
    many = mg.sum([a] * 13)
    assert module._words(PRIMITIVES["sum"], many.operands) == ["Σ of 13 operands"]
    twelve = mg.sum([a] * 12)
    assert [x for x in module._words(PRIMITIVES["sum"], twelve.operands) if isinstance(x, int)] == [
        *range(12)
    ]


def test_blocks_are_listed_below_the_one_around_them() -> None:
    assert module._tree(NEST) == [(0, 0), (1, 1), (2, 2), (3, 1), (4, 0)]


def test_blocks_are_called_by_their_paths_or_like_the_box_of_a_rank() -> None:
    x = Value(1.0)
    a, b, c = x - 0.5, x - 0.5, x - 0.5
    values = [x, a, b, c, mg.sum([a, b, c])]
    blocks = Nest(["model", ""], [-1, 0], [0, 1, 1, 1, 0], [NOTHING])
    assert module._titles(Excerpt(values, blocks, {}, "", values)) == [
        "model",
        "□ − 0.5 · 3 values",
    ]


def test_a_click_leads_to_the_view_that_is_wanted_or_most_like_it() -> None:
    titles = ["a", "a.b", "a.b.c", "a.d", "e"]
    views = [view(0, 1, 4), view(0), view(0, 1), view(4)]
    # Block 1 folded is {0, 4}. None has just that; {0} lacks 4, and {4} lacks 0.
    assert module._toggle(1, views[0], views, NEST, titles) == {
        "action": "Fold a.b",
        "listed": True,
        "after": 1,
    }
    # Block 4 folded is {0, 1}, which there is.
    assert module._toggle(4, views[0], views, NEST, titles)["after"] == 2
    # No view unfolds block 3.
    assert module._toggle(3, views[0], views, NEST, titles) == {
        "action": "Unfold a.d",
        "listed": True,
    }
    # What lies in a folded block is not listed, unless it is unfolded.
    assert not module._toggle(2, views[1], views, NEST, titles)["listed"]
    assert module._toggle(1, view(1), views, NEST, titles)["listed"]


def test_digits_of_an_operation_of_ones_own() -> None:
    cube = mg.primitive("cube", lambda x: x * x * x, [lambda out, x: 3 * x * x])
    try:
        # 0.3333³ = 0.03703 but (1/3)³ = 0.03704, which 0.33333 gives: 0.037036.
        assert module._standing_digits(cube(Value(1 / 3))) == 5
        assert module._standing_digits(cube(Value(0.5))) == 4
    finally:
        del PRIMITIVES["cube"]


def test_what_a_row_says_of_its_domain() -> None:
    assert module._row(PRIMITIVES["log"]) == {
        "name": "log",
        "overflows": False,
        "domain": [{"low": 0.0, "high": "Infinity", "excluded": (0.0,), "text": "(0, ∞)"}],
    }
    assert module._row(PRIMITIVES["mul"]) == {
        "name": "mul",
        "overflows": True,
        "domain": [None, None],
    }
