"""What users get of a page: in a notebook, and where a notebook's frames are stripped."""

import html
import re
import sys
import xml.etree.ElementTree as ElementTree

import pytest
from careful import Careful
from outputs import single

import microgradnn as mg
from microgradnn import Value, losses, nn
from microgradnn.demo import neuron
from microgradnn.explorer import Explorer
from microgradnn.explorer.excerpt import excerpt
from microgradnn.explorer.heights import Heights, heights_of, ratio_of
from microgradnn.explorer.page import shown


def product() -> Value:
    x, y = Value(2.0, label="x"), Value(-3.0, label="y")
    root = x * y
    root.backward()
    return root


def test_a_page_has_a_title_and_is_told_by_it() -> None:
    page = mg.explore(product(), title="a < b & c")
    assert page.title == "a < b & c"
    assert repr(page) == f"Explorer('a < b & c', {len(page.html):,} characters)"


def test_the_frame_is_closed_but_may_fill_the_screen_and_copy() -> None:
    shown = mg.explore(product(), title='"quoted"')._repr_html_()
    (frame,) = re.findall("<iframe ([^>]*)>", shown)
    assert 'sandbox="allow-scripts allow-downloads"' in frame
    assert 'allow="fullscreen *; clipboard-write *"' in frame
    assert 'title="&quot;quoted&quot;"' in frame
    assert (
        html.unescape(re.findall('srcdoc="([^"]*)"', frame)[0])
        == mg.explore(product(), title='"quoted"').html
    )


def test_where_frames_are_stripped_the_picture_is_there_with_its_words() -> None:
    page = mg.explore(product())
    (found,) = Careful(page._repr_html_()).images
    assert found["alt"] is not None
    assert "data −6, grad 1" in found["alt"]  # as they are known of the Value
    svg = page._repr_svg_()
    assert svg is not None
    ElementTree.fromstring(svg)
    assert svg == product()._repr_svg_()


def test_of_a_large_graph_it_is_the_first_view() -> None:
    model = nn.MLP(4, [8, 8, 1], rng=0)
    x = [Value(0.5) for _ in range(4)]
    outputs = [single(model([k * v for v in x])) for k in (1.0, 2.0, 3.0)]
    svg = mg.explore(mg.sum(outputs))._repr_svg_()
    assert svg is not None
    assert 0 < svg.count("data-node") <= 60


def test_the_picture_is_of_the_moment_of_the_page_whatever_is_done_later() -> None:
    root = product()
    page, before = mg.explore(root), root._repr_svg_()
    root.zero_grad()
    root.operands[0].data = 7.0
    assert root._repr_svg_() != before
    assert page._repr_svg_() == before


def test_the_picture_of_a_network_is_too() -> None:
    model = nn.MLP(2, [3, 1], rng=0)
    X, y = [[0.0, 1.0], [1.0, 0.5]], [1, -1]
    page, before = mg.explore(model, X, y, loss=losses.hinge_loss), model._repr_svg_()
    mg.fit(model, X, y, loss=losses.hinge_loss, epochs=2, progress=False)
    assert model._repr_svg_() != before
    assert page._repr_svg_() == before


def test_a_page_of_ones_own_has_no_picture() -> None:
    page = Explorer("<!doctype html><p>x</p>")
    assert page._repr_svg_() is None
    assert "<img" not in page._repr_html_()
    assert page.title == ""
    assert f'height="{Heights().narrow}"' in page._repr_html_()


def test_a_frame_is_higher_the_more_there_is() -> None:
    few, more = (shown(excerpt(mg.steps(root).order)) for root in (product(), neuron()[0]))
    model = nn.MLP(2, [3, 1], rng=0)
    blocks = shown(excerpt(mg.steps(single(model([1.0, 2.0]))).order))
    heights = [heights_of(x, has_samples=False) for x in (few, more, blocks)]
    assert heights[0].narrow < heights[1].narrow < heights[2].narrow
    assert heights_of(few, has_samples=True).narrow > heights[0].narrow
    assert all(620 <= wide <= 860 for _, wide in heights)
    assert 0.05 < ratio_of(few) < 2


def test_the_highest_view_decides_on_the_room_of_the_picture() -> None:
    model = nn.MLP(8, [16, 16, 1], rng=0)
    own = shown(excerpt(mg.steps(single(model([0.1] * 8))).order))
    first = re.search(r'width="(\d+)" height="(\d+)"', own.views[0].picture)
    assert first
    assert ratio_of(own) > int(first[2]) / int(first[1])


def test_a_page_without_a_model_has_no_weights() -> None:
    with pytest.raises(ValueError, match=r"explore\(model, X, y, loss=…\)"):
        mg.explore(product()).widget()


def test_without_anywidget(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "anywidget", None)
    monkeypatch.delitem(sys.modules, "microgradnn.explorer.widget", raising=False)
    with pytest.raises(ModuleNotFoundError, match=r"pip install 'microgradnn\[widget\]'"):
        Explorer("", nn.Layer(1, 1)).widget()
