"""The perceptron: the oldest learning rule, and the theorem that says when it is done.

It looks at one point after another, and moves its line only where that is wrong. Look at the
number of mistakes: Novikoff's theorem allows (R/γ)² at most, where R is the length of the longest
point and γ how far the closest one is from a line that parts the classes (both with a 1 as third
coordinate, whose weight is the bias). The line is in perceptron.svg. Needs matplotlib for the
picture.
"""

import math
import random

import microgradnn as mg
from microgradnn import losses, nn, optim

rng = random.Random(1)
line = [1.0, 2.0, -0.4]  # the classes are the two sides of x₁ + 2x₂ − 0.4 = 0
points: list[list[float]] = []
labels, distances = [], []
while len(points) < 100:
    point = [rng.uniform(-1, 1), rng.uniform(-1, 1)]
    distance = mg.dot(line, [*point, 1.0]) / math.hypot(*line)
    if abs(distance) > 0.05:  # none is close to the line
        points.append(point)
        labels.append(1 if distance > 0 else -1)
        distances.append(abs(distance))

neuron = nn.Neuron(2, activation="linear", init="zeros")
optimizer = optim.SGD(neuron.parameters(), lr=1.0)

total, rounds, mistakes = 0, 0, 1
while mistakes:
    mistakes = 0
    for point, label in zip(points, labels, strict=True):
        score = neuron(point)
        if label * score.data <= 0:
            optimizer.zero_grad()
            losses.perceptron_loss([score], [label]).backward()
            optimizer.step()  # adds label · point to the weights, and label to the bias
            mistakes += 1
    total, rounds = total + mistakes, rounds + 1

longest = max(math.hypot(*point, 1.0) for point in points)
w1, w2, bias = (parameter.data for parameter in neuron.parameters())
allowed = (longest / min(distances)) ** 2
print(f"{total} mistakes in {rounds} rounds; the theorem allows {allowed:.0f}")
print(f"{w1:.4f} x₁ {w2:+.4f} x₂ {bias:+.4f} = 0 parts all {len(points)} points")

mg.plots.decision_boundary(neuron, points, labels).savefig("perceptron.svg")
