"""Loops in JavaScript: formulas over the numbers of slots, in functions that equal steps share.

The idea: all numbers are in one array, uniform slots first, then batched ones with B numbers each.
A function is told where its operands begin and how far apart their slots are; slots without such a
pattern are listed in a table. So programs have few functions, and V8 soon makes each a fast one.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from itertools import groupby

import numpy as np

from ..engine.formulas import Formula, statements
from ..javascript import JAVASCRIPT
from .patterns import Affine, affine, shape_of_views
from .steps import Schedule, Slots


class Loops:
    """The lines of a program, and the functions and tables that they name.

    In its text M is the array, U the number of uniform slots, B the number of samples. For a name x
    in a formula, `$x` is the place of its first slot, `dx` the distance to the next one, `ix` a
    table of slots, and `px` the place of the slot at hand.
    """

    def __init__(self, schedule: Schedule) -> None:
        # With those of copies, which are added here.
        self.slot_count: dict[bool, int] = dict(schedule.slot_count)
        self.functions: dict[str, str] = {}  # names, by the text
        self.tables: dict[str, str] = {}  # likewise
        self.lines: list[str] = []

    # ---- Names and places ------------------------------------------------------------------------

    def _table(self, index: Iterable[int], first: str = "") -> str:
        """The name of an array with these numbers, to which `first` is added."""
        return self.tables.setdefault(listed(index, first), f"i{len(self.tables)}")

    def _function(self, text: str) -> str:
        return self.functions.setdefault(text, f"f{len(self.functions)}")

    def _new_slots(self, like: Slots) -> Slots:
        start = self.slot_count[like.batched]
        self.slot_count[like.batched] += like.index.size
        index = np.arange(start, start + like.index.size)
        return Slots(like.batched, index.reshape(like.index.shape))

    # ---- Formulas --------------------------------------------------------------------------------

    def _elementwise(
        self, results: list[tuple[Slots, Formula]], operands: dict[str, Slots]
    ) -> None:
        """Write the call that computes formulas over `operands` for all slots of their results."""
        formulas = {f"y{k}": formula for k, (_, formula) in enumerate(results)}
        named = {f"y{k}": slots for k, (slots, _) in enumerate(results)} | operands
        shape = shape_of_views([x.index for x in named.values()])
        views = {name: affine(x.index.reshape(shape)) for name, x in named.items()}
        if len(shape) > 1 and None in views.values():
            shape = (math.prod(shape),)
            views = {name: affine(x.index.reshape(shape)) for name, x in named.items()}
        self._call(formulas, named, views, shape)

    def _call(
        self,
        formulas: dict[str, Formula],
        named: dict[str, Slots],
        views: dict[str, Affine | None],
        shape: tuple[int, ...],
    ) -> None:
        """Write the call of the function of these formulas; in two dimensions in a loop over j."""
        batched, count = named["y0"].batched, shape[-1]
        loop = f"for (let j = 0; j < {shape[0]}; j++) " if len(shape) > 1 else ""
        starts, steps = {}, {}
        for name, view in views.items():
            if view is not None:
                start = f"{view.start} + {view.strides[0]} * j" if loop else str(view.start)
                starts[name] = place(named[name].batched, start)
                steps[name] = view.strides[-1]
        kinds, all_start = {x.batched for x in named.values()}, len(starts) == len(named)
        in_a_row = all_start and (count == 1 or set(steps.values()) == {1})
        if in_a_row and kinds == {batched}:
            function = self._function(_in_a_row(formulas, named))
            arguments = [times(count, batched), *starts.values()]
        else:
            function = self._function(_slot_by_slot(formulas, named, set(starts)))
            arguments = [*(["B"] if batched else []), str(count)]
            for name, slots in named.items():
                if name in starts:
                    arguments += [starts[name], times(steps[name], slots.batched)]
                else:
                    arguments.append(self._table(slots.index.tolist()))
        self.lines.append(f"{loop}{function}(M, {', '.join(arguments)});")


def place(batched: bool, slot: str) -> str:
    """Where a slot begins: a number, or a formula in j."""
    if not batched:
        return slot
    return f"U + {times(slot, batched)}" if slot != "0" else "U"


def times(count: int | str, batched: bool) -> str:
    """How far apart slots are that have this distance by number, or how long so many are."""
    text = str(count)
    if not batched or text == "0":
        return text
    text = f"({text})" if "+" in text else text
    return "B" if text == "1" else f"{text} * B"


def listed(numbers: Iterable[int], first: str = "") -> str:
    """An array of numbers by their differences, most of which are 1; `first` is added to each.

    >>> listed([7, 8, 9, 10, 4], "U")
    'decoded("7 1*3 -6", U)'
    """
    steps = np.diff(np.array([0, *numbers], np.int64)).tolist()
    parts = [(step, len([*same])) for step, same in groupby(steps)]
    text = " ".join(f"{step}*{count}" if count > 1 else str(step) for step, count in parts)
    return f'decoded("{text}"{first and f", {first}"})'


def _in_a_row(formulas: dict[str, Formula], named: Iterable[str]) -> str:
    """The function of numbers that stand side by side."""
    operands = [f"{x} = M[${x} + k]" for x in named if x not in formulas]
    lines = _computed(formulas, operands, "M[${} + k]".format)
    parameters = ", ".join(f"${x}" for x in named)
    return (
        f"(M, n, {parameters}) => {{\n  for (let k = 0; k < n; k++) {{\n"
        + "".join(f"    {line}\n" for line in lines)
        + "  }\n}"
    )


def _slot_by_slot(formulas: dict[str, Formula], named: dict[str, Slots], starts: set[str]) -> str:
    """The function of slots that are apart, or listed, or uniform beside batched ones."""
    batched = named["y0"].batched
    parameters, places, numbers = [], [], []
    for name, slots in named.items():
        if name in starts:
            parameters += [f"${name}", f"d{name}"]
            found = f"${name} + i * d{name}"
        else:
            parameters.append(f"i{name}")
            found = f"U + i{name}[i] * B" if slots.batched else f"i{name}[i]"
        if slots.batched or name in formulas:
            places.append(f"p{name} = {found}")
        else:
            places.append(f"{name} = M[{found}]")
        if slots.batched and name not in formulas:
            numbers.append(f"{name} = M[p{name} + b]")
    lines = _computed(formulas, numbers, ("M[p{} + b]" if batched else "M[p{}]").format)
    if batched:
        lines = ["for (let b = 0; b < B; b++) {", *[f"  {line}" for line in lines], "}"]
    text = "".join(f"    {line}\n" for line in lines)
    return (
        f"(M, {'B, ' * batched}n, {', '.join(parameters)}) => {{\n"
        f"  for (let i = 0; i < n; i++) {{\n    const {', '.join(places)};\n{text}  }}\n}}"
    )


def _computed(
    formulas: dict[str, Formula], operands: list[str], result: Callable[[str], str]
) -> list[str]:
    """The lines that read the operands and write the results of formulas."""
    lines = [f"const {', '.join(operands)};"] if operands else []
    for line in statements(formulas, JAVASCRIPT):
        name, value = line.split(" = ", 1)
        lines.append(f"{result(name) if name in formulas else f'const {name}'} = {value};")
    return lines
