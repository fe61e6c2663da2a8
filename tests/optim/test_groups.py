"""What may be trained, and groups of parameters with settings of their own."""

import copy
import itertools
from typing import Any

import numpy as np
import pytest
from given_gradients import with_gradients

import microgradnn as mg
from microgradnn import Value, nn, optim


def test_duplicates_are_refused() -> None:
    a = Value(1.0)
    with pytest.raises(ValueError, match="same Value twice"):
        optim.SGD([a, a], lr=0.1)


def test_only_leaves_are_trained_and_what_to_write_is_said() -> None:
    model, a = nn.MLP(2, [2, 1], rng=0), Value(1.0, label="a")
    result = a * 2
    result.label = "c"
    with mg.no_grad():
        unrecorded = a * 2
    refused: list[tuple[Any, str]] = [
        (model, r"got MLP; write model\.parameters\(\)"),
        (model.parameters, r"got a function; is a \(\) missing"),
        (model.named_parameters(), r"\[0\] must be a Value, got tuple; .* named_parameters"),
        ({"a": a}, r"got dict; write list\(the_dict\.values\(\)\)"),
        (a, r"got Value; write \[parameter\]"),
        ({a}, "must be a list .*, got set"),
        ([a, result], r"parameters\[1\], 'c', is the result of mul and no leaf"),
        ([unrecorded], r"\[0\] is a result computed in no_grad\(\) and no leaf"),
        ([model, model], r"\[0\] must be a Value, got MLP; write \[\*a"),
        ([[a]], "got list; write one flat list"),
        (np.array([[a]]), r"got ndarray; write array\.ravel"),
        (iter([{"params": [a]}]), "got dict; only optimizers take groups, in a list of dicts"),
        (iter([]), "parameters is empty"),
        ([a, a], "same Value twice"),
    ]
    for parameters, message in refused:
        with pytest.raises((TypeError, ValueError), match=message):
            optim.SGD(parameters, lr=0.1)
    assert optim.SGD((x for x in [a]), lr=0.1).parameters == [a]
    assert optim.SGD(np.array([a]), lr=0.1).parameters == [a]


# ---- Groups --------------------------------------------------------------------------------------


GROUPS: list[tuple[Any, dict[str, Any], list[dict[str, Any]]]] = [
    (optim.SGD, {"lr": 0.1}, [{"momentum": 0.9, "nesterov": True}, {"lr": 0.01}]),
    (optim.SGD, {"lr": 0.1, "momentum": 0.5}, [{"weight_decay": 0.2}, {}, {"momentum": 0.0}]),
    (optim.Adam, {"lr": 0.1}, [{"betas": (0.5, 0.75)}, {"eps": 0.0}, {"weight_decay": 0.5}]),
    (optim.AdamW, {"lr": 0.1}, [{}, {"weight_decay": 0.5}, {"lr": optim.step_decay(0.5, 2)}]),
    (optim.RMSprop, {}, [{"centered": True, "alpha": 0.5}, {"momentum": 0.5}, {"eps": 0.1}]),
]


def all_of(groups: list[list[Value]]) -> list[Value]:
    return [*itertools.chain(*groups)]


@pytest.mark.parametrize(("kind", "settings", "groups"), GROUPS)
def test_groups_are_trained_as_if_each_had_an_optimizer(
    kind: Any, settings: dict[str, Any], groups: list[dict[str, Any]]
) -> None:
    rng = np.random.default_rng(0)
    sizes = range(1, 1 + len(groups))
    together = [[Value(x) for x in rng.normal(size=size)] for size in sizes]
    apart = [[Value(p.data) for p in group] for group in together]
    optimizer = kind(
        [{"params": p, **own} for p, own in zip(together, groups, strict=True)], **settings
    )
    single = [kind(p, **{**settings, **own}) for p, own in zip(apart, groups, strict=True)]
    theta = np.array([p.data for p in all_of(together)])
    on_arrays = copy.deepcopy(optimizer)
    for size in (1e-170, 1.0, 1.0, 1e100, 1.0):
        gradient = rng.normal(size=theta.size) * size
        for p, q, slope in zip(all_of(together), all_of(apart), gradient.tolist(), strict=True):
            p.grad = q.grad = slope
        optimizer.step()
        for one in single:
            one.step()
        theta = on_arrays.update(theta, gradient)
        assert [p.data for p in all_of(together)] == [p.data for p in all_of(apart)]
        assert [p.data for p in optimizer.parameters] == theta.tolist()


