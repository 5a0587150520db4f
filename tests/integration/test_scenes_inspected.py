"""A scene as a worker makes it: drawn, encoded, decoded and inspected."""

from __future__ import annotations

from dataclasses import replace
from hashlib import sha256

import numpy as np
import pytest

from pipeline.assembly import EncoderPlan
from pipeline.errors import QualityError
from pipeline.media.container.boxes import read_extra
from pipeline.media.sound.audio import write_wav
from pipeline.model import SCENE_QUANTUM_SAMPLES, Clip, Cue, SpokenLine, StatementScene, Word
from pipeline.orchestrator.film.segments import SegmentTask, make_segment
from pipeline.quality.findings import read_findings
from pipeline.rendering import Look
from tests.standins.films import voice

QUANTA = 4
WORDS = tuple(Word(text=text, start_s=0.3 * at, end_s=0.3 * at + 0.2) for at, text in enumerate(["Three", "hearts"]))


@pytest.fixture
def order(tmp_path):
    return SegmentTask(
        scene=StatementScene(lines=(SpokenLine(text="Three hearts."),), text="Three hearts."),
        cues=(Cue(start_s=0.0, end_s=1.5, lines=(WORDS,)),),
        clip=clip_of(tmp_path / "clip.wav", voice(QUANTA)),
        look=Look(title="Octopuses"),
        fonts="",
        encoder=EncoderPlan(keyframe_s=1),
    )


def clip_of(path, sound):
    write_wav(path, sound)
    digest = sha256(path.read_bytes()).hexdigest()
    return Clip(path=path, samples=QUANTA * SCENE_QUANTUM_SAMPLES, sha256=digest, words=WORDS, loudness_lufs=-15.0)


def test_a_drawn_and_spoken_scene_passes_and_stores_its_findings(order, tmp_path):
    make_segment(order, tmp_path / "scene.mp4")

    found = read_findings(tmp_path / "scene.mp4")

    assert found.picture.frames == order.frames == 16 * QUANTA
    assert found.picture.pixel_format == "yuv420p"
    assert found.picture.at_rest.spread > 10
    assert found.picture.look.bit_count() > 10
    assert found.sound.loudness.integrated_lufs == pytest.approx(-15.0, abs=0.2)


def test_a_scene_with_a_lost_voice_is_refused_and_gets_no_findings(order, tmp_path):
    silent = clip_of(tmp_path / "silent.wav", np.zeros((QUANTA * SCENE_QUANTUM_SAMPLES, 2), np.float32))

    with pytest.raises(QualityError, match="the scene does not pass: sound is silence"):
        make_segment(replace(order, clip=silent), tmp_path / "scene.mp4")

    assert read_extra(tmp_path / "scene.mp4") == b""
