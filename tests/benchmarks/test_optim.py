"""Steps of optimisers and learning rates against PyTorch's."""

from typing import Any

import numpy as np
import pytest

from microgradnn import Value, optim

pytestmark = pytest.mark.bench

torch = pytest.importorskip("torch", reason="compares with PyTorch; pip install -e '.[bench]'")

RULES: list[tuple[str, dict[str, Any]]] = [
    ("SGD", {"lr": 0.05, "momentum": 0.9, "weight_decay": 0.01}),
    ("SGD", {"lr": 0.05, "momentum": 0.9, "nesterov": True, "weight_decay": 0.01}),
    ("Adam", {}),
    ("Adam", {"lr": 0.05, "betas": (0.8, 0.99), "eps": 1e-3, "weight_decay": 0.1}),
    ("AdamW", {}),
    ("AdamW", {"lr": 0.05, "betas": (0.8, 0.99), "weight_decay": 0.1}),
    ("RMSprop", {}),
    ("RMSprop", {"lr": 0.02, "alpha": 0.9, "weight_decay": 0.1, "momentum": 0.5}),
    ("RMSprop", {"alpha": 0.9, "momentum": 0.5, "centered": True}),
]
GROUPS: list[tuple[str, dict[str, Any], dict[str, Any]]] = [
    ("SGD", {"momentum": 0.9, "nesterov": True}, {"lr": 0.02, "weight_decay": 0.1}),
    ("AdamW", {"betas": (0.8, 0.99), "weight_decay": 0.0}, {"lr": 0.02, "eps": 1e-4}),
    ("RMSprop", {"centered": True, "alpha": 0.9}, {"lr": 0.02, "momentum": 0.5}),
]
rng = np.random.default_rng(0)
A, START = rng.normal(size=(30, 12)), rng.normal(size=12)


def slope(theta: Any) -> Any:
    return A.T @ np.tanh(A @ theta) / len(A)


def steps_of_torch(kind: str, group: Any, settings: dict[str, Any]) -> Any:
    parts = [torch.tensor(x, dtype=torch.float64) for x in (START[:5], START[5:])]
    groups = [{"params": [parts[0]]}, {"params": [parts[1]], **group}]
    optimizer = getattr(torch.optim, kind)(groups, **settings)
    for _ in range(100):
        gradient = torch.tensor(slope(np.hstack([x.numpy() for x in parts])))
        parts[0].grad, parts[1].grad = gradient[:5], gradient[5:]
        optimizer.step()
    return np.hstack([x.numpy() for x in parts])


@pytest.mark.parametrize(
    ("kind", "group", "settings"),
    [*((kind, {}, settings) for kind, settings in RULES), *GROUPS],
)
def test_a_hundred_steps_are_pytorchs(kind: str, group: Any, settings: dict[str, Any]) -> None:
    expected = steps_of_torch(kind, group, settings)
    parameters = [Value(x) for x in START]
    groups = [{"params": parameters[:5]}, {"params": parameters[5:], **group}]
    optimizer = getattr(optim, kind)(groups if group else parameters, **settings)
    theta = START.copy()
    for _ in range(100):
        theta = optimizer.update(theta, slope(theta))
    np.testing.assert_allclose(theta, expected, rtol=1e-12, atol=1e-12)
    optimizer = getattr(optim, kind)(groups if group else parameters, **settings)
    for _ in range(100):
        for p, g in zip(parameters, slope(np.array([p.data for p in parameters])), strict=True):
            p.grad = g
        optimizer.step()
    np.testing.assert_array_equal([p.data for p in parameters], theta)


def schedulers(lr: float) -> tuple[Any, Any]:
    optimizer = torch.optim.SGD([torch.zeros(1)], lr=lr)
    return optimizer, torch.optim.lr_scheduler


@pytest.mark.parametrize(
    ("total", "settings"),
    [(100, {}), (7, {"pct_start": 0.5, "div_factor": 10.0}), (20, {"final_div_factor": 50.0})],
)
def test_one_cycle_is_pytorchs(total: int, settings: dict[str, Any]) -> None:
    optimizer, lr_scheduler = schedulers(0.5)
    scheduler = lr_scheduler.OneCycleLR(optimizer, 0.5, total, cycle_momentum=False, **settings)
    rate = optim.one_cycle(0.5, total, **settings)
    for step in range(total):
        assert rate(step) == pytest.approx(optimizer.param_groups[0]["lr"], rel=1e-12)
        optimizer.step()
        if step + 1 < total:
            scheduler.step()


@pytest.mark.parametrize(
    "settings", [{}, {"factor": 0.5, "patience": 2, "threshold": 0.05, "min_lr": 0.01}]
)
def test_reduce_on_plateau_is_pytorchs(settings: dict[str, Any]) -> None:
    optimizer, lr_scheduler = schedulers(0.1)
    scheduler = lr_scheduler.ReduceLROnPlateau(optimizer, **settings)
    rate = optim.reduce_on_plateau(0.1, **settings)
    for step, noise in enumerate(rng.uniform(0.0, 0.2, 60)):
        loss = 1.0 / (1.0 + step) + noise
        scheduler.step(loss)
        rate.see(loss)
        assert rate(step) == pytest.approx(optimizer.param_groups[0]["lr"], rel=1e-12)
