"""Splicing repeated pictures: five hundred random timelines, verified by two decoders.

Each timeline is generated from a seed, which failures name: `timelines.random_timeline(seed)` reproduces it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise

import av
import pytest

from pipeline.assembly import EncoderPlan
from pipeline.media.h264 import syntax as h264
from tests.standins import openh264
from tests.standins.timelines import Stream, Timeline, decoded_by_ffmpeg, encoded, psnr_db, random_timeline, same

AT_ONCE = 25


@pytest.fixture(autouse=True)
def second_decoder():
    openh264.require_decoder()


@pytest.mark.parametrize("first", range(0, 500, AT_ONCE))
def test_any_timeline_holds_its_pictures_in_both_decoders(tmp_path, first):
    assert faults_of(range(first, first + AT_ONCE), tmp_path) == []


@pytest.fixture
def resting(tmp_path):
    """A keyframe and nine repeated pictures."""
    return encoded(replace(random_timeline(0), holds=(10,), keyframe=30, plan=EncoderPlan(), others=()), tmp_path)


def test_the_second_decoder_rejects_a_gap_that_the_first_one_conceals(resting):
    gap = replace(resting, packets=resting.packets[:4] + resting.packets[5:])

    with pytest.raises(openh264.StreamError, match="the picture at 5"):
        openh264.decoded(gap.units, [packet.pts for packet in gap.packets])


def test_both_decoders_reject_a_truncated_picture(resting):
    first, *others = resting.packets
    cut = replace(resting, packets=(replace(first, data=first.data[: len(first.data) // 2]), *others))

    with pytest.raises((openh264.StreamError, av.FFmpegError)):
        decoded_by_ffmpeg(cut.units)
    with pytest.raises(openh264.StreamError):
        openh264.decoded(cut.units, [packet.pts for packet in cut.packets])


@pytest.mark.soak
@pytest.mark.parametrize("first", range(500, 5_500, 500))
def test_thousands_of_timelines_hold_their_pictures_in_both_decoders(tmp_path, first):
    assert faults_of(range(first, first + 500), tmp_path) == []


def faults_of(seeds, folder):
    """The errors in the timelines of these seeds."""
    return [
        (seed, fault)
        for seed in seeds
        for timeline in [random_timeline(seed)]
        for fault in _faults(timeline, encoded(timeline, folder), encoded(timeline, folder, holds="encode"))
    ]


def _faults(timeline: Timeline, spliced: Stream, whole: Stream) -> Iterator[str]:
    yield from _faults_of_times(timeline, spliced)
    yield from _faults_of_numbers(spliced)
    # Segments in succession, as in a film: the first picture follows the last.
    twice = Stream(
        parameter_sets=spliced.parameter_sets,
        packets=spliced.packets + tuple(packet.later(timeline.length) for packet in spliced.packets),
    )
    stream = twice if timeline.seed % 4 == 0 else spliced
    pictures = decoded_by_ffmpeg(stream.units)
    opinion = openh264.decoded(stream.units, [packet.pts for packet in stream.packets])
    if not len(pictures) == len(opinion) == len(stream.packets):
        yield f"{len(pictures)} and {len(opinion)} pictures"
        return
    yield from (
        f"the decoders disagree at {at}"
        for at, (one, other) in enumerate(zip(pictures, opinion, strict=True))
        if not same(one, other)
    )
    # With closed GOPs, the picture before a change in the last frame time is coded again (see `holds.py`).
    is_coded_again = timeline.holds[-1] == 1 and not sequence(spliced).is_chain
    again = {timeline.length - 2} if is_coded_again else set()
    for at in timeline.held:
        if at not in again and not same(pictures[at], pictures[at - 1]):
            yield f"not held at {at}"
        elif psnr_db(pictures[at], pictures[at - 1]) < 45:
            yield f"a pulse at {at}"
    for at, (one, other) in enumerate(zip(pictures, decoded_by_ffmpeg(whole.units), strict=stream is spliced)):
        if psnr_db(one, other) < 45:
            yield f"at {at} not what the encoder would show: {psnr_db(one, other):.1f} dB"


def _faults_of_times(timeline: Timeline, stream: Stream) -> Iterator[str]:
    if sorted(packet.pts for packet in stream.packets) != list(range(timeline.length)):
        yield "not one picture for every frame time"
    if [packet.dts - stream.packets[0].dts for packet in stream.packets] != list(range(timeline.length)):
        yield "not decoded one a frame time"
    if any(packet.pts < packet.dts or packet.duration != 1 for packet in stream.packets):
        yield "shown before it is decoded, or for more than a frame time"
    keys = [packet.pts for packet in stream.packets if packet.is_key]
    if max(after - before for before, after in pairwise([*keys, timeline.length])) > timeline.keyframe:
        yield f"keyframes only at {keys}"
    if timeline.length > 1 and keys[-1] == timeline.length - 1:
        yield "ends with a keyframe"


def _faults_of_numbers(stream: Stream) -> Iterator[str]:
    """H.264, 7.4.3: `frame_num` exceeds that of the last reference picture by one, the order by two per frame."""
    bits = sequence(stream)
    last = key_at = 0
    for packet in stream.packets:
        key_at = packet.pts if packet.is_key else key_at
        for unit in h264.nal_units(packet.data):
            found = h264.SliceHeader.read(unit, bits)
            due = 0 if found.is_idr else (last + 1) % (1 << bits.frame_num_bits)
            if found.frame_num != due or found.is_idr != packet.is_key:
                yield f"frame_num {found.frame_num} at {packet.pts}, not {due}"
            if bits.poc_lsb_bits and found.poc_lsb != 2 * (packet.pts - key_at) % (1 << bits.poc_lsb_bits):
                yield f"order {found.poc_lsb} at {packet.pts}"
        last = found.frame_num if found.is_reference else last


def sequence(stream):
    return h264.SequenceParameterSet.read(next(h264.nal_units(stream.parameter_sets)))
