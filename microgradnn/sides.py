"""Derivatives of the user's own rows that choose a side: on Values they are rows themselves.

The idea: `where(x > 0, a, b)` of Values takes a side, and nothing in the graph tells of the other.
So such a partial is written down as a formula, and on Values it is a node of a row that computes
this formula; the partials of that row are the formula's derivatives, which are rows in their turn.
"""

import functools
import operator
from collections.abc import Callable, Sequence

from .elements import ieee, where
from .engine.formulas import Formula
from .engine.row import PRIMITIVES, Primitive
from .engine.value import Value
from .typed import Any

MOST_WRITTEN = 200  # parts of a formula that a kernel is compiled of; longer ones are called
_ASKED = "truth value"  # of a Formula, by `if` and the like
_SIGNS: dict[Any, Callable[..., Any]] = {"<": operator.lt, "<=": operator.le}
_SIGNS |= {">": operator.gt, ">=": operator.ge, "&": operator.and_, "where": where}


class Choice:
    """A derivative that chooses a side, as a partial of a row.

    `path` says of what it is the derivative: the name of the user's row, the place of an operand
    of that; and then of the operands of each derivative before. These are what the formula needs
    of `names`. Without a formula, since the partial asks `if x > 0`, its side cannot change.
    """

    def __init__(
        self, path: tuple[Any, ...], function: Callable[..., Any], names: list[str], formula: Any
    ) -> None:
        self.path: tuple[Any, ...] = path
        self.function: Callable[..., Any] = function
        self.names: list[str] = names
        self.formula: Any = formula
        needed = {*names} if formula is None else {part.text for part in _parts(formula)}
        self.places: list[int] = [place for place, name in enumerate(names) if name in needed]

    def __call__(self, *operands: Any) -> Any:
        operands = operands[-len(self.names) :]  # without a row's own value, which comes first
        if type(operands[0]) is float or not _are_known(operands):
            return self.function(*operands)
        needed = [operands[place] for place in self.places]
        if self.formula is None:
            return self.row(self.function(*operands), *needed)
        found = self.row(*needed)
        return found if self._still_gives(found, operands) else self.as_taken(*operands)

    def _still_gives(self, found: Any, operands: Sequence[Any]) -> bool:
        """Whether a partial of the user's is what it was when it was written down as a formula."""
        if len(self.path) > 2:
            return True
        numbers = [x if type(x) is float else x.data for x in operands]
        try:
            now = self.function(*numbers)
        except (ValueError, ArithmeticError):
            (now,) = ieee(self.function, numbers)
        there = found.data if isinstance(found, Value) else found
        return bool(now == there or (now != now and there != there))

    @functools.cached_property
    def as_taken(self) -> "Choice":
        """The same without its formula, which holds no longer: the partial has another constant."""
        return Choice(self.path, self.function, self.names, None)

    @functools.cached_property
    def row(self) -> Primitive:
        """The row whose nodes are this derivative."""
        name, *places = self.path
        title = f"{name}__{'_'.join(map(str, places))}"
        if self.formula is None:
            return PRIMITIVES.setdefault(f"{title}_taken", Taken(self, f"{title}_taken"))
        return PRIMITIVES.setdefault(title, Chosen(self, title))

    def value(self, *operands: Any) -> Any:
        """The derivative itself; on numbers it never raises, as no partial does."""
        try:
            return self._on(operands)
        except (ValueError, ArithmeticError):
            return ieee(lambda *numbers: self._on(numbers), operands)[0]

    def _on(self, operands: Sequence[Any]) -> Any:
        names = [self.names[place] for place in self.places]
        return _evaluated(self.formula, dict(zip(names, operands, strict=True)))

    def derivative(self, place: int) -> Any:
        """The derivative by one of the operands, as a partial of the row."""
        names = [self.names[place] for place in self.places]
        slope = _slope(self.formula, names[place])

        def function(*operands: Any) -> Any:
            return _evaluated(slope, dict(zip(names, operands[-len(names) :], strict=True)))

        return _partial((*self.path, place), function, names, slope)


class Chosen(Primitive):
    """The row of a derivative that chooses a side, wherever the graph is computed again."""

    def __init__(self, choice: Choice, title: str) -> None:
        places = range(len(choice.places))
        partials = [functools.partial(_later, choice, place, []) for place in places]
        kind = "formula" if len(_parts(choice.formula)) <= MOST_WRITTEN else "custom"
        super().__init__(title, f"{choice.path[0]}′", choice.value, partials, kind=kind)
        self.path: tuple[Any, ...] = choice.path

    def __reduce__(self) -> Any:
        return row_at, (self.path,)


