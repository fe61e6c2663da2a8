"""How high the frame of a page is in a notebook, so that it needs no scroll bar of its own."""

from __future__ import annotations

import re
from typing import NamedTuple

from .facts import Shown

WIDTH = 900  # pixels of a notebook's column, about
AROUND_THE_PICTURE = 40  # pixels that the page leaves beside it
STAGE = 300  # header, buttons, the step in words
BESIDE = 200  # cards of the page besides those that are counted here
BLOCKS, SAMPLES, LEAF = 280, 430, 48  # the cards of blocks and of samples, a leaf in the table
LOWEST_PICTURE, HIGHEST_PICTURE = 220, 600  # as the style sheet has them
HIGHEST_TABLE = 480  # in that, too; more of it scrolls
LEAST, MOST = 620, 860  # where the panels stand beside the picture


class Heights(NamedTuple):
    """Pixels where panels stand below the picture, and where there is room for them beside it."""

    narrow: int = 1300
    wide: int = 860


def ratio_of(own: Shown) -> float:
    """The height of the page's highest picture by its width."""
    return max(_ratio(view.picture) for view in own.views)


def heights_of(own: Shown, has_samples: bool) -> Heights:
    """About how high the page of a graph is, with the panels below and beside the picture."""
    picture = ratio_of(own) * WIDTH + AROUND_THE_PICTURE
    picture = min(max(picture, LOWEST_PICTURE), HIGHEST_PICTURE)
    leaves = sum(value.op is None for value in own.part.values)
    cards = BESIDE + min(LEAF * (leaves + 1), HIGHEST_TABLE)
    cards += BLOCKS * bool(own.part.blocks.names) + SAMPLES * has_samples
    wide = min(max(STAGE + picture * 2 / 3, cards + 50, LEAST), MOST)
    return Heights(round(STAGE + picture + cards), round(wide))


def _ratio(picture: str) -> float:
    """The height of a picture by its width, as its first line says."""
    found = re.search(r'width="(\d+)" height="(\d+)"', picture)
    assert found
    return int(found[2]) / int(found[1])
