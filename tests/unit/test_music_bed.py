"""A music bed becomes a seamless loop."""

from __future__ import annotations

import av
import numpy as np
import pytest

from pipeline.errors import CheckpointError, InputError
from pipeline.media.sound.audio import write_wav
from pipeline.media.sound.loudness import integrated_lufs
from pipeline.music import Bed, BedLibrary, check_bed, prepare_bed
from pipeline.music.bed import LOOP_LUFS, Loop
from tests.standins.music import chord, rushing, write_bed


def bed(path):
    return BedLibrary(folder=path.parent).bed(path.name)


def prepare_loop(path):
    prepare_bed(bed(path), path.parent / "loop.wav")
    return Loop(path.parent / "loop.wav")


def length_of(loop):
    return len(loop._sound)


def levels_db(samples, *, step=4_800):
    """The level of every tenth of a second."""
    steps = samples[: len(samples) // step * step].reshape(-1, step * 2).astype(np.float64)
    return 10 * np.log10(np.mean(steps**2, axis=1) + 1e-20)


def level_db(samples):
    return 10 * np.log10(np.mean(samples.astype(np.float64) ** 2))


BEDS = {
    "a chord": lambda: chord(12.3),
    "a fast swell": lambda: chord(12.3, modulation_hz=1.7),
    "noise": lambda: rushing(12.3),
    "three seconds": lambda: chord(3.0, modulation_hz=1.1),
    "one second and a half": lambda: chord(1.5),
}


@pytest.mark.parametrize("name", BEDS)
def test_the_level_over_the_seam_stays_within_one_decibel(tmp_path, name):
    loop = prepare_loop(write_bed(tmp_path / "bed.flac", BEDS[name]()))
    end, fade = length_of(loop), loop._start

    seam, rest = loop.samples(end - fade, end), loop.samples(0, end - fade)

    assert level_db(seam) == pytest.approx(level_db(rest), abs=1.0)


@pytest.mark.parametrize("name", BEDS)
def test_the_crossfade_adds_no_dip_or_bump(tmp_path, name):
    source = BEDS[name]()
    loop = prepare_loop(write_bed(tmp_path / "bed.flac", source))

    own, looped = levels_db(source), levels_db(loop.samples(0, 3 * length_of(loop)))

    assert looped.max() - looped.min() <= own.max() - own.min() + 1.5


@pytest.mark.parametrize("name", [name for name in BEDS if name != "noise"])
def test_no_sample_jumps_at_the_seam(tmp_path, name):
    loop = prepare_loop(write_bed(tmp_path / "bed.flac", BEDS[name]()))
    steps = np.abs(np.diff(loop.samples(0, 3 * length_of(loop)), axis=0)).max(axis=1)
    inside = np.abs(np.diff(loop.samples(0, length_of(loop) // 2), axis=0)).max()

    assert steps.max() <= inside * 1.3


def test_a_loop_repeats_forever_and_starts_with_its_real_beginning(tmp_path):
    source = rushing(4.0)
    loop = prepare_loop(write_bed(tmp_path / "bed.flac", source))
    period = length_of(loop) - 48_000

    start = loop.samples(0, 24_000)

    assert np.corrcoef(start[:, 0], source[:24_000, 0])[0, 1] > 0.999
    assert np.array_equal(loop.samples(100_000, 110_000), loop.samples(100_000 + 9 * period, 110_000 + 9 * period))
    assert len(loop.samples(10**9, 10**9 + 10)) == 10


def test_the_beat_continues_across_the_seam(tmp_path):
    # Two beats a second under a chord; the file ends between two beats.
    music = chord(9.37, level=0.05)
    decay = np.exp(-np.arange(12_000) / 3_000)
    for number in range(18):
        hz = 90 if number % 2 else 200
        struck = 0.5 * decay * np.sin(2 * np.pi * hz * np.arange(12_000) / 48_000)
        music[number * 24_000 : number * 24_000 + 12_000] += struck[:, None].astype(np.float32)
    loop = prepare_loop(write_bed(tmp_path / "bed.flac", music))

    period = (length_of(loop) - loop._start) / 48_000

    # A whole number of pairs of beats, within 20 ms.
    assert period == pytest.approx(round(period), abs=0.02)


@pytest.mark.parametrize(
    ("name", "rate", "mono"),
    [("a.mp3", 44_100, False), ("a.ogg", 24_000, False), ("a.flac", 44_100, True), ("a.m4a", 48_000, False)],
)
def test_a_bed_of_any_format_becomes_a_loop_at_one_loudness(tmp_path, name, rate, mono):
    loop = prepare_loop(write_bed(tmp_path / name, chord(3.0, rate=rate), rate=rate, mono=mono))

    assert length_of(loop) / 48_000 == pytest.approx(3.0, abs=0.5)
    assert integrated_lufs([loop.samples(0, 48_000 * 5)]) == pytest.approx(LOOP_LUFS, abs=0.5)


def test_silent_edges_and_a_fade_out_leave_no_hole_in_the_loop(tmp_path):
    music = chord(10.0)
    music[-96_000:] *= np.linspace(1, 0, 96_000, dtype=np.float32)[:, None]
    silence = np.zeros((33_333, 2), dtype=np.float32)
    loop = prepare_loop(write_bed(tmp_path / "bed.flac", np.concatenate([silence, music, silence])))

    heard = levels_db(loop.samples(0, 48_000 * 30))

    assert heard.max() - heard.min() < 9


def test_the_same_bed_gives_the_same_bytes(tmp_path):
    source = bed(write_bed(tmp_path / "bed.ogg", chord(3.0)))

    for name in ("one", "two"):
        prepare_bed(source, tmp_path / f"{name}.wav")

    assert (tmp_path / "one.wav").read_bytes() == (tmp_path / "two.wav").read_bytes()


def test_a_file_that_is_not_audio_is_refused_by_name(tmp_path):
    (tmp_path / "music").mkdir()
    (tmp_path / "music" / "calm.mp3").write_bytes(b"<html>not found</html>" * 100)
    broken = BedLibrary(folder=tmp_path / "music").bed("calm.mp3")

    for look in (check_bed, lambda bed: prepare_bed(bed, tmp_path / "loop.wav")):
        with pytest.raises(InputError, match=r"music/calm\.mp3: FFmpeg can't read it as audio"):
            look(broken)


@pytest.mark.parametrize("sound", [chord(0.5), np.zeros((96_000, 2), dtype=np.float32)], ids=["short", "silent"])
def test_almost_silent_or_short_music_is_refused(tmp_path, sound):
    with pytest.raises(InputError, match=r"bed\.wav: there is less than a second of sound in it"):
        prepare_loop(write_bed(tmp_path / "bed.wav", sound))


def test_a_playlist_is_refused_and_its_entries_are_not_opened(tmp_path):
    write_bed(tmp_path / "secret.flac", chord(3.0))
    (tmp_path / "list.m3u8").write_text(
        "#EXTM3U\n#EXT-X-TARGETDURATION:3\n#EXTINF:3,\nsecret.flac\n#EXT-X-ENDLIST\n", encoding="utf-8"
    )
    (tmp_path / "list.ffconcat").write_text("ffconcat version 1.0\nfile secret.flac\n", encoding="utf-8")

    for name in ("list.m3u8", "list.ffconcat"):
        with pytest.raises(InputError, match="can't read it as audio"):
            check_bed(bed(tmp_path / name))


def test_a_file_that_changed_since_it_was_chosen_is_refused(tmp_path):
    path = write_bed(tmp_path / "bed.flac", chord(3.0))

    with pytest.raises(InputError, match="has changed since"):
        prepare_bed(Bed(path=path, sha256="0" * 64), tmp_path / "loop.wav")


def test_nan_and_infinite_samples_do_no_harm(tmp_path):
    music = chord(3.0)
    music[50_000:50_100] = np.nan
    music[60_000:60_010] = np.inf
    music[70_000] = 1e30
    path = tmp_path / "bed.wav"
    with av.open(str(path), "w") as output:
        stream = output.add_stream("pcm_f32le", rate=48_000, layout="stereo")
        frame = av.AudioFrame.from_ndarray(music.reshape(1, -1), format="flt", layout="stereo")
        frame.sample_rate = 48_000
        output.mux([*stream.encode(frame), *stream.encode(None)])

    heard = prepare_loop(path).samples(0, 48_000 * 6)

    assert np.isfinite(heard).all()
    assert np.abs(heard).max() <= 1


def test_a_damaged_loop_is_reported_by_name(tmp_path):
    write_wav(tmp_path / "loop.wav", chord(1.0))

    with pytest.raises(CheckpointError, match=r"loop\.wav: the prepared music is damaged"):
        Loop(tmp_path / "loop.wav")
