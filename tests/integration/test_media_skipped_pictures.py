"""Repeated pictures are recognised by their bits, with the same result as decoding them."""

from __future__ import annotations

from dataclasses import replace

import av
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.assembly import EncoderPlan, encode_segment, encoder_options, segments
from pipeline.errors import InputError
from pipeline.media.container.boxes import read_extra
from pipeline.media.pictures.decode import decode_video
from pipeline.media.sound.audio import write_wav
from pipeline.model import SCENE_QUANTUM_SAMPLES, VideoFormat
from tests.standins.films import cards, voice

TINY = VideoFormat(width_px=64, height_px=48)
QUANTA = 4
FRAMES = 16 * QUANTA
EVERY_FRAME = [frame / 30 for frame in range(FRAMES)]
KEYFRAME_S = 1
PLAN = EncoderPlan(keyframe_s=KEYFRAME_S)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("repeats")
    write_wav(folder / "clip.wav", voice(QUANTA))
    return folder


def segment(folder, holds, *, plan=PLAN):
    """A segment of pictures, each held for a number of frames; the last one until the end."""
    pictures = cards(8 * len(holds), TINY, hold=8)
    drawn = [(picture, hold, changed) for (picture, _, changed), hold in zip(pictures, holds, strict=True)]
    path = folder / "scene.mp4"
    length = QUANTA * SCENE_QUANTUM_SAMPLES
    assert sum(holds) == TINY.frames_of(length)
    encode_segment(drawn, clip=folder / "clip.wav", samples=length, path=path, video_format=TINY, encoder=plan)
    return path


def same(path):
    """Assert that every frame is the same with and without skipping; returns the number of decoded pictures."""
    without, everything = (
        decode_video(path, EVERY_FRAME, frame_rate=30),
        decode_video(path, EVERY_FRAME, frame_rate=30, everything=True),
    )
    assert everything.decoded == everything.pictures == without.pictures
    assert len(without.samples) == FRAMES
    assert all(map(np.array_equal, without.samples, everything.samples))
    return without.decoded


@st.composite
def hold_patterns(draw):
    holds, left = [], FRAMES
    while left > 0:
        holds.append(min(left, draw(st.sampled_from([1, 1, 2, 3, 15, 16, 17, 31, 40]))))
        left -= holds[-1]
    return holds


@settings(max_examples=20, deadline=None)
@given(holds=hold_patterns())
def test_samples_are_the_same_with_and_without_skipped_pictures(folder, holds):
    decoded = same(segment(folder, holds))

    # Only distinct pictures are coded.
    assert decoded == len(holds)


@pytest.mark.parametrize(("holds", "decoded"), [([64], 1), ([62, 2], 2), ([62, 1, 1], 3), ([1, 63], 2)])
def test_a_repeated_keyframe_is_not_decoded_again(folder, holds, decoded):
    # Keyframes are due 30 frames apart: an earlier keyframe is written again.
    assert same(segment(folder, holds)) == decoded


@pytest.mark.parametrize("preset", ["ultrafast", "veryfast"])
@pytest.mark.parametrize(
    "plan", [{"bframes": 2}, {"references": 4}, {"bframes": 3, "references": 3}], ids=["B", "references", "both"]
)
def test_with_older_references_or_reordering_everything_is_decoded(folder, preset, plan):
    path = segment(folder, [1, 1, 3, 1, 5, 1, 1, 1, 32, 2, FRAMES - 48], plan=replace(PLAN, preset=preset, **plan))

    assert same(path) == FRAMES


def test_samples_are_the_same_with_several_slices_per_picture(folder, monkeypatch):
    def in_slices(plan, *, frame_rate):
        options = encoder_options(plan, frame_rate=frame_rate)
        return {**options, "x264-params": f"{options['x264-params']}:slices=3"}

    monkeypatch.setattr(segments, "encoder_options", in_slices)

    assert same(segment(folder, [1, 1, 3, 1, 5, 1, 1, 1, 32, 2, FRAMES - 48])) < FRAMES / 2


@pytest.mark.parametrize("holds", ["encode", "variable"])
def test_without_skipped_pictures_everything_is_decoded(folder, holds):
    path = segment(folder, [1, 33, 10, FRAMES - 44], plan=replace(PLAN, holds=holds))

    assert (
        decode_video(path, [0.0], frame_rate=30).decoded
        == decode_video(path, [0.0], frame_rate=30, everything=True).decoded
    )


@pytest.fixture
def without_packet(folder):
    """A copy of a segment without picture number `number`. Its keyframes are 0, 29 and 59."""
    source = segment(folder, [1, 20, 1, 7, FRAMES - 29])

    def copy(number):
        target = folder / "copy.mp4"
        with av.open(str(source)) as whole, av.open(str(target), "w", format="mp4") as less:
            output = less.add_stream_from_template(whole.streams.video[0])
            for at, packet in enumerate(whole.demux(video=0)):
                if packet.dts is not None and at != number:
                    packet.stream = output
                    less.mux(packet)
        return target

    return copy


@pytest.mark.parametrize(
    "number", [1, 15, 21, 23, 50], ids=["coded", "held", "coded after it", "first held", "held for long"]
)
def test_a_lost_picture_is_noticed(without_packet, number):
    with pytest.raises(InputError, match="pictures can't be decoded"):
        decode_video(without_packet(number), [0.0], frame_rate=30)


def test_a_reused_decoder_keeps_no_state(folder, without_packet):
    path = segment(folder, [1, 20, 1, FRAMES - 22])
    first = decode_video(path, EVERY_FRAME, frame_rate=30)
    with pytest.raises(InputError):
        decode_video(without_packet(1), EVERY_FRAME, frame_rate=30)
    decode_video(segment(folder, [8] * 8, plan=replace(PLAN, preset="veryfast", bframes=2)), EVERY_FRAME, frame_rate=30)

    again = decode_video(segment(folder, [1, 20, 1, FRAMES - 22]), EVERY_FRAME, frame_rate=30)

    assert all(map(np.array_equal, again.samples, first.samples))
    assert (again.pictures, again.decoded, again.held_db) == (first.pictures, first.decoded, first.held_db)


def test_reading_findings_of_a_file_without_any_is_an_error(folder):
    assert read_extra(segment(folder, [FRAMES])) == b""
