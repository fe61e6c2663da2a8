"""What is said where a name is missing that other libraries have: what it is called here."""

from __future__ import annotations

from contextlib import suppress

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
