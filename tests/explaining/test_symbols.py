"""Symbols: a parameter's path as a textbook writes it, and back."""

import pytest

from microgradnn.explaining.symbols import Symbol, lowered, split, symbol_of


@pytest.mark.parametrize(
    ("path", "symbol"),
    [
        ("layers.0.neurons.0.w.1", "w₁₂⁽¹⁾"),
        ("layers.1.neurons.4.b", "b₅⁽²⁾"),
        ("neurons.0.w.2", "w₁₃"),
        ("layers.2.weight.0.1", "weight₁₂⁽³⁾"),
        ("layers.9.neurons.8.w.7", "w₉₈⁽¹⁰⁾"),
        ("layers.0.neurons.11.w.2", "w₁₂,₃⁽¹⁾"),  # not w₁₂₃, which could be 1 and 23
        ("layers.0.neurons.0.w.99", "w₁,₁₀₀⁽¹⁾"),
    ],
)
def test_paths_of_layers_and_neurons_are_symbols_that_count_from_1(path: str, symbol: str) -> None:
    assert str(symbol_of(path)) == symbol


@pytest.mark.parametrize(
    "label",
    ["w", "w1", "x.1", "encoder.w.1", "layers.0.layers.1.b", "layers.w", "neurons.0.1.w", "", "."],
)
def test_other_labels_are_left_as_they_are(label: str) -> None:
    assert symbol_of(label) is None


def test_symbols_are_taken_apart_again() -> None:
    assert split(str(Symbol("w", [1, 2], 3))) == ("w", "12", "3")
    assert split(str(Symbol("w", [10, 2]))) == ("w", "10,2", "")
    for name in ("loss", "x1", "(a × b)", "a\nb", "h#2", ""):
        assert split(name) == (name, "", "")
    assert lowered(120) == "₁₂₀"
