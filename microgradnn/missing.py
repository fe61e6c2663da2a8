"""What is said where a name is missing that other libraries have: what it is called here."""

from __future__ import annotations

from contextlib import suppress

from .typed import Any

# What to write for names of PyTorch, Keras and scikit-learn that no rule leads from.
HERE = {
    "BCELoss": "losses.binary_cross_entropy",
    "BCEWithLogitsLoss": "losses.binary_cross_entropy_with_logits",
    "CrossEntropyLoss": "losses.cross_entropy",
    "KLDivLoss": "losses.kl_divergence",
    "SmoothL1Loss": "losses.huber_loss",
    "smooth_l1_loss": "losses.huber_loss",
    **dict.fromkeys(("mae", "MAE", "mae_loss", "mean_absolute_error"), "losses.l1_loss"),
    **dict.fromkeys(("mse", "MSE", "mean_squared_error"), "losses.mse_loss"),
    "BCE": "losses.binary_cross_entropy",
    "log_loss": "losses.binary_cross_entropy, or cross_entropy for several classes",
    "Dense": 'nn.Layer(nin, nout, activation="linear")',
    "Linear": 'nn.Layer(nin, nout, activation="linear")',
    "Softmax": "mg.softmax, a function of a list",
    "functional": "mg, which has the functions, and losses",
    "ModuleDict": "a dict in an attribute",
    "ModuleList": "a list in an attribute",
    "Parameter": "Value(0.5)",
    "Tensor": "Value, which holds a single number",
    "tensor": "Value, which holds a single number",
    "CosineAnnealingLR": "optim.cosine_decay, which an optimizer takes as its lr",
    "ExponentialLR": "optim.exponential_decay, which an optimizer takes as its lr",
    "ReduceLROnPlateau": "optim.reduce_on_plateau, which an optimizer takes as its lr",
    "StepLR": "optim.step_decay, which an optimizer takes as its lr",
    "lr_scheduler": "a schedule such as optim.step_decay, which an optimizer takes as its lr",
    "DataLoader": "data.batches",
    **dict.fromkeys(("StandardScaler", "MinMaxScaler", "normalize"), "data.standardize"),
    "make_regression": "data.make_line",
    "make_classification": "data.make_blobs",
    "absolute": "mg.abs",
    "draw_dot": "mg.draw",
    "load": "a method: model.load(path)",
    "manual_seed": "an argument: rng=0 of a network, seed=0 of mg.fit",
    "matmul": "mg.dot, or @ between object arrays of Values",
    "prod": "math.prod, which takes Values",
    "save": "a method: model.save(path)",
    "trace": "mg.topological_order",
    "train": "mg.fit",
}

# What is left out, and what does its work here; docs/left_out.md has all of it.
LEFT_OUT = {
    "Conv2d": "call a Neuron on each window; mg.compile finds the matrix product",
    "Dropout": "take weight_decay of an optimizer, or patience of mg.fit",
    "LSTM": "call a Layer at each time, in a loop",
}
LEFT_OUT |= {"Conv1d": LEFT_OUT["Conv2d"], **dict.fromkeys(("GRU", "RNN"), LEFT_OUT["LSTM"])}
LEFT_OUT |= dict.fromkeys(("Adagrad", "Adadelta", "NAdam", "RAdam"), "subclass optim.Optimizer")
LEFT_OUT["LBFGS"] = "take scipy.optimize.minimize(mg.value_and_grad(f), x0, jac=True)"
LEFT_OUT |= dict.fromkeys(("BatchNorm1d", "BatchNorm2d"), "take nn.LayerNorm, or data.standardize")

