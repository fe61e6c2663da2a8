"""Embedding: a table of vectors, one for each of things that have no size, such as letters."""

from __future__ import annotations

from ..arguments import MOST_UNITS, as_count, as_number
from ..engine.functions import take
from ..engine.reductions import chosen
from ..engine.value import Value
from ..typed import TYPE_CHECKING
from .choices import Initializer, InitializerName, Input
from .init import as_initializer, as_random
from .module import Module

if TYPE_CHECKING:
    import random


class Embedding(Module):
    """The vector w[index] out of `num_embeddings`, a list of `embedding_dim` parameters.

    An index that is a number gives the parameters themselves, and records nothing. An index that is
    a Value, as a column of a compiled function is, makes a node `take` for each of the numbers.

    Raises ValueError unless the index is whole and below `num_embeddings`, TypeError if it is no
    number, or if `num_embeddings` or `embedding_dim` is no int.

    >>> letters = Embedding(27, 3)
    >>> letters(2) == letters.weight[2], letters.state_dict()["weight"].shape
    (True, (27, 3))
    """

    def __init__(
        self,
        num_embeddings: int,
        embedding_dim: int,
        init: InitializerName | Initializer = "normal",
        rng: random.Random | int | None = None,
    ) -> None:
        as_count(num_embeddings, "num_embeddings", most=MOST_UNITS)
        as_count(embedding_dim, "embedding_dim", most=MOST_UNITS)
        initialize, generator = as_initializer(init), as_random(rng)

        def vector() -> list[Value]:
            numbers = [
                initialize(num_embeddings, embedding_dim, generator) for _ in range(embedding_dim)
            ]
            return [Value(as_number(number, "what init gives")) for number in numbers]

        self.weight: list[list[Value]] = [vector() for _ in range(num_embeddings)]
        self.label_parameters()

    def __call__(self, index: Input) -> list[Value]:
        if isinstance(index, Value):
            return [take(column, index) for column in zip(*self.weight, strict=True)]
        vector: list[Value] = chosen(as_number(index, "index"), *self.weight)
        return vector.copy()

    def __repr__(self) -> str:
        return f"Embedding({len(self.weight)}, {len(self.weight[0])})"
