"""What a value is told besides its numbers: a label, the blocks around it, the samples of a loss.

Most values are told nothing, so no node has fields for it: where the label alone would stand there
is a `Told`, which all unlabelled values of a block have in common.
"""

from __future__ import annotations

from .typed import Any, NamedTuple


class Told(NamedTuple):
    """A label, with more than a label; nothing in it is mutable.

    `path` are the names of the blocks, the outermost first; `samples` belong to the sum of a loss.
    """

    label: str
    path: tuple[str, ...] = ()
    samples: Samples | None = None


class Samples(NamedTuple):
    """Which samples the terms of a sum belong to, and the target of each sample.

    A target is a number or a tuple of them; None stands for a Value, which is in the graph. Of a
    flat list it is not known whether it holds samples or the elements of one: then `are_rows` is
    False, and the graph has to tell.
    """

    of_terms: tuple[int, ...]
    targets: tuple[Any, ...]
    are_rows: bool


class Labelled:
    """The base of Value that says what its slot `_label` holds: a label, or more than a label."""

    __slots__ = ()

    @property
    def label(self: Any) -> str:
        """What a value is called in pictures and errors; it may be set.

        >>> from microgradnn import Value
        >>> Value(3.0, label="x").label
        'x'
        """
        told = self._label
        return told.label if type(told) is Told else told

    @label.setter
    def label(self: Any, label: str) -> None:
        told = self._label
        self._label = told._replace(label=label) if type(told) is Told else label


def path_of(value: Any) -> tuple[str, ...]:
    """The names of the blocks that a value was recorded in, the outermost first."""
    told = value._label
    return told.path if type(told) is Told else ()


def samples_of(value: Any) -> Samples | None:
    """What a loss has told its sum of the samples."""
    told = value._label
    return told.samples if type(told) is Told else None


def tell(total: Any, samples: Samples | None) -> None:
    """Tell the sum of a loss which samples its terms belong to; a number cannot be told."""
    told = getattr(total, "_label", None)
    if samples and told is not None:
        whole = told if type(told) is Told else Told(told)
        total._label = whole._replace(samples=samples)
