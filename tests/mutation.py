"""Mutants of the source, one small change each: which of them does no test notice?

`python tests/mutation.py [how many of each file, or all] [file…]` prints the survivors.
tests/mutation.md explains them.
"""

from __future__ import annotations

import ast
import copy
import random
import sys
from collections.abc import Callable, Iterator
from functools import partial

from faults import PACKAGE, TESTS, first_failure, prepare, replace_source, rows_reached

FILES = (
    "engine/value.py",
    "engine/row.py",
    "elements.py",
    "engine/table.py",
    "engine/reductions.py",
    "sums.py",
    "losses/weights.py",
    "losses/probabilities.py",
    "losses/pairing.py",
    "losses/divergence.py",
    "losses/classification.py",
    "losses/regression.py",
    "optim/groups.py",
    "optim/rules.py",
    "optim/schedules.py",
    "optim/stepping.py",
)
MISUSE = "tests/properties/test_misuse.py"
SUMS = [
    "tests/test_scale.py::test_a_sum_is_right_to_the_last_place",
    "tests/test_scale.py::test_a_dot_of_many_terms_is_right_to_the_last_place",
    "tests/test_scale.py::test_a_dot_of_few_terms_is_the_exact_sum_of_rounded_products",
]
MORE = {  # what is run, as it takes longer to import, only if all else passes
    "engine/value.py": ["tests/nn/test_layers.py", "tests/nn/test_module.py", MISUSE],
    "engine/row.py": [*SUMS, MISUSE],
    "elements.py": [*SUMS, MISUSE],
    "engine/table.py": [*SUMS, MISUSE],
    "engine/reductions.py": [*SUMS, MISUSE],
    "sums.py": [*SUMS, MISUSE],
}
SWAPS: dict[type[ast.AST], type[ast.AST]] = {
    ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.Div, ast.Div: ast.Mult, ast.Pow: ast.Mult,
    ast.FloorDiv: ast.Div, ast.BitAnd: ast.BitOr, ast.Lt: ast.LtE, ast.LtE: ast.Lt,
    ast.Gt: ast.GtE, ast.GtE: ast.Gt, ast.Eq: ast.NotEq, ast.NotEq: ast.Eq, ast.Is: ast.IsNot,
    ast.IsNot: ast.Is, ast.In: ast.NotIn, ast.NotIn: ast.In, ast.And: ast.Or, ast.Or: ast.And,
    ast.USub: ast.UAdd,
}  # fmt: skip
Change = Callable[[], None]


def swapped(node: ast.AST, field: str, old: ast.AST) -> Change:
    return lambda: setattr(node, field, SWAPS[type(old)]())


def changes(node: ast.AST) -> Iterator[Change]:
    """What may be changed in this node, each as a function that does it."""
    if isinstance(node, (ast.BinOp, ast.BoolOp, ast.UnaryOp, ast.AugAssign)):
        if type(node.op) in SWAPS:
            yield swapped(node, "op", node.op)
        elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
            yield lambda: setattr(node, "op", ast.UAdd())
    if isinstance(node, ast.Compare) and type(node.ops[0]) in SWAPS:
        yield lambda: setattr(node, "ops", [SWAPS[type(node.ops[0])](), *node.ops[1:]])
    if isinstance(node, ast.Constant) and isinstance(node.value, bool):
        yield lambda: setattr(node, "value", not node.value)
    elif isinstance(node, ast.Constant) and isinstance(number := node.value, (int, float)):
        yield lambda: setattr(node, "value", number * 1.001 if number else 1)
    if isinstance(node, (ast.If, ast.IfExp, ast.While)):
        yield lambda: setattr(node, "test", ast.UnaryOp(ast.Not(), node.test))
    if isinstance(node, ast.Return) and node.value is not None:
        yield lambda: setattr(node, "value", ast.Constant(None))
    if isinstance(node, ast.Expr) and isinstance(node.value, ast.Call):
        yield lambda: setattr(node, "value", ast.Constant(None))
    if isinstance(node, ast.Break | ast.Continue | ast.Raise):
        yield lambda: vars(node).update(vars(ast.parse("None").body[0]), __class__=ast.Expr)


def nodes(tree: ast.AST) -> Iterator[ast.AST]:
    """All nodes but those of annotations, messages and names for people."""
    if isinstance(tree, (ast.JoinedStr, ast.Raise, ast.Assert)):
        return
    yield tree
    for name, child in ast.iter_fields(tree):
        if name in ("annotation", "returns", "decorator_list"):
            continue
        for node in child if isinstance(child, list) else [child]:
            if isinstance(node, ast.AST):
                yield from nodes(node)


def mutants(file: str) -> Iterator[tuple[int, str, str]]:
    """Line, what it has become, and the whole text, for every change of a file."""
    tree = ast.parse((PACKAGE / file).read_text("utf-8"))
    for place, node in enumerate(nodes(tree)):
        for which in range(len(list(changes(node)))):
            twin = copy.deepcopy(tree)
            changed = list(nodes(twin))[place]
            list(changes(changed))[which]()
            yield (
                getattr(node, "lineno", 0),
                ast.unparse(changed)[:70],
                ast.unparse(ast.fix_missing_locations(twin)),
            )


def main(count: str = "all", *files: str) -> None:
    """Run mutants, all or as many of each file, and print those that no test has noticed."""
    for file in files or FILES:
        found = list(mutants(file))
        chosen = found if count == "all" else random.Random(0).sample(found, int(count))
        stages = [[f"microgradnn/{file}", *TESTS[file]], *([MORE[file]] if file in MORE else [])]
        survived = 0
        for line, text, source in chosen:
            change, rows = partial(replace_source, file, source), rows_reached(file, line)
            if not any(first_failure(change, tests, rows) for tests in stages):
                survived += 1
                print(f"{file}:{line}: {text}", flush=True)
        print(f"{file}: {len(chosen)} of {len(found)} mutants, {survived} survived", flush=True)


if __name__ == "__main__":
    prepare()
    main(*sys.argv[1:])
