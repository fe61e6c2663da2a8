"""What losses give for what they are given, as type checkers and editors read it.

A loss is one number, and a Value if one is among what it is computed from. With `reduction="none"`
there is one for each element or sample, in lists nested as those of the prediction.
"""

from collections.abc import Callable, Iterable
from typing import Any, Literal, Protocol, overload

from ..engine.value import Value
from ..signatures import Number, Reduction

Reduced = Literal["mean", "sum"]
# Flat or nested lists; the recursion ends, as neither a number nor a Value has elements.
Numbers = Number | Iterable["Numbers"]
Values = Value | Number | Iterable["Values"]
Plain = Numbers | None
Weights = Values | None

class Loss(Protocol):
    @overload
    def __call__(  # type: ignore[overload-overlap]
        self,
        prediction: Numbers,
        target: Numbers,
        reduction: Reduced = ...,
        *,
        sample_weight: Plain = None,
    ) -> float: ...
    @overload
    def __call__(
        self,
        prediction: Values,
        target: Values,
        reduction: Reduced = ...,
        *,
        sample_weight: Weights = None,
    ) -> Value: ...
    @overload
    def __call__(
        self,
        prediction: Values,
        target: Values,
        reduction: Reduction = ...,
        *,
        sample_weight: Weights = None,
    ) -> Any: ...

def loss(function: Callable[..., Any]) -> Loss: ...

class LossWithDelta(Protocol):
    @overload
    def __call__(  # type: ignore[overload-overlap]
        self,
        prediction: Numbers,
        target: Numbers,
        delta: float = 1.0,
        reduction: Reduced = ...,
        *,
        sample_weight: Plain = None,
    ) -> float: ...
    @overload
    def __call__(
        self,
        prediction: Values,
        target: Values,
        delta: float = 1.0,
        reduction: Reduced = ...,
        *,
        sample_weight: Weights = None,
    ) -> Value: ...
    @overload
    def __call__(
        self,
        prediction: Values,
        target: Values,
        delta: float = 1.0,
        reduction: Reduction = ...,
        *,
        sample_weight: Weights = None,
    ) -> Any: ...

def loss_with_delta(function: Callable[..., Any]) -> LossWithDelta: ...

class WeightedLoss(Protocol):
    @overload
    def __call__(  # type: ignore[overload-overlap]
        self,
        prediction: Numbers,
        target: Numbers,
        reduction: Reduced = ...,
        *,
        weight: Plain = None,
        sample_weight: Plain = None,
    ) -> float: ...
    @overload
    def __call__(
        self,
        prediction: Values,
        target: Values,
        reduction: Reduced = ...,
        *,
        weight: Weights = None,
        sample_weight: Weights = None,
    ) -> Value: ...
    @overload
    def __call__(
        self,
        prediction: Values,
        target: Values,
        reduction: Reduction = ...,
        *,
        weight: Weights = None,
        sample_weight: Weights = None,
    ) -> Any: ...

def weighted_loss(function: Callable[..., Any]) -> WeightedLoss: ...

class LossOfLogits(Protocol):
    @overload
    def __call__(  # type: ignore[overload-overlap]
        self,
        prediction: Numbers,
        target: Numbers,
        reduction: Reduced = ...,
        *,
        weight: Plain = None,
        pos_weight: Plain = None,
        sample_weight: Plain = None,
    ) -> float: ...
    @overload
    def __call__(
        self,
        prediction: Values,
        target: Values,
        reduction: Reduced = ...,
        *,
        weight: Weights = None,
        pos_weight: Weights = None,
        sample_weight: Weights = None,
    ) -> Value: ...
    @overload
    def __call__(
        self,
        prediction: Values,
        target: Values,
        reduction: Reduction = ...,
        *,
        weight: Weights = None,
        pos_weight: Weights = None,
        sample_weight: Weights = None,
    ) -> Any: ...

