"""Presentation times from packets, as containers store them."""

from __future__ import annotations

from fractions import Fraction
from types import SimpleNamespace

import pytest

from pipeline.media.analysis.timestamps import PacketTimes, presentation_time


def packet(pts, dts=None, *, duration=1, is_key=False):
    return SimpleNamespace(pts=pts, dts=dts, duration=duration, is_keyframe=is_key)


def times_of(*packets, time_base=Fraction(1, 10)):
    times = PacketTimes(SimpleNamespace(time_base=time_base))
    for each in packets:
        times.add(each)
    return times


def test_a_packet_without_a_presentation_time_is_shown_when_it_is_decoded():
    assert [presentation_time(each) for each in (packet(3, 1), packet(0, 1), packet(None, 1), packet(None))] == [
        3,
        0,
        1,
        0,
    ]
    assert not times_of(packet(None, 1)).has_pts
    assert times_of(packet(None, 1), packet(2, 2)).has_pts


def test_a_stream_starts_with_its_first_decoded_frame_else_with_its_first_packet():
    times = times_of(packet(30), packet(10), packet(20))
    before = times.start_s, times.is_trimmed
    times.mark_decoded(20)
    times.mark_decoded(10)

    assert before == (1.0, False)
    assert (times.start_s, times.is_trimmed) == (2.0, True)
    assert (times_of().start_s, times_of().end_s, times_of().keyframe_s) == (0, 0, 0)


def test_a_stream_that_is_decoded_from_its_first_packet_on_is_not_trimmed():
    times = times_of(packet(10), packet(20))
    times.mark_decoded(10)

    assert not times.is_trimmed


def test_a_stream_ends_with_the_packet_that_is_shown_last():
    assert times_of(packet(30, duration=5), packet(20, duration=2)).end_s == 3.5
    # Some containers store no durations.
    assert times_of(packet(30, duration=None)).end_s == 3.0


def test_the_distance_of_keyframes_includes_both_ends():
    assert times_of(packet(10, is_key=True), packet(20), packet(60, is_key=True), packet(70)).keyframe_s == 5.0
    assert times_of(packet(10), packet(50, is_key=True), packet(60)).keyframe_s == 4.0
    assert times_of(packet(10, is_key=True), packet(20), packet(90, duration=10)).keyframe_s == 9.0


@pytest.mark.parametrize(
    ("starts", "rate"),
    [
        ((0, 1, 2, 3), Fraction(10)),
        ((5, 7, 9, 11), Fraction(5)),
        # In the order of decoding.
        ((0, 6, 3, 9), Fraction(10, 3)),
        # Rounded to the time base: a third of a second is 3 or 4.
        ((0, 3, 7, 10), Fraction(3)),
        ((0, 5, 6, 15), None),
        ((0, 3, 6, 12), None),
        ((7,), None),
        ((7, 7), None),
        ((), None),
    ],
)
def test_a_rate_is_constant_if_every_time_fits_to_a_unit_of_the_time_base(starts, rate):
    assert times_of(*map(packet, starts)).constant_rate == rate
