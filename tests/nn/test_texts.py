"""Weights as JSON: there and back to the last bit; whatever is no state changes nothing."""

import json
import math
import sys
from typing import Any

import pytest

from microgradnn import nn
from microgradnn.nn.texts import text_of

GOOD = '{"weight": [[1, 2]], "bias": [3]}'
EXTREMES = [0.1, -0.0, 5e-324, sys.float_info.max, 1 / 3, 2.0**53 + 2, -1e-17]


def layer() -> nn.Layer:
    return nn.Layer(2, 1, rng=0)


def weights(model: nn.Module) -> list[str]:
    return [p.data.hex() for p in model.parameters()]


def test_every_float_comes_back_as_it_was() -> None:
    model, other = nn.Layer(6, 1), nn.Layer(6, 1)
    for parameter, number in zip(model.parameters(), EXTREMES, strict=True):
        parameter.data = number
    other.load_state_text(model.state_text())
    assert weights(other) == [number.hex() for number in EXTREMES]


def test_names_and_shapes_are_those_of_the_state() -> None:
    model = nn.MLP(2, [3, 1], rng=1)
    written = json.loads(model.state_text())
    assert written == {name: array.tolist() for name, array in model.state_dict().items()}
    assert list(map(len, written["layers.0.weight"])) == [2, 2, 2]


def test_numbers_as_javascript_writes_them() -> None:
    # JSON.stringify writes 2 for 2.0, 1e+21 with a sign, and 0 for −0.
    model = layer()
    model.load_state_text('{"weight":[[2,1e+21]],"bias":[1e-7]}')
    assert [p.data for p in model.parameters()] == [2.0, 1e21, 1e-7]


def test_a_network_of_ones_own_may_have_single_numbers() -> None:
    model = nn.Neuron(2, rng=0)
    model.load_state_text('{"w": [0.5, -1], "b": 2}')
    assert [p.data for p in model.parameters()] == [0.5, -1.0, 2.0]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "text is not JSON"),
        ('{"weight": [[1, 2]], "bias": [3]', "text is not JSON"),
        (GOOD + "]", "text is not JSON: Extra data"),
        ("[1]", "text must be an object of names and lists, got a list"),
        ("null", "got null"),
        ('"weight"', 'got a string "weight"'),
        ('{"weight": [[1, 2]], "bias": [3], "bias": [3]}', "the name 'bias' twice"),
        ('{"weight": [[1, NaN]], "bias": [3]}', "text has NaN"),
        ('{"weight": [[1, 2]], "bias": [-Infinity]}', "text has -Infinity"),
        ('{"weight": [[1, 2]], "bias": [1e309]}', r"bias\[0\] is too large for a float"),
        (f'{{"weight": [[1, 1{"0" * 5000}]], "bias": [3]}}', r"weight\[0\]\[1\] is too large"),
        ('{"weight": [[1, true]], "bias": [3]}', r"weight\[0\]\[1\] must be .* got true"),
        ('{"weight": [[1, "2"]], "bias": [3]}', r'weight\[0\]\[1\] must be .* got a string "2"'),
        ('{"weight": [[1, null]], "bias": [3]}', r"weight\[0\]\[1\] must be .* got null"),
        ('{"weight": [[1, {}]], "bias": [3]}', r"weight\[0\]\[1\] must be .* got an object"),
        ('{"weight": [[1, 2], [3]], "bias": [3]}', r"weight\[1\] has shape \(1,\)"),
        ('{"weight": [1, 2], "bias": [3]}', r"weight has shape \(2,\), expected \(1, 2\)"),
        ('{"weight": [[1, 2]], "bias": 3}', r"bias has shape \(\), expected \(1,\)"),
        ('{"weight": [], "bias": [3]}', r"weight has shape \(0,\)"),
        ('{"weight": [[1, 2]]}', r"missing \['bias'\]"),
        ('{"weight": [[1, 2]], "bias": [3], "more": 1}', r"unexpected \['more'\]"),
        ("[" * 100_000, "nested too deep"),
        (f'{{"weight": {"[" * 900}1{"]" * 900}, "bias": [3]}}', "nested too deep|has shape"),
    ],
)
def test_what_is_no_state_changes_nothing(text: str, message: str) -> None:
    model = layer()
    before = weights(model)
    with pytest.raises(ValueError, match=message):
        model.load_state_text(text)
    assert weights(model) == before


@pytest.mark.parametrize("text", [None, GOOD.encode(), {"weight": [[1, 2]], "bias": [3]}, 3])
def test_only_a_str_is_a_text(text: Any) -> None:
    with pytest.raises(TypeError, match="text must be a str of JSON, got"):
        layer().load_state_text(text)


def test_what_json_cannot_write_is_refused_by_name() -> None:
    model = layer()
    model.neurons[0].w[1].data = math.inf
    with pytest.raises(ValueError, match="weight has a NaN or an infinite number"):
        model.state_text()
    assert text_of(layer().state_dict()).startswith('{"weight": [[')


def test_uneven_lists_are_refused_by_name_in_a_dict_too() -> None:
    model = layer()
    with pytest.raises(ValueError, match=r"weight must have shape \(1, 2\)"):
        model.load_state_dict({"weight": [[1.0, 2.0], [3.0]], "bias": [3.0]})
