"""Checkpoints: model, optimizer and history in one file, from which a training goes on."""

from __future__ import annotations

import json
import os
from dataclasses import replace
from typing import Any

import numpy as np

from ..arguments import as_count, as_number, assign, must_be
from ..data.tables import as_table
from ..nn import Module
from ..nn.files import read_arrays, write_arrays
from ..nn.generators import generators_in, set_state, state_of
from ..optim import Optimizer
from ..optim.records import rate_of, record_of
from .bookmark import Bookmark, default_optimizer, kept_by, trained
from .history import History

Path = str | os.PathLike[str]
Arrays = dict[str, Any]
OF_HISTORY = ("losses", "metrics", "best_epoch", "stopped", "compiled", "eager_because")
OF_BOOKMARK = ("terms", "best_loss", "waited", "known_loss", "generators", "rule", "is_default")


def save_checkpoint(
    path: Path, model: Module, optimizer: Optimizer | None, history: History
) -> None:
    """Write model, optimizer and history to an `.npz` file, from which `load_checkpoint` goes on.

    They must be as `fit` has left them, or as it shows them to a callback, which may save after
    each epoch. `optimizer` is None if fit has made it. The file is as safe as that of
    `Module.save`: the old one or the new one at any time.

    Raises ValueError, which says what no file can hold: a NaN, a learning rate that is a function
    of your own, weights that have been changed since; TypeError if an argument is of another kind,
    OSError if the place cannot be written.

    >>> import os, tempfile
    >>> from microgradnn import fit, losses, nn
    >>> data = {"X": [[0.0], [1.0]], "y": [1.0, 3.0], "loss": losses.mse_loss, "progress": False}
    >>> path = os.path.join(tempfile.mkdtemp(), "line.npz")
    >>> model = nn.MLP(1, [1], rng=0)
    >>> save_checkpoint(path, model, None, fit(model, **data, epochs=2))
    >>> another = nn.MLP(1, [1])
    >>> history = fit(another, **data, epochs=3, resume=load_checkpoint(path, another))
    >>> len(history.losses)
    5
    """
    _check_kinds(model, optimizer)
    bookmark = must_be(History, history, "history", "a History, as fit gives it").bookmark
    if bookmark is None:
        raise ValueError("history is that of no training; give one that fit has given")
    _check_presence(optimizer, bookmark)
    bookmark.check_model(model, optimizer)
    if optimizer is not None:
        bookmark.check_optimizer(optimizer)
    state = bookmark.kept if optimizer is None else _storable_state_of(optimizer)
    text = {
        "history": {name: getattr(history, name) for name in OF_HISTORY},
        "bookmark": {name: getattr(bookmark, name) for name in OF_BOOKMARK},
        "optimizer": {k: x for k, x in state.items() if not isinstance(x, np.ndarray)},
    }
    arrays = {
        **{f"model.{name}": array for name, array in model.state_dict().items()},
        **{f"optimizer.{k}": x for k, x in state.items() if isinstance(x, np.ndarray)},
        "weights": bookmark.weights,
        "best_weights": bookmark.best_weights,
        **({"epochs": np.array(history.weights)} if history.weights else {}),
        "text": np.frombuffer(json.dumps(text).encode(), np.uint8),
    }
    write_arrays(path, arrays)


def load_checkpoint(path: Path, model: Module, optimizer: Optimizer | None = None) -> History:
    """Put model and optimizer where `save_checkpoint` found them, and give the history.

    Both must be made as they were then; `fit(…, resume=history)` goes on with them. All of it is
    taken, or nothing is changed.

    Raises ValueError, which says what is wrong with the file, TypeError if an argument is of
    another kind, OSError if the file cannot be opened.

    >>> import os, tempfile
    >>> from microgradnn import fit, losses, nn
    >>> path, model = os.path.join(tempfile.mkdtemp(), "line.npz"), nn.MLP(1, [1], rng=0)
    >>> history = fit(model, [[1.0]], [3.0], loss=losses.mse_loss, epochs=2, progress=False)
    >>> save_checkpoint(path, model, None, history)
    >>> load_checkpoint(path, nn.MLP(1, [1])).losses == history.losses
    True
    """
    _check_kinds(model, optimizer)
    try:
        arrays = read_arrays(path)
        if "text" not in arrays:
            raise ValueError("no checkpoint, but other arrays")
        text = json.loads(arrays["text"].tobytes())
        history = _history_of(text["history"])
        if "epochs" in arrays:
            history.weights = list(as_table(arrays["epochs"], "epochs"))
        bookmark = _bookmark_of(text["bookmark"], arrays)
        state = {**text["optimizer"], **_named("optimizer.", arrays)}
        _check_presence(optimizer, bookmark)
        kept = _put_back(model, optimizer, bookmark, state, arrays)
        history.bookmark = replace(bookmark, kept=kept)
    except (OSError, MemoryError):
        raise
    except Exception as error:  # A file that was made up may have anything in it.
        raise ValueError(
            f"{path}: {error}. Nothing was changed; load a file that save_checkpoint wrote from "
            "such a model and such an optimizer"
        ) from error
    return history


