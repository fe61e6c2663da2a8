"""IncompatibleKeys: what `load_state_dict` says of names that did not fit."""

from typing import NamedTuple


class IncompatibleKeys(NamedTuple):
    """The names that a loaded state lacks, and those that it has and the model does not know.

    >>> IncompatibleKeys(["bias"], []).missing_keys
    ['bias']
    """

    missing_keys: list[str]
    unexpected_keys: list[str]
