"""The native machine: the functions of all operations that were met, compiled once a process.

The idea: a program is no code but a list of records, one for each run, which say what function
computes it, where its operands are, and where its results go. So nothing is compiled for a program
whose operations the machine knows.
"""

from __future__ import annotations

import ctypes
import functools
import sys
import threading
from collections.abc import Callable, Iterable
from typing import Any

import llvmlite.binding as llvm

from ..engine.row import PRIMITIVES
from .native_code import Code
from .native_numbers import Numbers, write_links
from .native_operations import RECORD, Operation
from .native_samples import Samples, Terms

# Of libmvec, the vector functions of Linux's C library, by what the processor has: the number of
# lanes, and the letter that stands for it in their names.
VECTORS = (("avx512f", 8, "e"), ("avx2", 4, "d"))
WIDTH_ELSEWHERE = 4

CALLS = 4  # in a round of the loop over records


def _drive() -> str:
    """The function that runs those of so many records, one after the other.

    A processor guesses where a call leads by which call it is. A loop with one call would have it
    guess wrong wherever operations alternate, and a wrong guess takes longer than most operations.
    """
    lines = ["define void @drive(ptr %records, i64 %count, ptr %context) #0 {", "entry:"]
    lines.append("  br label %call0")
    for k in range(CALLS):
        before = k - 1 if k else CALLS - 1
        from_entry = "[%records, %entry], " if k == 0 else ""
        first = "[0, %entry], " if k == 0 else ""
        lines += [
            f"call{k}:",
            f"  %run{k} = phi ptr {from_entry}[%next{before}, %call{before}]",
            f"  %i{k} = phi i64 {first}[%done{before}, %call{before}]",
            f"  %function{k} = load ptr, ptr %run{k}",
            f"  call void %function{k}(ptr %run{k}, ptr %context)",
            f"  %next{k} = getelementptr i8, ptr %run{k}, i64 {RECORD.itemsize}",
            f"  %done{k} = add i64 %i{k}, 1",
            f"  %more{k} = icmp slt i64 %done{k}, %count",
            f"  br i1 %more{k}, label %call{(k + 1) % CALLS}, label %end",
        ]
    return "\n".join([*lines, "end:", "  ret void", "}", ""])


# Gives 0, or NaN if one of the numbers is infinite or NaN: then x − x has other bits than 0. Eight
# numbers are taken at once, and the rest one by one.
LOOK = """
declare i64 @llvm.vector.reduce.or.v8i64(<8 x i64>)
define double @look(ptr %numbers, i64 %count) #0 {
entry:
  %whole = and i64 %count, -8
  %has_whole = icmp sgt i64 %whole, 0
  br i1 %has_whole, label %eight, label %between
eight:
  %i = phi i64 [0, %entry], [%next, %eight]
  %found = phi <8 x i64> [zeroinitializer, %entry], [%more, %eight]
  %address = getelementptr double, ptr %numbers, i64 %i
  %x = load <8 x double>, ptr %address, align 8
  %zero = fsub <8 x double> %x, %x
  %bits = bitcast <8 x double> %zero to <8 x i64>
  %more = or <8 x i64> %found, %bits
  %next = add i64 %i, 8
  %goes_on = icmp slt i64 %next, %whole
  br i1 %goes_on, label %eight, label %between
between:
  %eights = phi <8 x i64> [zeroinitializer, %entry], [%more, %eight]
  %so_far = call i64 @llvm.vector.reduce.or.v8i64(<8 x i64> %eights)
  %has_rest = icmp slt i64 %whole, %count
  br i1 %has_rest, label %one, label %done
one:
  %k = phi i64 [%whole, %between], [%next_one, %one]
  %found_one = phi i64 [%so_far, %between], [%more_one, %one]
  %address_one = getelementptr double, ptr %numbers, i64 %k
  %y = load double, ptr %address_one
  %zero_one = fsub double %y, %y
  %bits_one = bitcast double %zero_one to i64
  %more_one = or i64 %found_one, %bits_one
  %next_one = add i64 %k, 1
  %goes_on_one = icmp slt i64 %next_one, %count
  br i1 %goes_on_one, label %one, label %done
done:
  %result = phi i64 [%so_far, %between], [%more_one, %one]
  %number = bitcast i64 %result to double
  ret double %number
}
"""


