"""How operations are recorded: the mode of a context, and what a result becomes in it."""

from __future__ import annotations

from collections.abc import Callable
from contextvars import ContextVar

from ..typed import Any, NamedTuple


class Mode(NamedTuple):
    """How operations are recorded in a context; the blocks of `modes.py` change it."""

    records: bool = True
    keep: Callable[..., Any] = tuple  # makes a node's operands; under `debug`, with the line
    lenient: bool = False  # what is outside a domain is infinite or NaN, as partials are
    told: Any = ""  # the label of nodes, until they get one; or the path of their blocks
    blocks: tuple[object, ...] = ()  # those that are open, the innermost last


mode: ContextVar[Mode] = ContextVar("mode", default=Mode())  # noqa: B039 - it is immutable


class _Unrecorded(tuple[Any, ...]):
    """The operands of what was computed without recording: none, but not as a leaf has none."""

    __slots__ = ()


UNRECORDED = _Unrecorded()

# Weak references to the blocks that change what is recorded, in whatever context; as a block is
# alive while a context is in it, no context has to be asked for its mode while this is empty.
# Asking takes a seventh of the time of a node.
changed_somewhere: set[Any] = set()

# Traces of the compiler, the innermost last. What they watch is of a class that no kernel takes.
open_traces: list[Any] = []


def settled(node: Any) -> Any:
    """The finished node as the mode of this context wants it."""
    now = mode.get()
    if not now.records:
        node.op = None
        node._connect(UNRECORDED, ())
        return node
    if now.keep is not tuple:
        node._connect(now.keep(node.operands), node.local_grads)
    if now.told:
        node._label = now.told
    return node


def must_be_recorded(node: Any, asked: str) -> None:
    """Refuse to differentiate what was computed without recording: 0 would be a wrong answer."""
    if node._x is UNRECORDED:
        name = node.label or f"Value(data={node.data!r})"
        raise RuntimeError(
            f"{asked} has nothing to go back over: {name} was computed inside no_grad(), which "
            "records nothing; compute it outside of the block"
        )
