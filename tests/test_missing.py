"""What is said where a name is missing that other libraries have."""

import subprocess
import sys
from typing import Any

import pytest

import microgradnn as mg
from microgradnn import data, losses, nn, optim
from microgradnn.missing import HERE, LEFT_OUT, OF_OBJECTS, no_attribute

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
        (losses, "mean_squared_error", "here it is losses.mse_loss"),  # and not half of it
        (losses, "mae_loss", "here it is losses.l1_loss"),
        (mg, "train", "here it is mg.fit"),
        (mg, "save", "here it is a method: model.save(path)"),
        (mg, "draw_dot", "here it is mg.draw"),
        (optim, "LBFGS", f"it is left out: {LEFT_OUT['LBFGS']}"),
        (mg, "Tensor", "here it is Value, which holds a single number"),
        (nn, "LSTM", "it is left out: call a Layer at each time, in a loop"),
        (nn, "Dropout", "it is left out: take weight_decay of an optimizer, or patience of mg.fit"),
    ],
)
def test_modules_say_what_it_is_called_here(module: Any, name: str, hint: str) -> None:
    with pytest.raises(AttributeError) as raised:
        getattr(module, name)
    assert str(raised.value) == f"module {module.__name__!r} has no attribute {name!r}; {hint}"


@pytest.mark.parametrize("name", ["Fold", "_MLP", "__wrapped__", "a.b", ""])
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
        known = ("Value", "a list in", "a dict in", "a schedule such as", "mg,", "math.prod")
        assert said.startswith((*known, "a method: model.", "an argument: "))


def test_a_name_that_is_here_needs_no_row() -> None:
    names = {name for module in MODULES.values() for name in dir(module)}
    assert not names & {*HERE, *LEFT_OUT}


class Line(nn.Module):
    """A network as users of PyTorch write it."""

    def __init__(self) -> None:
        self.layer = nn.Layer(2, 1, "linear")

    def __call__(self, x: Any) -> Any:
        return self.layer(x)


SGD = optim.SGD([mg.Value(1.0)], lr=0.1)


@pytest.mark.parametrize(
    ("thing", "name", "instead"),
    [
        (nn.MLP(2, [1]), "fit", "write mg.fit(model, X, y, loss=…)"),
        (nn.MLP(2, [1]), "predict", "write model(row), or mg.compile(model)(X)"),
        (nn.MLP(2, [1]), "backward", "write loss.backward(), of the Value that a loss gives"),
        (Line(), "train", "leave it out: no layer is another while it is trained"),
        (Line(), "eval", "leave it out: no layer is another while it is trained"),
        (Line(), "to", "leave it out: all is computed in float64, by one processor"),
        (Line(), "forward", "write model(x)"),
        (nn.Layer(2, 1), "weight", "write model.state_dict(), or neuron.w and neuron.b"),
        (SGD, "param_groups", "write optimizer.lr = 0.01 for another learning rate"),
        (optim.step_decay(0.1, 5), "step", "leave it out: the optimizer that has it as its lr"),
        (mg.History(), "loss", "write history.losses"),
        (mg.History(), "val_loss", 'write history.metrics["validation_loss"]'),
        (data.load_iris(), "target", "write dataset.y"),
    ],
)
def test_objects_say_what_to_write_instead(thing: Any, name: str, instead: str) -> None:
    assert not hasattr(thing, name)
    with pytest.raises(AttributeError) as raised:
        getattr(thing, name)
    kind = type(thing).__name__
    assert str(raised.value).startswith(f"{kind!r} object has no attribute {name!r}; {instead}")
    assert (raised.value.name, raised.value.obj) == (name, thing)  # by which Python finds others
    with pytest.raises(AttributeError, match=r"^'[A-Za-z_]+' object has no attribute 'another'$"):
        _ = thing.another


def test_what_is_said_of_objects_is_not_there() -> None:
    """A row of the table is for what the object lacks; what somebody's own class has stays."""
    things = {"Module": nn.Module(), "Optimizer": SGD, "Schedule": optim.step_decay(0.1, 5)}
    things |= {"History": mg.History(), "Dataset": data.load_iris()}
    assert things.keys() == OF_OBJECTS.keys()
    for kind, thing in things.items():
        assert not {*OF_OBJECTS[kind]} & {*dir(thing)}

    class WithFit(Line):
        def fit(self) -> str:
            return "own"

    assert WithFit().fit() == "own"


def test_checkers_know_the_attributes_that_are_missing() -> None:
    with pytest.raises(AttributeError):
        nn.MLP(2, [1]).fit  # type: ignore[attr-defined]  # noqa: B018
    with pytest.raises(AttributeError):
        mg.History().loss  # type: ignore[attr-defined]  # noqa: B018


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


def test_an_error_in_a_property_of_ones_own_module_is_told() -> None:
    class Net(nn.Module):
        @property
        def weight(self) -> Any:
            return self.scale  # type: ignore[attr-defined]

        def __call__(self, x: float) -> float:
            return x

    with pytest.raises(AttributeError, match="no attribute 'scale'"):
        _ = Net().weight
    assert getattr(Net(), "other", 7) == 7
