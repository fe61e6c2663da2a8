"""Arguments of users: taken, or refused with a message that names them."""

import re
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import microgradnn as mg
from microgradnn import Value, arguments
from microgradnn.arguments import (
    MOST_UNITS,
    as_count,
    as_flat_list,
    as_list,
    as_number,
    as_numbers,
    as_path,
    as_positive,
    assign,
    check_lengths,
    is_array,
    is_numeral,
    must_be,
    must_be_plain,
)


@pytest.mark.parametrize("x", [2, 2.0, True + 1, np.float32(2), np.int8(2), np.array(2.0)])
def test_a_number_of_any_real_kind_becomes_a_float(x: Any) -> None:
    number = as_number(x, "x")
    assert (type(number), number) == (float, 2.0)


class Long:
    def __repr__(self) -> str:
        return "Long " + "x" * 100


@pytest.mark.parametrize(
    ("x", "error", "message"),
    [
        ("3", TypeError, "lr must be a real number, got str '3'; convert it first: float('3')"),
        (None, TypeError, "lr must be a real number, got NoneType None; was a return forgotten?"),
        (1j, TypeError, "lr must be a real number, got complex 1j; use its .real and .imag"),
        ([1], TypeError, "lr must be a real number, got list [1]; make one Value of each element"),
        (
            (1,),
            TypeError,
            "lr must be a real number, got tuple (1,); make one Value of each element",
        ),
        (
            Decimal(1),
            TypeError,
            "lr must be a real number, got Decimal('1'); convert it first with float(...)",
        ),
        (
            Value(1.0),
            TypeError,
            "lr must be a real number, got Value(data=1.0, grad=0.0); a Value is already "
            "recorded; use it as it is, or its .data for the number",
        ),
        (
            np.complex128(1j),
            TypeError,
            "lr must be a real number, got complex128 np.complex128(1j); convert it first with "
            "float(...)",
        ),
        (
            np.zeros((2, 3)),
            TypeError,
            "lr must be one real number, got an array of shape (2, 3); make a list or an object "
            "array: [Value(x) for x in array]",
        ),
        (
            Long(),
            TypeError,
            f"lr must be a real number, got Long {'x' * 34}…; convert it first with float(...)",
        ),
        (10**400, OverflowError, "lr is an int too large for a float"),
    ],
)
def test_what_is_no_number_is_refused(x: Any, error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=f"^{re.escape(message)}$"):
        as_number(x, "lr")


def refused(error: type[Exception], message: str) -> Any:
    return pytest.raises(error, match=f"^{re.escape(message)}$")


def test_is_array() -> None:
    assert is_array(np.zeros(1))
    assert not any(map(is_array, (np.array(1.0), np.float64(1.0), [1.0], 1.0)))


def test_must_be() -> None:
    assert must_be(str, "a", "label", "a str") == "a"
    with refused(TypeError, "label must be a str, got int 3"):
        must_be(str, 3, "label", "a str")


def test_as_list() -> None:
    assert as_list((1, 2), "xs") == [1, 2]
    assert as_list(np.array([1.0]), "xs") == [1.0]
    assert as_list((x for x in "ab"), "xs") == ["a", "b"]
    for x in ("ab", b"ab", {1: 2}, {1}, frozenset([1]), 3.0, None, np.array(1.0)):
        kind = type(x).__name__
        with refused(TypeError, f"xs must be a list of numbers or Values, got {kind}"):
            as_list(x, "xs")
    with refused(ValueError, "xs is empty; at least one element is needed"):
        as_list([], "xs")


def test_check_lengths() -> None:
    check_lengths([1], [2], "ws", "xs")
    with refused(ValueError, "ws has 1 elements and xs has 2"):
        check_lengths([1], [1, 2], "ws", "xs")


def test_as_numbers_names_the_element() -> None:
    assert as_numbers([1, np.float64(2)], "xs") == [1.0, 2.0]
    with pytest.raises(TypeError, match=r"^xs\[1\] must be a real number, got str 'a'"):
        as_numbers([1, "a"], "xs")


def test_arrays_of_other_libraries_are_no_numbers() -> None:
    """As PyTorch's, whose types have no `kind`."""

    class Tensor:
        dtype, shape = object(), (2,)

        def __repr__(self) -> str:
            return "tensor([3., 1.])"

    tensor: Any = Tensor()
    assert not is_array(tensor)
    calls: list[Any] = [lambda: Value(2.0) * tensor, lambda: tensor * Value(2.0)]
    for call in (*calls, lambda: mg.exp(tensor)):
        with pytest.raises(TypeError, match=r"got Tensor tensor\(.*\); take its numbers: x.tolist"):
            call()


