"""Operands of rows: taken, or refused with a message that names them."""

import numpy as np
import pytest

from microgradnn import Value
from microgradnn.engine.checks import as_operand, as_operands


def test_as_operand_and_operands() -> None:
    x = Value(1.0)
    assert as_operand(x, "x") is x
    assert type(as_operand(1, "x")) is float
    assert as_operands([x, 2], 2, "xs") == [x, 2.0]
    assert as_operands([x], None, "xs") == [x]
    with pytest.raises(ValueError, match=r"^xs has 2 elements, expected 3$"):
        as_operands([x, 2], 3, "xs")
    with pytest.raises(TypeError, match=r"^xs\[1\] must be a real number, got NoneType"):
        as_operands([x, None], 2, "xs")
    with pytest.raises(TypeError, match=r"^x has a mask, which would be lost: "):
        as_operand(np.ma.masked, "x")
