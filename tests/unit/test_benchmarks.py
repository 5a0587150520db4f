"""The benchmarks: their films are as specified, and their tables show what was measured."""

from __future__ import annotations

import json
from dataclasses import replace
from importlib import import_module
from itertools import combinations
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from benchmarks import encode
from benchmarks.briefs import brief_text, section_count, write_campaign_briefs, write_distinct_briefs
from benchmarks.cost import Cost, median_cost
from benchmarks.encode_tables import Measured, Row, promises
from benchmarks.moviepy_input import write_moviepy_input
from benchmarks.segments import Baseline, HoldCost, hold_cost, x264_baseline
from pipeline.assembly import EncoderPlan
from pipeline.media.sound.audio import read_audio, write_wav
from pipeline.model import SCENE_QUANTUM_SAMPLES, Clip, Cue, SpokenLine, StatementScene, VideoFormat, Word
from pipeline.orchestrator.film.segments import SegmentTask
from pipeline.rendering import Look, draw_scene
from pipeline.script.outline import outline
from pipeline.sources.markdown import parse_brief
from pipeline.template import load_template
from pipeline.workspace import builtin_root
from tests.standins.films import voice

SCENE = StatementScene(lines=(SpokenLine(text="Three bridges."),), text="Three bridges stand here.", kicker="A town")


def scenes_of(text):
    template = load_template("explainer", search=[builtin_root() / "templates"])
    return outline(parse_brief(text, Path("brief.md")), template).scenes


def sentences_of(text):
    return {line.text for scene in scenes_of(text) for line in scene.lines}


@pytest.fixture
def tasks(tmp_path):
    """A film of two short scenes."""
    samples = 4 * SCENE_QUANTUM_SAMPLES
    write_wav(tmp_path / "clip.wav", voice(4))
    words = (Word(text="Three ", start_s=0.3, end_s=0.6), Word(text="bridges.", start_s=0.6, end_s=1.2))
    task = SegmentTask(
        scene=SCENE,
        cues=(Cue(start_s=0.3, end_s=1.5, lines=(words,)),),
        clip=Clip(path=tmp_path / "clip.wav", samples=samples, sha256="0" * 64, words=words, loudness_lufs=-15.0),
        look=Look(title="Bridges", format=VideoFormat(width_px=640, height_px=360)),
        fonts="",
        encoder=EncoderPlan(),
    )
    return task, task


def measured(*, moviepy=False):
    def row(films, wall_s, peak_bytes=100_000_000):
        return Row(name="x", films=films, cost=Cost(wall_s=wall_s, cpu_s=2 * wall_s, peak_bytes=peak_bytes))

    return Measured(
        about="a film",
        cold=row(1, 2.0, 400_000_000),
        warm=row(1, 1.0),
        baseline=Baseline(pictures=300, cpu_s=2.5),
        hold_cost=HoldCost(cpu_s=3.0, ratio=1.04),
        different=row(40, 80.0),
        campaign=row(200, 100.0, 650_000_000),
        still=row(1, 1.5) if moviepy else None,
        moviepy=row(1, 90.0, 900_000_000) if moviepy else None,
    )


def test_benchmarks_import_only_what_exists():
    for path in Path(encode.__file__).parent.glob("*.py"):
        if path.stem != "moviepy_film":  # imports MoviePy, which is installed elsewhere
            assert import_module(f"benchmarks.{path.stem}")


def test_films_about_two_towns_have_no_sentence_in_common():
    sentences = [sentences_of(brief_text(town=number, guest=number)) for number in range(40)]

    assert [one & other for one, other in combinations(sentences, 2) if one & other] == []


def test_rows_of_the_campaign_differ_in_the_first_and_the_last_of_six_scenes():
    first, second = scenes_of(brief_text(guest=3)), scenes_of(brief_text(guest=150))

    assert len(first) == len(second) == 6
    assert [one == other for one, other in zip(first, second, strict=True)] == [False, True, True, True, True, False]


def test_no_two_briefs_of_a_batch_are_the_same(tmp_path):
    write_distinct_briefs(tmp_path / "different", 450)
    write_campaign_briefs(tmp_path / "campaign", 450)

    for folder in ("different", "campaign"):
        texts = [path.read_text(encoding="utf-8") for path in (tmp_path / folder).iterdir()]
        assert len(set(texts)) == 450
        # Each film has a name, and so a folder, of its own.
        assert len({text.splitlines()[1] for text in texts}) == 450