def test_a_table_is_no_flat_list() -> None:
    rows = np.array([[1.0, 2.0], [3.0, 4.0]])
    assert as_flat_list(rows[0], "xs") == [1.0, 2.0]
    assert [row.tolist() for row in as_flat_list(list(rows), "xs")] == rows.tolist()
    with pytest.raises(TypeError, match=r"xs must be .*, got a table of shape \(2, 2\); take row"):
        as_flat_list(rows, "xs")


def test_as_positive() -> None:
    assert as_positive(0.5, "lr") == 0.5
    assert as_positive(0, "lr", or_zero=True) == 0.0
    for x in (0, -1, float("inf"), float("nan")):
        with refused(ValueError, f"lr must be a positive number, got {float(x)}"):
            as_positive(x, "lr")
    with refused(ValueError, "lr must be a finite number from 0 on, got -1.0"):
        as_positive(-1, "lr", or_zero=True)


def test_as_count() -> None:
    assert as_count(np.int64(3), "n") == 3
    assert type(as_count(np.int64(3), "n")) is int
    assert as_count(0, "n", least=0) == 0
    assert as_count(MOST_UNITS, "n", most=MOST_UNITS) == 10**7
    with refused(TypeError, "n must be an int, got float 3.0"):
        as_count(3.0, "n")
    with refused(TypeError, "n must be an int, got bool True"):
        as_count(True, "n")
    with refused(ValueError, "n must be at least 1, got 0"):
        as_count(0, "n")
    with refused(ValueError, "n must be at most 10,000,000: memory holds no more"):
        as_count(MOST_UNITS + 1, "n", most=MOST_UNITS)


def test_as_path() -> None:
    assert as_path("no/such/file") == Path("no/such/file")
    with refused(TypeError, "path must be a str or a Path, got int 1"):
        as_path(1)
    with refused(ValueError, r"path 'a\x00' is not the name of a file: it has a null character"):
        as_path("a\0")


class Distance(float):
    unit = "m"


@pytest.mark.parametrize("x", [np.ma.masked, np.ma.array(1.0), np.ma.array([1.0]), Distance(1.0)])
def test_what_has_a_mask_or_a_unit_is_refused(x: Any) -> None:
    for call in (
        lambda: must_be_plain(x, "lr"),
        lambda: as_number(x, "lr"),
        lambda: as_numbers([1.0, x], "lr"),
    ):
        with pytest.raises(
            TypeError, match=r"^lr(\[1\])? has a (mask|unit), which would be lost: "
        ):
            call()
    for plain in (1.0, 2, np.float64(1.0), np.array([1.0]), [1.0], "a", Value(1.0), object()):
        assert must_be_plain(plain, "lr") is plain


def test_texts_that_are_numbers() -> None:
    numerals: list[str | bytes] = ["1", "-2.5", " 1e-3 ", "nan", "-inf", b"7"]
    assert all(map(is_numeral, numerals))
    others: list[str | bytes] = ["", "x", "1,5", "0x10", "1 2", b"a"]
    assert not any(map(is_numeral, others))


def test_assign_gives_each_value_its_number() -> None:
    values = [Value(0.0, label="w"), Value(0.0), Value(0.0)]
    values[0].grad = 7.0
    assign(values, [1, np.float32(0.5), True])
    assert [x.data for x in values] == [1.0, 0.5, 1.0]
    assert [type(x.data) for x in values] == [float] * 3
    assert (values[0].grad, values[0].label) == (7.0, "w")
    assign(np.array(values, dtype=object), np.array([1.5, 2.5, -0.0]))
    assert [str(x.data) for x in values] == ["1.5", "2.5", "-0.0"]
    assign([], [])


def test_assign_sets_all_or_none() -> None:
    values = [Value(1.0), Value(2.0)]
    with pytest.raises(ValueError, match="values has 2 elements and numbers has 1"):
        assign(values, [5.0])
    with pytest.raises(ValueError, match="values has 2 elements and numbers has 3"):
        assign(values, [5.0, 6.0, 7.0])
    with pytest.raises(TypeError, match=r"numbers\[1\] must be a real number, got NoneType"):
        assign(values, [5.0, None])
    assert [x.data for x in values] == [1.0, 2.0]


def test_every_check_is_tested_here() -> None:
    public = {
        name
        for name, thing in vars(arguments).items()
        if callable(thing) and thing.__module__ == arguments.__name__ and not name.startswith("_")
    }
    assert public <= set(globals())
