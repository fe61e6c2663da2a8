"""The rules and learning rates in JavaScript, against Python's; one process runs all of it."""

import itertools
import json
import math
import re
from typing import Any

import numpy as np
import pytest
from javascript import run

import microgradnn as mg
from microgradnn import Value, optim
from microgradnn.explorer.rule_formulas import RATES, RULES
from microgradnn.explorer.updates import updates

SIZE, FIRST = 12, 5  # parameters, and how many of them the first of two groups has
GRADIENTS, LOSSES = 200, 60
CASES: list[tuple[str, list[dict[str, Any]]]] = [
    ("SGD", [{}]),
    ("SGD", [{"momentum": 0.9, "weight_decay": 0.1}]),
    ("SGD", [{"momentum": 0.9, "nesterov": True}, {"momentum": 0.5, "nesterov": False}]),
    ("Adam", [{}]),
    ("Adam", [{"betas": (0.8, 0.99), "eps": 0.0, "weight_decay": 0.1}]),
    ("AdamW", [{"eps": 1e-200}, {"betas": (0.5, 0.75), "weight_decay": 0.0, "eps": 1e-8}]),
    ("RMSprop", [{}]),
    ("RMSprop", [{"alpha": 0.9, "momentum": 0.5, "centered": True}, {"centered": False}]),
]
RATES_TRIED: list[Any] = [
    optim.constant(0.3),
    optim.step_decay(1.0, every=7, factor=0.9),
    optim.exponential_decay(0.5, 0.003),
    optim.inverse_time_decay(0.5, 0.01),
    optim.cosine_decay(1.0, 990, final=0.0),
    optim.cosine_decay(0.7, 300, final=0.1),
    optim.one_cycle(1.0, 990),
    optim.one_cycle(0.5, 900, pct_start=0.0),
    optim.one_cycle(0.5, 900, pct_start=1.0, div_factor=3.0),
    optim.one_cycle(0.5, 1),
    optim.warmup(0.3, 9),
    optim.warmup(optim.cosine_decay(1.0, 500), 30),
]
PLATEAUS: list[Any] = [
    optim.reduce_on_plateau(1.0),
    optim.reduce_on_plateau(1.0, factor=0.5, patience=2, threshold=0.05, min_lr=0.01),
    optim.warmup(optim.reduce_on_plateau(0.4, patience=0), 20),
]
PROGRAM = """
import { optimizers, rates, rateOf } from "./updates.js";

const given = GIVEN;
const typed = (numbers) => Float64Array.from(numbers, Number); // "NaN" and "Infinity" are texts
const caught = (work) => {
  try { return work(); } catch ({ message, place, what }) { return { message, place, what }; }
};
function walk({ kind, settings, state, theta, gradients, rate }) {
  const own = optimizers[kind](settings, theta.length, state);
  let now = typed(theta);
  return gradients.map((gradient) => {
    const slope = typed(gradient), before = [...now];
    const next = caught(() => own.update(now, slope, rate));
    if (before.some((x, i) => x !== now[i])) throw new Error("theta was changed");
    if (!(next instanceof Float64Array)) return { ...next, steps: own.steps };
    now = next;
    return [...now];
  });
}
const own = optimizers.SGD({ momentum: 0.5 }, 1);
own.update(typed([1]), typed([1]), 0.5);
own.settings[0].momentum = 0;
const result = {
  walks: given.walks.map(walk),
  changed: [...own.update(typed([1]), typed([1]), 0.5)],
  rates: given.rates.map((record) => {
    const rate = rateOf(record);
    return Array.from({ length: 1000 }, (_, step) => rate(step));
  }),
  plateaus: given.plateaus.map((record) => {
    const rate = rates[record.kind](record);
    return given.losses.map((loss, step) => {
      rate.see(Number(loss));
      return rate(step);
    });
  }),
  refused: [
    () => optimizers.Adam({ momentum: 0.9 }, 2),
    () => optimizers.Adam([{ size: 1 }, { size: 2 }], 2),
    () => optimizers.Adam({}, 2).update(typed([1]), typed([1, 2]), 0.1),
  ].map(caught),
};
"""


def text_of(x: float) -> Any:
    """A number, or what JavaScript reads as one, for JSON has no NaN."""
    return x if math.isfinite(x) else "NaN" if math.isnan(x) else str(x).replace("inf", "Infinity")