def test_groups_that_do_not_fit_are_refused_by_name() -> None:
    a, b = Value(1.0), Value(2.0)
    refused: list[tuple[Any, str]] = [
        ([{"params": [a]}, b], r"parameters\[1\] must be a dict with .params., as the others"),
        ([{"params": [a]}, {"lr": 0.1}], r"parameters\[1\] must be a dict with .params."),
        ([{"params": [a]}, {"params": b}], r"parameters\[1\]\[.params.\] must be a list of Val"),
        ([{"params": [a]}, {"params": []}], r"parameters\[1\]\[.params.\] is empty"),
        (
            [{"params": [a]}, {"params": [b, 1.0]}],
            r"parameters\[1\]\[.params.\]\[1\] must be a V",
        ),
        ([{"params": [a]}, {"params": [a]}], "the same Value twice"),
        ([{"params": [a], "momentun": 0.5}], r"parameters\[0\] sets 'momentun', which its opt"),
        (
            [{"params": [a], "momentum": 1.5}],
            r"parameters\[0\]\[.momentum.\] must be in \[0, 1\)",
        ),
        (
            [{"params": [a], "lr": -1.0}],
            r"parameters\[0\]\[.lr.\] must be a finite number from 0",
        ),
        ([{"params": [a]}, {"params": [b], "nesterov": True}], "nesterov needs a momentum"),
    ]
    for groups, message in refused:
        with pytest.raises((TypeError, ValueError), match=message):
            optim.SGD(groups, lr=0.1)
    given = [{"params": [a], "momentum": 0.5}]
    optim.SGD(given, lr=0.1)
    assert given == [{"params": [a], "momentum": 0.5}]  # what is given stays as it was


def test_the_learning_rate_of_groups() -> None:
    a, b = with_gradients([0.0, 0.0], [1.0, 1.0])
    other: dict[str, Any] = {"params": [b], "lr": optim.step_decay(1.0, every=1)}
    optimizer = optim.SGD([{"params": [a]}, other], lr=1.0)
    assert optimizer.lr == 1.0  # at first they are equal
    optimizer.step()
    with pytest.raises(ValueError, match=r"groups have different learning rates, \[1\.0, 0\.5\]"):
        optimizer.lr  # noqa: B018
    optimizer.step()
    assert (a.data, b.data) == (-2.0, -1.5)
    optimizer.lr = 0.25
    assert optimizer.lr == 0.25
    optimizer.step()
    assert (a.data, b.data) == (-2.25, -1.75)


def test_a_refused_step_names_the_settings_of_the_group() -> None:
    a, b = with_gradients([1.0, 2.0], [1.0, 1e300])
    other: dict[str, Any] = {"params": [b], "lr": 1e9, "weight_decay": 0.5}
    optimizer = optim.SGD([{"params": [a]}, other], lr=0.1, momentum=0.5)
    with pytest.raises(FloatingPointError, match=r"p1, with lr 1000000000\.0, weight_decay 0\.5"):
        optimizer.step()
    assert (a.data, b.data, optimizer.steps, optimizer.velocity) == (1.0, 2.0, 0, 0.0)


def test_a_rule_of_the_users_own_has_groups_too() -> None:
    class SignDescent(optim.Optimizer):
        checks = {**optim.Optimizer.checks, "dead": lambda x, name: float(x)}  # noqa: RUF012

        def __init__(self, parameters: Any, lr: Any, dead: float = 0.0) -> None:
            super().__init__(parameters, lr, dead=dead)

        def direction(self, gradient: Any) -> Any:
            return np.sign(gradient) * (abs(gradient) > self.dead)  # type: ignore[attr-defined]

    a, b = with_gradients([0.0, 0.0], [3.0, -3.0])
    SignDescent([{"params": [a], "dead": 4.0}, {"params": [b]}], lr=0.5).step()
    assert (a.data, b.data) == (0.0, 0.5)
    with pytest.raises(TypeError, match="Optimizer has no setting dead"):
        optim.Optimizer([a], 0.1, dead=1.0)
