"""What samples add to gradients: the parts add up to the whole, and each is right by itself."""

import math
import random
from fractions import Fraction
from typing import Any

import pytest
from batches import LOSSES

import microgradnn as mg
from microgradnn import Value, losses, nn, topological_order
from microgradnn.explorer.contributions import REST, contributions
from microgradnn.explorer.sample import batch_of


def found(root: Value, most: int = 100) -> Any:
    order = topological_order(root)
    batch = batch_of(order)
    assert batch
    return contributions(order, batch, most)


@pytest.mark.parametrize("name", LOSSES)
@pytest.mark.parametrize("most", [1, 2, 100])
def test_contributions_add_up_to_gradients(name: str, most: int) -> None:
    root = LOSSES[name]()
    root.backward()
    rows = found(root, most).whole
    leaves = [x for x in topological_order(root) if x.op is None]
    assert set(leaves) <= set(rows)
    for value, row in rows.items():
        size = math.fsum(map(abs, row.values()))
        assert math.fsum(row.values()) == pytest.approx(value.grad, rel=1e-13, abs=1e-15 * size)
        assert set(row) <= {REST, *range(min(most, 4))}


def test_they_are_exact() -> None:
    """(w·x − t)², by integers: each sample gives 2x(wx − t), the penalty 6w."""
    w = Value(3.0)
    X, T = [1.0, -2.0, 5.0], [4.0, 1.0, -7.0]
    loss = losses.mse_loss([w * x for x in X], T, "sum") + 3 * w * w
    row = found(loss).whole[w]
    wanted = [Fraction(2) * int(x) * (3 * int(x) - int(t)) for x, t in zip(X, T, strict=True)]
    assert [row[k] for k in range(3)] == wanted
    assert row[REST] == 18
    loss.backward()
    assert w.grad == sum(wanted) + 18


def test_what_comes_through_shared_values_is_told_apart() -> None:
    """Samples use p = exp(w) only: directly they add to p, through it to w."""
    w = Value(0.5)
    p = mg.exp(w)
    rows = found(losses.mse_loss([p * 1.0, p * 2.0], [0.0, 0.0], "sum") + w * w)
    e = math.exp(0.5)
    assert rows.direct[p] == {0: pytest.approx(2 * e), 1: pytest.approx(8 * e)}
    assert rows.whole[w] == {
        0: pytest.approx(2 * e * e),
        1: pytest.approx(8 * e * e),
        REST: pytest.approx(1.0),
    }
    assert set(rows.direct[w]) == {REST}


def test_each_sample_alone_has_its_contribution_as_gradient() -> None:
    """The loss of one sample alone, by a backward pass, over the number of samples."""
    rng = random.Random(3)
    model = nn.MLP(3, [4, 2], activation="tanh", rng=0)
    X = [[rng.gauss(0, 1) for _ in range(3)] for _ in range(6)]
    targets = [rng.randrange(2) for _ in X]
    rows = found(losses.cross_entropy([model(x) for x in X], targets)).whole
    for k, (x, t) in enumerate(zip(X, targets, strict=True)):
        model.zero_grad()
        (losses.cross_entropy(model(x), t) / len(X)).backward()
        for p in model.parameters():
            assert rows[p].get(k, 0.0) == pytest.approx(p.grad, rel=1e-12, abs=1e-17)
