"""What a report says, and when it is true."""

from microgradnn.testing import Fault, Report

FAULT = Fault("a node used twice", "Gradients are overwritten; add them.", "c = a + a")


def test_a_report_is_true_if_all_on_offer_was_tried_and_right() -> None:
    assert Report("Value", [], ["a ** n"], [])
    assert not Report("Value", [FAULT], [], [])
    assert not Report("Value", [], [], ["a + b"])


def test_faults_are_numbered_and_their_programs_indented() -> None:
    text = str(Report("Value", [FAULT, FAULT._replace(name="depth")], ["a ** n"], ["graphs"]))
    assert text.split("\n\n") == [
        "Value: 2 faults",
        "1. a node used twice\n   Gradients are overwritten; add them.\n       c = a + a",
        "2. depth\n   Gradients are overwritten; add them.\n       c = a + a",
        "not offered: a ** n",
        "not tried: graphs",
    ]
    assert str(Report("Value", [FAULT], [], [])).startswith("Value: 1 fault\n")
    assert str(Report("Value", [], [], [])) == "Value: no faults"


def test_a_notebook_shows_it_as_text_however_hostile() -> None:
    shown = Report("<b>", [], [], [])._repr_html_()
    assert shown == "<pre>&lt;b&gt;: no faults</pre>"
