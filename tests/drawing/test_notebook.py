"""HTML for notebooks: pictures that survive what hosts strip, and words for those who see none."""

import base64
import re

import pytest
from careful import Careful

import microgradnn as mg
from microgradnn import Value, nn
from microgradnn.drawing.notebook import THEMES, first_inside, image, themed


def product() -> Value:
    x, y = Value(2.0, label='<x> "&'), Value(-3.0, label="y")
    return x * y


def test_an_image_is_the_picture_and_its_words() -> None:
    svg = mg.draw(product()).svg
    (found,) = Careful(image(svg)).images
    assert found["src"] is not None
    kind, _, data = found["src"].partition(",")
    assert kind == "data:image/svg+xml;base64"
    assert base64.b64decode(data).decode() == svg
    assert found["alt"] is not None
    assert '<x> "& × y' in found["alt"]
    assert "−6" in found["alt"]


@pytest.mark.parametrize("shown", ["worksheet", "program"])
def test_careful_hosts_leave_pictures_and_text(shown: str) -> None:
    root = product()
    things = {"worksheet": mg.worksheet(root), "program": mg.compile(root, [root.operands[0]])}
    left = Careful(things[shown]._repr_html_())  # type: ignore[attr-defined]
    assert len(left.images) == 1
    assert all(found["alt"] for found in left.images)
    text = "".join(left.left)
    assert ("→ 1 on arrays" in text) == (shown == "program")
    assert "data" not in text  # nothing of the inside of a picture runs into it


def test_what_is_themed_follows_every_notebook_that_says_how_it_is() -> None:
    page = themed("<p>x</p>", "p { color: red; }", "gap: 2em")
    assert page.startswith(f"<style>{THEMES}p {{ color: red; }}</style>")
    assert page.endswith('<div class="microgradnn" style="gap: 2em"><p>x</p></div>')
    for sign in ("[data-jp-theme-light=false]", ".vscode-dark", "[theme=dark]", ".dark"):
        (rule,) = [
            line for line in THEMES.splitlines() if re.search(re.escape(sign) + r"[,)]", line)
        ]
        assert "color-scheme:dark" in rule


def test_the_first_element_of_a_name() -> None:
    assert (
        first_inside("title", "<titles>a</titles><title\nid='t'>b\nc</title><title>d</title>")
        == "b\nc"
    )
    assert first_inside("desc", "<title>a</title>") == ""


@pytest.mark.parametrize(
    ("network", "circles"),
    [
        (nn.MLP(2, [3, 1], rng=0), 6),
        (nn.Layer(2, 3, rng=0), 5),
        (nn.Neuron(4, rng=0), 5),
        (nn.Sequential(nn.Layer(2, 3, rng=0), nn.Layer(3, 1, rng=0)), 6),
    ],
)
def test_a_network_is_shown_as_circles(network: nn.Module, circles: int) -> None:
    svg = network._repr_svg_()
    assert svg is not None
    assert svg.count("<circle") == circles
    assert 'role="img"' in svg


class Line(nn.Module):
    def __init__(self) -> None:
        self.w = Value(1.0)
        self.layers = [3.0]


@pytest.mark.parametrize(
    "network",
    [
        nn.MLP(2, [2] * 9, rng=0),
        nn.Sequential(nn.Layer(2, 3, rng=0), nn.LayerNorm(3)),
        nn.Embedding(3, 2, rng=0),
        nn.Module(),
        Line(),
    ],
)
def test_any_other_is_shown_as_text(network: nn.Module) -> None:
    assert network._repr_svg_() is None
