"""Parameters with gradients that no pass has made."""

from microgradnn import Value


def with_gradients(numbers: list[float], gradients: list[float]) -> list[Value]:
    parameters = [Value(x, label=f"p{i}") for i, x in enumerate(numbers)]
    for parameter, gradient in zip(parameters, gradients, strict=True):
        parameter.grad = gradient
    return parameters
