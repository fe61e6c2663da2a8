"""The package's description: the README, whose relative links hold in the repository alone.

If `[project.urls]` in pyproject.toml has a `Repository`, links and pictures lead there. Otherwise
the words of a link stand without it, and pictures are left out.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from hatchling.metadata.plugin.interface import MetadataHookInterface

RELATIVE = re.compile(r"(?P<picture>!?)\[(?P<words>[^\]]*)\]\((?P<path>(?!\w+:|#)[^)]+)\)")


def description(readme: str, repository: str | None) -> str:
    """The README with absolute links into the repository, or without those that are relative."""

    def link(found: re.Match[str]) -> str:
        picture, words, path = found.group("picture", "words", "path")
        if repository is None:
            return "" if picture else words
        kind = "raw" if picture else "blob"
        return f"{picture}[{words}]({repository.rstrip('/')}/{kind}/HEAD/{path})"

    return re.sub(r"\n{3,}", "\n\n", RELATIVE.sub(link, readme))


class Description(MetadataHookInterface):
    """Gives a build the description; hatchling finds this class by its base."""

    def update(self, metadata: dict[str, Any]) -> None:
        readme = (Path(self.root) / "README.md").read_text("utf-8")
        repository = metadata.get("urls", {}).get("Repository")
        metadata["readme"] = {
            "content-type": "text/markdown",
            "text": description(readme, repository),
        }
