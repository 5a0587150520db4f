"""Segments and films in other codecs and at other frame rates than the defaults."""

import itertools
from dataclasses import replace
from fractions import Fraction

import av
import numpy as np
import pytest

from pipeline.assembly import EncoderPlan, encoder_options, join_segments
from pipeline.media.container.probe import probe
from pipeline.media.pictures.decode import decode_video
from pipeline.model import SAMPLE_RATE_HZ, SCENE_QUANTUM_SAMPLES, VideoFormat
from tests.standins.films import SMALL, make_segment, voice

OTHERS = [EncoderPlan(codec="h265", preset="ultrafast", quality=20), EncoderPlan(codec="av1", preset="12", quality=30)]
EVERY_CODEC = pytest.mark.parametrize("plan", [EncoderPlan(), *OTHERS], ids=lambda plan: plan.codec)
OTHER_CODECS = pytest.mark.parametrize("plan", OTHERS, ids=lambda plan: plan.codec)


def film_of(folder, lengths, video_format=SMALL, plan=EncoderPlan()):  # noqa: B008 - frozen
    segments = [
        make_segment(folder, f"scene-{number}", sound=voice(quanta), video_format=video_format, encoder=plan)
        for number, quanta in enumerate(lengths)
    ]
    film = folder / "film.mp4"
    return film, join_segments(segments, path=film, frame_rate=video_format.frame_rate), segments


def pictures(path):
    with av.open(str(path)) as film:
        return [(picture.pts * picture.time_base, levels_of(picture)[:180]) for picture in film.decode(video=0)]


def levels_of(picture):
    """The same samples scaled to 8 bits."""
    return picture.to_ndarray() >> (picture.format.components[0].bits - 8)


@OTHER_CODECS
def test_a_film_in_another_codec_is_decoded_to_the_pictures_that_were_drawn(tmp_path, plan):
    film, video, _ = film_of(tmp_path, (2, 3), plan=replace(plan, is_crf=plan.codec == "av1"))
    (tmp_path / "h264").mkdir()
    same, _, _ = film_of(tmp_path / "h264", (2, 3))

    (track,) = probe(film).pictures
    assert (track.codec, track.profile) == ({"h265": "hevc", "av1": "av1"}[plan.codec], "Main")
    seen, usually = (decode_video(each, (0.5, 2), frame_rate=30) for each in (film, same))
    assert seen.pixel_format == {"h265": "yuv420p", "av1": "yuv420p10le"}[plan.codec]
    for ours, usual in zip(seen.samples, usually.samples, strict=True):
        assert np.mean(abs(ours.astype(int) - usual)) < 1
    assert (track.constant_rate, track.is_bt709, track.frames, video.frames) == (30, True, 80, 80)
    for (at, ours), (usual_at, usual) in zip(pictures(film), pictures(same), strict=True):
        assert at == usual_at
        assert np.mean(abs(ours.astype(int) - usual.astype(int))) < 1


@OTHER_CODECS
def test_another_codec_gives_the_same_bytes_again(tmp_path, plan):
    plan = replace(plan, is_crf=plan.codec == "av1")
    first, second = (
        make_segment(tmp_path, name, sound=voice(2), encoder=plan).path.read_bytes() for name in ("one", "two")
    )

    assert first == second


def test_h265_has_the_hvc1_tag_for_apple_players(tmp_path):
    film, _, _ = film_of(tmp_path, (1, 1), plan=OTHERS[0])

    with av.open(str(film)) as opened:
        assert opened.streams.video[0].codec_context.codec_tag == "hvc1"


@EVERY_CODEC
def test_there_is_a_keyframe_where_one_is_due_in_every_codec(tmp_path, plan):
    plan = replace(plan, keyframe_s=1, is_crf=plan.codec == "av1")
    segment = make_segment(tmp_path, "long", sound=voice(5), encoder=plan)

    with av.open(str(segment.path)) as film:
        frames = [packet.pts * packet.time_base * 30 for packet in film.demux(video=0) if packet.is_keyframe]
    assert frames[0] == 0
    assert all(after - before <= 30 for before, after in itertools.pairwise([*frames, segment.frames]))


def test_the_plan_becomes_options_of_each_encoder():
    h265 = encoder_options(OTHERS[0], frame_rate=30)["x265-params"].split(":")
    av1 = encoder_options(replace(OTHERS[1], is_crf=True, keyframe_s=2), frame_rate=24)

    assert {"qp=20", "keyint=-1", "bframes=0", "pools=none"} <= set(h265)
    assert (av1["crf"], av1["g"], av1["preset"]) == ("30", "48", "12")


