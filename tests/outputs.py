"""What a network gives, narrowed for type checkers: one Value, or a list of them."""

from microgradnn import Value


def single(output: Value | list[Value]) -> Value:
    assert isinstance(output, Value)
    return output


def several(output: Value | list[Value]) -> list[Value]:
    assert isinstance(output, list)
    return output
