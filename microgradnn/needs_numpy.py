"""NumPy for what cannot do without it: if it is not installed, a sentence says so."""

try:
    import numpy as np
except ModuleNotFoundError:
    raise ModuleNotFoundError(
        "arrays, data, compile, fit, plots, animations and files of weights need NumPy, which is "
        "not installed: pip install numpy",
        name="numpy",
    ) from None

__all__ = ["np"]
