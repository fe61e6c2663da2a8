"""Slots, the steps that read and write them, and the schedule that hands them out."""

from __future__ import annotations

import numpy as np

from microgradnn.compiler.steps import Product, Reduce, Schedule, Slots, Sum


def test_slots_are_shown_by_their_shape() -> None:
    slots = Slots(True, np.arange(6))
    assert str(slots) == "6×B"
    assert str(slots.reshape((2, 3))) == "2×3×B"
    assert str(Slots(False, np.arange(4).reshape(2, 2))) == "2×2"
    assert slots.reshape((2, 3)).index.tolist() == [[0, 1, 2], [3, 4, 5]]


def test_new_slots_follow_one_another_in_each_buffer() -> None:
    schedule = Schedule(params=0)
    assert schedule.new_slots(True, 2, 2).index.tolist() == [[0, 1], [2, 3]]
    assert schedule.new_slots(False, 3).index.tolist() == [0, 1, 2]
    assert schedule.new_slots(True, 1).index.tolist() == [4]
    assert schedule.slot_count == {True: 5, False: 3}


def test_a_number_has_one_slot_unless_a_new_one_is_wanted() -> None:
    schedule = Schedule(params=0)
    assert [schedule.constant(True, x) for x in (1.0, 0.0, 1.0)] == [0, 1, 0]
    assert schedule.constant(True, 1.0, new=True) == 2
    assert schedule.constant(False, 1.0) == 0  # in the other buffer
    assert schedule.constants == {True: {0: 1.0, 1: 0.0, 2: 1.0}, False: {0: 1.0}}


def test_a_product_has_the_letter_b_where_its_slots_are_batched() -> None:
    w, x = Slots(False, np.zeros((3, 2), int)), Slots(True, np.zeros((2, 1), int))
    product = Product(Slots(True, np.zeros((3, 1), int)), ("mk", "kc", "mc"), w, x)
    assert product.axes == ["mk", "kcb", "mcb"]
    assert str(product) == "product mk,kcb->mcb: 3×2, 2×1×B to 3×1×B"


def test_steps_and_schedules_can_be_printed() -> None:
    schedule = Schedule(params=0)
    slots = schedule.new_slots(True, 3)
    largest = Reduce(schedule.new_slots(True, 1), "max", slots.reshape((1, 3)))
    total = Sum(schedule.new_slots(True, 3), [slots.index, slots.index])
    schedule.steps.append(largest)
    schedule.reverse.append(total)
    assert str(schedule) == "reduce max: 1×B\nsum: 3×B"