class Taken(Primitive):
    """The row of a derivative that has taken a side: its first operand, whatever the others are."""

    def __init__(self, choice: Choice, title: str) -> None:
        partials = [self._slope, *([_zero] * len(choice.places))]
        super().__init__(title, f"{choice.path[0]}′", _first, partials, kind="custom")
        self.path: tuple[Any, ...] = choice.path

    def _slope(self, out: Any, taken: Any, *operands: Any) -> Any:
        """1, and on Values a node again, for it holds on this side only."""
        return self(1.0, *operands) if _are_known(operands) else 1.0

    def __reduce__(self) -> Any:
        return row_at, (self.path, True)


def row_at(path: tuple[Any, ...], is_taken: bool = False) -> Primitive:
    """The row of a derivative; its user's row has to be defined before."""
    name, place, *places = path
    if name not in PRIMITIVES:
        raise LookupError(f"no primitive {name!r}; define it with mg.primitive before loading")
    found: Any = PRIMITIVES[name].partials[place]  # type: ignore[index]
    for at in places:
        found = found.derivative(at)
    row: Primitive = (found.as_taken if is_taken else found).row
    return row


def choosing(name: str, partials: Sequence[Callable[..., Any]]) -> list[Callable[..., Any]]:
    """The partials of the user's row; those that choose a side are to do so on Values, too."""
    names = ["out", *(f"x{k}" for k in range(len(partials)))]
    found = []
    for place, partial in enumerate(partials):
        try:
            formula = partial(*map(Formula, names))
        except Exception as error:  # a function of numbers; it may raise anything
            asks = isinstance(error, TypeError) and _ASKED in str(error)
            found.append(Choice((name, place), partial, names, None) if asks else partial)
        else:
            found.append(_partial((name, place), partial, names, formula))
    return found


def _partial(path: tuple[Any, ...], function: Any, names: list[str], formula: Any) -> Any:
    chooses = any(part.row == "where" for part in _parts(formula))
    return Choice(path, function, names, formula) if chooses else function


def _later(choice: Choice, place: int, made: list[Any], _: Any, *operands: Any) -> Any:
    """A partial of a row, which is made when it is first asked for: they go on without end."""
    if not made:
        made.append(choice.derivative(place))
    return made[0](*operands)


def _first(taken: Any, *_: Any) -> Any:
    return taken


def _zero(*_: Any) -> float:
    return 0.0


def _are_known(operands: Sequence[Any]) -> bool:
    """Whether these are Values, whose numbers decide a comparison; in a trace they do not."""
    values = [x for x in operands if isinstance(x, Value)]
    return bool(values) and all(x._known() is not None for x in values)


# ---- Formulas ------------------------------------------------------------------------------------


def _parts(formula: Any) -> list[Formula]:
    """What a formula consists of, each part once and after its operands; there is no recursion."""
    parts: dict[Formula, None] = {}
    stack = [formula] if isinstance(formula, Formula) else []
    while stack:
        waiting = [x for x in stack[-1].operands if x not in parts]
        if waiting and stack[-1] not in parts:
            stack += waiting
        else:
            parts[stack.pop()] = None
    return [*parts]


def _slope(formula: Any, name: str) -> Any:
    """The derivative of a formula by a name."""
    slopes: dict[Any, Any] = {formula: 0.0}
    for part in _parts(formula):
        if part.row is None:
            slopes[part] = 1.0 if part.text == name else 0.0
        elif part.row == "where":
            condition, *sides = part.operands
            ways = [slopes[side] for side in sides]
            slopes[part] = where(condition, *ways) if any(map(_is_some, ways)) else 0.0
        elif isinstance(part.row, Primitive):
            slopes[part] = _by_chain_rule(part, part.row, [slopes[x] for x in part.operands])
        else:  # a condition
            slopes[part] = 0.0
    return slopes[formula]


def _by_chain_rule(part: Formula, row: Primitive, slopes: list[Any]) -> Any:
    partials = row.partials_on(part, part.operands, [*map(_is_some, slopes)])
    pairs = [(p, s) for p, s in zip(partials, slopes, strict=True) if _is_some(s) and _is_some(p)]
    products = [p if type(s) is float and s == 1.0 else p * s for p, s in pairs]
    return functools.reduce(operator.add, products) if products else 0.0


def _is_some(slope: Any) -> bool:
    return not (type(slope) is float and slope == 0.0)


def _evaluated(formula: Any, named: dict[str, Any]) -> Any:
    """The formula with numbers, arrays, Values or formulas in the place of its names."""
    found: dict[Any, Any] = {formula: formula}
    for part in _parts(formula):
        operands = [found[x] for x in part.operands]
        if part.row is None:
            found[part] = named[part.text] if part.text in named else float(part.text)
        elif isinstance(part.row, Primitive):
            found[part] = part.row(*operands)
        else:
            found[part] = _SIGNS[part.row](*operands)
    return found[formula]
