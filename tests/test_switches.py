"""Switches: what is neither True nor False is refused by name, for "no" would be taken for yes."""

from collections.abc import Callable
from typing import Any

import pytest

import microgradnn as mg
from microgradnn import Value, losses, nn, optim

X, Y = [[0.5, -1.0], [1.0, 2.0]], [1.0, 0.0]


def fitted(**switch: Any) -> Any:
    how: dict[str, Any] = {"loss": losses.mse_loss, "epochs": 1, "progress": False}
    return mg.fit(nn.MLP(2, [1]), X, Y, **how | switch)


def twice(x: Any) -> Any:
    return x * 2


SWITCHES: list[tuple[str, Callable[..., Any]]] = [
    ("progress", fitted),
    ("keep_weights", fitted),
    ("bias", lambda **switch: nn.Neuron(2, **switch)),
    ("bias", lambda **switch: nn.Layer(2, 2, **switch)),
    ("bias", lambda **switch: nn.MLP(2, [2], **switch)),
    ("mistakes", lambda **switch: mg.explore(twice(Value(1.0)), **switch)),
    ("open_neurons", lambda **switch: mg.draw(twice(Value(1.0)), **switch)),
    ("open_neurons", lambda **switch: mg.to_dot(twice(Value(1.0)), **switch)),
    ("strict", lambda **switch: nn.Neuron(2).load_state_dict({}, **switch)),
    ("vector_math", lambda **switch: mg.compile(nn.MLP(2, [1]), **switch)),
    ("nesterov", lambda **switch: optim.SGD([Value(1.0)], lr=0.1, momentum=0.5, **switch)),
    ("has_aux", lambda **switch: mg.grad(twice, **switch)),
]


@pytest.mark.parametrize(("name", "call"), SWITCHES)
@pytest.mark.parametrize("given", ["no", None, 1])
def test_a_switch_is_true_or_false(name: str, call: Callable[..., Any], given: Any) -> None:
    with pytest.raises(TypeError, match=f"^{name} must be True or False, got"):
        call(**{name: given})
