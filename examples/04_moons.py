"""Two moons: an MLP separates what no straight line can."""

from sklearn.datasets import make_moons

import microgradnn as mg
from microgradnn import losses, nn, optim

X, y = make_moons(n_samples=100, noise=0.1, random_state=0)
model = nn.MLP(2, [16, 16, 1], rng=0)
history = mg.fit(
    model,
    X,
    2 * y - 1,
    loss=losses.hinge_loss,
    optimizer=optim.SGD(model.parameters(), lr=0.1, momentum=0.9),
    epochs=30,
    batch_size=20,
    progress=False,
)
print(f"loss {history.losses[0]:.3f} → {history.losses[-1]:.3f}")
print(f"accuracy {history.metrics['accuracy'][-1]:.2f}")
