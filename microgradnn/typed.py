"""What annotations need of `typing`, which takes longer to load than all of the engine.

Type checkers read the upper half; programs run the lower, where these names mean nothing, but for
`NamedTuple`. All that `import microgradnn` loads, and `nn`, `losses` and `optim`, take them from
here; what several modules say of their operands stands in `signatures.pyi`.
"""

from collections import namedtuple

TYPE_CHECKING = False  # type checkers hold it to be true, as typing's

if TYPE_CHECKING:
    from typing import Any as Any
    from typing import Generic as Generic
    from typing import Literal as Literal
    from typing import NamedTuple as NamedTuple
    from typing import Protocol as Protocol
    from typing import Self as Self
    from typing import TypeVar as TypeVar
    from typing import overload as overload

    from .signatures import Array as Array
    from .signatures import Arrays as Arrays
    from .signatures import Kind as Kind
    from .signatures import Number as Number
    from .signatures import OfNumbers as OfNumbers
    from .signatures import Reduction as Reduction
    from .signatures import Result as Result
else:
    Any = Literal = Protocol = Self = Kind = Array = Arrays = Number = Result = object
    Reduction = OfNumbers = object

    class Generic:
        def __class_getitem__(cls, parameter):
            return cls

    def TypeVar(name, bound=None):
        return name

    def overload(function):
        return function

    class _Fields(type):
        def __new__(cls, name, bases, body):
            """A tuple whose elements have the names that the class annotates, in that order."""
            names = list(body.get("__annotations__", ()))
            defaults = [body.pop(field) for field in names if field in body]
            made = namedtuple(name, names, defaults=defaults, module=body["__module__"])
            return type(name, (made,), {"__slots__": (), **body})

    NamedTuple = type.__new__(_Fields, "NamedTuple", (), {})
