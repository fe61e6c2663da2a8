"""Python's garbage collector, which a large graph does not need."""

import gc

import pytest

import microgradnn as mg


def test_large_graph_gives_the_collector_back() -> None:
    assert gc.isenabled()
    with mg.large_graph():
        assert not gc.isenabled()
    assert gc.isenabled()
    with pytest.raises(KeyError), mg.large_graph():
        raise KeyError
    assert gc.isenabled()