# Frame rates ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("rate", [24, 25, 30, 50, 60])
def test_audio_and_video_stay_in_sync_at_any_frame_rate(tmp_path, rate):
    lengths = (2, 1, 3, 1, 1, 2)
    film, video, segments = film_of(tmp_path, lengths, replace(SMALL, frame_rate=rate))

    info = probe(film)
    (picture,), (sound,) = info.pictures, info.sounds
    sound_s = Fraction(sum(lengths) * SCENE_QUANTUM_SAMPLES, SAMPLE_RATE_HZ)
    assert (picture.constant_rate, sound.duration_s) == (rate, pytest.approx(float(sound_s)))
    assert video.frames == picture.frames == int(sound_s * rate + Fraction(1, 2))
    assert video.duration_s == pytest.approx(picture.duration_s)
    assert abs(picture.duration_s - sound.duration_s) <= 0.5 / rate
    assert sum(segment.frames for segment in segments) >= video.frames


def test_every_scene_begins_with_the_frame_nearest_to_its_audio(tmp_path):
    lengths = (1, 2, 1, 1, 3)
    film, _, _ = film_of(tmp_path, lengths, replace(SMALL, frame_rate=24))

    # A bar, one column wide at the start of a scene, grows until its end.
    bars = [int((picture[75, 32:] > 120).sum()) for _, picture in pictures(film)]
    starts = [0, *(at + 1 for at, (before, after) in enumerate(itertools.pairwise(bars)) if after < before)]
    heard = [Fraction(sum(lengths[:number]) * SCENE_QUANTUM_SAMPLES, SAMPLE_RATE_HZ) for number in range(len(lengths))]
    assert len(starts) == len(lengths)
    assert all(abs(Fraction(start, 24) - at) <= Fraction(1, 48) for start, at in zip(starts, heard, strict=True))


@pytest.mark.parametrize("holds", ["splice", "encode", "variable"])
def test_dropping_a_last_frame_leaves_a_valid_film(tmp_path, holds):
    _, video, segments = film_of(
        tmp_path, (1, 1, 1), replace(SMALL, frame_rate=24), replace(EncoderPlan(), holds=holds)
    )

    assert [segment.frames for segment in segments] == [13, 13, 13]
    assert video.frames == 38
    with av.open(str(tmp_path / "film.mp4")) as film:
        shown = list(film.decode(video=0))
    assert all(not picture.is_corrupt for picture in shown)
    assert holds == "variable" or len(shown) == 38


def test_at_30_frames_per_second_no_frame_is_dropped():
    usual = VideoFormat()

    assert [usual.frames_of(quanta * SCENE_QUANTUM_SAMPLES) for quanta in (1, 2, 7)] == [16, 32, 112]


@pytest.mark.soak
def test_av1_encoding_never_hangs(tmp_path):
    # It hung in about 1 of 200 scenes, with backward prediction only.
    for _ in range(500):
        segment = make_segment(tmp_path, "scene", sound=voice(2), video_format=SMALL, encoder=OTHERS[1])
        (track,) = probe(segment.path).pictures
        assert track.frames == segment.frames


@pytest.mark.parametrize(
    ("plan", "is_off"),
    [
        (EncoderPlan(quality=16), True),
        (EncoderPlan(quality=17), False),
        (EncoderPlan(quality=16, is_crf=True), False),
        (EncoderPlan(quality=40, is_crf=True), False),
    ],
)
def test_deblocking_is_off_only_at_fine_constant_quantisers(plan, is_off):
    assert ("no-deblock=1" in encoder_options(plan, frame_rate=30)["x264-params"]) is is_off


def test_the_minimum_psnr_of_held_pictures_depends_on_the_quantiser_of_each_codec():
    plain = EncoderPlan(quality=34)

    assert replace(plain, quality=40).min_hold_psnr_db == pytest.approx(plain.min_hold_psnr_db - 6.02, abs=0.01)
    # With a rate factor, the encoder may choose a coarser quantiser.
    assert replace(plain, is_crf=True).min_hold_psnr_db == pytest.approx(plain.min_hold_psnr_db - 6)
    assert replace(plain, codec="av1", quality=42).min_hold_psnr_db == pytest.approx(plain.min_hold_psnr_db)
    # Limited by rounding to 8 bits.
    assert replace(plain, quality=1).min_hold_psnr_db == 45
