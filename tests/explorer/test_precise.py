"""Powers, cosines, sines and logarithms in JavaScript, against mpmath: rounded once."""

import json
import math
from typing import Any

import mpmath
import pytest
from javascript import run

BASES = [0.9, 0.999, 0.99, 0.5, 1.01, -0.75]
EXPONENTS = [0, 1, 2, 3, 4, 7, 10, 100, 200, 599, 1000, 6000]
OTHERS = [(2.0, 0.5), (2.0, -3), (0.0, 3), (10.0, 400), (1e-5, 100), (2.0, 99), (1.5, 1e300)]
ANGLES = [k * math.pi / 100 for k in range(-250, 251)]
ANGLES += [math.pi / 2, 1.0, 1e-5, 1e-12, 5e-324, 7.999999, 8.0, 20.0]
POSITIVE = [k / 200 for k in range(1, 401)]
POSITIVE += [1 - 2.0**-53, 1 + 2.0**-52, 1e-20, 3e29, 1e-300, 1e300]
PROGRAM = f"""
import {{ cosine, exactPower, logarithm, sine }} from "./precise.js";

const result = {{
  powers: {BASES}.map((x) => {EXPONENTS}.map((n) => exactPower(x, n))),
  others: {json.dumps(OTHERS)}.map(([x, n]) => String(exactPower(x, n))),
  cos: {ANGLES}.map(cosine),
  sin: {ANGLES}.map(sine),
  log: {POSITIVE}.map(logarithm),
  ends: [logarithm(0), logarithm(Infinity), cosine(NaN), sine(NaN)].map(String),
}};
"""


@pytest.fixture(scope="module")
def ran() -> dict[str, Any]:
    result: dict[str, Any] = run(PROGRAM, {})
    return result


@pytest.mark.parametrize("k", range(len(BASES)), ids=map(str, BASES))
def test_powers_are_rounded_once(ran: dict[str, Any], k: int) -> None:
    for n, got in zip(EXPONENTS, ran["powers"][k], strict=True):
        with mpmath.workdps(80):
            exact = mpmath.mpf(BASES[k]) ** n
        if abs(exact) > 1e-30:
            assert got == float(exact)
        else:
            assert got == pytest.approx(float(exact), rel=1e-15, abs=0.0)


def test_other_powers_are_those_of_math(ran: dict[str, Any]) -> None:
    numbers = [*map(float, ran["others"])]
    assert numbers[:3] == pytest.approx([math.sqrt(2), 0.125, 0.0], rel=1e-15)
    assert numbers[3:] == [math.inf, 0.0, 2.0**99, math.inf]


@pytest.mark.parametrize("name", ["cos", "sin", "log"])
def test_functions_are_rounded_once(ran: dict[str, Any], name: str) -> None:
    for x, got in zip(POSITIVE if name == "log" else ANGLES, ran[name], strict=True):
        with mpmath.workdps(80):
            exact = float(getattr(mpmath, name)(mpmath.mpf(x)))
        in_range = 1e-30 < x < 1e30 if name == "log" else abs(x) < 8
        assert got == (exact if in_range else pytest.approx(exact, rel=1e-15, abs=0.0))


def test_functions_at_the_ends(ran: dict[str, Any]) -> None:
    assert ran["ends"] == ["-Infinity", "Infinity", "NaN", "NaN"]
