"""The GPT, measured: the same losses on recorded graphs and compiled, and how much faster.

Look at the largest difference of the first losses, and at the two times of a step. An argument is
the number of compiled steps. Needs nothing but microgradnn, and 14_gpt.py beside it.
"""

import importlib
import sys
import time

import microgradnn as mg
from microgradnn import optim

gpt = importlib.import_module("14_gpt")
RECORDED, COMPILED = 20, int(sys.argv[1]) if len(sys.argv) > 1 else 1000


def recorded(documents):
    """Each step records a graph, and goes back over it; gives the losses."""
    model, found = gpt.GPT(seed=1), []
    optimizer = optim.Adam(model.parameters(), lr=0.01)
    for document in documents:
        loss = model.loss(document)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        found.append(loss.data)
    return found


def compiled(documents, programs, model):
    """The same steps as array programs; gives the losses."""
    optimizer, found = optim.Adam(model.parameters(), lr=0.01), []
    theta = programs.read_params()
    for document in documents:
        loss, gradient = programs.value_and_grad([document], theta)
        theta = optimizer.update(theta, gradient)
        found.append(loss)
    return found


def timed(function, *arguments):
    """What the function gives, and the processor's seconds that it took."""
    start = time.process_time()
    return function(*arguments), time.process_time() - start


documents = gpt.documents[:COMPILED]
with mg.large_graph():
    by_graphs, seconds = timed(recorded, documents[:RECORDED])
graph_step = seconds / RECORDED
print(f"a step takes {1000 * graph_step:.1f} ms on recorded graphs")

model = gpt.GPT(seed=1)
programs = mg.compile(model.loss, params=model.parameters())
_, compiling = timed(lambda: [programs.program([document]) for document in documents])
print(f"compiled for lengths {programs.lengths} in {compiling:.2f} s")

by_programs, seconds = timed(compiled, documents, programs, model)
step, training = seconds / COMPILED, compiling + seconds
print(f"a step takes {1000 * step:.2f} ms compiled, {graph_step / step:.0f} times as fast")
print(f"with compiling, the training is {graph_step * COMPILED / training:.0f} times as fast")

pairs = zip(by_graphs, by_programs, strict=False)  # of the first steps
print(f"the first {RECORDED} losses differ by {max(abs(a - b) for a, b in pairs):.0e} at most")
