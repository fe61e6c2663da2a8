"""The compiler: write scalars, run matrices."""

from .program import Program, compile

__all__ = ["Program", "compile"]
