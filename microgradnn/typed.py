"""What annotations need of `typing`, which takes longer to load than all of the engine.

Type checkers read the upper half; programs run the lower, where these names mean nothing. All that
`import microgradnn` loads, and `nn`, `losses` and `optim`, take them from here.
"""

TYPE_CHECKING = False  # type checkers hold it to be true, as typing's

if TYPE_CHECKING:
    from typing import Any as Any
    from typing import Generic as Generic
    from typing import TypeVar as TypeVar
    from typing import overload as overload
else:
    Any = object

    class Generic:
        def __class_getitem__(cls, parameter):
            return cls

    def TypeVar(name):
        return name

    def overload(function):
        return function
