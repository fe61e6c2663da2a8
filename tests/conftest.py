"""What each profile of `effort` means to hypothesis; where unseeded networks begin."""

import random

from effort import PROFILE
from hypothesis import HealthCheck, Phase, settings

# A machine that others use at the same moment is slow now and then; that is no failure.
patient = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])

settings.register_profile("dev", patient, max_examples=30)
settings.register_profile("ci", patient, max_examples=200, derandomize=True, print_blob=True)
settings.register_profile("nightly", patient, max_examples=10_000, print_blob=True)
settings.register_profile(
    "faults", patient, max_examples=200, derandomize=True, database=None, phases=[Phase.generate]
)
settings.load_profile(PROFILE)


def pytest_runtest_setup() -> None:
    """Networks without `rng` draw from `random`: the same in each test, alone or after others."""
    random.seed(0)
