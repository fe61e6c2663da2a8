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

_ASKED = "truth value"  # of a Formula, by `if` and the like
_RELATIONS = {"<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge}


class Choice:
    """A derivative that chooses a side, as a partial of a row.

    `path` says of what it is the derivative: the name of the user's row, the place of an operand
    of that; and then of the operands of each derivative before. These are what the formula needs
    of `names`. Without a formula, since the partial asks `if x > 0`, its side cannot change.
    """

    def __init__(
        self, path: tuple[Any, ...], function: Callable[..., Any], names: list[str], formula: Any
    ) -> None:
        self.path, self.function, self.names, self.formula = path, function, names, formula
        needed = {*names} if formula is None else _names(formula)
        self.places = [place for place, name in enumerate(names) if name in needed]

    def __call__(self, *operands: Any) -> Any:
        operands = operands[-len(self.names) :]  # without a row's own value, which comes first
        if type(operands[0]) is float or not any(map(_is_known, operands)):
            return self.function(*operands)
        needed = [operands[place] for place in self.places]
        taken = [self.function(*operands)] if self.formula is None else []
        return self.row(*taken, *needed)

    @functools.cached_property
    def row(self) -> Primitive:
        """The row whose nodes are this derivative."""
        kind = Taken if self.formula is None else Chosen
        name, *places = self.path
        title = f"{name}__{'_'.join(map(str, places))}"
        return PRIMITIVES.setdefault(title, kind(self, title))

    def value(self, *operands: Any) -> Any:
        """The derivative itself; on numbers it never raises, as no partial does."""
        try:
            return self._on(operands)
        except (ValueError, ArithmeticError):
            return ieee(lambda *numbers: self._on(numbers), operands)[0]

    def _on(self, operands: Sequence[Any]) -> Any:
        names = [self.names[place] for place in self.places]
        return _evaluated(self.formula, dict(zip(names, operands, strict=True)), {})

    def derivative(self, place: int) -> Any:
        """The derivative by one of the operands, as a partial of the row."""
        names = [self.names[place] for place in self.places]
        slope = _slope(self.formula, names[place], {})

        def function(*operands: Any) -> Any:
            return _evaluated(slope, dict(zip(names, operands[-len(names) :], strict=True)), {})

        return _partial((*self.path, place), function, names, slope)


class Chosen(Primitive):
    """The row of a derivative that chooses a side, wherever the graph is computed again."""

    def __init__(self, choice: Choice, title: str) -> None:
        places = range(len(choice.places))
        partials = [functools.partial(_later, choice, place, []) for place in places]
        super().__init__(title, f"{choice.path[0]}′", choice.value, partials)
        self.path = choice.path

    def __reduce__(self) -> Any:
        return row_at, (self.path,)


class Taken(Primitive):
    """The row of a derivative that has taken a side: its first operand, whatever the others are."""

    def __init__(self, choice: Choice, title: str) -> None:
        partials = [self._slope, *([_zero] * len(choice.places))]
        super().__init__(title, f"{choice.path[0]}′", _first, partials, kind="custom")
        self.path = choice.path

    def _slope(self, out: Any, taken: Any, *operands: Any) -> Any:
        """1, and on Values a node again, for it holds on this side only."""
        return self(1.0, *operands) if any(map(_is_known, operands)) else 1.0

    def __reduce__(self) -> Any:
        return row_at, (self.path,)


def row_at(path: tuple[Any, ...]) -> Primitive:
    """The row of a derivative; its user's row has to be defined before."""
    name, place, *places = path
    if name not in PRIMITIVES:
        raise LookupError(f"no primitive {name!r}; define it with mg.primitive before loading")
    found: Any = PRIMITIVES[name].partials[place]  # type: ignore[index]
    for at in places:
        found = found.derivative(at)
    row: Primitive = found.row
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
    return Choice(path, function, names, formula) if _chooses(formula) else function


def _later(choice: Choice, place: int, made: list[Any], _: Any, *operands: Any) -> Any:
    """A partial of a row, which is made when it is first asked for: they go on without end."""
    if not made:
        made.append(choice.derivative(place))
    return made[0](*operands)


def _first(taken: Any, *_: Any) -> Any:
    return taken


def _zero(*_: Any) -> float:
    return 0.0


def _is_known(x: Any) -> bool:
    """Whether it is a Value whose number decides a comparison; in a trace none does."""
    return isinstance(x, Value) and x._known() is not None


# ---- Formulas ------------------------------------------------------------------------------------


def _chooses(formula: Any) -> bool:
    if not isinstance(formula, Formula):
        return False
    return formula.row == "where" or any(map(_chooses, formula.operands))


def _names(formula: Any) -> set[str]:
    """The names and numbers that stand in a formula."""
    return {formula.text}.union(*map(_names, formula.operands))


def _slope(formula: Any, name: str, done: dict[int, Any]) -> Any:
    """The derivative of a formula by a name."""
    if not isinstance(formula, Formula) or formula.row is None:
        return 1.0 if isinstance(formula, Formula) and formula.text == name else 0.0
    if id(formula) not in done:
        done[id(formula)] = _slope_of_operation(formula, name, done)
    return done[id(formula)]


def _slope_of_operation(formula: Formula, name: str, done: dict[int, Any]) -> Any:
    if formula.row == "where":
        condition, *sides = formula.operands
        slopes = [_slope(side, name, done) for side in sides]
        return where(condition, *slopes) if any(map(_is_some, slopes)) else 0.0
    assert isinstance(formula.row, Primitive)
    slopes = [_slope(x, name, done) for x in formula.operands]
    wanted = [*map(_is_some, slopes)]
    partials = formula.row.partials_on(formula, formula.operands, wanted)
    pairs = [(p, s) for p, s in zip(partials, slopes, strict=True) if _is_some(s) and _is_some(p)]
    products = [p if type(s) is float and s == 1.0 else p * s for p, s in pairs]
    return functools.reduce(operator.add, products) if products else 0.0


def _is_some(slope: Any) -> bool:
    return not (type(slope) is float and slope == 0.0)


def _evaluated(formula: Any, named: dict[str, Any], done: dict[int, Any]) -> Any:
    """The formula with numbers, arrays, Values or formulas in the place of its names."""
    if not isinstance(formula, Formula):
        return formula
    if formula.row is None:
        return named[formula.text] if formula.text in named else float(formula.text)
    if id(formula) not in done:
        operands = [_evaluated(x, named, done) for x in formula.operands]
        if isinstance(formula.row, Primitive):
            done[id(formula)] = formula.row(*operands)
        elif formula.row == "where":
            done[id(formula)] = where(*operands)
        else:
            relation = operator.and_ if formula.row == "&" else _RELATIONS[formula.row]
            done[id(formula)] = relation(*operands)
    return done[id(formula)]
