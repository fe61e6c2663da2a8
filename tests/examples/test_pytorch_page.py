"""docs/howto/to-pytorch.md: weights go there and back, with PyTorch."""

import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from outputs import single

from microgradnn import nn

torch = pytest.importorskip("torch", reason="pip install 'microgradnn[bench]'")

PAGE = Path(__file__).parents[2] / "docs" / "howto" / "to-pytorch.md"
THERE, BACK = re.findall(r"```python not-run\n(.*?)```", PAGE.read_text("utf-8"), re.DOTALL)


@pytest.mark.bench
def test_weights_there_and_back() -> None:
    model = nn.MLP(2, [3, 1], "relu", rng=0)
    names: dict[str, Any] = {"model": model}
    exec(THERE, names)
    x = [0.5, -1.5]
    inputs = torch.tensor(x, dtype=torch.float64)
    output = names["net"](inputs)
    ours = single(model(x))
    assert ours.data == pytest.approx(output.item(), rel=1e-14)
    output.backward()
    ours.backward()
    gradients = [parameter.grad for parameter in model.parameters()]
    theirs = [
        np.column_stack([layer.weight.grad, layer.bias.grad]).ravel()
        for layer in names["net"].layers
    ]
    assert gradients == pytest.approx(np.concatenate(theirs), rel=1e-14)

    with torch.no_grad():
        for tensor in names["net"].parameters():
            tensor += 0.25
    exec(BACK, names)
    assert single(model(x)).data == pytest.approx(names["net"](inputs).item(), rel=1e-14)
