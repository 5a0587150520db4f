"""Axes with round numbers, and labels that don't overlap."""

import math
from itertools import pairwise

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from pipeline.rendering.scales import Scale, round_range, spread_labels, ticks

AMOUNTS = st.floats(min_value=-1e12, max_value=1e12, allow_nan=False, allow_infinity=False)


def is_round(step):
    return min(abs(step / 10 ** math.floor(math.log10(step)) - factor) for factor in (1, 2, 5, 10)) < 1e-6


@given(low=AMOUNTS, high=AMOUNTS, most=st.integers(2, 8))
@example(low=500_000_000_501.0, high=900_000_000_902.0, most=2)
def test_ticks_are_round_and_evenly_apart_and_no_more_than_asked_for(low, high, most):
    assume(high - low > 1e-6 * max(abs(low), abs(high), 1e-3))

    found = ticks(low, high, most=most)

    assert 1 <= len(found) <= most
    steps = [after - before for before, after in pairwise(found)]
    slack = 1e-6 * (high - low)
    assert all(low - slack <= tick <= high + slack for tick in found)
    if steps:
        assert max(steps) - min(steps) <= 1e-6 * max(map(abs, (low, high)))
        assert is_round(float(f"{steps[0]:.6g}"))


@given(values=st.lists(AMOUNTS, min_size=1, max_size=12), most=st.integers(4, 8))
def test_a_round_range_holds_every_value(values, most):
    low, high = round_range(values, most=most)

    slack = 1e-6 * max(1e-9, high - low)
    assert low < high
    assert low - slack <= min(values)
    assert max(values) <= high + slack


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ((317, 424.6), (300, 450)),
        ((0, 10600), (0, 12000)),
        ((-3, 4), (-4, 4)),
        ((5, 5), (0, 5)),
        ((0, 0), (0, 1)),
        ((5e-324,), (0, 1)),
        ((-5e-324, 5e-324), (-1, 1)),
    ],
)
def test_ranges_that_people_would_choose(values, expected):
    assert round_range(values, most=7) == expected


def test_a_scale_maps_values_to_pixels():
    scale = Scale(low=-10, high=10, start_px=100, end_px=500)

    assert [scale.px(value) for value in (-10, 0, 10)] == [100, 300, 500]


@given(
    wanted=st.lists(st.integers(-200, 1200), min_size=1, max_size=6), height=st.integers(10, 60), gap=st.integers(0, 30)
)
def test_spread_labels_do_not_overlap_and_keep_their_order(wanted, height, gap):
    placed = spread_labels(wanted, [height] * len(wanted), low=0, high=1000, gap=gap)

    order = sorted(range(len(wanted)), key=lambda index: (wanted[index], index))
    for above, below in pairwise(order):
        assert placed[below] - placed[above] >= height + gap - 1
    assert min(placed) >= height // 2 - 1
    assert max(placed) <= 1000 - height // 2 + 1


def test_labels_that_do_not_collide_stay_in_place():
    assert spread_labels([100, 300, 200], [40, 40, 40], low=0, high=400, gap=10) == (100, 300, 200)
