"""A film with a music bed: copied pictures, and one continuous soundtrack."""

from __future__ import annotations

from dataclasses import replace

import av
import numpy as np
import pytest

from pipeline.assembly import join_segments
from pipeline.errors import CheckpointError
from pipeline.media.sound.audio import read_audio, read_wav
from pipeline.model import Clip, Subtitles, Word
from pipeline.music import Bed, MixPlan, mix_film, prepare_bed
from pipeline.music.library import digest_of
from pipeline.quality import Expected, inspect_film
from tests.standins.films import SMALL, make_package, make_segment, spoken_cue, voice
from tests.standins.music import chord, write_bed

QUANTA = (5, 8)


@pytest.fixture(scope="module")
def scenes(tmp_path_factory):
    """Segments and their clips."""
    folder = tmp_path_factory.mktemp("scenes")
    segments, clips = [], []
    for number, quanta in enumerate(QUANTA):
        sound = voice(quanta, seed=number)
        segments.append(make_segment(folder, f"scene-{number}", sound=sound))
        words = (Word(text="word", start_s=0.05, end_s=len(sound) / 48_000 - 0.05),)
        clips.append(
            Clip(
                path=folder / f"scene-{number}.wav",
                samples=len(sound),
                sha256=str(number),
                words=words,
                loudness_lufs=-15.0,
            )
        )
    return segments, clips


@pytest.fixture(
    params=[("a.flac", 48_000, False), ("b.mp3", 44_100, True), ("c.ogg", 24_000, False)], ids=lambda param: param[0]
)
def sound(request, scenes, tmp_path):
    """The mix of the scenes with a bed of three seconds."""
    name, rate, mono = request.param
    path = write_bed(tmp_path / name, chord(3.0, rate=rate), rate=rate, mono=mono)
    prepare_bed(Bed(path=path, sha256=digest_of(path)), tmp_path / "loop.wav")
    mix_film(scenes[1], tmp_path / "loop.wav", plan=MixPlan(), path=tmp_path / "mix.mp4")
    return tmp_path / "mix.mp4"


def packets_of(path, kind):
    with av.open(str(path)) as film:
        stream = next(stream for stream in film.streams if stream.type == kind)
        return [(packet.pts, packet.duration, bytes(packet)) for packet in film.demux(stream) if packet.dts is not None]


def test_video_packets_are_copied_and_the_audio_is_the_mix(scenes, sound, tmp_path):
    plain, scored = tmp_path / "plain.mp4", tmp_path / "scored.mp4"

    join_segments(scenes[0], path=plain)
    video = join_segments(scenes[0], path=scored, sound=sound)

    assert packets_of(scored, "video") == packets_of(plain, "video")
    assert packets_of(scored, "audio") == packets_of(sound, "audio")
    assert [packet[:2] for packet in packets_of(scored, "audio")] == [
        packet[:2] for packet in packets_of(plain, "audio")
    ]
    assert len(read_audio(scored)) == sum(clip.samples for clip in scenes[1]) == video.frames * 1_600


def test_a_film_with_a_bed_passes_every_check_of_the_gate(scenes, sound, tmp_path):
    join_segments(scenes[0], path=tmp_path / "film.mp4", sound=sound)
    expected = Expected(
        video_format=SMALL,
        lengths=tuple(clip.samples for clip in scenes[1]),
        subtitles=Subtitles(scenes=((spoken_cue("One.", 0.1, 2.0),), (spoken_cue("Two.", 0.1, 4.0),))),
    )
    package = make_package(tmp_path, tmp_path / "film.mp4", expected.subtitles, expected.lengths)

    verdict = inspect_film(package, expected)

    assert verdict.passed, verdict.reasons


def test_the_voice_is_at_the_same_sample_as_without_a_bed(scenes, sound, tmp_path):
    join_segments(scenes[0], path=tmp_path / "film.mp4", sound=sound)
    spoken = np.concatenate([read_wav(clip.path) for clip in scenes[1]])[:, 0]

    heard = read_audio(tmp_path / "film.mp4")[:, 0]

    spectrum = np.fft.rfft(heard) * np.conj(np.fft.rfft(spoken))
    assert int(np.argmax(np.fft.irfft(spectrum, len(heard)))) == 0


@pytest.mark.parametrize(("kept", "says"), [((0,), "shorter than the film"), ((0, 1, 1), "longer than the film")])
def test_a_soundtrack_of_another_length_is_refused(scenes, tmp_path, kept, says):
    path = write_bed(tmp_path / "bed.flac", chord(3.0))
    prepare_bed(Bed(path=path, sha256=digest_of(path)), tmp_path / "loop.wav")
    mix_film([scenes[1][index] for index in kept], tmp_path / "loop.wav", plan=MixPlan(), path=tmp_path / "mix.mp4")

    with pytest.raises(CheckpointError, match=says):
        join_segments(scenes[0], path=tmp_path / "film.mp4", sound=tmp_path / "mix.mp4")

    assert not (tmp_path / "film.mp4").exists()


def test_other_music_is_another_film_and_the_same_music_the_same_film(scenes, tmp_path):
    films = {}
    for name, bed in (("one", chord(3.0)), ("again", chord(3.0)), ("other", chord(3.5))):
        path = write_bed(tmp_path / f"{name}.flac", bed)
        prepare_bed(Bed(path=path, sha256=digest_of(path)), tmp_path / "loop.wav")
        mix_film(scenes[1], tmp_path / "loop.wav", plan=replace(MixPlan(), duck_lu=10), path=tmp_path / "mix.mp4")
        films[name] = join_segments(scenes[0], path=tmp_path / f"{name}.mp4", sound=tmp_path / "mix.mp4").sha256

    assert films["one"] == films["again"] != films["other"]
