"""Derivatives of functions, with JAX's names: grad, jacobian, hessian, jvp, vjp and hvp.

Read `calls.py` first: a function is called with Values of its own, and what it returns is the graph
that is differentiated. `trees.py` takes arguments and results apart, which may be lists of arrays
and the like, and puts derivatives together in the same form.
"""

from .directions import hvp, jvp, vjp
from .gradient import grad, value_and_grad
from .matrices import hessian, jacobian

__all__ = ["grad", "hessian", "hvp", "jacobian", "jvp", "value_and_grad", "vjp"]
