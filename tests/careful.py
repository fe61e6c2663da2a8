"""What a careful host of notebooks leaves of HTML."""

from html.parser import HTMLParser


class Careful(HTMLParser):
    """What a careful host leaves: images, `pre` and text; no styles, frames, SVG or attributes."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.left: list[str] = []
        self.images: list[dict[str, str | None]] = []
        self.inside = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.inside = tag if tag in ("style", "script") else self.inside
        if tag == "img":
            self.images.append(dict(attrs))

    def handle_endtag(self, tag: str) -> None:
        self.inside = ""

    def handle_data(self, data: str) -> None:
        if not self.inside:
            self.left.append(data)