def _check_kinds(model: Any, optimizer: Any) -> None:
    must_be(Module, model, "model", "a network")
    wanted = "one of optim, or None if fit makes it"
    must_be((Optimizer, type(None)), optimizer, "optimizer", wanted)


def _check_presence(optimizer: Optimizer | None, bookmark: Bookmark) -> None:
    if (optimizer is None) != bookmark.is_default:
        had = "one that fit has made, so it must be None here" if optimizer else bookmark.rule
        raise ValueError(f"optimizer is {'given' if optimizer else 'missing'}; it was {had}")


def _storable_state_of(optimizer: Optimizer) -> dict[str, Any]:
    """The state of an optimizer, its learning rates as records; refused if no file can hold it."""
    state = optimizer.state_dict()
    state["learning_rates"] = [
        record_of(rate, f"the learning rate of group {place} of the optimizer")
        for place, rate in enumerate(state["learning_rates"])
    ]
    for name in state.keys() - optimizer.checks.keys() - {"sizes", "learning_rates"}:
        x = state[name]
        if not isinstance(x, (int, float, np.ndarray)) or not np.all(np.isfinite(x)):
            raise ValueError(
                f"{type(optimizer).__name__} keeps {name}, {x!r}, but a file can hold finite "
                "numbers and arrays only; nothing was saved"
            )
    return state


def _named(prefix: str, arrays: Arrays) -> Arrays:
    return {k.removeprefix(prefix): x for k, x in arrays.items() if k.startswith(prefix)}


def _history_of(saved: Any) -> History:
    """The history that was saved, each entry checked."""
    history = History()
    history.losses = _numbers(saved["losses"], "losses")
    history.metrics = {name: _numbers(x, name) for name, x in saved["metrics"].items()}
    lengths = {len(numbers) for numbers in [history.losses, *history.metrics.values()]}
    if len(lengths) > 1:
        raise ValueError(f"the curves have different lengths, {sorted(lengths)}")
    history.best_epoch = as_count(saved["best_epoch"], "best_epoch", 0, len(history.losses) - 1)
    history.stopped = must_be(str, saved["stopped"], "stopped", "a str")
    history.compiled = must_be(bool, saved["compiled"], "compiled", "True or False")
    history.eager_because = must_be(str, saved["eager_because"], "eager_because", "a str")
    return history


def _bookmark_of(place: Any, arrays: Arrays) -> Bookmark:
    known = place["known_loss"]
    return Bookmark(
        terms=dict(place["terms"]),
        weights=as_table(arrays["weights"][:, None], "weights")[:, 0],
        best_weights=as_table(arrays["best_weights"][:, None], "best_weights")[:, 0],
        best_loss=as_number(place["best_loss"], "best_loss"),
        waited=as_count(place["waited"], "waited", least=0),
        known_loss=None if known is None else as_number(known, "known_loss"),
        generators=list(place["generators"]),
        kept={},
        rule=must_be(str, place["rule"], "rule", "a str"),
        is_default=must_be(bool, place["is_default"], "is_default", "True or False"),
    )


def _numbers(xs: Any, name: str) -> list[float]:
    return [as_number(x, f"{name}[{k}]") for k, x in enumerate(must_be(list, xs, name, "a list"))]


def _put_back(
    model: Module, given: Optimizer | None, bookmark: Bookmark, state: Any, arrays: Arrays
) -> dict[str, Any]:
    """Give all their numbers to model, generators and optimizer, or to none of them."""
    parameters = model.parameters()
    optimizer = default_optimizer(parameters) if given is None else given
    parameters, generators = trained(parameters, optimizer), generators_in(model)
    numbers = [parameter.data for parameter in parameters]
    states = [state_of(generator) for generator in generators]
    own = len(bookmark.best_weights)
    try:
        model.load_state_dict(_named("model.", arrays))
        assign(parameters[own:], bookmark.weights[own:].tolist())
        bookmark.check_model(model, optimizer)
        for generator, saved in zip(generators, bookmark.generators, strict=True):
            set_state(generator, saved)
        _load_optimizer(optimizer, bookmark, state)
    except BaseException:
        assign(parameters, numbers)
        for generator, before in zip(generators, states, strict=True):
            set_state(generator, before)
        raise
    return kept_by(optimizer)


def _load_optimizer(optimizer: Optimizer, bookmark: Bookmark, state: Any) -> None:
    """The last step of loading, after which nothing can fail."""
    if (rule := type(optimizer).__name__) != bookmark.rule:
        raise ValueError(f"optimizer is {rule}, but was {bookmark.rule}")
    if bookmark.is_default:
        state = {**optimizer.state_dict(), **state}
    else:
        rates = enumerate(state["learning_rates"])
        state = {**state, "learning_rates": [rate_of(x, f"learning_rates[{k}]") for k, x in rates]}
    optimizer.load_state_dict(state)
