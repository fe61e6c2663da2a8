"""microgradnn: a scalar autograd engine with a computational graph.

>>> import microgradnn as mg
>>> x = mg.Value(2.0, label="x")
>>> y = mg.tanh(x) * x
>>> y.backward()
>>> f"{y:.4f} {x.grad:.4f}"
'1.9281 1.1053'
"""

from __future__ import annotations

# As modules of their own, or pyright does not see what their `__all__` add to that below.
import microgradnn.engine.functions as functions
import microgradnn.engine.table as table

from .domains import Interval
from .engine import (
    Primitive,
    Value,
    debug,
    gradients,
    no_grad,
    topological_order,
    where,
)
from .engine.functions import *  # noqa: F403 - its `__all__`
from .engine.functions import max as max
from .engine.functions import min as min
from .engine.functions import sum as sum
from .engine.table import *  # noqa: F403 - its `__all__`
from .engine.table import abs as abs
from .engine.table import pow as pow
from .typed import TYPE_CHECKING, Any
from .version import __version__

if TYPE_CHECKING:
    from . import data, losses, nn, optim, plots, testing
    from .collector import large_graph
    from .compiler import Program, Programs
    from .compiler import compile as compile
    from .custom import primitive
    from .drawing import Drawing, draw, to_dot
    from .drawing.worksheet import worksheet
    from .engine.checking import gradcheck, numerical_gradient
    from .explaining import explain, steps
    from .explaining.diagnosis import first_non_finite
    from .explorer import Explorer, explore
    from .named import block
    from .slopes import GradientCheck, relative_error
    from .training import History, evaluate, fit, load_checkpoint, save_checkpoint
    from .transforms import grad, hessian, hvp, jacobian, jvp, value_and_grad, vjp

# Modules that need more than the standard library, or time to load that not every program need
# spend, and the names from such modules: they are loaded when they are first asked for.
_LAZY_MODULES = ("data", "losses", "nn", "optim", "plots", "testing")
_LAZY = {
    "collector": ["large_graph"],
    "compiler": ["Program", "Programs", "compile"],
    "custom": ["primitive"],
    "drawing": ["Drawing", "draw", "to_dot"],
    "explorer": ["Explorer", "explore"],
    "explaining": ["explain", "steps"],
    "explaining.diagnosis": ["first_non_finite"],
    "drawing.worksheet": ["worksheet"],
    "named": ["block"],
    "engine.checking": ["gradcheck", "numerical_gradient"],
    "slopes": ["GradientCheck", "relative_error"],
    "training": ["History", "evaluate", "fit", "load_checkpoint", "save_checkpoint"],
    "transforms": ["grad", "hessian", "hvp", "jacobian", "jvp", "value_and_grad", "vjp"],
}


def __getattr__(name: str) -> Any:
    import importlib

    if name in _LAZY_MODULES:
        return importlib.import_module(f"{__name__}.{name}")
    for path, names in _LAZY.items():
        if name in names:
            found = getattr(importlib.import_module(f"{__name__}.{path}"), name)
            globals()[name] = found
            return found
    from .missing import no_attribute

    raise no_attribute(__name__, name)


def __dir__() -> list[str]:
    return sorted([*__all__, *_BUILTINS])


# What is called like a function of Python's own: `mg.sum` there is, but `import *` hides nothing.
_BUILTINS = ["abs", "compile", "max", "min", "pow", "sum"]

__all__ = ["Value", "__version__", "block", "debug", "large_graph", "no_grad", "topological_order"]
__all__ += ["Interval", "Primitive", "primitive", "where"]
__all__ += ["data", "losses", "nn", "optim", "plots", "testing"]
__all__ += ["grad", "gradients", "hessian", "hvp", "jacobian", "jvp", "value_and_grad", "vjp"]
__all__ += ["GradientCheck", "gradcheck", "numerical_gradient", "relative_error"]
__all__ += ["Drawing", "Explorer", "draw", "explore", "to_dot"]
__all__ += ["explain", "first_non_finite", "steps", "worksheet"]
__all__ += ["History", "Program", "Programs", "evaluate", "fit"]
__all__ += ["load_checkpoint", "save_checkpoint"]
__all__ += functions.__all__
__all__ += table.__all__
