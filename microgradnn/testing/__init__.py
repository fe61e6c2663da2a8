"""check_engine: what is wrong with any engine like micrograd's, said in sentences.

It tries engines of anybody's, on small programs. `engine/checking.py` looks at one function of this
engine, and compares its gradient with finite differences; `explaining/diagnosis.py` looks at one
graph, and finds where an infinity or NaN came from.

Read `checks.py` first, the table of what there is to get wrong. `trial.py` runs the programs that
`programs.py` makes of it, `exact.py` has the right numbers, and `report.py` what is said.
"""

from .report import Fault, Report
from .trial import check_engine

__all__ = ["Fault", "Report", "check_engine"]


def __dir__() -> list[str]:
    return sorted(__all__)
