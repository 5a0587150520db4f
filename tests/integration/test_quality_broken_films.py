"""Third-party films broken in every known way: each is caught for its own reason; good ones pass."""

from __future__ import annotations

import contextlib
import math
import random
import shutil
import struct
from dataclasses import replace
from fractions import Fraction
from itertools import count

import av
import numpy as np
import pytest
from av.video.reformatter import ColorRange, Colorspace
from PIL import Image

from pipeline.errors import InputError
from pipeline.media.analysis import analyse_film
from pipeline.media.analysis.missing_slices import MissingSliceDetector
from pipeline.media.analysis.solid_colour import PredicateDetector, is_solid
from pipeline.media.container.probe import probe
from pipeline.media.sound.loudness import normalise_loudness
from pipeline.quality import judge
from pipeline.quality.expected import NearDuplicate
from pipeline.quality.judge import judge_file
from pipeline.settings import Settings, resolve_profiles
from tests.standins.ffmpeg_films import LENGTH_S, OURS, black, moving, still, talk, write_film

# No warnings; only the small size of test films is allowed.
ITU601, ITU709 = Colorspace.ITU601, Colorspace.ITU709
STRICT = replace(resolve_profiles(Settings().profiles)["strict"], shorter_side_px=180)


@pytest.fixture(scope="module")
def good(tmp_path_factory):
    return write_film(tmp_path_factory.mktemp("good") / "film.mp4")


@pytest.fixture
def copy(good, tmp_path):
    return shutil.copyfile(good, tmp_path / "film.mp4")


def judged(path, profile=STRICT):
    verdict, _ = judge_file(path, profile)
    return verdict


def faults(path, profile=STRICT):
    return {check.name for check in judged(path, profile).checks if check.verdict != "pass"}


def test_a_good_film_passes_and_every_check_is_made(good):
    verdict = judged(good)

    measured = {check.name: check.measured for check in verdict.checks}
    assert [measured[name] for name in ("streams", "picture_codec", "size", "aspect", "frame_rate", "sound_codec")] == [
        "1 video, 1 audio", "h264 Constrained Baseline yuv420p", "320x180", "1.778:1", "30 a second",
        "aac, 48000 Hz, stereo",
    ]  # fmt: skip
    assert (verdict.grade, verdict.score, verdict.profile) == ("pass", 1.0, "strict"), verdict.reasons
    assert [check.name for check in verdict.checks] == [
        "file", "container", "streams", "picture_codec", "size", "aspect", "frame_rate", "sound_codec", "sync",
        "offset", "drift", "loudness", "true_peak", "clipping", "dropouts", "clicks", "bursts", "silence", "hum",
        "balance", "phase", "black", "plain", "snow", "missing", "stuck", "tint", "frozen", "combs", "bars",
        "jumps", "blinks", "flashes", "colours", "index", "keyframes",
    ]  # fmt: skip


def test_a_fingerprint_has_the_pictures_and_sound_of_every_second_and_the_captions(copy, tmp_path):
    copy.with_suffix(".srt").write_text(srt(CUES), encoding="utf-8")
    silent = write_film(tmp_path / "silent.mp4", silent=True)
    unseen = write_film(tmp_path / "unseen.mp4", picture=None)

    def found(path):
        print_ = judge_file(path, STRICT)[1]
        return round(print_.length_s, 1), len(print_.hashes), len(print_.lufs_by_second), print_.caption_text

    assert found(copy) == (LENGTH_S, 3, 3, "Tea cools by itself. And nobody\nknows why.")
    assert found(silent) == (LENGTH_S, 3, 0, "")
    assert found(unseen) == (LENGTH_S, 0, 3, "")


def test_captions_must_end_with_the_sound_or_without_sound_with_the_picture(tmp_path):
    def fault(path):
        path.with_suffix(".srt").write_text(srt([(0.2, 2.9, "Tea cools by itself.")]), encoding="utf-8")
        return "captions" in faults(path)

    assert fault(write_film(tmp_path / "short.mp4", sound=talk(2.0)))
    assert not fault(write_film(tmp_path / "silent.mp4", silent=True))


def test_a_duplicate_is_added_to_a_verdict_on_exactly_these_bytes(good):
    verdict = judged(good)

    twin = judge.with_duplicate(verdict, NearDuplicate(name="b.mp4", share=1.0), STRICT)

    assert (twin.checks[-1].name, twin.checks[-1].measured, twin.grade) == ("duplicate", "100 % like b.mp4", "warn")
    assert (twin.film, twin.profile) == (verdict.film, "strict")
    assert twin.is_pass_for(verdict.film)
    broken = judge.unreadable("it is empty", STRICT)
    assert not judge.with_duplicate(broken, None, STRICT).film


