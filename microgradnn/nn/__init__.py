"""Neural networks: neurons, layers, MLPs, and the initial values of their weights.

A network is a `Module`: whatever holds Values as parameters. Read `layers.py` first, a neuron is a
few lines there, and `sequential.py`, `norm.py` and `embedding.py` are as short; `module.py` says
how parameters are found, named, saved and loaded, `init.py` what they start from, `outline.py` how
they are listed, and `files.py` how they lie on the disk.
"""

from ..missing import no_attribute
from ..typed import TYPE_CHECKING
from .choices import Activation as Activation
from .choices import ActivationName as ActivationName
from .choices import Initializer as Initializer
from .choices import InitializerName as InitializerName
from .embedding import Embedding
from .init import he_normal, normal, uniform, xavier_uniform, zeros
from .layers import MLP, Layer, Neuron
from .module import Module
from .norm import LayerNorm, RMSNorm
from .sequential import Sequential

__all__ = [
    "MLP",
    "Embedding",
    "Layer",
    "LayerNorm",
    "Module",
    "Neuron",
    "RMSNorm",
    "Sequential",
    "he_normal",
    "normal",
    "uniform",
    "xavier_uniform",
    "zeros",
]


def __dir__() -> list[str]:
    return sorted(__all__)


if not TYPE_CHECKING:  # or checkers would believe that there is every name

    def __getattr__(name):
        raise no_attribute(__name__, name)
