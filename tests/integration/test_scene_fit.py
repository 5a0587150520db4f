"""Scripts laid out for a film: scenes that overflow are split if that helps, and reported otherwise."""

from dataclasses import replace
from functools import cache, partial
from types import SimpleNamespace

import anyio
import pytest
from anyio import to_thread

from pipeline.limits import Cores
from pipeline.model import (
    Brief,
    BulletList,
    BulletsScene,
    Job,
    Paragraph,
    QuoteScene,
    Script,
    Section,
    SpokenLine,
    StatementScene,
    Step,
    StepsScene,
    TitleScene,
    VideoFormat,
)
from pipeline.model.text_fields import limits_of
from pipeline.orchestrator.context import open_context
from pipeline.orchestrator.film import scene_fit
from pipeline.orchestrator.film.attempt import Attempt
from pipeline.orchestrator.film.stages.script import write
from pipeline.rendering import Look, find_overflowing_texts
from pipeline.rendering.layouts import LAYOUTS
from tests.standins.photos import photo_of_tests
from tests.standins.typical import typical

TALL = VideoFormat(width_px=540, height_px=960)
WIDE = VideoFormat(width_px=960, height_px=540)
STEP = Step(
    title="Bringt verschiedene Bestandteile her",
    text="Erst werden sie gewaschen, dann geschnitten, schließlich lange langsam gekocht",
)
FULL = StepsScene(
    lines=tuple(SpokenLine(text=f"Nummer {number}.", reveals=number) for number in range(4)),
    heading="So wird aus alledem am Ende ein Film",
    kicker="In der Küche",
    items=(STEP, replace(STEP, title="Dann"), replace(STEP, title="Darauf"), replace(STEP, title="Zuletzt")),
)
HEADING = (
    "What the engineers and the astronomers of the nineteenth century finally agreed on in Greenwich and Washington"
)
PHOTOS = (photo_of_tests(),)
WITH_HEADING = [kind for kind in LAYOUTS if "heading" in limits_of(kind)]
# An attempt in which nothing is done ahead of its stage.
NOTHING_AHEAD = SimpleNamespace(start_soon=lambda *_: None)
LOOK = Look(title="Film", format=TALL, language="de")


async def in_thread(function, *arguments):
    return await to_thread.run_sync(partial(function, *arguments))


def split_scenes_to_fit(script, look):
    return anyio.run(scene_fit.split_scenes_to_fit, script, look, in_thread)


def script(*scenes):
    return Script(title="Film", language="de", scenes=scenes)


@cache
def in_format(video_format):
    return split_scenes_to_fit(script(FULL), replace(LOOK, format=video_format))


def test_an_overfull_scene_is_split_only_in_the_format_where_it_overflows():
    assert find_overflowing_texts(FULL, LOOK)
    assert in_format(WIDE) == script(FULL)

    tall = in_format(TALL)
    assert len(tall.scenes) > 1
    assert [step for scene in tall.scenes for step in scene.items] == [*FULL.items]
    assert [scene.first for scene in tall.scenes] == [1, *(1 + len(tall.scenes[0].items) for _ in tall.scenes[1:])]
    assert [line.text for scene in tall.scenes for line in scene.lines] == [line.text for line in FULL.lines]
    assert not any(find_overflowing_texts(scene, LOOK) for scene in tall.scenes)
    assert tall.incidents == ()


def test_the_same_script_is_split_in_the_same_way():
    assert split_scenes_to_fit(script(FULL), LOOK) == in_format(TALL)


@pytest.mark.ideographs
def test_scenes_that_splitting_does_not_help_stay_whole_and_are_reported():
    long = TitleScene(lines=FULL.lines[:1], heading="鬱" * 60, subtitle="Kurz")
    heading = BulletsScene(lines=FULL.lines, heading="W" * 99, items=("Eins", "Zwei", "Drei", "Vier"))
    made = split_scenes_to_fit(script(long, heading), LOOK)

    assert made.scenes == (long, heading)
    assert made.incidents == (
        f'scene 1 (title) has no room for all of "{"鬱" * 39}…"',
        f'scene 2 (bullets) has no room for all of "{"W" * 39}…"',
    )


