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
    "mae": "losses.l1_loss",
    "mse": "losses.mse_loss",
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
    "StandardScaler": "data.standardize",
}
# What a network is asked for, and what to write instead.
_NO_SWITCH = "nothing in a network differs between training and use, so leave it out"
_NO_DEVICE = "Values are on no device, so leave it out"
OF_MODELS = {
    "forward": "call the network itself: model(x)",
    "fit": "it is mg.fit(model, X, y, loss=losses.mse_loss)",
    "predict": "call it for each sample: [model(x) for x in X]; mg.compile(model)(X) is quicker",
    **dict.fromkeys(["train", "eval"], _NO_SWITCH),
    **dict.fromkeys(["to", "cpu", "cuda"], _NO_DEVICE),
}


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


def no_method(model: Any, name: str) -> AttributeError:
    """The error of a network without an attribute, with what is done instead.

    >>> print(no_method("a text", "forward"))
    'str' object has no attribute 'forward'; call the network itself: model(x)
    """
    message = f"{type(model).__name__!r} object has no attribute {name!r}"
    if name in OF_MODELS:
        return AttributeError(f"{message}; {OF_MODELS[name]}")
    return AttributeError(message)  # Python adds the name that was meant


def _called_here(module: str, name: str) -> str:
    if name in HERE:
        return f"; here it is {HERE[name]}"
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
