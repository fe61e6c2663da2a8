"""What notebooks show of pictures beside other things: images, which even careful hosts leave.

A notebook that is not trusted, or a host such as GitHub, strips frames, styles and SVG from HTML,
but not images; and if it strips what these are made of, their words are still there.
"""

from __future__ import annotations

import base64
import re
from html import escape, unescape

from .looks import themes

# What is in an image or a frame learns of a theme as what its reader prefers.
THEMES = themes(".microgradnn") + ".microgradnn img{max-width:100%}\n"


def themed(content: str, style: str = "", properties: str = "") -> str:
    """HTML that is as light or dark as the notebook, with rules and properties of its own.

    >>> themed("<p>x</p>").endswith('<div class="microgradnn" style=""><p>x</p></div>')
    True
    """
    return (
        f"<style>{THEMES}{style}</style>"
        f'<div class="microgradnn" style="{escape(properties)}">{content}</div>'
    )


def image(svg: str) -> str:
    """A picture as an element that needs no file; its words are the title and the description."""
    words = [unescape(first_inside(name, svg)) for name in ("title", "desc")]
    data = base64.b64encode(svg.encode()).decode()
    alt = escape(". ".join(filter(None, words)))
    return f'<img alt="{alt}" src="data:image/svg+xml;base64,{data}">'


def first_inside(name: str, text: str) -> str:
    """What the first element of a name holds, as it is written; "" if there is none.

    >>> first_inside("title", "<html><title>a &lt; b</title>")
    'a &lt; b'
    """
    found = re.search(rf"<{name}\b[^>]*>(.*?)</{name}>", text, re.DOTALL)
    return found[1] if found else ""
