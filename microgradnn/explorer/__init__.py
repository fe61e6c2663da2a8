"""Pages: both passes of a graph step by step, or a network that trains; one HTML file, offline.

The page shows a picture of the graph and steps through both passes, one contribution at a time; its
sliders change the leaves, and blocks fold and unfold. Read `page.py` first: `explore` calls
everything else in turn. `claims.py` and `sample.py` tell the samples of a batch apart,
`following.py` and `excerpt.py` decide what of a large graph the page holds, `picker.py` lists the
samples, `views.py` paints the pictures between which it folds and unfolds, `facts.py` writes the
graph as JSON, and `arithmetic.py` the formulas of its operations as JavaScript. In the browser the
modules in `script/` take over: read `now.js`, `passes.js` and `stepping.js` first, for the others
show what these know. `assembly.py` makes one script of them, `document.py` the HTML around it, and
`frame.py` is what users get.

The living page, on which a network trains, is `living.py`: `trainable.py` checks what is trained,
`lesson.py` writes what the page knows of it, `one_sample.py` and `circles.py` the graph of a sample
and the layers of neurons. In the browser read `training.js` first.

>>> from microgradnn import Value
>>> a = Value(2.0, label="a")
>>> "<title>A square</title>" in explore(a * a, title="A square").html
True
"""

from .frame import Explorer
from .page import explore

__all__ = ["Explorer", "explore"]
