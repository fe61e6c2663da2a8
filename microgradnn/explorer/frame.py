"""Explorer: a finished page, which can be saved, opened in a browser, and shown in a notebook."""

from __future__ import annotations

import os
import tempfile
import webbrowser
from collections.abc import Callable
from html import escape, unescape
from pathlib import Path
from typing import TYPE_CHECKING

from ..drawing.notebook import first_inside, image, themed
from ..drawing.picture import write
from .document import asset
from .heights import Heights

if TYPE_CHECKING:
    from ..nn import Module
    from .widget import PageWidget


class Explorer:
    """The page as one HTML document, `html`; made by `explore`. It shows itself in notebooks.

    Of a network that trains it knows the `model`, into which `widget` takes the page's weights;
    else `model` is None. `picture` makes the picture that is shown where frames are not, of the
    page's moment. Raises ValueError where it is saved under a name of another kind.

    >>> from microgradnn import Value, explore
    >>> x = Value(3.0, label="x")
    >>> page = explore(x * x, title="A square")
    >>> page.title, page.model, page.html[:15]
    ('A square', None, '<!doctype html>')
    """

    def __init__(
        self,
        html: str,
        model: Module | None = None,
        picture: Callable[[], str | None] = lambda: None,
        heights: Heights = Heights(),  # noqa: B008 # a tuple, which nobody can change
    ) -> None:
        self.html = html
        self.model = model
        self._picture, self._heights = picture, heights

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write the page to a file that ends in .html; it needs nothing else.

        Raises ValueError if the name has another end, FileNotFoundError if its directory does not
        exist.

        >>> from microgradnn import Value, explore
        >>> x = Value(3.0, label="x")
        >>> explore(x * x).save("square.pdf")
        Traceback (most recent call last):
        ValueError: a page is saved as .html or .htm, not as 'square.pdf'
        """
        write(path, "a page", dict.fromkeys((".html", ".htm"), self.html.encode))

    def open(self) -> None:
        """Show the page in a browser, from a file that is left in the temporary directory.

        >>> from microgradnn import Value, explore
        >>> x = Value(3.0, label="x")
        >>> explore(x * x).open()  # doctest: +SKIP
        """
        path = Path(tempfile.mkdtemp(prefix="microgradnn-")) / "explorer.html"
        self.save(path)
        webbrowser.open(path.as_uri())

    def widget(self) -> PageWidget:
        """The page in a notebook, with a button that brings its weights back into the model.

        All of them, or none: what is wrong is said below the page. It needs the extra `widget`.
        Raises ValueError if the page is of no network, ModuleNotFoundError without the extra.

        >>> from microgradnn import Value, explore
        >>> x = Value(3.0, label="x")
        >>> explore(x * x).widget()
        Traceback (most recent call last):
        ValueError: this page has no weights to bring back; make one by explore(model, X, y, loss=…)
        """
        if self.model is None:
            raise ValueError(
                "this page has no weights to bring back; make one by explore(model, X, y, loss=…)"
            )
        try:
            from .widget import PageWidget
        except ModuleNotFoundError as error:
            raise ModuleNotFoundError(
                "a widget needs anywidget: pip install 'microgradnn[widget]'"
            ) from error
        return PageWidget(self.html, self.title, self._heights, self.model)

    @property
    def title(self) -> str:
        """The title of the page."""
        return unescape(first_inside("title", self.html))

    def __repr__(self) -> str:
        return f"Explorer({self.title!r}, {len(self.html):,} characters)"

    def _repr_html_(self) -> str:
        """The page in a frame; and the picture, for hosts that strip frames and styles."""
        narrow, wide = self._heights
        picture = self._picture()
        frame = (
            '<iframe sandbox="allow-scripts allow-downloads" '
            f'allow="fullscreen *; clipboard-write *" title="{escape(self.title)}" '
            f'width="100%" height="{narrow}" srcdoc="{escape(self.html)}"></iframe>'
        )
        heights = f"--narrow:{narrow}px;--wide:{wide}px"
        return themed(frame + (image(picture) if picture else ""), asset("frame.css"), heights)

    def _repr_svg_(self) -> str | None:
        """The picture alone, for hosts that show no HTML."""
        return self._picture()