# What to write for attributes that these libraries have, by the kind of object here.
_DEVICES = "leave it out: all is computed in float64, by one processor"
_MODES = "leave it out: no layer is another while it is trained"
_LISTED = "look at model.named_parameters() or model.summary()"
_STATE = "write model.state_dict(), or neuron.w and neuron.b"
_OF_LOSSES = "write loss.backward(), of the Value that a loss gives"
OF_OBJECTS = {
    "Module": {
        **dict.fromkeys(("train", "eval"), _MODES),
        **dict.fromkeys(("to", "cpu", "cuda", "double", "float", "half"), _DEVICES),
        **dict.fromkeys(("apply", "children", "modules"), _LISTED),
        **dict.fromkeys(("weight", "weights", "bias", "coefs_", "intercepts_"), _STATE),
        **dict.fromkeys(("score", "evaluate"), "write mg.evaluate(model, X, y, loss)"),
        **dict.fromkeys(("predict", "predict_proba"), "write model(row), or mg.compile(model)(X)"),
        "fit": "write mg.fit(model, X, y, loss=…)",
        "forward": "write model(x)",
        "compile": "write mg.compile(model)",
        "backward": _OF_LOSSES,
        "step": "write optimizer.step()",
    },
    "Optimizer": {
        "param_groups": "write optimizer.lr = 0.01 for another learning rate",
        "backward": _OF_LOSSES,
    },
    "Schedule": {"step": "leave it out: the optimizer that has it as its lr counts the steps"},
    "History": {
        "history": "write history.losses or history.metrics",
        "loss": "write history.losses",
        "val_loss": 'write history.metrics["validation_loss"]',
        "accuracy": 'write history.metrics["accuracy"]',
    },
    "Dataset": {"data": "write dataset.X", "target": "write dataset.y"},
}


def answers(kind: str) -> Any:
    """The `__getattr__` of a class of this kind, which says what to write instead, if it is known.

    It is not for type checkers, who would believe in all names.

    >>> answers("Dataset")((), "data")
    Traceback (most recent call last):
    AttributeError: 'tuple' object has no attribute 'data'; write dataset.X
    """

    def __getattr__(thing: object, name: str) -> Any:
        instead = OF_OBJECTS[kind].get(name)
        if instead is None or hasattr(type(thing), name):
            return object.__getattribute__(thing, name)  # which tells of errors in a property, too
        message = f"{type(thing).__name__!r} object has no attribute {name!r}; {instead}"
        raise AttributeError(message, name=name, obj=thing)

    return __getattr__


def no_attribute(module: str, name: str) -> AttributeError:
    """The error of a module without an attribute, with what it is called here, if anything is.

    >>> print(no_attribute("microgradnn.losses", "MSELoss"))
    module 'microgradnn.losses' has no attribute 'MSELoss'; here it is losses.mse_loss
    """
    from importlib.util import find_spec  # only now, as what follows

    message = f"module {module!r} has no attribute {name!r}"
    is_word = name.isidentifier() and not name.startswith("_")
    if is_word and not find_spec(f"{module}.{name}"):  # Python asks before it loads a module
        message += _called_here(module, name)
    return AttributeError(message)


def _called_here(module: str, name: str) -> str:
    if name in HERE:
        return f"; here it is {HERE[name]}"
    if name in LEFT_OUT:
        return f"; it is left out: {LEFT_OUT[name]}"
    asked = module.partition(".")[2]
    public = _public()
    for place in (asked, *public):  # what the module has itself comes first
        for ours in public.get(place, ()):
            if _letters(ours) == _letters(name):
                of_layers = f', or activation="{ours}" of a layer' if asked == "nn" else ""
                return f"; here it is {place or 'mg'}.{ours}{'' if place else of_layers}"
    from difflib import get_close_matches

    near = get_close_matches(name, public.get(asked, ()), n=1)
    return f"; did you mean {near[0]!r}?" if near else ""


def _letters(name: str) -> str:
    """A name in one way of writing: MSELoss and mse_loss are the same."""
    return name.replace("_", "").lower()


def _public() -> dict[str, list[str]]:
    """The public names of the package, and of the modules in it that people look through."""
    from importlib import import_module

    found = {}
    for place in ("", "nn", "losses", "optim", "data"):
        with suppress(ImportError):  # data needs NumPy
            found[place] = dir(import_module(f"{__package__}.{place}".rstrip(".")))
    return found