def record(rate: Any) -> Any:
    if not isinstance(rate, optim.Schedule):
        return rate
    numbers = {name: record(x) for name, x in vars(rate).items() if x != math.inf}
    return {"kind": type(rate).__name__, **numbers}


def gradients(powers: float) -> Any:
    rng = np.random.default_rng(0)
    sizes = 10.0 ** rng.uniform(-powers, powers, size=(GRADIENTS, SIZE))
    return rng.normal(size=(GRADIENTS, SIZE)) * sizes


START = np.random.default_rng(1).normal(size=SIZE)
WALKS = [(kind, groups, powers) for kind, groups in CASES for powers in (0.0, 3.0, 200.0)]
# One infinite gradient, and one with which the step overflows, among good ones.
BAD = np.array(
    [[1.0, 2.0], [math.inf, 1.0], [1.0, math.nan], [1.0, -2.0], [1e308, 0.0], [3.0, 4.0]]
)
BAD_CASES: list[tuple[str, dict[str, Any]]] = [
    ("SGD", {"momentum": 0.9}),
    ("RMSprop", {"momentum": 0.5}),
    ("Adam", {"eps": 0.0}),
]


def walk(kind: str, groups: list[dict[str, Any]], powers: float) -> dict[str, Any]:
    sizes = [FIRST, SIZE - FIRST] if len(groups) == 2 else [SIZE]
    return {
        "kind": kind,
        "settings": [{"size": n, **own} for n, own in zip(sizes, groups, strict=True)],
        "theta": START.tolist(),
        "gradients": gradients(powers).tolist(),
        "rate": [0.01, 0.03][: len(groups)],
    }


class Signed(optim.Optimizer):
    """An optimizer of a user's own: signs of a mean, which is kept as an array."""

    def __init__(self, parameters: Any, lr: float) -> None:
        super().__init__(parameters, lr)
        self.beta = 0.75
        self.mean = np.ones(len(self.parameters))

    def direction(self, gradient: Any) -> Any:
        self.mean = self.beta * self.mean + (1 - self.beta) * gradient
        direction: Any = mg.sign(self.mean) * 4 + self.mean**2 / (self.steps + 1)
        return direction


OWN = Signed([Value(0.0) for _ in START], lr=0.01)


@pytest.fixture(scope="module")
def ran() -> dict[str, Any]:
    rng = np.random.default_rng(2)
    adam: Any = optim.Adam([Value(0.0) for _ in START])
    for gradient in gradients(0.0)[:7]:
        adam.update(START, gradient)
    state = {"steps": 7, "mean": list(adam.mean), "square": list(adam.square), "scale": 1.0}
    losses = [*(1.0 / (1.0 + k) + rng.uniform(0.0, 0.2) for k in range(LOSSES - 4)), 0.1, 0.1]
    losses += [math.nan, math.inf]
    given: dict[str, list[Any]] = {
        "walks": [
            *itertools.starmap(walk, WALKS),
            walk("Adam", [{}], 0.0) | {"state": state},
            walk("Signed", [{}], 0.0),
            *(
                {
                    "kind": kind,
                    "settings": settings,
                    "theta": [1e308, 1.0],
                    "gradients": [[*map(text_of, row)] for row in BAD.tolist()],
                    "rate": 2.0,
                }
                for kind, settings in BAD_CASES
            ),
        ],
        "rates": [0.25, *map(record, RATES_TRIED)],
        "plateaus": [*map(record, PLATEAUS)],
        "losses": [*map(text_of, losses)],
    }
    program = PROGRAM.replace("GIVEN", json.dumps(given))
    return {**run(program, {"updates.js": updates(OWN)}), "losses": losses, "adam": adam}


def optimizer_of(kind: str, groups: list[dict[str, Any]]) -> Any:
    parameters = [Value(0.0) for _ in START]
    if len(groups) == 1:
        return getattr(optim, kind)(parameters, lr=0.01, **groups[0])
    parts: list[dict[str, Any]] = [
        {"params": parameters[:FIRST]},
        {"params": parameters[FIRST:], "lr": 0.03},
    ]
    lists = [{**part, **own} for part, own in zip(parts, groups, strict=True)]
    return getattr(optim, kind)(lists, lr=0.01)


