"""Neural networks: neurons, layers, MLPs, and the initial values of their weights.

A network is a `Module`: whatever holds Values as parameters. Read `layers.py` first, a neuron is a
few lines there, and `embedding.py` is as short; `module.py` says how parameters are found, named,
saved and loaded, `init.py` what they start from, and `files.py` how they lie on the disk.
"""

from .embedding import Embedding
from .init import he_normal, normal, uniform, xavier_uniform, zeros
from .layers import MLP, Layer, Neuron
from .module import Module

__all__ = [
    "MLP",
    "Embedding",
    "Layer",
    "Module",
    "Neuron",
    "he_normal",
    "normal",
    "uniform",
    "xavier_uniform",
    "zeros",
]
