"""What is said of steps, forward and reverse."""

from __future__ import annotations

from microgradnn import nn
from microgradnn.compiler import compile


def test_the_summary_says_what_became_of_the_scalars() -> None:
    summary = compile(nn.MLP(64, [32, 10])).summary()
    assert "4,096 multiplications and additions → matmul 32×64" in summary
    assert "32 × relu → elementwise" in summary
