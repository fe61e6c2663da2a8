"""A convolution in scalar loops: compiled, its kernels are a product of matrices.

The layer is written as one would explain it, pixel by pixel, and reads handwritten digits. Look
at `summary`: what became of the loops; at the time of a step beside that on recorded graphs; at
the share of unseen digits that are read rightly; and at the kernels that were learned, in
convolution.svg. Needs scikit-learn for the data, matplotlib for the picture.
"""

import time

import matplotlib.pyplot as plt
from sklearn.datasets import load_digits

import microgradnn as mg
from microgradnn import data, losses, nn, optim

SIZE, KERNEL = 8, 3  # pixels across an image, and across what a kernel sees
OUT = SIZE - KERNEL + 1
EPOCHS = 15


class Reader(nn.Module):
    """Kernels that slide over the image, the means of 2 × 2 of their answers, and a layer."""

    def __init__(self, kernels, rng):
        self.kernels = nn.Layer(KERNEL * KERNEL, kernels, activation="relu", rng=rng)
        self.answer = nn.Layer(kernels * (OUT // 2) ** 2, 10, activation="linear", rng=rng)

    def __call__(self, pixels):
        seen = []
        for kernel in self.kernels.neurons:
            rows = [[kernel(self.window(pixels, i, j)) for j in range(OUT)] for i in range(OUT)]
            for i in range(0, OUT, 2):
                for j in range(0, OUT, 2):
                    seen.append(mg.mean(rows[i][j : j + 2] + rows[i + 1][j : j + 2]))
        return self.answer(seen)

    def window(self, pixels, i, j):
        """The 3 × 3 pixels whose first is in row i and column j."""
        rows = [pixels[SIZE * row + j : SIZE * row + j + KERNEL] for row in range(i, i + KERNEL)]
        return [pixel for row in rows for pixel in row]


X, y = load_digits(return_X_y=True)
X, X_test, y, y_test = data.train_test_split(X / 16, y, test_size=0.25, seed=0)
model = Reader(kernels=8, rng=0)

start = time.perf_counter()
program = mg.compile(model, losses.cross_entropy, example_inputs=[X[0]])
print(program.summary())
print(f"compiled in {time.perf_counter() - start:.1f} s")

start = time.perf_counter()
with mg.large_graph():
    losses.cross_entropy([model(image) for image in X[:4]], y[:4]).backward()
print(f"recorded, a step of 32 images takes {(time.perf_counter() - start) / 4 * 32:.2f} s")

start = time.perf_counter()
mg.fit(
    model,
    X,
    y,
    loss=losses.cross_entropy,
    optimizer=optim.Adam(model.parameters(), lr=0.01),
    epochs=EPOCHS,
    progress=False,
)
seconds = time.perf_counter() - start
print(f"compiled, it takes {seconds / EPOCHS / len(X) * 32:.4f} s")

_, accuracy = mg.evaluate(model, X_test, y_test, losses.cross_entropy)
print(f"{accuracy:.1%} of {len(y_test)} unseen digits read rightly")

image = X_test[0]
figure, panels = plt.subplots(2, 8, figsize=(8, 2.6), layout="constrained")
for (above, below), kernel in zip(panels.T, model.kernels.neurons, strict=True):
    weights = [w.data for w in kernel.w]
    above.imshow([weights[:3], weights[3:6], weights[6:]], cmap="RdBu", vmin=-1.5, vmax=1.5)
    windows = [[model.window(image, i, j) for j in range(OUT)] for i in range(OUT)]
    below.imshow([[kernel(window).data for window in row] for row in windows], cmap="gray_r")
    above.axis("off")
    below.axis("off")
figure.suptitle(f"eight kernels, and what they answer to a {y_test[0]}")
figure.savefig("convolution.svg")
