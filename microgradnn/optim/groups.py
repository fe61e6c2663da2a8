"""Groups of parameters with settings of their own, as an optimiser is given them."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from ..arguments import as_numbers, check_lengths, is_array
from ..engine.value import Value
from ..floats import array
from ..nn.leaves import as_leaves
from ..typed import Any

Check = Callable[[Any, str], Any]  # takes a setting and its name, or refuses it


class Groups:
    """All parameters in one list, how many of them each group has, and what it sets by itself.

    They are given as a list of Values, which is one group, or as a list of dicts, each with the
    Values as "params".
    """

    def __init__(self, parameters: Any) -> None:
        is_list = isinstance(parameters, (list, tuple))
        if not (is_list and parameters and isinstance(parameters[0], Mapping)):
            self.parameters: list[Value] = as_leaves(parameters)
            self.sizes: list[int] = [len(self.parameters)]
            self.own: list[dict[str, Any]] = [{}]
            return
        self.own = [_as_group(x, f"parameters[{i}]") for i, x in enumerate(parameters)]
        parts: list[list[Value]] = [own.pop("params") for own in self.own]
        self.parameters = as_leaves([x for part in parts for x in part])
        self.sizes = [len(part) for part in parts]

    def each(self, name: str, common: Any, check: Check) -> list[Any]:
        """A setting for each group: its own, or what all have in common."""
        values = []
        for place, own in enumerate(self.own):
            shown = f'parameters[{place}]["{name}"]' if name in own else name
            values.append(check(own.pop(name, common), shown))
        return values

    def finish(self) -> None:
        """Raise if a group sets what has not been asked for."""
        for place, own in enumerate(self.own):
            for name in own:
                raise ValueError(f"parameters[{place}] sets {name!r}, which its optimizer lacks")


def _as_group(group: Any, name: str) -> dict[str, Any]:
    if not isinstance(group, Mapping) or "params" not in group:
        raise TypeError(f'{name} must be a dict with "params", as the others are; got {group!r}')
    own = dict(group)
    own["params"] = as_leaves(own["params"], f'{name}["params"]')
    return own


def spread(values: list[Any], sizes: list[int]) -> Any:
    """What each group has, as one number if it is the same, else as one for each parameter.

    Pairs of numbers become a pair of arrays.
    """
    if values.count(values[0]) == len(values):
        return values[0]
    return array([x for x, size in zip(values, sizes, strict=True) for _ in range(size)]).T


def each_with_a_number(parameters: list[Value], numbers: Any, name: str) -> Any:
    """The numbers as an array; refused if they are none, or not one for each parameter."""
    found = numbers if is_array(numbers) else array(as_numbers(numbers, name))
    check_lengths(parameters, found, "parameters", name)
    return found


def listed(setting: Any, count: int) -> list[Any]:
    """A setting for each parameter: those of an array, or the one that all have in common."""
    return setting.tolist() if is_array(setting) else [setting] * count
