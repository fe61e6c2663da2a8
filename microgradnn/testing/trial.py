"""check_engine: runs small programs with an engine, and looks for what they get wrong."""

from __future__ import annotations

import cmath
import dis
import functools
import math
import re
import sys
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from . import checks, programs
from .checks import BASIC, MORE, Check
from .exact import right_numbers
from .report import Fault, Report

TOLERANCE = 1e-6  # what single precision keeps; how precise an engine is, is a check of its own

Symptom = tuple[str, str]  # what is wrong after a program, in words and as a line that shows it


def check_engine(ValueClass: type[Any]) -> Report:
    """Try an engine on small programs, and report what is wrong with it, like a teacher.

    The engine is a class with micrograd's interface: `Value(data)`, `.data`, `.grad`,
    `.backward()`, + and *. Whatever else it offers is tried, too: − / ** with Values and numbers
    on either side, relu, tanh, sigmoid, exp, log; and random graphs of all these. Fractions give
    the right numbers. The report is the same every time, however slow the engine: examples are
    counted, and a program that does not end is stopped after so many lines of Python.

    The lines are counted by a trace function, so a debugger does not stop inside the engine. A loop
    inside a function that is written in C is not stopped.

    Raises TypeError if it is given no class, ImportError without hypothesis.

    >>> from microgradnn import Value
    >>> print(check_engine(Value))
    Value: no faults
    """
    if not isinstance(ValueClass, type):
        raise TypeError(f"ValueClass must be a class such as mg.Value, got {ValueClass!r}")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # NumPy's, for instance: what counts are the numbers.
        return _report(ValueClass)


def _report(ValueClass: type[Any]) -> Report:
    passed = set[str]()
    blocked = set[str]()
    report = Report(ValueClass.__name__, [], [], [])
    for check in checks.CHECKS:
        if check.method and not hasattr(ValueClass, check.method):
            report.not_offered.append(check.name)
        elif blocked.intersection(check.passes):
            blocked.add(check.name)
            report.not_tried.append(check.name)
        elif not passed.issuperset(check.passes):
            continue  # It builds on what the engine does not offer.
        elif fault := _fault(ValueClass, check, passed):
            blocked.add(check.name)
            report.faults.append(fault)
        else:
            passed.add(check.name)
    return report


# ---- Looking for a fault -----------------------------------------------------------------------


ENDLESS = (
    "The program does not end, or takes far too long. Look for a loop whose condition never "
    "becomes false; in backward, for nodes that are visited again and again."
)


def _fault(engine: Any, check: Check, passed: set[str]) -> Fault | None:
    """The first program that shows a fault, and the simplest are tried first; None without one."""
    if not check.tries:
        return _fault_in_graphs(engine, check, [name for name in (*BASIC, *MORE) if name in passed])
    for program, *others in programs.programs_of(check):
        symptom = _symptom(engine, check, program)
        if symptom and all(_symptom(engine, check, other) for other in others):
            return _told(check, program, symptom)
    return None


def _fault_in_graphs(engine: Any, check: Check, operations: list[str]) -> Fault | None:
    """The first random graph that shows a fault, made as short as still shows it."""
    for program in programs.random_graphs(operations):
        if symptom := _symptom(engine, check, program):
            return _told(check, *_shortest(engine, check, program, symptom))
    return None


def _shortest(engine: Any, check: Check, program: str, symptom: Symptom) -> tuple[str, Symptom]:
    """The program with as few lines as still show something wrong, and what that is."""
    for one in programs.shorter(program):
        if found := _symptom(engine, check, one):
            return _shortest(engine, check, one, found)
    return program, symptom


def _told(check: Check, program: str, symptom: Symptom) -> Fault:
    wrong, line = symptom
    sentence = ENDLESS if wrong == ENDLESS else check.sentence.format(wrong=wrong)
    return Fault(check.name, sentence, f"{program}\n{line}")


def _symptom(engine: Any, check: Check, program: str) -> Symptom | None:
    """What is wrong with an engine after a program; None if nothing is."""
    scope: dict[str, Any] = {"Value": engine, "nan": math.nan, "isnan": cmath.isnan}
    right = {} if check.must else right_numbers(program)
    try:
        with _limited_lines(check.most_lines):
            try:
                exec(program, scope)
            except (Exception, SystemExit) as error:
                if check.may_raise:
                    return None
                line = f"# {type(error).__name__}: {error}".partition("\n")[0]
                return f"raises {type(error).__name__}", line
            return _broken(check.must, scope) if check.must else _wrong_number(right, scope)
    except _TooManyLines:
        return ENDLESS, f"# does not end: stopped after {check.most_lines:,} lines of Python"


def _broken(must: str, scope: dict[str, Any]) -> Symptom | None:
    """The condition, with what it looks at, if it does not hold."""
    try:
        if eval(must, scope):
            return None
    except (TypeError, AttributeError):
        pass  # None and complex numbers cannot be compared; they are no right numbers either.
    looked_at = [(what, *what.split(".")) for what in re.findall(r"\b[a-z]\.\w+", must)]
    seen = [f"{what} is {getattr(scope[name], kind, 'missing')}" for what, name, kind in looked_at]
    return ("is wrong", f"assert {must}  # but {' and '.join(seen) or 'it is not'}")


def _wrong_number(right: dict[tuple[str, str], float], scope: dict[str, Any]) -> Symptom | None:
    """The first number of a node that is not the right one."""
    for (name, kind), number in right.items():
        try:
            got = getattr(scope[name], kind)
        except Exception as error:  # a method of the engine's, perhaps, which raises what it will
            return f"has no {kind}", f"{name}.{kind}  # {type(error).__name__}: {error}"
        try:
            if abs(float(got) - number) <= TOLERANCE * max(1.0, abs(number)):
                continue
        except (TypeError, ValueError, ArithmeticError):
            pass  # None, a complex number and the like are no right numbers.
        wrong = "has a wrong value" if kind == "data" else f"has a wrong derivative by {name}"
        return wrong, f"{name}.{kind}  # should be {number:.10g}, is {got}"
    return None


class _TooManyLines(BaseException):
    """Ends a program; an engine that catches each Exception does not catch this."""


@contextmanager
def _limited_lines(most: int) -> Iterator[None]:
    """End what the block calls when it has run more lines of Python than these."""
    lines = 0

    def count(frame: Any, event: str, argument: Any) -> Any:
        nonlocal lines
        lines += 1
        if lines > most:
            raise _TooManyLines
        if event == "call" and _has_empty_loop(frame.f_code):
            frame.f_trace_opcodes = True
        return count

    before = sys.gettrace()
    sys.settrace(count)
    try:
        yield
    finally:
        sys.settrace(before)


@functools.cache
def _has_empty_loop(code: Any) -> bool:
    """Whether there is a `while True: pass`: a single instruction, which jumps to itself.

    No other loop goes on without a new line, as Python counts them for trace functions.
    """
    instructions = dis.get_instructions(code)
    return any(x.opname.startswith("JUMP") and x.argval == x.offset for x in instructions)
