"""Trainings in one go and in parts, and all that must be the same after them."""

import random
from typing import Any

import numpy as np

import microgradnn as mg
from microgradnn import History, losses, nn, optim

X = np.random.default_rng(0).normal(size=(23, 3))
Y = X[:, 0] * X[:, 1]
HELD_OUT = X[::4], -Y[::4]  # what is learned makes this worse
CLASSES = (Y > 0).astype(int)


class Noisy(nn.Module):
    """A network that draws random numbers, of both kinds of generators, when it is called."""

    def __init__(self) -> None:
        self.hidden = nn.Layer(3, 4, "tanh", rng=1)
        self.last = nn.Neuron(4, "linear", rng=2)
        self.coin = random.Random(3)
        self.noise = [np.random.default_rng(4)]

    def forward(self, x: Any) -> Any:
        kept = [h * (self.coin.random() < 0.75) for h in self.hidden(x)]
        return self.last(kept) + 0.01 * self.noise[0].normal()


def plain() -> nn.MLP:
    return nn.MLP(3, [4, 1], "tanh", rng=1)


MODELS: dict[str, Any] = {"plain": plain, "noisy": Noisy}
OPTIMIZERS: dict[str, Any] = {
    "default": lambda p: None,
    "sgd": lambda p: optim.SGD(p, optim.step_decay(0.1, 5), momentum=0.9, nesterov=True),
    "adam": lambda p: optim.Adam(p, optim.one_cycle(0.1, 12), weight_decay=0.01),
    "adamw": lambda p: optim.AdamW(p, optim.warmup(optim.cosine_decay(0.1, 12), 4)),
    "rmsprop": lambda p: optim.RMSprop(
        p, optim.reduce_on_plateau(0.1, patience=0), momentum=0.5, centered=True
    ),
    "groups": lambda p: optim.AdamW(
        [
            {"params": p[::2], "betas": (0.5, 0.9), "lr": optim.reduce_on_plateau(0.1, patience=0)},
            {"params": p[1::2], "weight_decay": 0.0},
        ],
        lr=optim.inverse_time_decay(0.05, 0.1),
    ),
    "some": lambda p: optim.SGD(p[::-2], 0.05, momentum=0.5),
}
SETTINGS: dict[str, dict[str, Any]] = {
    "alone": {},
    "held out": {"validation": HELD_OUT, "patience": 4},
    "share": {"validation": 0.25, "clip_grad_norm": 0.05, "metrics": {"mae": losses.l1_loss}},
    "eager": {"compiled": False, "seed": 3},
}


def train(model: nn.Module, optimizer: Any, epochs: int, **options: Any) -> History:
    options = {"loss": losses.mse_loss, "batch_size": 8, "progress": False, **options}
    return mg.fit(model, X, options.pop("y", Y), optimizer=optimizer, epochs=epochs, **options)


def all_of(model: nn.Module, optimizer: Any, history: History) -> dict[str, Any]:
    """All by which two trainings may differ, as text or numbers that are equal to the last bit."""
    bookmark = history.bookmark
    assert bookmark is not None
    return {
        "weights": [p.data for p in model.parameters()],
        "curves": (history.losses, history.metrics, history.best_epoch),
        "words": (history.stopped, history.compiled, history.eager_because),
        "optimizer": repr(optimizer and optimizer.state_dict()),
        "last": bookmark.weights.tolist(),
        "best": (bookmark.best_weights.tolist(), bookmark.best_loss, bookmark.waited),
        "generators": bookmark.generators,
        "kept": repr(bookmark.kept),
    }
