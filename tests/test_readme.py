"""README.md: each of its blocks runs by itself, and a package's description has whole links."""

import re
import runpy
from pathlib import Path

import blocks
import pytest

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text("utf-8")
description = runpy.run_path(str(ROOT / "hatch_build.py"))["description"]
BLOCKS = [code for _, code in blocks.blocks_of(README)]


@pytest.mark.parametrize("code", BLOCKS, ids=range(len(BLOCKS)))
def test_each_block_runs_by_itself(
    code: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    page = tmp_path / "page.md"
    page.write_text(f"```python\n{code}```\n", "utf-8")
    assert blocks.run(page)[1] == []


def test_blocks_have_no_prompts_and_show_results() -> None:
    assert len(BLOCKS) >= 6
    assert ">>>" not in README
    assert sum("  # " in code or "\n# " in code for code in BLOCKS) >= 5


def test_the_first_things_are_the_name_and_how_to_install() -> None:
    assert README.startswith("# microgradnn\n")
    assert re.search("```sh\npip install microgradnn\n```", README)


LINKS = "![a picture](docs/a.svg)\n\n[words](docs/a.md), [out](https://example.org/), [up](#top)."


def test_links_of_the_description_without_a_repository() -> None:
    described = description(LINKS, None)
    assert described == "\n\nwords, [out](https://example.org/), [up](#top)."


def test_links_of_the_description_with_a_repository() -> None:
    assert description(LINKS, "https://example.org/mg/") == (
        "![a picture](https://example.org/mg/raw/HEAD/docs/a.svg)\n\n"
        "[words](https://example.org/mg/blob/HEAD/docs/a.md), "
        "[out](https://example.org/), [up](#top)."
    )


def test_the_description_keeps_blocks_and_loses_every_relative_link() -> None:
    described = description(README, None)
    assert [code for _, code in blocks.blocks_of(described)] == BLOCKS
    assert not re.search(r"\]\((?!https:)", described)