def assert_walks(own: Any, rows: Any, got: Any) -> None:
    theta = START
    for gradient, step in zip(rows, got, strict=True):
        theta = own.update(theta, gradient)
        # Weights are about 1, so that a last place of a step is 1e-16 also of one that crosses 0.
        np.testing.assert_allclose(step, theta, rtol=1e-15, atol=1e-15)


def test_every_rule_and_rate_of_optim_has_its_javascript() -> None:
    kinds = [x for x in vars(optim).values() if isinstance(x, type)]
    assert {*RULES} == {x for x in kinds if issubclass(x, optim.Optimizer)} - {optim.Optimizer}
    assert {*RATES} == {x for x in kinds if issubclass(x, optim.Schedule)} - {optim.Schedule}


@pytest.mark.parametrize("k", range(len(WALKS)), ids=[f"{x[0]}{x[1]}{x[2]}" for x in WALKS])
def test_two_hundred_steps_are_pythons(ran: dict[str, Any], k: int) -> None:
    kind, groups, powers = WALKS[k]
    assert_walks(optimizer_of(kind, groups), gradients(powers), ran["walks"][k])


def test_steps_go_on_from_a_state(ran: dict[str, Any]) -> None:
    ran["adam"].lr = 0.01
    assert_walks(ran["adam"], gradients(0.0), ran["walks"][len(WALKS)])


def test_an_optimizer_of_ones_own_steps_as_in_python(ran: dict[str, Any]) -> None:
    assert_walks(OWN, gradients(0.0), ran["walks"][len(WALKS) + 1])


@pytest.mark.parametrize("k", range(len(BAD_CASES)))
def test_a_bad_step_changes_nothing(ran: dict[str, Any], k: int) -> None:
    kind, settings = BAD_CASES[k]
    own = getattr(optim, kind)([Value(0.0), Value(0.0)], lr=2.0, **settings)
    theta, refused = np.array([1e308, 1.0]), 0
    for gradient, got in zip(BAD, ran["walks"][len(WALKS) + 2 + k], strict=True):
        try:
            theta = own.update(theta, gradient)
        except FloatingPointError as error:
            message = str(error).replace("inf", "Infinity").replace("nan", "NaN")
            place, number = re.findall(r"parameters\[(\d)\].* (\S+);", message)[0]
            what = "gradient" if "gradient" in message else "step"
            assert (got["what"], got["place"], got["steps"]) == (what, int(place), own.steps)
            told = f"the {what} of parameters[{place}] is {number}; no parameter was changed"
            assert got["message"] == told
            refused += 1
        else:
            np.testing.assert_allclose(got, theta, rtol=1e-15)
    assert refused >= 2


def test_settings_may_change_between_steps(ran: dict[str, Any]) -> None:
    assert ran["changed"] == [0.5]  # 1 − 0.5·(0·1 + 1)


def test_what_does_not_fit_is_refused(ran: dict[str, Any]) -> None:
    assert [x["message"] for x in ran["refused"]] == [
        "there is no setting momentum",
        "groups of 3 parameters, here are 2",
        "1 numbers for 2 parameters",
    ]


@pytest.mark.parametrize("k", range(len(RATES_TRIED)), ids=repr)
def test_a_thousand_rates_are_pythons(ran: dict[str, Any], k: int) -> None:
    rate = RATES_TRIED[k]
    expected = [rate(step) for step in range(1000)]
    np.testing.assert_allclose(ran["rates"][k + 1], expected, rtol=1e-15, atol=0.0)


def test_a_number_is_a_rate(ran: dict[str, Any]) -> None:
    assert {*ran["rates"][0]} == {0.25}


@pytest.mark.parametrize("k", range(len(PLATEAUS)), ids=repr)
def test_plateaus_are_seen_as_in_python(ran: dict[str, Any], k: int) -> None:
    rate = PLATEAUS[k]
    expected = []
    for step, loss in enumerate(ran["losses"]):
        rate.see(loss)
        expected.append(rate(step))
    np.testing.assert_allclose(ran["plateaus"][k], expected, rtol=1e-15)
    assert len({*expected}) > 1


def test_what_all_parameters_share_is_computed_once() -> None:
    script = updates()
    loops = [part.split("\n      }\n")[0] for part in script.split("for (let i")[1:]]
    assert len(loops) == len(RULES)
    assert not any("Power" in loop or "own" in loop for loop in loops)
