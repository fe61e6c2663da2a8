"""Neurons opened: w·x + b as products and their sum, with the engine's own numbers."""

from xml.etree import ElementTree

from drawings import box, ids, neuron, texts

import microgradnn as mg
from microgradnn import Value
from microgradnn.drawing import draw
from microgradnn.drawing.opened import open_neurons
from microgradnn.engine.row import PRIMITIVES


def test_an_open_neuron_shows_products_and_their_sum() -> None:
    root = neuron()
    root.backward()
    picture = ElementTree.fromstring(draw(root, open_neurons=True).svg)
    shown = [texts(box(picture, name)) for name in ids(picture, "n")]
    assert {"w1 × x1", "w2 × x2"} <= {words[0] for words in shown}
    assert ["s = w1 × x1 + w2 × x2 + b", "data", "0.1", "grad", "−0.1185"] in shown
    assert len(ids(picture, "e")) == 4 + 3 + 4


def test_open_neurons_have_the_engine_s_gradients() -> None:
    w = [Value(0.5), Value(-0.25)]
    x: list[Value | float] = [Value(1.5), 2.0]
    root = mg.dot(w, x).tanh() + mg.dot([3.0, w[0]], [4.0, x[0]], 1.0)
    values = mg.topological_order(root)
    opened = open_neurons(values)
    opened[-1].backward()
    root.backward()
    leaves = [value for value in opened if not value.op]
    assert [leaf.grad for leaf in leaves] == [v.grad for v in values if not v.op]
    assert [value.data for value in opened if value.op and value.op.name == "sum"] == [
        value.data for value in values if value.op and value.op.name == "dot"
    ]
    assert root.operands[0].operands[0].op is PRIMITIVES["dot"]  # the graph stays as it is


def test_a_product_of_two_numbers_is_no_node() -> None:
    w = Value(2.0)
    *_, total = open_neurons(mg.topological_order(mg.dot([3.0, w], [4.0, 5.0])))
    assert [x if isinstance(x, float) else x.data for x in total.operands] == [12.0, 10.0]
    assert total.local_grads == (None, 1.0)


def test_an_open_neuron_is_what_was_recorded() -> None:
    w, x = Value(2.0), Value(3.0)
    root = mg.dot([w], [x])
    w.data = 100.0
    product = open_neurons(mg.topological_order(root))[2]
    assert (product.data, product.local_grads) == (6.0, (3.0, 2.0))
