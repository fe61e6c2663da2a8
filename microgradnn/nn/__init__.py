"""Neural networks: neurons, layers, MLPs, and the initial values of their weights."""

from .init import he_normal, normal, uniform, xavier_uniform, zeros
from .layers import MLP, Layer, Neuron
from .module import Module

__all__ = ["MLP", "Layer", "Module", "Neuron"]
__all__ += ["he_normal", "normal", "uniform", "xavier_uniform", "zeros"]