class Machine:
    """Compiled functions by operation, forward and reverse; `width` is how many lanes they have."""

    def __init__(self, vector_math: bool) -> None:
        llvm.initialize_native_target()
        llvm.initialize_native_asmprinter()
        features = _features()
        found = [(w, letter) for name, w, letter in VECTORS if features.get(name)]
        width, letter = found[0] if found else (WIDTH_ELSEWHERE, "")
        self.width: int = width
        library = _mathematics()
        self.vector_names: dict[str, str] = _vector_names(self.width, letter) if vector_math else {}
        names = [row.name for row in PRIMITIVES.values() if row.kind == "function"]
        self.known: set[str] = {name for name in (*names, "fmod") if hasattr(library, name)}
        for name in self.known:
            llvm.add_symbol(name, ctypes.cast(getattr(library, name), ctypes.c_void_p).value)
        self.target: Any = llvm.Target.from_default_triple().create_target_machine(
            cpu=llvm.get_host_cpu_name(), features=features.flatten(), opt=2
        )
        self.engines: list[Any] = []  # alive, for the code is theirs
        self.addresses: dict[tuple[Operation, bool], int] = {}
        self.lock: threading.Lock = threading.Lock()
        drive, look = self._compiled(_drive() + LOOK, ["drive", "look"])
        pointer, number = ctypes.c_void_p, ctypes.c_int64
        # While these run, other threads may do so, too.
        self.drive: Callable[..., None] = ctypes.CFUNCTYPE(None, pointer, number, pointer)(drive)
        self.look: Callable[..., float] = ctypes.CFUNCTYPE(ctypes.c_double, pointer, number)(look)

    def learn(self, wanted: Iterable[tuple[Operation, bool]]) -> None:
        """Compile the functions that are not known: of an operation, forward or backward."""
        with self.lock:
            new = [x for x in dict.fromkeys(wanted) if x not in self.addresses]
            if not new:
                return
            texts, declared = [], set()
            for place, (operation, backward) in enumerate(new):
                code = Code(f"f{place}", self.width, self.vector_names, self.known)
                write_function(code, operation, backward)
                texts.append(code.text)
                declared |= code.declared
            declarations = [f"declare {x} {_attributes(x)}\n" for x in sorted(declared)]
            names = [f"f{place}" for place in range(len(new))]
            addresses = self._compiled("".join([*declarations, *texts]), names)
            self.addresses.update(zip(new, addresses, strict=True))

    def _compiled(self, text: str, names: list[str]) -> list[int]:
        # Without this attribute some processors would be given vectors of half the width.
        bits = 64 * self.width
        text += f'\nattributes #0 = {{ nounwind "min-legal-vector-width"="{bits}" }}\n'
        module = llvm.parse_assembly(text)
        engine = llvm.create_mcjit_compiler(module, self.target)
        engine.finalize_object()
        self.engines.append(engine)
        return [engine.get_function_address(name) for name in names]


def write_function(code: Code, operation: Operation, backward: bool) -> None:
    """Append the body of the function that computes a run, or of the one for its gradients."""
    if operation.op == "link" and not operation.batched:
        write_links(code)
    elif operation.op in ("dot", "sum", "link"):
        Terms(code, operation, backward).write()
    elif operation.batched:
        Samples(code, operation, backward).write()
    else:
        Numbers(code, operation, backward).write()


def _attributes(declaration: str) -> str:
    return "" if "llvm." in declaration else "memory(none) nounwind willreturn"


def _features() -> Any:
    """What the processor has; nothing where that cannot be found out."""
    try:
        return llvm.get_host_cpu_features()
    except RuntimeError:
        return llvm.FeatureMap()


@functools.cache
def machine(vector_math: bool) -> Machine:
    """The machine of this process, with vector functions or without."""
    return Machine(vector_math)


def _mathematics() -> ctypes.CDLL:
    """The C library's functions such as sin and erf."""
    return ctypes.CDLL("ucrtbase" if sys.platform == "win32" else None)


def _vector_names(width: int, letter: str) -> dict[str, str]:
    """The names of libmvec's functions, by rows; none where there is no such library."""
    try:
        library = ctypes.CDLL("libmvec.so.1")
    except OSError:
        return {}
    llvm.load_library_permanently("libmvec.so.1")
    rows = [row for row in PRIMITIVES.values() if row.kind == "function" and letter]
    names = {row.name: f"_ZGV{letter}N{width}{'v' * (row.arity or 1)}_{row.name}" for row in rows}
    return {row: name for row, name in names.items() if hasattr(library, name)}
