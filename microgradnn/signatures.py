"""What checkers, editors and `help` are told of functions and rows; to a program it means nothing.

A decorator says what a function gives for what it is given: a Value for Values, a number for
numbers. Checkers read it in `signatures.pyi`; here it gives the function back as it is, so that no
call takes longer.
"""

from types import ModuleType


def as_it_is(function):
    return function


def refusing(sentence):
    """A word on errors that several functions have in common, before the example of each."""

    def documented(function):
        if function.__doc__:  # which `python -OO` leaves out
            text, mark, example = function.__doc__.partition(">>> ")
            margin = text[text.rindex("\n") + 1 :]  # Python takes it away from version 3.13 on
            lines = sentence.replace("\n", f"\n{margin}")
            function.__doc__ = f"{text}{lines}\n\n{margin}{mark}{example}"
        return function

    return documented


of_list = shares_of_list = refusing(
    "Raises ValueError if there is no element, TypeError if one is neither number nor Value."
)
with_slope = with_alpha = refusing("Raises TypeError if an operand is neither number nor Value.")
weighted_sum = element_of = clipped = as_it_is
derivatives = gradient_of = value_and_gradient_of = second_derivatives_of = as_it_is
along_tangents = way_back = hessian_times = as_it_is
Written = object
Record = ModuleType


class OfRow:
    """What a row has in place of its class's: `help(mg.tanh)` is about tanh, not about rows."""

    def __init__(self, made_by, of_the_class=None):
        self.made_by = made_by
        self.of_the_class = of_the_class

    def __get__(self, row, owner):
        if row is None:
            return self.of_the_class
        from .explaining import help  # only now, so that importing the package stays quick

        return getattr(help, self.made_by)(row)
