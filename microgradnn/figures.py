"""Figures that show themselves in a notebook, whether or not it has loaded matplotlib's backend."""

from __future__ import annotations

import io
from typing import Any

from matplotlib.figure import Figure

SHARPNESS = 2  # pixels of the picture to one of the notebook, for screens that have as many


class ShownFigure(Figure):
    """A figure of matplotlib that is a picture at the end of a cell.

    IPython has pictures of figures only after `matplotlib.pyplot` was imported; then it takes its
    own, in the format that the user has chosen.
    """

    def _repr_png_(self) -> tuple[bytes, dict[str, Any]]:
        """The picture, and how large it is and what it shows, for those who do not see it."""
        content = io.BytesIO()
        self.savefig(content, format="png", dpi=SHARPNESS * self.dpi)
        width, height = (round(side * self.dpi) for side in self.get_size_inches())
        return content.getvalue(), {"width": width, "height": height, "alt": self.in_words()}

    def in_words(self) -> str:
        """What each panel shows: its title and axes, and the names of its lines, with both ends."""
        return "; ".join(map(_panel_in_words, self.axes)) or "an empty figure"


def _panel_in_words(axes: Any) -> str:
    shown = " ".join(filter(None, [axes.get_title(), axes.get_ylabel()]))
    lines = [_line_in_words(x) for x in axes.lines if not x.get_label().startswith("_")]
    return f"{shown} by {axes.get_xlabel()}" + f": {', '.join(lines)}" * bool(lines)


def _line_in_words(line: Any) -> str:
    """The label of a line, and where it starts and ends; of single points the label alone."""
    label, numbers = str(line.get_label()), line.get_ydata()
    if line.get_linestyle() == "None" or not len(numbers):
        return label
    return f"{label} from {numbers[0]:.3g} to {numbers[-1]:.3g}"
