"""How pictures look: colours on light and dark, fonts and sizes of text, and the SVG around it."""

from __future__ import annotations

import hashlib
from functools import lru_cache
from html import escape
from typing import NamedTuple

from .geometry import Size

MARGIN = 8  # around the picture
HEADING, TEXT, SMALL = 14, 13, 12  # font sizes that boxes have room for, in the widest of the fonts
FONTS = 'system-ui,-apple-system,"Segoe UI",Roboto,"DejaVu Sans",sans-serif'
# Of one kind, which is narrower than the widest of the others, so it can be larger.
FONTS_ON_PAPER = 'Arial,"Liberation Sans",Helvetica,sans-serif'


class Lettering(NamedTuple):
    """The fonts of a picture; sizes of headings, numbers and all else; heights of lines."""

    fonts: str
    heading: int
    text: int
    small: int
    row: int  # of numbers in a box
    label: int  # on an arrow


ON_SCREEN = Lettering(FONTS, HEADING, TEXT, SMALL, row=17, label=18)
ON_PAPER = Lettering(FONTS_ON_PAPER, 15, 14, 14, row=25, label=25)  # with room to write by hand

# What is coloured: property, colour on a light surface, on a dark one.
COLOURS = {
    "surface": ("fill", "#ffffff", "#0d1420"),
    "card": ("fill", "#ffffff", "#151e2e"),
    "band": ("fill", "#eef1f6", "#222d42"),
    "leaf .card": ("fill", "#dff1ec", "#17403c"),
    "frame": ("stroke", "#a3afc2", "#4c5c78"),
    "leaf .frame": ("stroke", "#86bfb1", "#33786f"),
    "root .frame": ("stroke", "#1f2a3d", "#e6ebf4"),
    "current .frame": ("stroke", "#b3400e", "#ff9d5c"),
    "blank": ("stroke", "#7d8aa0", "#7f8da6"),
    "wire": ("stroke", "#7d8aa0", "#7f8da6"),
    "current .wire": ("stroke", "#b3400e", "#ff9d5c"),
    "tip": ("fill", "#7d8aa0", "#7f8da6"),
    "current .tip": ("fill", "#b3400e", "#ff9d5c"),
    "plus": ("stroke", "#1f6fb5", "#6cb2ee"),
    "minus": ("stroke", "#b3400e", "#ff9d5c"),
    "word": ("fill", "#131c2b", "#e6ebf4"),
    "muted": ("fill", "#566379", "#a3afc4"),
}


# What says on a page around a picture that it is light or dark: themes of Jupyter, Visual Studio
# Code, Colab, marimo and of documentation. Elsewhere the page's property `color-scheme` decides.
LIGHT_PAGES = "[data-jp-theme-light=true],[data-theme=light],[theme=light],.light"
LIGHT_PAGES += ",.vscode-light,.vscode-high-contrast-light"
DARK_PAGES = "[data-jp-theme-light=false],[data-theme=dark],[theme=dark],.dark"
DARK_PAGES += ",.vscode-dark,.vscode-high-contrast:not(.vscode-high-contrast-light)"


def themes(scope: str) -> str:
    """Rules by which what this selector means is as light or dark as the page around it."""
    return (
        f":is({LIGHT_PAGES}) {scope}{{color-scheme:light}}\n"
        f":is({DARK_PAGES}) {scope}{{color-scheme:dark}}\n"
    )


THEMES = "{scope}:root{color-scheme:light dark}\n" + themes("{scope}")


def document(
    content: str,
    size: Size,
    title: str,
    description: str,
    lettering: Lettering = ON_SCREEN,
    rules: str = THEMES,
) -> str:
    """An SVG document of shapes, with our styles."""
    # Styles in a page reach all its pictures; a name made from the content keeps them apart.
    scope = "mg" + hashlib.sha256(content.encode()).hexdigest()[:8]
    width, height = (round(side) + 2 * MARGIN for side in (size.width, size.height))
    return f"""\
<svg xmlns="http://www.w3.org/2000/svg" class="{scope}" width="{width}" height="{height}" \
viewBox="{-MARGIN} {-MARGIN} {width} {height}" role="img">
<title>{escape(title)}</title>
<desc>{escape(description)}</desc>
<style>{_style(lettering, rules).replace("{scope}", f".{scope}")}</style>
<rect class="surface" x="{-MARGIN}" y="{-MARGIN}" width="{width}" height="{height}" rx="8"/>
{content}
</svg>
"""


@lru_cache
def _style(lettering: Lettering, rules: str) -> str:
    """The style sheet; a program that does not know `light-dark` paints the light picture."""
    alike: dict[tuple[str, str, str], list[str]] = {}
    for name, colours in COLOURS.items():
        alike.setdefault(colours, []).append(f"{{scope}} .{name}")
    light, either = "", ""
    for (property_, on_light, on_dark), names in alike.items():
        light += f"{','.join(names)}{{{property_}:{on_light}}}"
        either += f"{','.join(names)}{{{property_}:light-dark({on_light},{on_dark})}}"
    return f"""
{{scope}} text{{font:{lettering.text}px {lettering.fonts};font-variant-numeric:tabular-nums}}
{{scope}} .heading{{font-size:{lettering.heading}px}}
{{scope}} .name{{font-weight:600}}
{{scope}} .small{{font-size:{lettering.small}px}}
{{scope}} .frame{{fill:none;stroke-width:1.2}}
{{scope}} .root .frame{{stroke-width:3}}
{{scope}} .current .frame{{stroke-width:3.5;stroke-dasharray:9 4}}
{{scope}} .wire{{fill:none;stroke-width:1.4}}
{{scope}} .number .wire{{stroke-width:1}}
{{scope}} .current .wire{{stroke-width:2.8;stroke-dasharray:9 4}}
{{scope}} .current .small{{font-weight:700}}
{{scope}} .minus{{stroke-dasharray:7 5}}
{light}
@supports (color:light-dark(red,tan)){{{either}}}
{rules}"""


def text(x: float, y: float, words: str, looks: str, anchor: str = "start", shows: str = "") -> str:
    """Words on a line, escaped; programs find them by what they show."""
    found_by = f' data-shows="{shows}"' if shows else ""
    return (
        f'<text class="{looks}"{found_by} x="{round(x, 1):.9g}" y="{round(y, 1):.9g}" '
        f'text-anchor="{anchor}">{escape(words)}</text>'
    )