def test_a_long_film_keeps_the_limits_and_repeats_no_line():
    scenes = scenes_of(brief_text(sections=section_count(20)))
    lines = [line.text for scene in scenes for line in scene.lines]

    assert len(scenes) == section_count(20) + 2
    assert len(lines) == len(set(lines))


def test_median_cost_has_median_times_and_the_highest_peak():
    costs = [Cost(wall_s=wall_s, cpu_s=10 - wall_s, peak_bytes=int(wall_s)) for wall_s in (1.0, 9.0, 2.0)]

    assert median_cost(costs) == Cost(wall_s=2.0, cpu_s=8.0, peak_bytes=9)


def test_ratios_are_of_one_run_and_memory_leaves_moviepy_out():
    values = [value for _, value, _ in promises(measured(moviepy=True))]

    assert values == ["60.0", "45.0", "1.60", "+3.0 %", "+4.0 %", "7,200", "1,800", "650 MB"]


def test_our_film_for_the_comparison_has_moviepys_pictures_and_no_others(tasks, tmp_path):
    write_moviepy_input(tasks, tmp_path / "film")
    task = tasks[0]
    look = replace(task.look, motion="none", captions="boxed")

    shown = [
        (np.asarray(frame.picture.to_rgb()).copy(), frame.hold)
        for frame in draw_scene(task.scene, words=task.clip.words, cues=task.cues, frames=task.frames, look=look)
    ]

    card = np.asarray(Image.open(tmp_path / "film" / "card-1.png"))
    film = json.loads((tmp_path / "film" / "film.json").read_text(encoding="utf-8"))
    starts_s, ends_s = (round(30 * film["captions"][0][name]) for name in ("start_s", "end_s"))
    # The card, the caption on it, and the card.
    assert [hold for _, hold in shown] == [starts_s, ends_s - starts_s, task.frames - ends_s]
    assert (shown[0][0] == card).all()
    assert (shown[2][0] == card).all()


def test_measurements_that_were_not_requested_are_not_in_the_tables():
    assert [value for _, value, _ in promises(measured())] == ["1.60", "+3.0 %", "+4.0 %", "7,200", "1,800", "650 MB"]


def test_the_baseline_encodes_every_distinct_picture(tasks):
    task = tasks[0]
    frames = draw_scene(task.scene, words=task.clip.words, cues=task.cues, frames=task.frames, look=task.look)

    baseline = x264_baseline(tasks, rounds=1)

    assert baseline.pictures == 2 * sum(1 for _ in frames)
    assert baseline.cpu_s > 0


def test_hold_cost_makes_every_scene_twice_as_long(tasks, tmp_path):
    cost = hold_cost(tasks, tmp_path, rounds=1)

    assert cost.cpu_s > 0
    assert cost.ratio > 0
    assert [len(read_audio(tmp_path / f"{n}.wav")) for n in (0, 1)] == [2 * task.clip.samples for task in tasks]
    assert not read_audio(tmp_path / "0.wav")[tasks[0].clip.samples :].any()


def test_moviepy_gets_the_same_pictures_captions_and_sound(tasks, tmp_path):
    write_moviepy_input(tasks, tmp_path / "material")

    film = json.loads((tmp_path / "material" / "film.json").read_text())
    length_s = tasks[0].frames / 30
    assert [card["duration_s"] for card in film["cards"]] == [length_s, length_s]
    assert [caption["start_s"] for caption in film["captions"]] == [0.3, pytest.approx(length_s + 0.3)]
    assert len(read_audio(tmp_path / "material" / film["sound"])) == 2 * tasks[0].clip.samples
    # A card with the caption on it is what our film shows, but for the highlighted word.
    card, text = (Image.open(tmp_path / "material" / film[key][0]["file"]) for key in ("cards", "captions"))
    assert (card.size, card.mode, text.mode) == ((640, 360), "RGB", "RGBA")
    left, top = film["captions"][0]["left"], film["captions"][0]["top"]
    drawn = draw_scene(SCENE, words=(), cues=tasks[0].cues, frames=44, look=tasks[0].look)
    *_, ours = (frame.picture.to_rgb() for frame in drawn)
    card.paste(text, (left, top), text)
    box = (left, top, left + text.width, top + text.height)
    difference = np.abs(np.asarray(card.crop(box), int) - np.asarray(ours.crop(box), int)).max(axis=-1)
    assert np.median(difference) <= 2
