"""Handwritten digits: a graph of scalars, compiled to array code, learns to read within seconds.

Look at what `summary` says became of the scalars, at the share of right answers on digits that
training has not seen, and at digits.svg: digits that are misread. Needs scikit-learn for the
data, matplotlib for the picture.
"""

import time

import matplotlib.pyplot as plt
import numpy as np
from sklearn.datasets import load_digits

import microgradnn as mg
from microgradnn import data, losses, nn, optim

EPOCHS, BATCH = 15, 32


def moved(images, down, right):
    """The images of 8 × 8 pixels, each moved by a pixel or none."""
    wider = np.pad(images.reshape(-1, 8, 8), ((0, 0), (1, 1), (1, 1)))
    return wider[:, 1 - down : 9 - down, 1 - right : 9 - right].reshape(-1, 64)


X, y = load_digits(return_X_y=True)
X, X_test, y, y_test = data.train_test_split(X / 16, y, test_size=0.25, seed=0)
ways = [(0, 0), (0, 1), (0, -1), (1, 0), (-1, 0)]  # a digit that moved is still that digit
X, y = np.concatenate([moved(X, *way) for way in ways]), np.tile(y, len(ways))

model = nn.MLP(64, [128, 10], rng=0)
print(mg.compile(model, losses.cross_entropy).summary())

start = time.perf_counter()
rate = optim.cosine_decay(0.005, EPOCHS * (len(X) // BATCH + 1))
mg.fit(
    model,
    X,
    y,
    loss=losses.cross_entropy,
    optimizer=optim.AdamW(model.parameters(), lr=rate, weight_decay=0.1),
    epochs=EPOCHS,
    batch_size=BATCH,
    progress=False,
)
seconds = time.perf_counter() - start

answers = mg.compile(model)(X_test).argmax(axis=1)
wrong = np.flatnonzero(answers != y_test)
accuracy = 1 - len(wrong) / len(y_test)
print(f"{accuracy:.1%} of {len(y_test)} unseen digits read rightly, after {seconds:.1f} seconds")

figure, panels = plt.subplots(1, 6, figsize=(7.5, 1.8), layout="constrained")
for panel, index in zip(panels, wrong, strict=False):
    panel.imshow(X_test[index].reshape(8, 8), cmap="gray_r")
    panel.set_title(f"{y_test[index]} read as {answers[index]}")
for panel in panels:
    panel.axis("off")
figure.savefig("digits.svg")
