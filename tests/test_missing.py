"""What is said where a name is missing that other libraries have."""

import subprocess
import sys
from typing import Any

import pytest

import microgradnn as mg
from microgradnn import data, losses, nn, optim
from microgradnn.missing import HERE, no_attribute

MODULES = {"mg": mg, "nn": nn, "losses": losses, "optim": optim, "data": data}


@pytest.mark.parametrize(
    ("module", "name", "hint"),
    [
        (losses, "MSELoss", "here it is losses.mse_loss"),
        (nn, "MSELoss", "here it is losses.mse_loss"),
        (losses, "CrossEntropyLoss", "here it is losses.cross_entropy"),
        (nn, "Linear", 'here it is nn.Layer(nin, nout, activation="linear")'),
        (nn, "ReLU", 'here it is mg.relu, or activation="relu" of a layer'),
        (nn, "Softmax", "here it is mg.softmax, a function of a list"),
        (nn, "Lyer", "did you mean 'Layer'?"),
        (optim, "sgd", "here it is optim.SGD"),
        (optim, "RMSProp", "here it is optim.RMSprop"),
        (optim, "Adm", "did you mean 'Adam'?"),
        (data, "StandardScaler", "here it is data.standardize"),
        (mg, "MLP", "here it is nn.MLP"),
        (mg, "mse_loss", "here it is losses.mse_loss"),
        (mg, "Tensor", "here it is Value, which holds a single number"),
    ],
)
def test_modules_say_what_it_is_called_here(module: Any, name: str, hint: str) -> None:
    with pytest.raises(AttributeError) as raised:
        getattr(module, name)
    assert str(raised.value) == f"module {module.__name__!r} has no attribute {name!r}; {hint}"


@pytest.mark.parametrize("name", ["Dropout", "_MLP", "__wrapped__", "a.b", ""])
def test_what_is_called_like_nothing_here_is_just_missing(name: str) -> None:
    with pytest.raises(AttributeError) as raised:
        getattr(nn, name)
    assert str(raised.value) == f"module 'microgradnn.nn' has no attribute {name!r}"


@pytest.mark.parametrize("said", HERE.values())
def test_what_is_said_exists(said: str) -> None:
    place, _, rest = said.partition(".")
    name = rest.partition("(")[0].partition(",")[0]
    if place in MODULES and name:
        assert name in dir(MODULES[place])
    else:
        assert said.startswith(("Value", "a list in", "a dict in", "a schedule such as", "mg,"))


def test_a_name_that_is_here_needs_no_row() -> None:
    names = {name for module in MODULES.values() for name in dir(module)}
    assert not names & {*HERE}


def test_checkers_know_the_names_that_are_missing() -> None:
    with pytest.raises(AttributeError):
        nn.Linear  # type: ignore[attr-defined]  # noqa: B018
    with pytest.raises(AttributeError):
        losses.MSELoss  # type: ignore[attr-defined]  # noqa: B018


def test_a_module_that_is_not_loaded_yet_is_no_mistake() -> None:
    plain = "module 'microgradnn' has no attribute 'sums'"  # which is a file of the package
    assert str(no_attribute("microgradnn", "sums")) == plain
    assert str(no_attribute("microgradnn", "suum")).endswith("; did you mean 'sum'?")


def test_asking_for_a_module_loads_no_other() -> None:
    program = (
        "import sys, microgradnn as mg; from microgradnn import lines; import microgradnn.told"
    )
    program += "; hasattr(mg, '__wrapped__'); hasattr(mg, 'figures')"
    program += "; print(*{'numpy', 'difflib', 'microgradnn.nn'} & {*sys.modules}, end='')"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert (done.stdout, done.stderr) == ("", "")
