"""How hard the tests try: profile HYPOTHESIS_PROFILE, by default `ci` if CI is set, or `dev`."""

import os
from typing import TypeVar

T = TypeVar("T")

PROFILE = os.environ.get("HYPOTHESIS_PROFILE", "ci" if os.environ.get("CI") else "dev")


def by_profile(dev: T, ci: T, nightly: T) -> T:
    """What the profile asks for; the profile in which faults are tried is as hard as `dev`."""
    return {"ci": ci, "nightly": nightly}.get(PROFILE, dev)