def loss_of_logits(function: Callable[..., Any]) -> LossOfLogits: ...

class LossOfClasses(Protocol):
    @overload
    def __call__(  # type: ignore[overload-overlap]
        self,
        prediction: Numbers,
        target: Numbers,
        reduction: Reduced = ...,
        *,
        weight: Plain = None,
        ignore_index: int | None = None,
        label_smoothing: float = 0.0,
        sample_weight: Plain = None,
    ) -> float: ...
    @overload
    def __call__(
        self,
        prediction: Values,
        target: Values,
        reduction: Reduced = ...,
        *,
        weight: Weights = None,
        ignore_index: int | None = None,
        label_smoothing: float = 0.0,
        sample_weight: Weights = None,
    ) -> Value: ...
    @overload
    def __call__(
        self,
        prediction: Values,
        target: Values,
        reduction: Reduction = ...,
        *,
        weight: Weights = None,
        ignore_index: int | None = None,
        label_smoothing: float = 0.0,
        sample_weight: Weights = None,
    ) -> Any: ...

def loss_of_classes(function: Callable[..., Any]) -> LossOfClasses: ...

class LossOfProbabilities(Protocol):
    @overload
    def __call__(  # type: ignore[overload-overlap]
        self,
        prediction: Numbers,
        target: Numbers,
        reduction: Reduced = ...,
        base: float | None = None,
        *,
        weight: Plain = None,
        ignore_index: int | None = None,
        sample_weight: Plain = None,
    ) -> float: ...
    @overload
    def __call__(
        self,
        prediction: Values,
        target: Values,
        reduction: Reduced = ...,
        base: float | None = None,
        *,
        weight: Weights = None,
        ignore_index: int | None = None,
        sample_weight: Weights = None,
    ) -> Value: ...
    @overload
    def __call__(
        self,
        prediction: Values,
        target: Values,
        reduction: Reduction = ...,
        base: float | None = None,
        *,
        weight: Weights = None,
        ignore_index: int | None = None,
        sample_weight: Weights = None,
    ) -> Any: ...

def loss_of_probabilities(function: Callable[..., Any]) -> LossOfProbabilities: ...

class LossOfLogs(Protocol):
    @overload
    def __call__(  # type: ignore[overload-overlap]
        self,
        prediction: Numbers,
        target: Numbers,
        reduction: Reduced = ...,
        *,
        weight: Plain = None,
        ignore_index: int | None = None,
        sample_weight: Plain = None,
    ) -> float: ...
    @overload
    def __call__(
        self,
        prediction: Values,
        target: Values,
        reduction: Reduced = ...,
        *,
        weight: Weights = None,
        ignore_index: int | None = None,
        sample_weight: Weights = None,
    ) -> Value: ...
    @overload
    def __call__(
        self,
        prediction: Values,
        target: Values,
        reduction: Reduction = ...,
        *,
        weight: Weights = None,
        ignore_index: int | None = None,
        sample_weight: Weights = None,
    ) -> Any: ...

def loss_of_logs(function: Callable[..., Any]) -> LossOfLogs: ...

class OfDistribution(Protocol):
    @overload
    def __call__(  # type: ignore[overload-overlap]
        self, p: Iterable[Number], base: float | None = None
    ) -> float: ...
    @overload
    def __call__(self, p: Iterable[Value | Number], base: float | None = None) -> Value: ...

def of_distribution(function: Callable[..., Any]) -> OfDistribution: ...

class OfTwoDistributions(Protocol):
    @overload
    def __call__(  # type: ignore[overload-overlap]
        self, p: Iterable[Number], q: Iterable[Number], base: float | None = None
    ) -> float: ...
    @overload
    def __call__(
        self,
        p: Iterable[Value | Number],
        q: Iterable[Value | Number],
        base: float | None = None,
    ) -> Value: ...

def of_two_distributions(function: Callable[..., Any]) -> OfTwoDistributions: ...
