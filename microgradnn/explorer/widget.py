"""The page as a widget of a notebook: its weights come back into the model by a button."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from traitlets import Bool, Dict, Int, Unicode

from ..drawing.notebook import THEMES
from .document import asset
from .heights import Heights

if TYPE_CHECKING:
    from collections.abc import Callable

    from ..nn import Module

    class AnyWidget:
        """What is used of anywidget's class, which comes without types."""

        def __init__(self, **traits: Any) -> None: ...

        def on_msg(self, callback: Callable[[Any, Any, Any], None]) -> None: ...

else:
    from anywidget import AnyWidget


class PageWidget(AnyWidget):
    """A page in a frame; what it sends as its weights is loaded into the model, or refused.

    `said` is what is shown below the page, `is_loaded` whether the last weights were taken.
    """

    _esm = asset("widget.js")
    _css = THEMES + asset("frame.css")
    html: str = Unicode().tag(sync=True)
    title: str = Unicode().tag(sync=True)
    heights: dict[str, int] = Dict(Int()).tag(sync=True)
    said: str = Unicode().tag(sync=True)
    is_loaded: bool = Bool(True).tag(sync=True)

    def __init__(self, html: str, title: str, heights: Heights, model: Module) -> None:
        super().__init__(html=html, title=title, heights=heights._asdict())
        self._model = model
        self.on_msg(self._take)

    def _take(self, _: Any, content: Any, __: Any) -> None:
        """Load weights that the page has sent; a notebook may send anything."""
        try:
            if not isinstance(content, dict) or "weights" not in content:
                raise ValueError("what has come has no weights")
            self._model.load_state_text(content["weights"])
        except (TypeError, ValueError) as error:
            self.said = f"The model is as it was: {error}"
            self.is_loaded = False
        else:
            count = len(self._model.parameters())
            self.said = f"The model has the weights of the page, {count:,} numbers."
            self.is_loaded = True