# The file --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("tenth", range(10))
def test_a_film_cut_short_at_any_tenth_is_no_whole_film(copy, tenth):
    data = copy.read_bytes()
    copy.write_bytes(data[: len(data) * tenth // 10])

    assert faults(copy) == {"file"}


@pytest.mark.parametrize("form", ["matroska", "webm"])
def test_a_film_in_another_container_cut_short_is_no_whole_film(tmp_path, form):
    codecs = {"codec": "libvpx-vp9", "sound_codec": "libopus"} if form == "webm" else {}
    film = write_film(tmp_path / f"film.{form[:4]}", form=form, size=(320, 180), **codecs)
    film.write_bytes(film.read_bytes()[: film.stat().st_size * 2 // 3])

    assert faults(film) == {"file"}


@pytest.mark.parametrize(
    "data",
    [b"", bytes(1_024), b"\xff" * 4_096, b"A film about the sky. " * 50, b"<html><h1>404</h1></html>"],
    ids=["empty", "1 KB of zeros", "ones", "text", "a page"],
)
def test_a_file_that_is_no_film_is_recognised(tmp_path, data):
    (tmp_path / "film.mp4").write_bytes(data)

    assert faults(tmp_path / "film.mp4") == {"file"}


def test_a_truncated_film_is_reported_in_words(tmp_path):
    film = write_film(tmp_path / "film.mp4", options={"use_editlist": "0"})
    whole = film.read_bytes()
    told = []
    for content in (b"", whole[: len(whole) // 2]):
        film.write_bytes(content)
        (check,) = judged(film).checks
        told.append(check.measured)

    assert told == ["is empty", "has no index: it is cut short, was never finished, or is not a film"]


def test_an_image_named_like_a_film_is_no_film(tmp_path):
    Image.new("RGB", (320, 180)).save(tmp_path / "film.mp4", format="JPEG")

    assert faults(tmp_path / "film.mp4") == {"file"}


def test_a_playlist_is_no_film(good, tmp_path):
    (tmp_path / "film.mp4").write_text(f"ffconcat version 1.0\nfile '{good}'\n", encoding="utf-8")

    assert faults(tmp_path / "film.mp4") == {"file"}


def test_missing_last_bytes_are_noticed(copy):
    copy.write_bytes(copy.read_bytes()[:-9])

    assert faults(copy) == {"file"}


def test_a_film_cut_short_between_two_packets_is_no_whole_film(copy):
    with av.open(str(copy)) as film:
        last = max(packet.pos for packet in film.demux() if packet.pos is not None)
    copy.write_bytes(copy.read_bytes()[:last])

    (check,) = judged(copy).checks
    assert check.measured == "is cut short or damaged"


@pytest.mark.parametrize("share", [0.3, 0.6, 0.9])
def test_a_film_with_a_hole_in_it_is_no_whole_film(copy, share):
    data = bytearray(copy.read_bytes())
    start = int(len(data) * share)
    data[start : start + 2_000] = b"\xff" * 2_000
    copy.write_bytes(data)

    assert faults(copy) == {"file"}


@pytest.mark.parametrize("lost", [(45,), range(40, 50), (60,)], ids=["one", "ten", "a keyframe"])
def test_a_film_with_lost_pictures_is_no_whole_film(good, tmp_path, lost):
    film = tmp_path / "film.mp4"
    pictures = count()
    with av.open(str(good)) as source, av.open(str(film), "w", format="mp4", container_options=OURS) as target:
        streams = {stream.index: target.add_stream_from_template(stream) for stream in source.streams}
        closed_up = count()
        for packet in source.demux():
            is_picture = packet.stream.type == "video"
            if packet.dts is None or (is_picture and next(pictures) in lost):
                continue
            if is_picture:
                packet.pts = packet.dts = next(closed_up) * packet.duration
            packet.stream = streams[packet.stream_index]
            target.mux(packet)

    (check,) = judged(film).checks
    assert check.measured == f"a picture is missing at {lost[0] / 30:.2f} s"


def test_two_films_in_one_file_are_reported(good, copy):
    copy.write_bytes(2 * good.read_bytes())

    (check,) = judged(copy).checks
    assert check.measured == "is two films in one file, of which players show the first"


def test_a_change_of_aspect_ratio_is_reported(good, tmp_path):
    upright = write_film(tmp_path / "upright.mp4", size=(180, 320))
    film = tmp_path / "film.mp4"
    with av.open(str(film), "w", container_options=OURS) as target:
        begins_s = 0
        for part in (good, upright):
            with av.open(str(part)) as source:
                if not begins_s:
                    streams = {each.index: target.add_stream_from_template(each) for each in source.streams}
                # Parameter sets are in band, before each keyframe, as in a transport stream.
                as_sent = av.BitStreamFilterContext("h264_mp4toannexb", source.streams.video[0])
                for packet in source.demux():
                    for each in as_sent.filter(packet) if packet.stream.type == "video" and packet.size else [packet]:
                        if each.dts is not None:
                            each.pts, each.dts = (at + round(begins_s / each.time_base) for at in (each.pts, each.dts))
                            each.stream = streams[each.stream_index]
                            target.mux(each)
            begins_s = Fraction(LENGTH_S)
    assert "aspect" in faults(film)


def test_pictures_shown_in_decoding_order_are_reported(tmp_path):
    film = tmp_path / "film.mp4"
    coded = write_film(tmp_path / "b.mp4", bframes=3)
    with av.open(str(coded)) as source, av.open(str(film), "w", container_options=OURS) as target:
        streams = {stream.index: target.add_stream_from_template(stream) for stream in source.streams}
        shown = count()
        for packet in source.demux():
            if packet.dts is not None:
                if packet.stream.type == "video":
                    packet.pts = packet.dts = next(shown) * packet.duration
                packet.stream = streams[packet.stream_index]
                target.mux(packet)

    assert "jumps" in faults(film) - faults(coded)


def test_samples_in_the_wrong_byte_order_are_reported(tmp_path):
    assert "bursts" in faults(write_film(tmp_path / "film.mp4", sound=misread, length_s=LONG_S))


@pytest.mark.parametrize(
    ("ending", "made"),
    [
        ("mp4", {"form": "matroska"}),
        ("mp4", {"form": "webm", "codec": "libvpx-vp9", "sound_codec": "libopus"}),
        ("mov", {"form": "mp4"}),
        ("webm", {"form": "mp4"}),
    ],
    ids=["MKV as MP4", "WebM as MP4", "MP4 as MOV", "MP4 as WebM"],
)
def test_a_suffix_of_another_container_is_reported(tmp_path, ending, made):
    assert faults(write_film(tmp_path / f"film.{ending}", **made)) == {"container"}


@pytest.mark.parametrize("made", [{}, {"picture": None}], ids=["a film", "sound"])
def test_a_transport_stream_that_ends_after_its_header_is_reported_in_words(tmp_path, made):
    film = write_film(tmp_path / "film.ts", form="mpegts", **made)
    film.write_bytes(film.read_bytes()[:1_000])

    (check,) = judged(film).checks

    assert check.measured == "has no sound that can be decoded: it is cut short"


def test_an_unknown_video_codec_is_reported_in_words(tmp_path):
    film = write_film(tmp_path / "film.mp4")
    film.write_bytes(film.read_bytes().replace(b"avc1", b"xxxx"))

    (check,) = judged(film).checks

    assert check.measured == "its pictures are in an unsupported codec"
    with pytest.raises(InputError, match=r"film\.mp4: its pictures are in an unsupported codec"):
        probe(film)


def test_an_unsuitable_container_is_reported(tmp_path):
    film = write_film(tmp_path / "film.ts", form="mpegts")

    assert faults(film) == {"container"}


# What is in it ---------------------------------------------------------------------------------------------------

LONG_S = 8.0


def part_black(at, width, height):
    return black(at, width, height) if 30 <= at < 72 else moving(at, width, height)


def part_still(at, width, height):
    return moving(min(at, 20) if at < 345 else at, width, height)


def silent_middle():
    wave = talk(LONG_S).copy()
    wave[48_000 : 48_000 * 21 // 4] = 0
    return wave


def clipped():
    wave = talk() * 8
    return np.clip(wave, -1, 1) * np.float32(1.0)


def heard_as(left, right, start_s=0.0, end_s=LONG_S):
    """A voice with a gain per channel, from `start_s` to `end_s`."""
    wave = talk(LONG_S).copy()
    wave[round(start_s * 48_000) : round(end_s * 48_000)] *= np.float32([left, right])
    return normalise_loudness(wave)[0]


def sounding(of_time, length_s=LONG_S):
    """A sound as a function of time, in place of a voice."""
    wave = of_time(np.arange(round(length_s * 48_000)) / 48_000)
    return normalise_loudness(np.repeat(wave[:, None], 2, axis=1).astype(np.float32))[0]


def hum(at_s):
    return np.sin(2 * np.pi * 50 * at_s) + 0.3 * np.sin(2 * np.pi * 150 * at_s)


def noise(at_s):
    # Without the highest frequencies, which AAC cuts.
    return np.convolve(np.random.default_rng(1).normal(size=len(at_s)), np.full(12, 0.1), mode="same")


def roar(at_s):
    """Low-frequency noise, like a waterfall."""
    waves = np.fft.rfft(np.random.default_rng(1).normal(size=len(at_s)))
    waves[: round(50 * LONG_S)] = 0
    return np.fft.irfft(waves / np.sqrt(np.arange(len(waves)) + 1), len(at_s))


def tune(at_s):
    """Eight notes of square waves, repeated, at constant loudness."""
    notes_hz = np.array([440, 494, 523, 587, 659, 587, 523, 494])[np.int64(at_s * 4) % 8]
    return np.where(np.cumsum(notes_hz) / 48_000 % 1 < 0.5, 0.3, -0.3)


def cut_off(at_s, rests=0.1):
    """A staccato bass of square waves, four notes a second."""
    notes_hz = np.array([55, 73, 62, 82, 41, 110])[np.int64(at_s * 4) % 6]
    return np.where(np.cumsum(notes_hz) / 48_000 % 1 < 0.5, 0.3, -0.3) * (at_s * 4 % 1 < 1 - rests)


def organ(at_s):
    """Chords of two seconds at constant loudness."""
    chord = np.int64(at_s / 2) % 4
    tones_hz = np.array([(262, 330, 392), (294, 349, 440), (247, 294, 392), (262, 330, 392)])[chord].T
    return sum(np.sin(2 * np.pi * tone_hz * number * at_s) / number for tone_hz in tones_hz for number in (1, 2, 3))


def torn(every_s, hole_s, gain=0.0):
    """A voice with dropouts."""
    wave = talk(LONG_S).copy()
    for at_s in np.arange(0.3, LONG_S - 0.5, every_s):
        wave[round(at_s * 48_000) : round((at_s + hole_s) * 48_000)] *= np.float32(gain)
    return normalise_loudness(wave)[0]


def faded(every_s, hole_s, fade_s, room=0.001):
    """A voice in a room, with dropouts with faded edges."""
    wave = talk(LONG_S) + np.float32(room) * np.random.default_rng(3).normal(size=(round(LONG_S * 48_000), 1))
    fade = np.linspace(1, 0, round(fade_s * 48_000))
    hole = np.concatenate([fade, np.zeros(round(hole_s * 48_000)), fade[::-1]])[:, None]
    for at_s in np.arange(0.5, LONG_S - 1, every_s):
        wave[round(at_s * 48_000) :][: len(hole)] *= hole
    return normalise_loudness(wave.astype(np.float32))[0]


def cracking(every_s, height=0.4):
    """A voice with clicks of two samples."""
    wave = talk(LONG_S).copy()
    for at_s in np.arange(0.3, LONG_S - 0.5, every_s):
        wave[round(at_s * 48_000) :][:2] += np.float32(height)
    return np.clip(wave, -0.75, 0.75)


def spliced(every_s, lost_s):
    """A voice with pieces cut out, so that the wave leaps at the splices."""
    wave = talk(2 * LONG_S)
    pieces = [
        wave[round(at_s * 48_000) : round((at_s + every_s) * 48_000)]
        for at_s in np.arange(0, 1.9 * LONG_S - every_s, every_s + lost_s)
    ]
    return np.concatenate(pieces)[: round(LONG_S * 48_000)]


def noisy(start_s, length_s, level=0.7):
    """A voice, replaced by a burst of noise, as a decoder makes of data that is no audio."""
    wave = talk(LONG_S).copy()
    burst = np.random.default_rng(2).uniform(-level, level, (round(length_s * 48_000), 1))
    wave[round(start_s * 48_000) :][: len(burst)] = burst
    return normalise_loudness(wave)[0]


def blows(at_s):
    """Noise with a sudden onset that decays, like drums, shots and cymbals."""
    since_s = at_s % 0.5
    fades = np.exp(-since_s / np.where(at_s % 2 < 1.5, 0.05, 0.15))
    return np.random.default_rng(3).uniform(-1, 1, len(at_s)) * fades


def swept(at_s):
    """A voice with a whoosh at each transition."""
    swish = np.sin(np.pi * np.clip(at_s - 3, 0, 0.6) / 0.6) ** 2
    return talk(LONG_S)[:, 0] + 0.4 * swish * np.random.default_rng(3).uniform(-1, 1, len(at_s))


def saw_teeth(at_s):
    """A sawtooth bass in notes of half a second."""
    pitch_hz = np.array([41.2, 55.0, 49.0, 36.7])[np.int64(at_s * 2) % 4]
    notes = np.minimum(1, np.minimum(at_s % 0.5, 0.5 - at_s % 0.5) * 100)
    return 0.5 * notes * (2 * (at_s * pitch_hz % 1) - 1)


def snowing(scale=1, start=0, end=10_000, channels=1):
    """Pictures of noise, with dots `scale` pixels wide."""

    def picture(at, width, height):
        if not start <= at < end:
            return moving(at, width, height)
        size = (-(-height // scale), -(-width // scale), channels)
        dots = np.random.default_rng(at).integers(16, 236, size, dtype=np.uint8)
        dots = dots.repeat(scale, axis=0).repeat(scale, axis=1)[:height, :width]
        return np.ascontiguousarray(np.broadcast_to(dots, (height, width, 3)))

    return picture


def hills(x_px, y_px, width, height):
    """A landscape with hills, at an offset."""
    x, y = np.arange(width) + x_px, np.arange(height)[:, None] + y_px
    light = 110 + 40 * np.sin(x / 9) * np.cos(y / 7) + 30 * np.sin(x / 23 + y / 31)
    return np.repeat(light[:, :, None], 3, axis=2).astype(np.uint8)


def driving(at, width, height):
    """A landscape that moves past."""
    return hills(3 * at, 0, width, height)


def shaken(at, width, height):
    """A camera that shakes by whole pixels, and so returns to the same positions."""
    return hills(*np.random.default_rng((1, at)).integers(-1, 2, 2), width, height)


def fenced(at, width, height):
    """A fence in front of a camera that shakes by a pixel."""
    bars = (np.arange(width) + np.random.default_rng(at).integers(-1, 2)) // 10 % 2
    return np.repeat(np.broadcast_to(20 + 200 * bars[:, None], (height, width, 1)), 3, axis=2).astype(np.uint8)


def in_order(*numbers, picture=moving):
    """Pictures in another order: these numbers, repeated with an offset of the last one."""
    *order, further = numbers
    return lambda at, width, height: picture(order[at % len(order)] + at // len(order) * further, width, height)


def hanging(upper=False, rows=0.5, start=30, end=60, picture=driving):
    """Pictures with a frozen part."""

    def shown(at, width, height):
        drawn = picture(at, width, height).copy()
        if start <= at < end:
            line = round(height * rows) // 16 * 16
            part = slice(0, line) if upper else slice(line, height)
            drawn[part] = picture(start, width, height)[part]
        return drawn

    return shown


def two_players(at, width, height):
    """A split-screen game, whose lower half stops for a second."""
    drawn = driving(at, width, height)
    drawn[height // 2 :] = hills(500 - 2 * min(at, max(30, at - 30)), 90, width, height)[height // 2 :]
    return drawn


def board(at, width, height):
    """A board that slides in from below, stays for a second, and slides out."""
    drawn = driving(at, width, height)
    rows = round(height * 0.4 * np.clip(min(at - 20, 75 - at) / 10, 0, 1))
    drawn[height - rows :] = hills(200, 40, width, height)[:rows]
    return drawn


def phosphor(at, width, height):
    """A monochrome green screen of the eighties."""
    drawn = driving(at, width, height).copy()
    drawn[:, :, (0, 2)] = 0
    return drawn


def woven(at, width, height):
    """Posts that move past, interlaced: two fields of different moments in one picture."""
    drawn = np.empty((height, width, 3), np.uint8)
    for row in (0, 1):
        posts = (np.arange(width) + 6 * at + 3 * row) % 64 < 12
        drawn[row::2] = np.where(posts[:, None], 190, 90)
    return drawn


def lined(at, width, height):
    """Posts that move past, with drawn scan lines."""
    drawn = driving(at, width, height)
    drawn[:, width // 2 :] = hills(0, 0, width, height)[:, width // 2 :]
    drawn[1::2] = drawn[1::2] // 10 * 7
    return drawn


def within(left, top, right, bottom):
    """A landscape that moves past, inside these shares of the picture, with black bars around it."""

    def picture(at, width, height):
        drawn = black(at, width, height)
        rows = slice(round(top * height) // 4 * 4, round(bottom * height) // 4 * 4)
        columns = slice(round(left * width) // 4 * 4, round(right * width) // 4 * 4)
        drawn[rows, columns] = driving(at, width, height)[rows, columns]
        return drawn

    return picture


def bar_of_grey(start, end, step=10_000):
    """A bar in the grey of a decoder, that comes and goes with another picture, or gradually."""

    def picture(at, width, height):
        drawn = moving(at + (150 if start <= at < end else 0), width, height)
        if start <= at < end and step == 10_000:
            drawn = 255 - drawn
        rows = min(height // 3, step * max(0, min(at - start + 1, end - at)))
        drawn[height - rows :] = 130
        return drawn

    return picture


def half(colour, rows=0.5, start=30, end=75):
    """Pictures whose lower part is one colour."""

    def picture(at, width, height):
        drawn = moving(at, width, height)
        if start <= at < end:
            drawn[round(height * rows) // 16 * 16 :] = colour
        return drawn

    return picture


def flashing(hold, colours=((16, 16, 16), (220, 220, 220)), share=0.9):
    """Pictures with a part that alternates between colours, each for `hold` pictures."""

    def picture(at, width, height):
        drawn = moving(at, width, height)
        drawn[:, : round(width * share)] = colours[at // hold % 2]
        return drawn

    return picture


def phrased(length_s, music_s=np.inf):
    """A voice with four phrases in five seconds, followed by a continuous sound like music."""
    at_s = np.arange(round(length_s * 48_000)) / 48_000
    said = np.clip(np.maximum(8 * np.sin(2 * np.pi * 0.8 * at_s) + 4, 4 * (at_s - music_s)), 0, 1).astype(np.float32)
    return normalise_loudness(talk(length_s) * said[:, None])[0]


def snowfall(at, width, height):
    """White dots that fall on black, different in each picture."""
    drawn = np.zeros((height, width, 3), np.uint8) + np.uint8(16)
    drawn[np.random.default_rng(at // 2).random((height, width)) < 0.02] = 235
    return drawn


def confetti(at, width, height):
    """Dense confetti that falls in front of a curtain."""
    drawn = np.zeros((height, width, 3), np.uint8) + np.uint8(40)
    chance = np.random.default_rng(5)
    for left, top in zip(chance.integers(0, width, 400), chance.integers(0, height, 400), strict=True):
        row = (top + 9 * at * (1 + left % 5)) % height
        drawn[row : row + 6, left : left + 6] = 100 + left % 150
    return drawn


def credits_on_black(at, width, height):
    """Credits, one line at a time."""
    drawn = np.zeros((height, width, 3), np.uint8)
    left = width // 4 + 20 * (at // 30)
    drawn[height // 2 : height // 2 + 10, left : left + 80 : 4] = 235
    return drawn


def night(at, width, height):
    """Rotating stars."""
    drawn = np.full((height, width, 3), 6, np.uint8)
    chance = np.random.default_rng(5)
    for left, top in zip(chance.integers(0, width - 2, 90), chance.integers(0, height - 2, 90), strict=True):
        drawn[top : top + 2, (left + at) % (width - 2)] = 200
    return drawn


def black_but_for_a_sign(at, width, height):
    """A film that is black for two seconds, except for a logo in the corner."""
    drawn = black(at, width, height) if 15 <= at < 75 else moving(at, width, height)
    drawn[10:22, width - 50 : width - 10] = 220
    return drawn


def typed(at, width, height):
    """Typing: a small letter every eight pictures, and no other motion."""
    drawn = np.full((height, width, 3), 30, np.uint8)
    drawn[: height // 4, ::7] = 200
    for number in range(at // 8):
        left, top = 8 + number % 80 * 8, 300 + number // 80 * 24
        drawn[top : top + 14, left : left + 5] = 210
    return drawn


def clocked(at, width, height):
    """A frozen picture with a running clock, as broadcasters overlay it."""
    drawn = moving(0, width, height)
    digits = np.random.default_rng(at // 30).integers(0, 2, (3, 2)).repeat(4, axis=0).repeat(4, axis=1)
    drawn[8:20, 8:16] = (60 + 90 * digits)[:, :, None]
    return drawn


def scrolled(at, width, height):
    """Thin lines that scroll up."""
    drawn = np.full((height, width, 3), 235, np.uint8)
    for offset in (0, 1, 2):
        drawn[(offset - 2 * at) % 10 :: 10] = 16
    return drawn


def crackling(at_s):
    """A crackling fire: impulses of noise of two milliseconds."""
    wave = np.random.default_rng(8).standard_normal(len(at_s)) * 1e-4
    blows = np.random.default_rng(9).integers(0, len(at_s) - 96, 90)
    for start in blows:
        wave[start : start + 96] += 0.3 * np.random.default_rng(start).standard_normal(96)
    return wave


def on_grey(at, width, height):
    """A bar on a background in the grey of a decoder."""
    drawn = moving(at, width, height)
    ground = np.full_like(drawn, 130)
    ground[height // 3 : height // 2] = drawn[height // 3 : height // 2]
    return ground


def ending_in(colour):
    def picture(at, width, height):
        drawn = moving(at, width, height)
        if at >= 60:
            drawn[:] = colour
        return drawn

    return picture


def blinking(other, first=40, pictures=1, before=moving, after=moving):
    """A cut between two films, with some pictures of something else in between."""

    def picture(at, width, height):
        shown = before if at < first else other if at < first + pictures else after
        return shown(at, width, height)

    return picture


def dim(at, width, height):
    return moving(at, width, height) // 3


def lightning(at, width, height):
    return np.minimum(moving(at, width, height).astype(np.int16) + 90, 255).astype(np.uint8)


def fading(at, width, height):
    """A fade out within three pictures, and in again."""
    return (moving(at, width, height) * (min(3, abs(at - 40)) / 3)).astype(np.uint8)


def chords(at_s):
    """An arpeggio of eight notes a second at constant loudness."""
    notes_hz = np.array([220.0, 261.6, 329.6, 440.0])[np.int64(at_s * 8) % 4]
    return np.where(np.cumsum(notes_hz) / 48_000 % 1 < 0.5, 0.3, -0.3)


def misread():
    """A voice with its samples in the wrong byte order."""
    samples = (talk(LONG_S) * 32_767).astype("<i2").byteswap()
    return normalise_loudness(samples.astype(np.float32) / 32_768)[0]


# Equally bright on a display: only the colour flashes.
RED, GREY = (150, 0, 0), (76, 76, 76)
NEVER = 10_000
EDITED = {"movflags": "+faststart"}
BROKEN = {
    "a black film": ({"picture": black}, {"black", "frozen"}),
    "black for more than a second": ({"picture": part_black}, {"black"}),
    "black for two seconds, but for the sign in its corner": ({"picture": black_but_for_a_sign}, {"black"}),
    "white for more than a second": ({"picture": ending_in((235, 235, 235))}, {"plain"}),
    "what a decoder shows that has nothing": ({"picture": ending_in((0, 135, 0))}, {"plain"}),
    "a film of one picture": ({"picture": still}, {"frozen"}),
    "a picture that stands for eleven seconds": ({"picture": part_still, "length_s": 12.0}, {"frozen"}),
    "a picture that hangs, and a clock that goes on": ({"picture": clocked, "length_s": 14.0}, {"frozen"}),
    "a silent film": ({"sound": lambda: np.zeros((153_600, 2), np.float32)}, {"loudness", "silence"}),
    "a silence of four seconds": ({"sound": silent_middle, "length_s": LONG_S}, {"silence"}),
    "too quiet": ({"sound": lambda: talk() * np.float32(0.5)}, {"loudness"}),
    "hardly to be heard": ({"sound": lambda: talk() * np.float32(0.002)}, {"loudness", "silence"}),
    "too loud": ({"sound": lambda: talk() * np.float32(1.3)}, {"loudness"}),
    "a wave that is cut off": ({"sound": clipped}, {"loudness", "true_peak", "clipping"}),
    "a voice in the left ear alone": ({"sound": lambda: heard_as(1, 0), "length_s": LONG_S}, {"balance"}),
    "a voice 13 dB weaker in the right ear": ({"sound": lambda: heard_as(1, 0.22), "length_s": LONG_S}, {"balance"}),
    "a voice in the right ear for four seconds": (
        {"sound": lambda: heard_as(0, 1, 2, 6), "length_s": LONG_S},
        {"balance"},
    ),
    "a voice that cancels itself out": ({"sound": lambda: heard_as(1, -1), "length_s": LONG_S}, {"phase"}),
    "a voice that does for four seconds": ({"sound": lambda: heard_as(1, -1, 2, 6), "length_s": LONG_S}, {"phase"}),
    "the hum of a plug": ({"sound": lambda: sounding(hum), "length_s": LONG_S}, {"hum"}),
    "noise": ({"sound": lambda: sounding(noise), "length_s": LONG_S}, {"hum"}),
    "a voice with holes of 100 ms": ({"sound": lambda: torn(0.3, 0.1), "length_s": LONG_S}, {"dropouts", "clicks"}),
    "a voice with holes of 50 ms": ({"sound": lambda: torn(0.5, 0.05), "length_s": LONG_S}, {"dropouts", "clicks"}),
    "a voice with holes that hiss": (
        {"sound": lambda: torn(0.8, 0.2, 0.001), "length_s": LONG_S},
        {"dropouts", "clicks"},
    ),
    "a voice with clicks": ({"sound": lambda: cracking(0.37), "length_s": LONG_S}, {"clicks"}),
    "a voice of which pieces are missing": ({"sound": lambda: spliced(0.25, 0.03), "length_s": LONG_S}, {"clicks"}),
    "a voice, and a tenth of a second of noise": (
        {"sound": lambda: noisy(3, 0.1), "length_s": LONG_S},
        {"bursts"},
    ),
    "a voice, and half a second of noise": ({"sound": lambda: noisy(3, 0.5), "length_s": LONG_S}, {"bursts"}),
    "the roar of a waterfall": ({"sound": lambda: sounding(roar), "length_s": LONG_S}, {"hum"}),
    "a voice with holes that fade in 5 ms": (
        {"sound": lambda: faded(1.0, 0.06, 0.005), "length_s": LONG_S},
        {"dropouts"},
    ),
    "a voice with holes that fade in 20 ms": (
        {"sound": lambda: faded(1.5, 0.1, 0.02), "length_s": LONG_S},
        {"dropouts"},
    ),
    "snow": ({"picture": snowing(), "keyframe": 5}, {"snow"}),
    "snow in colours": ({"picture": snowing(channels=3)}, {"snow"}),
    "snow of dots that are four pixels wide": ({"picture": snowing(4)}, {"snow", "flashes"}),
    "snow for two thirds of a second": ({"picture": snowing(start=40, end=60)}, {"snow"}),
    "pictures in a wrong order": ({"picture": in_order(0, 1, 2, 1, 2)}, {"jumps"}),
    "pictures that come twice": ({"picture": in_order(0, 1, 2, 0, 1, 2, 3)}, {"jumps"}),
    "pictures that change places": ({"picture": in_order(1, 0, 2, picture=driving)}, {"jumps"}),
    "pictures that change places now and then": (
        {"picture": in_order(0, 1, 2, 4, 3, 5, 6, 7, 8, 9, 10, picture=driving)},
        {"jumps"},
    ),
    "pictures in the order in which they are coded": ({"picture": in_order(0, 3, 1, 2, 4, picture=driving)}, {"jumps"}),
    "a picture of which the lower half hangs": ({"picture": hanging()}, {"stuck"}),
    "a picture of which the lower third hangs": ({"picture": hanging(rows=0.67)}, {"stuck"}),
    "a picture of which the upper half hangs": ({"picture": hanging(upper=True)}, {"stuck"}),
    "a film with lost chroma, all green": ({"lost": {1: 0, 2: 0}}, {"tint"}),
    "a film with lost chroma, all magenta": ({"lost": {1: 255, 2: 255}}, {"tint"}),
    "a film with a lost red plane": ({"lost": {2: 0}}, {"tint"}),
    "half a picture that is grey": ({"picture": half((130, 130, 130))}, {"missing"}),
    "the lower third of a picture that is green": ({"picture": half((0, 135, 0), 0.67)}, {"missing"}),
    "a dark film with a red cast": ({"picture": dim, "lost": {2: 255}}, {"tint"}),
    "a black picture in the middle of a scene": ({"picture": blinking(black)}, {"blinks"}),
    "a black picture between two scenes": ({"picture": blinking(black, after=driving)}, {"blinks"}),
    "two pictures of another film": ({"picture": blinking(dim, pictures=2)}, {"blinks"}),
    "two half pictures in one": ({"picture": woven}, {"combs"}),
    "a picture with black on all sides": ({"picture": within(0.2, 0.2, 0.8, 0.8)}, {"bars"}),
    "a picture whose left half is black": ({"picture": within(0.5, 0, 1, 1)}, {"bars"}),
    "a picture whose lower third is black": ({"picture": within(0, 0, 1, 0.67)}, {"bars"}),
    "a film that flashes": ({"picture": flashing(2)}, {"flashes"}),
    "a third of a film that flashes": ({"picture": flashing(4, share=0.33)}, {"flashes"}),
    "red that comes and goes": ({"picture": flashing(3, (RED, GREY))}, {"flashes"}),
    "sound that comes 200 ms late": (
        {"sound": lambda: talk(LENGTH_S - 0.2), "sound_delay_s": 0.2, "options": EDITED},
        {"offset"},
    ),
    "sound that is 200 ms late all along": ({"sound_delay_s": 0.2, "options": EDITED}, {"offset", "sync"}),
    "sound with a gap of 200 ms": ({"sound": lambda: talk(LENGTH_S - 0.2), "sound_delay_s": 0.2}, {"drift"}),
    "sound whose times run two percent slow": (
        {"sound": lambda: talk(LONG_S), "sound_times": lambda time_s: 1.02 * time_s, "length_s": LONG_S},
        {"drift", "sync"},
    ),
    "sound whose times run two percent fast": (
        {"sound": lambda: talk(LONG_S), "sound_times": lambda time_s: 0.98 * time_s, "length_s": LONG_S},
        {"drift", "sync"},
    ),
    "sound that falls behind and catches up": (
        {"sound": lambda: talk(LONG_S), "sound_times": lambda time_s: time_s + 0.006 * time_s * (LONG_S - time_s)}
        | {"length_s": LONG_S},
        {"drift"},
    ),
    "sound that leaps ahead and back": (
        {
            "sound": lambda: talk(LONG_S),
            "sound_times": lambda time_s: time_s + 0.2 * (2 <= time_s < 5),
            "length_s": LONG_S,
        },
        {"drift"},
    ),
    "sound that ends a second early": ({"sound": lambda: talk(LENGTH_S - 1)}, {"sync"}),
    "sound that goes on for a second": ({"sound": lambda: talk(LENGTH_S + 1)}, {"sync"}),
    "no sound": ({"silent": True}, {"streams"}),
    "no picture": ({"picture": None}, {"streams"}),
    "two tracks of sound": ({"sounds": 2}, {"streams"}),
    # FFmpeg's mono mix of two identical channels is 3 dB louder.
    "mono": ({"layout": "mono", "sound": lambda: talk() * np.float32(0.7071)}, {"sound_codec"}),
    "5.1": ({"layout": "5.1"}, {"sound_codec"}),
    "44.1 kHz": ({"sound_rate": 44_100}, {"sound_codec"}),
    "22.05 kHz": ({"sound_rate": 22_050}, {"sound_codec"}),
    "sound as a studio keeps it": ({"form": "mov", "sound_codec": "pcm_s16le"}, {"sound_codec"}),
    "MPEG-4 Part 2": ({"codec": "mpeg4"}, {"picture_codec"}),
    "colours at full resolution": ({"pixels": "yuv444p"}, {"picture_codec"}),
    "smaller than a stamp": ({"size": (160, 90)}, {"size"}),
    "an odd shape": ({"size": (520, 180)}, {"aspect"}),
    "pixels that are not square": ({"pixel_aspect": Fraction(4, 3)}, {"aspect"}),
    "twelve pictures a second": ({"rate": 12}, {"frame_rate"}),
    "a picture that stands for eleven seconds alone": (
        {"skip": range(10, 340), "length_s": 12.0, "keyframe": NEVER},
        {"frame_rate", "frozen", "keyframes"},
    ),
    "pictures that are left out": ({"skip": (40, 41, 42)}, {"frame_rate"}),
    "colours without a name": ({"colour": None}, {"colours"}),
    "colours of television in the nineties": ({"colour": 6}, {"colours"}),
    "the index after the media": ({"options": {"use_editlist": "0"}}, {"index"}),
    "one keyframe": ({"keyframe": NEVER, "length_s": LONG_S}, {"keyframes"}),
}


@pytest.mark.parametrize(("made", "reasons"), BROKEN.values(), ids=BROKEN)
def test_a_broken_film_is_caught_for_its_own_reason(tmp_path, made, reasons):
    form = made.get("form", "mp4")

    assert faults(write_film(tmp_path / f"film.{form}", **made)) == reasons


@pytest.mark.parametrize(("degrees", "reasons"), [(90, set()), (180, set()), (7, {"aspect"})])
def test_an_odd_rotation_is_reported(copy, degrees, reasons):
    data = bytearray(copy.read_bytes())
    # The matrix of the video track, after its times, layer and volume (ISO/IEC 14496-12, 8.3.2).
    at = data.index(b"tkhd") + 4 + 40
    cos, sin = (round(65_536 * turn(math.radians(degrees))) for turn in (math.cos, math.sin))
    data[at : at + 36] = struct.pack(">9i", cos, sin, 0, -sin, cos, 0, 0, 0, 1 << 30)
    copy.write_bytes(data)

    assert faults(copy) == reasons


def moved(film, path, by_s):
    """The same film with all timestamps `by_s` later."""
    with av.open(str(film)) as source, av.open(str(path), "w") as target:
        streams = {stream.index: target.add_stream_from_template(stream) for stream in source.streams}
        for packet in source.demux():
            if packet.dts is not None:
                packet.pts, packet.dts = (time + round(by_s / packet.time_base) for time in (packet.pts, packet.dts))
                packet.stream = streams[packet.stream_index]
                target.mux(packet)
    return path


@pytest.mark.parametrize(("name", "reasons"), [("film.mp4", {"black", "index"}), ("film.mkv", set())])
def test_a_late_first_picture_is_reported_only_where_timestamps_begin_at_zero(good, tmp_path, name, reasons):
    assert faults(moved(good, tmp_path / name, 60.0)) == reasons


def test_times_of_faults_count_from_the_start_of_a_film_whose_timestamps_do_not(tmp_path):
    sound = talk(LONG_S).copy()
    sound[48_000 : 48_000 * 6] = 0
    stopped = blinking(lambda _, *size: moving(150, *size), 150, 80, before=black)
    pictures = blinking(stopped, 80, 160, before=blinking(dim))
    made = write_film(tmp_path / "film.mp4", picture=pictures, sound=sound, length_s=LONG_S)

    for film in (made, moved(made, tmp_path / "film.mkv", 60.0)):
        measured = {check.name: check.measured for check in judged(film).checks}
        assert [measured[name] for name in ("blinks", "black", "frozen", "silence")] == [
            "1 place, first at 1.33 s",
            "2.33 s at 2.67 s",
            "2.67 s at 5.00 s, 33 % of the film",
            "5.00 s at 1.00 s",
        ]


# Captions --------------------------------------------------------------------------------------------------------

CUES = ((0.2, 1.4, "Tea cools by itself."), (1.5, 2.9, "And nobody\nknows why."))


def clock(at_s, mark):
    return f"00:00:{at_s:06.3f}".replace(".", mark)


def srt(cues):
    return "".join(
        f"{number}\n{clock(start, ',')} --> {clock(end, ',')}\n{text}\n\n"
        for number, (start, end, text) in enumerate(cues, start=1)
    )


def shifted(by_s):
    return tuple((start + by_s, end + by_s, text) for start, end, text in CUES)


ANALYSES = {}


@pytest.fixture
def analysed_once(monkeypatch):
    """Analyse each film once: only its companion files differ between tests."""

    def analysed(path):
        data = path.read_bytes()
        if data not in ANALYSES:
            ANALYSES[data] = plain(path)
        return ANALYSES[data]

    plain = judge.analyse_film
    monkeypatch.setattr(judge, "analyse_film", analysed)


CAPTIONS = {
    "past the end of the sound": (srt(shifted(1.0)), {"captions"}),
    "over each other": (srt(((0.2, 1.6, "Tea cools."), CUES[1])), {"captions"}),
    "in another order": (srt(CUES[::-1]), {"captions"}),
    "that end before they begin": (srt(((1.4, 0.2, "Tea cools."), CUES[1])), {"captions"}),
    "without words": (srt(((0.2, 1.4, " "), CUES[1])), {"captions"}),
    "that are none": ("Tea cools by itself.\n", {"captions"}),
    "of nothing": ("", {"captions"}),
    "in an old encoding": (srt(CUES).replace("cools", "kühlt").encode("latin-1"), {"captions"}),
    "with zeros between the letters": (srt(CUES).encode("utf-16-le"), {"captions"}),
    "with zeros where a disk lost them": (srt(CUES) + "\0" * 512, {"captions"}),
    "that nobody can read in time": (srt(((0.2, 0.9, "Tea cools by itself, whoever."), CUES[1])), {"caption_speed"}),
    "wider than a line": (srt(((0.2, 2.9, "Tea cools by itself, and nobody has known why."),)), {"caption_lines"}),
    "with an unfilled placeholder": (srt(((0.2, 1.4, "Hello {{ name }},"), CUES[1])), {"text"}),
    "in an encoding that was taken for another": (srt(((0.2, 2.9, "Der Tee kÃ¼hlt ab."),)), {"text"}),
    "with letters that were lost": (srt(((0.2, 2.9, "Der Tee k\ufffdhlt ab."),)), {"text"}),
    "with an AI self-reference": (srt(((0.2, 2.9, "As an AI model, I can't say."),)), {"text"}),
    "of which half say what the one before them says": (
        srt([(at / 2, at / 2 + 0.49, "Tea cools." if at // 2 % 2 else "Tea is up.") for at in range(6)]),
        {"captions"},
    ),
    "that say all twice": (srt([(at, at + 0.99, f"Tea no. {at}\nTea no. {at}") for at in range(3)]), {"captions"}),
    "with mark-up that is shown": (srt(((0.2, 2.9, "Tea &amp; milk."),)), {"text"}),
    "that are data": (srt(((0.2, 2.9, '{"text": "Tea cools."}'),)), {"text"}),
    "with marks of a text": (srt(((0.2, 2.9, "**Tea** cools."),)), {"text"}),
    "with question marks for letters": (srt(((0.2, 2.9, "F?r Gr?ntee\nist das zu hei?er Tee."),)), {"text"}),
    "of three lines": (srt(((0.2, 2.9, "Tea\ncools\nby itself."),)), {"caption_lines"}),
}


@pytest.mark.usefixtures("analysed_once")
@pytest.mark.parametrize(("captions", "reasons"), CAPTIONS.values(), ids=CAPTIONS)
def test_faults_of_captions_are_reported(copy, captions, reasons):
    copy.with_suffix(".srt").write_bytes(captions if isinstance(captions, bytes) else captions.encode())

    assert faults(copy) == reasons


SPOKEN_S = 24.0


def said(*gaps):
    """Captions of two seconds each for a film of 24 seconds, with gaps."""
    times = [at for at in np.arange(0, SPOKEN_S - 2, 2) if not any(start <= at < end for start, end in gaps)]
    return srt([(at + 0.1, at + 1.9, f"Tea number {at:.0f} cools.") for at in times])


@pytest.fixture(scope="module")
def spoken(tmp_path_factory):
    folder = tmp_path_factory.mktemp("spoken")
    return write_film(folder / "film.mp4", sound=phrased(SPOKEN_S), length_s=SPOKEN_S)


@pytest.mark.usefixtures("analysed_once")
@pytest.mark.parametrize(
    ("name", "gaps", "reasons"),
    [
        ("film.srt", [], set()),
        ("film.srt", [(12, SPOKEN_S)], {"caption_gaps"}),
        ("film.srt", [(8, 18)], {"caption_gaps"}),
        ("film.srt", [(0, 10)], {"caption_gaps"}),
        ("film.srt", [(12, 16)], set()),
        ("film.forced.srt", [(4, SPOKEN_S)], set()),
    ],
    ids=["all", "not of the second half", "not in the middle", "not at first", "but for a sentence", "of signs alone"],
)
def test_uncaptioned_speech_is_reported(spoken, name, gaps, reasons):
    spoken.with_name(name).write_text(said(*gaps), encoding="utf-8")
    try:
        assert faults(spoken) - {"silence"} == reasons
    finally:
        spoken.with_name(name).unlink()


def test_music_needs_no_captions(tmp_path):
    film = write_film(tmp_path / "film.mp4", sound=phrased(SPOKEN_S, 10), length_s=SPOKEN_S)
    film.with_suffix(".srt").write_text(said((10, SPOKEN_S)), encoding="utf-8")

    assert faults(film) == set()


def test_captions_out_of_time_are_reported(tmp_path):
    phrases = [(0.4, 2.1), (3.0, 3.9), (4.4, 7.2), (7.6, 8.8), (10.2, 12.9), (13.3, 14.6), (15.9, 18.7), (19.1, 21.0)]
    at_s = np.arange(round(SPOKEN_S * 48_000)) / 48_000
    said = sum((start <= at_s) & (at_s < end) for start, end in phrases)[:, None].astype(np.float32)
    film = write_film(tmp_path / "film.mp4", sound=normalise_loudness(talk(SPOKEN_S) * said)[0], length_s=SPOKEN_S)
    told = {}
    for late_s in (0, 2):
        cues = srt([(start + late_s, end + late_s, "Tea cools.") for start, end in phrases])
        film.with_suffix(".srt").write_text(cues, encoding="utf-8")
        (check,) = [check for check in judged(film).checks if check.name == "caption_timing"]
        told[late_s] = (check.verdict, check.measured)

    assert told == {0: ("pass", "in time, as far as it is known"), 2: ("fail", "2.0 s late")}


@pytest.mark.usefixtures("analysed_once")
def test_captions_in_another_language_than_their_name_says_are_reported(copy):
    said = (
        "It is the air around the cup that takes",
        "the heat of the tea,\nand so it will be as",
        "cold as the room is",
    )
    cues = srt([(at, at + 0.99, f"{words},\nand we know that it is") for at, words in enumerate(said)])
    told = {}
    for language in ("de", "en"):
        copy.with_suffix(f".{language}.srt").write_text(cues.replace(",\nand so", " and so"), encoding="utf-8")
        told[language] = faults(copy) & {"language"}
        copy.with_suffix(f".{language}.srt").unlink()

    assert told == {"de": {"language"}, "en": set()}


@pytest.mark.usefixtures("analysed_once")
def test_captions_beside_a_film_are_found_in_both_formats_and_by_language(copy):
    copy.with_suffix(".srt").write_text(srt(CUES), encoding="utf-8")
    copy.with_suffix(".de.vtt").write_text("WEBVTT\n\n" + srt(CUES).replace(",", "."), encoding="utf-8")
    copy.with_name("other.srt").write_text("", encoding="utf-8")

    (check,) = [check for check in judged(copy).checks if check.name == "captions"]
    assert (check.verdict, check.measured) == ("pass", "4 cues in order")
    copy.with_suffix(".de.vtt").write_text("WEBVTT\n\n00:00.200 --> 00:02.900\nTea &amp; milk\n", encoding="utf-8")
    assert faults(copy) == set()


@pytest.mark.usefixtures("analysed_once")
def test_marks_and_directions_are_usual_in_captions(copy):
    said = ("{\\an8}<i>[music]</i>", "- Tea?\n- Tea.", "HOST: It cools.")
    copy.with_suffix(".srt").write_text(srt([(at, at + 0.9, text) for at, text in enumerate(said)]), encoding="utf-8")

    assert faults(copy) == set()


# Good films ------------------------------------------------------------------------------------------------------

GOOD = {
    "different music in each ear": {
        "sound": lambda: normalise_loudness(np.stack([talk(LONG_S, 1)[:, 0], talk(LONG_S, 2)[:, 0]], axis=1))[0],
        "length_s": LONG_S,
    },
    "a voice panned to the left": {"sound": lambda: heard_as(1, 0.5), "length_s": LONG_S},
    "a word in one ear": {"sound": lambda: heard_as(1, 0, 3, 5), "length_s": LONG_S},
    "an effect that cancels out": {"sound": lambda: heard_as(1, -1, 3, 5), "length_s": LONG_S},
    "a hum below a voice": {
        "sound": lambda: normalise_loudness(talk(LONG_S) + sounding(hum) * 0.2)[0],
        "length_s": LONG_S,
    },
    "a click now and then": {"sound": lambda: cracking(3.0), "length_s": LONG_S},
    "a voice with pauses that fade": {"sound": lambda: phrased(LONG_S), "length_s": LONG_S},
    "a tune of square waves": {"sound": lambda: sounding(tune), "length_s": LONG_S},
    "an arpeggio": {"sound": lambda: sounding(chords, 12.0), "length_s": 12.0},
    "chords of an organ": {"sound": lambda: sounding(organ), "length_s": LONG_S},
    "staccato notes": {"sound": lambda: faded(0.5, 0.08, 0.005), "length_s": LONG_S},
    "lights on a dark background": {"picture": snowfall},
    "credits on black": {"picture": credits_on_black},
    "a night of stars": {"picture": night},
    "typing": {"picture": typed, "length_s": 4.0, "size": (960, 720), "keyframe": 10_000},
    "a swing": {"picture": lambda at, *size: moving(round(10 + 10 * math.sin(at / 3)), *size)},
    "lightning": {"picture": blinking(lightning)},
    "a fade through black": {"picture": fading},
    "a loop of two pictures": {"picture": lambda at, *size: moving(at % 2, *size)},
    "a loop of eight pictures, and another": {"picture": lambda at, *size: moving(at % 8 + at // 32 * 50, *size)},
    "scrolling lines": {"picture": scrolled},
    "a camera that shakes": {"picture": shaken},
    "a moving landscape": {"picture": driving},
    "a fence before a camera that shakes": {"picture": fenced},
    "a split screen of which a half stops": {"picture": two_players},
    "a board that comes up and goes down": {"picture": board},
    "a monochrome green screen": {"picture": phosphor},
    "grey, as old films are": {"picture": driving, "lost": {1: 128, 2: 128}},
    "sepia": {"picture": driving, "lost": {1: 108, 2: 146}},
    "a permanent bar in the grey of a decoder": {"picture": bar_of_grey(-1_000, 1_000, 60)},
    "such a bar in another picture": {"picture": bar_of_grey(30, 70)},
    "such a bar that appears gradually": {"picture": bar_of_grey(30, 90, 4)},
    "a sawtooth bass": {"sound": lambda: sounding(saw_teeth), "length_s": LONG_S},
    "a whoosh": {"sound": lambda: sounding(swept), "length_s": LONG_S},
    "noise that is no louder than a voice": {"sound": lambda: noisy(3, 0.3, 0.15), "length_s": LONG_S},
    "scan lines": {"picture": lined},
    "a letterboxed picture": {"picture": within(0, 0.12, 1, 0.88)},
    "a pillarboxed picture": {"picture": within(0.35, 0, 0.65, 1)},
    "slides of two and a half seconds": {
        "picture": lambda at, *size: hills(at // 75 * 500, at // 75 * 90, *size),
        "length_s": 10.0,
    },
    "a grey background": {"picture": on_grey},
    "a band of another grey": {"picture": half((118, 118, 118))},
    "a band of green": {"picture": half((20, 160, 60))},
    "a background with something faint on it": {"picture": lambda at, *size: moving(at, *size) // 10 + 100},
    "three flashes a second": {"picture": flashing(5)},
    "a small light that blinks": {"picture": flashing(2, share=0.15)},
    "hardly visible flashes": {"picture": flashing(2, ((100, 100, 100), (115, 115, 115)))},
    "a red that stays": {"picture": flashing(2, (RED, (148, 0, 0)))},
}


@pytest.mark.parametrize("made", GOOD.values(), ids=GOOD)
def test_an_unusual_film_passes(tmp_path, made):
    assert faults(write_film(tmp_path / "film.mp4", **made)) == set()


def test_confetti_is_no_snow(tmp_path):
    assert "snow" not in faults(write_film(tmp_path / "film.mp4", picture=confetti))


def test_a_crackling_fire_has_no_dropouts(tmp_path):
    assert faults(write_film(tmp_path / "film.mp4", sound=sounding(crackling), length_s=LONG_S)) <= {
        "clicks",
        "loudness",
    }


def test_blows_of_noise_are_no_bursts(tmp_path):
    assert faults(write_film(tmp_path / "film.mp4", sound=sounding(blows), length_s=LONG_S)) <= {"loudness"}


def test_grey_128_in_full_range_is_no_missing_part():
    detector = MissingSliceDetector()
    for number in range(30):
        plane = np.full((180 * 3 // 2, 320), 128, np.uint8)
        plane[:120] = np.arange(320) % 200
        picture = av.VideoFrame.from_ndarray(plane, "yuv420p")
        picture.color_range = ColorRange.JPEG
        detector.push(picture, number / 30)

    assert detector.spans(1.0) == ()


def test_equal_luma_with_different_chroma_is_no_solid_colour():
    detectors = [PredicateDetector(is_solid, min_s=0.5) for _ in range(2)]
    for number in range(30):
        plane = np.full((180 * 3 // 2, 320), 120, np.uint8)
        one = av.VideoFrame.from_ndarray(plane, "yuv420p")
        plane[180:] = np.arange(320) % 160 + 40
        for detector, picture in zip(detectors, (one, av.VideoFrame.from_ndarray(plane, "yuv420p")), strict=True):
            detector.push(picture, number / 30)

    assert [len(detector.spans(1.0)) for detector in detectors] == [1, 0]


@pytest.mark.parametrize("shown", [ITU601, ITU709])
@pytest.mark.parametrize("stored", [ITU601, ITU709])
def test_a_decoders_green_is_recognised_after_reencoding(shown, stored):
    empty = av.VideoFrame.from_ndarray(np.zeros((180 * 3 // 2, 320), np.uint8), "yuv420p")
    screen = np.array(empty.reformat(format="rgb24", src_colorspace=shown).to_ndarray())
    screen[:90] = (np.arange(320) % 200)[:, None]
    picture = av.VideoFrame.from_ndarray(screen, "rgb24").reformat(format="yuv420p", dst_colorspace=stored)
    detector = MissingSliceDetector()
    for number in range(30):
        detector.push(picture, number / 30)

    # The remaining combination, decoded with BT.709 and encoded with BT.601, does not occur.
    assert bool(detector.spans(1.0)) == ((shown, stored) != (ITU709, ITU601))


@pytest.mark.parametrize("place", [np.s_[-8:, :], np.s_[:, -8:], np.s_[:, :], np.s_[:0, :]])
def test_the_green_of_zeros_is_a_fault_anywhere(place):
    detector = MissingSliceDetector()
    for number in range(30):
        planes = [np.arange(320) % 200 + np.zeros((180, 1)), *(np.full((90, 160), 120) for _ in range(2))]
        rows, columns = place
        for plane, part in zip(planes, (1, 2, 2), strict=True):
            halves = [slice(each.start and each.start // part, each.stop) for each in (rows, columns)]
            plane[tuple(halves)] = 0
        film = np.concatenate([planes[0].ravel(), *(plane.ravel() for plane in planes[1:])])
        picture = av.VideoFrame.from_ndarray(film.reshape(270, 320).astype(np.uint8), "yuv420p")
        detector.push(picture, number / 30)

    assert [span.length_s for span in detector.spans(1.0)][:1] == ([] if place == np.s_[:0, :] else [1.0])


KINDS = (
    {"form": "mp4"},
    {"form": "mp4", "options": {"movflags": "+faststart"}},
    {"form": "mp4", "codec": "libx265"},
    {"form": "mov"},
    {"form": "matroska"},
    {"form": "matroska", "sound_codec": "flac"},
    {"form": "webm", "codec": "libvpx-vp9", "sound_codec": "libopus"},
)
ENDINGS = {"matroska": "mkv"}


def good_film(folder, seed):
    """A random film without faults."""
    chance = random.Random(seed)
    kind = chance.choice(KINDS)
    hold = chance.choice((1, 1, 3, 15))
    length_s = chance.uniform(2, 4)
    form = kind["form"]
    film = write_film(
        folder / f"film-{seed}.{ENDINGS.get(form, form)}",
        picture=lambda at, width, height: moving(at // hold, width, height, seed),
        sound=talk(length_s, seed),
        length_s=length_s,
        size=chance.choice(((320, 180), (180, 320), (240, 240), (240, 300), (240, 180), (426, 240))),
        rate=chance.choice((24, 25, 30, 50, Fraction(30_000, 1001), Fraction(24_000, 1001))),
        keyframe=chance.choice((12, 30, 60)),
        **kind,
    )
    if chance.random() < 0.5:
        end_s = length_s - 0.1
        film.with_suffix(".srt").write_text(srt(((0.1, end_s / 2, "Tea cools."), (end_s / 2, end_s, "So\nwhat?"))))
    return film


@pytest.mark.parametrize("seed", range(10))
def test_a_good_film_passes(tmp_path, seed):
    verdict = judged(good_film(tmp_path, seed))

    assert verdict.grade == "pass", (verdict.reasons, verdict.warnings)


@pytest.mark.soak
def test_two_hundred_good_films_pass(tmp_path):
    alarms = {}
    for seed in range(200):
        film = good_film(tmp_path, seed)
        verdict = judged(film)
        if verdict.grade != "pass":
            alarms[seed] = verdict.reasons
        film.unlink()

    assert alarms == {}


@pytest.mark.parametrize("rests", [0.1, 0.25])
def test_staccato_notes_have_no_dropouts(tmp_path, rests):
    sound = sounding(lambda at_s: cut_off(at_s, rests))

    assert faults(write_film(tmp_path / "film.mp4", sound=sound, length_s=LONG_S)) <= {"clicks", "loudness"}


# Unusual containers ---------------------------------------------------------------------------------------------

OTHERS = {
    "MPEG-2 in a transport stream": {"form": "mpegts", "codec": "mpeg2video", "sound_codec": "mp2"},
    "Windows Media": {"form": "asf", "codec": "wmv2", "sound_codec": "wmav2"},
    "an AVI with reordered pictures": {
        "form": "avi",
        "sound_codec": "mp3",
        "bframes": 3,
        "picture": driving,
    },
}


@pytest.mark.parametrize("made", OTHERS.values(), ids=OTHERS)
def test_films_in_old_containers_fail_for_the_container_only(tmp_path, made):
    film = write_film(tmp_path / "film.old", length_s=LONG_S, **made)

    assert faults(film) <= {"container", "picture_codec", "sound_codec", "colours", "frame_rate", "loudness", "offset"}


def put_together(path, *films, streams):
    """A film muxed from the streams of others: each a pair of film and stream, or several of a kind in a row."""
    with contextlib.ExitStack() as stack, av.open(str(path), "w", format="matroska") as written:
        sources = [stack.enter_context(av.open(str(film))) for film in films]
        packets = []
        for parts in streams:
            (first, number), *_ = parts
            stream, begin = written.add_stream_from_template(sources[first].streams[number]), 0
            for each, number in parts:
                found = [packet for packet in sources[each].demux(number) if packet.size]
                sources[each].seek(0)
                for packet in found:
                    packet.stream, packet.pts, packet.dts = stream, packet.pts + begin, packet.dts + begin
                packets += found
                begin = packets[-1].pts + packets[-1].duration
        for packet in sorted(packets, key=lambda packet: packet.dts * packet.time_base):
            written.mux(packet)
    return path


def test_sound_in_another_language_may_be_longer_than_the_film(tmp_path):
    films = [write_film(tmp_path / f"{at}.mkv", form="matroska", length_s=at) for at in (LENGTH_S, LONG_S)]
    film = put_together(tmp_path / "film.mkv", *films, streams=[[(0, 0)], [(0, 1)], [(1, 1)]])

    assert faults(film) == {"streams"}
    film.write_bytes(film.read_bytes()[: film.stat().st_size // 2])
    assert judged(film).checks[0].measured == "is cut short: it ends before its header says"


def test_a_change_of_the_audio_format_is_reported_in_words(tmp_path):
    films = [
        write_film(tmp_path / f"{layout}.mkv", form="matroska", sound_codec="mp3", layout=layout)
        for layout in ("stereo", "mono")
    ]
    film = put_together(tmp_path / "film.mkv", *films, streams=[[(0, 0)], [(0, 1), (1, 1)]])

    (check,) = judged(film).checks
    assert check.measured.startswith("its sound is stereo at 48000 Hz, but mono at 48000 Hz from 3.")


def test_an_encrypted_film_is_reported_as_such(copy):
    box = bytes(24)
    film = copy.read_bytes()
    at = film.index(b"moov") - 4
    length = int.from_bytes(film[at : at + 4], "big")
    head = (length + 32).to_bytes(4, "big") + film[at + 4 : at + length]
    copy.write_bytes(film[:at] + head + (32).to_bytes(4, "big") + b"pssh" + box + film[at + length :])

    assert judged(copy).checks[0].measured == "is encrypted"


def test_a_film_that_is_still_being_written_is_reported_as_such(tmp_path, monkeypatch):
    film = write_film(tmp_path / "film.mkv", form="matroska")

    def grows(path):
        found = analyse_film(path)
        with path.open("ab") as file:
            # A Void element of Matroska, which players skip.
            file.write(b"\xec\x80")
        return found

    monkeypatch.setattr(judge, "analyse_film", grows)

    assert judged(film).checks[0].measured == "it is still being written"


def test_a_container_without_a_film_is_reported_as_such(tmp_path):
    film = tmp_path / "film.mp4"
    Image.new("RGB", (64, 64)).save(film, "PNG")

    assert judged(film).checks[0].measured == "is not a film, or is in an unsupported container"


def test_a_very_short_film_is_too_short_rather_than_silent(tmp_path):
    checks = {check.name: check for check in judged(write_film(tmp_path / "film.mp4", length_s=0.1)).checks}

    assert checks["silence"].verdict == "pass"
    assert checks["loudness"].measured == "too short to tell"
