"""Logistic regression: the cross-entropy is found from a sentence about chance.

Which of two kinds is a flower whose petals are x cm long? Say: with probability σ(wx + b) the
second. The best w and b are those under which the flowers that were found are most probable: the
maximum of the likelihood. Look at the two equal numbers: the mean of −log of that probability
*is* the binary cross-entropy; at the standard errors, which its second derivatives give; and at
logistic_regression.svg. Needs matplotlib for the picture.
"""

import matplotlib.pyplot as plt
import numpy as np

import microgradnn as mg
from microgradnn import data, losses

iris = data.load_iris()
X = iris.X[iris.y > 0, 2]  # lengths of petals: 50 of versicolor, 50 of virginica
y = iris.y[iris.y > 0] - 1


def surprise(w, b):
    """−log of the probability of all that was found, divided by the number of flowers."""
    total = 0.0
    for length, kind in zip(X, y, strict=True):
        virginica = mg.sigmoid(w * length + b)
        total = total - mg.log(virginica if kind == 1 else 1 - virginica)
    return total / len(X)


def cross_entropy(w, b):
    """The loss by which networks learn to tell two classes apart."""
    return losses.binary_cross_entropy_with_logits([w * length + b for length in X], y)


print(f"surprise      {surprise(1.0, -5.0):.12f}")
print(f"cross-entropy {cross_entropy(1.0, -5.0):.12f}")

theta = np.zeros(2)
for step in range(8):  # Newton's method: to where the gradient would be 0 if the slope went on so
    loss, gradient = mg.value_and_grad(cross_entropy, argnums=(0, 1))(*theta)
    curvature = np.array(mg.hessian(cross_entropy)(*theta))
    print(f"step {step}: w = {theta[0]:.6f}, b = {theta[1]:.6f}, loss {loss:.9f}")
    theta = theta - np.linalg.solve(curvature, gradient)

w, b = theta
errors = np.sqrt(np.diag(np.linalg.inv(curvature * len(X))))
print(f"w = {w:.4f} ± {errors[0]:.4f}, b = {b:.4f} ± {errors[1]:.4f}")
print(f"the border is at {-b / w:.3f} cm")

lengths = np.linspace(X.min(), X.max(), 200)
figure, axes = plt.subplots(figsize=(6, 3.6), layout="constrained")
axes.plot(X, y, "|", markersize=12, label="flowers")
axes.plot(lengths, [mg.sigmoid(w * x + b) for x in lengths], label="σ(wx + b)")
axes.set(xlabel="length of a petal, cm", ylabel="probability of virginica")
axes.legend()
figure.savefig("logistic_regression.svg")
