"""The widget: what a page sends is loaded into the model, or what is wrong is said."""

from typing import Any

import pytest

from microgradnn import nn
from microgradnn.explorer import Explorer

pytest.importorskip("anywidget", reason="needs anywidget: pip install 'microgradnn[widget]'")

GOOD = '{"weight": [[1, 2]], "bias": [3]}'


def send(widget: Any, content: Any) -> None:
    """As a notebook hands on what its widget has sent."""
    widget._handle_custom_msg(content, [])


@pytest.fixture
def model() -> nn.Layer:
    return nn.Layer(2, 1, rng=0)


def test_the_notebook_gets_the_page(model: nn.Layer) -> None:
    page = Explorer("<!doctype html><title>A &amp; B</title><p>x</p>", model)
    made: Any = page.widget()
    state = made.get_state(["html", "title", "heights", "said", "is_loaded"])
    assert state == {
        "html": page.html,
        "title": "A & B",
        "heights": {"narrow": 1300, "wide": 860},
        "said": "",
        "is_loaded": True,
    }


def test_weights_are_taken(model: nn.Layer) -> None:
    widget = Explorer("", model).widget()
    send(widget, {"weights": GOOD})
    assert [p.data for p in model.parameters()] == [1.0, 2.0, 3.0]
    assert widget.said == "The model has the weights of the page, 3 numbers."
    model.neurons[0].b.data = 0.0  # type: ignore[union-attr]
    send(widget, {"weights": GOOD})  # the same again, for the model is another now
    assert [p.data for p in model.parameters()] == [1.0, 2.0, 3.0]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ({"weights": '{"weight": [[1, NaN]], "bias": [3]}'}, "text has NaN"),
        ({"weights": '{"weight": [[1, 2]]}'}, "missing ['bias']"),
        ({"weights": 3}, "text must be a str of JSON"),
        ({}, "no weights"),
        ("weights", "no weights"),
        (None, "no weights"),
    ],
)
def test_whatever_else_comes_changes_nothing(model: nn.Layer, content: Any, message: str) -> None:
    widget = Explorer("", model).widget()
    before = [p.data for p in model.parameters()]
    send(widget, content)
    assert [p.data for p in model.parameters()] == before
    assert widget.said.startswith("The model is as it was: ")
    assert message in widget.said
    assert not widget.is_loaded
    send(widget, {"weights": GOOD})
    assert widget.is_loaded