def test_wide_letters_wrap_before_anything_is_cut():
    item = "鰓の心臓は、海の水から酸素を取り入れるために、静脈から戻ってきた血液を強い圧力で押し出す役目を持っている"
    items = tuple(f"{number}番目の{item}" for number in range(3))
    said = tuple(SpokenLine(text=f"{item}。", reveals=number) for number, item in enumerate(items))
    scene = BulletsScene(lines=said, heading="心臓の役割", items=items)

    assert find_overflowing_texts(scene, replace(LOOK, language="ja")) == ()


@pytest.mark.shaped
def test_usual_texts_are_left_as_they_are_in_landscape_and_portrait():
    look = replace(LOOK, language="he", stills=(photo_of_tests(),))
    usual = replace(script(*(typical(kind) for kind in LAYOUTS)), language="he")
    assert split_scenes_to_fit(usual, look) == usual


def test_a_cut_picture_credit_is_not_reported_as_a_cut_text():
    still = replace(photo_of_tests(), credit="Zorro " * 40)
    kind = next(kind for kind in LAYOUTS if kind.layout == "picture")
    assert find_overflowing_texts(typical(kind), replace(LOOK, stills=(still,))) == ()


@pytest.mark.ideographs
def test_a_long_statement_continues_in_the_next_scene():
    sentences = [f"{'鬱' * 77}{number}。" for number in ("一", "二")]
    said = tuple(SpokenLine(text=each, reveals=None if n else 0) for n, each in enumerate(sentences))
    statement = StatementScene(lines=said, text="".join(sentences), kicker="道")
    look = replace(LOOK, language="zh", format=VideoFormat(width_px=540, height_px=540))
    made = split_scenes_to_fit(replace(script(statement), language="zh"), look)

    assert [scene.text for scene in made.scenes] == sentences
    assert made.incidents == ()


async def test_the_script_stage_stores_the_split_script(tmp_path, monkeypatch):
    monkeypatch.setattr(Attempt, "compute", lambda _, function, *arguments, **__: in_thread(function, *arguments))
    settings = {"script.writers": "outline", "narration.narrator": "silence", "video.format": "9:16"}
    context = await to_thread.run_sync(lambda: open_context(workspace=tmp_path, overrides=settings))
    items = tuple(Paragraph(text=f"{step.title}: {STEP.text}.") for step in FULL.items)
    notes = (Section(heading=FULL.heading, blocks=(BulletList(items=items, is_numbered=True),)),)
    brief = Brief(title="Film", language="de", sections=notes)
    job = Job(id="0" * 16, batch="b", folder="b/film", brief=await to_thread.run_sync(context.briefs.complete, brief))
    attempt = Attempt(
        cores=Cores(1), rank=(0,), work_folder=tmp_path, crash_report=tmp_path / "e.txt", background=NOTHING_AHEAD
    )

    script = (await write(job, context, attempt)).script

    split = [scene for scene in script.scenes if isinstance(scene, StepsScene)]
    assert [scene.first for scene in split] == [1, 3]
    said = [line.text for scene in split for line in scene.lines]
    assert said[-4:] == [item.text for item in items]


@pytest.mark.parametrize("size", [(960, 540), (540, 960), (540, 540), (540, 676)], ids="{0[0]}x{0[1]}".format)
@pytest.mark.parametrize(
    "kind", [kind for kind in LAYOUTS if "heading" in limits_of(kind)], ids=lambda kind: kind.layout
)
def test_headings_of_five_thirds_of_their_limit_are_drawn_whole(kind, size):
    longest = limits_of(kind)["heading"].max_chars * 5 // 3
    heading = HEADING[:longest].rpartition(" ")[0]
    scene = replace(typical(kind), heading=heading)
    look = Look(title="Film", format=VideoFormat(width_px=size[0], height_px=size[1]), language="en", stills=PHOTOS)
    assert "heading" not in find_overflowing_texts(scene, look)


@pytest.mark.parametrize("size", [WIDE, TALL], ids=["wide", "tall"])
def test_long_names_and_kickers_take_a_second_line_before_they_are_cut(size):
    look, said = Look(title="Film", format=size, language="en"), FULL.lines[:1]
    quote = QuoteScene(
        lines=said, text="Time is a line.", name="An inspector of the Great Western Railway", role="1852"
    )
    title = TitleScene(lines=said, heading="Noon", kicker="History of transport and timekeeping in Europe")
    assert find_overflowing_texts(quote, look) == find_overflowing_texts(title, look) == ()
