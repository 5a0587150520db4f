"""Films of every stream type: exact timestamps, no edit list, correct picture order, for every decoder and seek."""

from __future__ import annotations

from fractions import Fraction

import av
import numpy as np
import pytest
from PIL import Image

from pipeline.assembly import EncoderPlan, join_segments
from pipeline.media.container.boxes import has_edit_list, read_boxes
from pipeline.media.container.probe import probe
from pipeline.media.h264 import syntax as h264
from tests.standins import openh264
from tests.standins.films import card, cards, make_segment, voice
from tests.standins.timelines import Stream, decoded_by_ffmpeg, psnr_db, read_stream, same

SPLICED = EncoderPlan(keyframe_s=1)
B_FRAMES = EncoderPlan(keyframe_s=1, bframes=3, references=3, preset="veryfast")
ENCODED = EncoderPlan(keyframe_s=1, holds="encode")
ENCODED_B = EncoderPlan(keyframe_s=1, holds="encode", bframes=2, references=2, preset="veryfast")
VARIABLE = EncoderPlan(keyframe_s=1, holds="variable")
VARIABLE_B = EncoderPlan(keyframe_s=1, holds="variable", bframes=2, references=2, preset="veryfast")
PLANS = {
    "spliced": SPLICED,
    "with B-frames": B_FRAMES,
    "encoded": ENCODED,
    "encoded with B-frames": ENCODED_B,
    "variable": VARIABLE,
    "variable with B-frames": VARIABLE_B,
}

# 3, 2 and 1 times 16 frame times: a still, moving pictures, and a change in the last frame time.
SCENES = (
    [card(Image.new("RGB", (320, 180), (70, 30, 90)), 48)],
    [*cards(12, hold=1), *cards(20, hold=5, hue=120)],
    [card(Image.linear_gradient("L").resize((320, 180)).convert("RGB"), 15), *cards(1)],
)


@pytest.fixture(scope="module")
def films(tmp_path_factory):
    """The same film in each stream type, with its segments."""
    sounds = [voice(quanta, seed=quanta) for quanta in (3, 2, 1)]

    def made(name, plan):
        folder = tmp_path_factory.mktemp(name.replace(" ", "-"))
        segments = [
            make_segment(folder, f"scene-{number}", sound=sound, frames=frames, encoder=plan)
            for number, (sound, frames) in enumerate(zip(sounds, SCENES, strict=True))
        ]
        join_segments(segments, path=folder / "film.mp4")
        return folder / "film.mp4", [segment.path for segment in segments]

    return {name: made(name, plan) for name, plan in PLANS.items()}


@pytest.fixture(params=PLANS)
def kind(request):
    return request.param


def shown_at_each_frame_time(stream: Stream, pictures):
    """The pictures at every frame time."""
    times = sorted((packet.pts, packet.duration) for packet in stream.packets)
    return [picture for picture, (_, duration) in zip(pictures, times, strict=True) for _ in range(duration)]


def test_audio_and_video_start_at_0_and_end_together_without_an_edit_list(films, kind):
    film, _ = films[kind]

    info = probe(film)

    assert not has_edit_list(read_boxes(film))
    assert info.pictures[0].duration_s == info.sounds[0].duration_s == 96 / 30
    with av.open(str(film)) as source:
        first = {stream.type: stream.start_time for stream in source.streams}
    assert first == {"video": 0, "audio": 0}


def test_only_variable_films_have_a_variable_frame_rate(films, kind):
    track = probe(films[kind][0]).pictures[0]

    if kind.startswith("variable"):
        assert track.constant_rate is None
        assert track.frames < 60, "a picture that rests is one packet, or one in a second"
    else:
        assert (track.constant_rate, track.frames) == (Fraction(30), 96)


def test_both_decoders_give_the_same_pictures_without_errors(films, kind):
    openh264.require_decoder()
    stream = read_stream(films[kind][0])

    pictures = decoded_by_ffmpeg(stream.units)
    opinion = openh264.decoded(stream.units, [packet.pts for packet in stream.packets])

    assert len(pictures) == len(opinion) == len(stream.packets)
    assert all(same(one, other) for one, other in zip(pictures, opinion, strict=True))


def test_every_stream_type_shows_the_same_pictures_at_the_same_times(films, kind):
    reference = read_stream(films["encoded"][0])
    stream = read_stream(films[kind][0])

    wanted = shown_at_each_frame_time(reference, decoded_by_ffmpeg(reference.units))
    found = shown_at_each_frame_time(stream, decoded_by_ffmpeg(stream.units))

    assert len(found) == len(wanted) == 96
    assert min(psnr_db(one, other) for one, other in zip(found, wanted, strict=True)) > 45


def sought_in(film, time_s):
    """The brightness that a player shows after seeking to a time."""
    with av.open(str(film)) as source:
        stream = source.streams.video[0]
        pts = round(time_s / stream.time_base)
        source.seek(pts, stream=stream)
        *_, picture = (frame for frame in source.decode(stream) if frame.pts <= pts)
        return picture.to_ndarray()[: picture.height]


def test_seeking_works_at_any_time(films, kind):
    film, _ = films[kind]
    stream = read_stream(film)
    shown = shown_at_each_frame_time(stream, decoded_by_ffmpeg(stream.units))

    # Backwards, so that each is a real seek; to the middle of a frame time.
    times = range(95, -1, -1)
    sought = [sought_in(film, at / 30 + 0.01) for at in times]

    assert [at for at, luma in zip(times, sought, strict=True) if not np.array_equal(luma, shown[at][0])] == []


def test_a_segment_does_not_end_with_a_keyframe_and_does_not_name_the_encoder(films, kind):
    for path in films[kind][1]:
        packets = read_stream(path).packets
        assert packets[0].is_key
        assert not packets[-1].is_key, "neighbouring keyframes must be told apart"
        assert {h264.nal_unit_type(unit) for packet in packets for unit in h264.nal_units(packet.data)} <= {1, 5}
        assert b"x264" not in path.read_bytes()
