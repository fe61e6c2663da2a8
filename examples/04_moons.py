"""Two moons: a small network draws the border that no straight line can.

Look at the two accuracies, measured on points that training has not seen, and at the border in
moons.svg. In moons.html the network trains before your eyes. Needs matplotlib for the picture.
"""

import microgradnn as mg
from microgradnn import data, losses, nn, optim

moons = data.make_moons(200, noise=0.15, seed=0)
unseen = data.make_moons(1000, noise=0.15, seed=1)
loss = losses.binary_cross_entropy_with_logits


def trained(model):
    """The model after training, and its accuracy on points that it has not seen."""
    optimizer = optim.Adam(model.parameters(), lr=0.02)
    mg.fit(model, moons.X, moons.y, loss=loss, optimizer=optimizer, epochs=100, progress=False)
    return model, mg.evaluate(model, unseen.X, unseen.y, loss)[1]


_, accuracy = trained(nn.Neuron(2, activation="linear", rng=0))
print(f"a straight line: {accuracy:.1%} of unseen points on the right side")

network, accuracy = trained(nn.MLP(2, [8, 8, 1], rng=0))
print(f"a network 2–8–8–1: {accuracy:.1%}")

mg.plots.decision_boundary(network, moons.X, moons.y).savefig("moons.svg")
untrained = nn.MLP(2, [8, 8, 1], rng=0)
mg.explore(untrained, moons.X, moons.y, loss=loss, title="Two moons").save("moons.html")
