"""The pictures of a film: fetched once, cached by content, reported when missing."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

import anyio
import pytest
from anyio import to_thread

from pipeline.errors import InputError, TransientError
from pipeline.limits import Cores
from pipeline.model import (
    Brief,
    Job,
    Paragraph,
    Pictures,
    SceneryScene,
    Section,
    StatementScene,
    WantedPicture,
)
from pipeline.orchestrator.context import open_context
from pipeline.orchestrator.film.attempt import Attempt
from pipeline.orchestrator.film.pictures import drop_missing_pictures, gather_pictures, restore_pictures
from pipeline.orchestrator.film.stages.script import write
from pipeline.pictures.fetching import fetch
from tests.standins.photos import coast, write_hostile
from tests.standins.picture_server import PictureServer

pytestmark = pytest.mark.anyio


@pytest.fixture
def context(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "nightreel.toml").write_text("[retry]\nattempts = 1\n")
    (tmp_path / "topics").mkdir()
    coast(400, 260).save(tmp_path / "topics" / "coast.png")
    return open_context(workspace=tmp_path)


@pytest.fixture
async def attempt(tmp_path):
    async with anyio.create_task_group() as ahead:
        yield Attempt(
            cores=Cores(1), rank=(0,), work_folder=tmp_path, crash_report=tmp_path / "evidence.txt", background=ahead
        )


def brief_of(*pictures, **more):
    text = "The coast is long. Nobody has walked all of it, because nobody has the time."
    sections = (Section(heading="", blocks=(Paragraph(text="Listen."), Paragraph(text=text))),)
    wanted = tuple(WantedPicture(source=each, credit="Ana") if isinstance(each, str) else each for each in pictures)
    return Brief(title="Coasts", language="en", pictures=wanted, sections=sections, origin="topics/coasts.md", **more)


async def complete(context, *pictures):
    return await to_thread.run_sync(context.briefs.complete, brief_of(*pictures))


async def no_network(*_):
    raise AssertionError("nothing is to be fetched")


async def test_a_local_picture_is_prepared_once(context, attempt):
    first = await gather_pictures(brief_of("coast.png"), context, attempt, fetch=no_network)
    again = await gather_pictures(brief_of("coast.png"), context, attempt, fetch=no_network)

    (still,) = first.stills
    assert (still.name, still.width_px, still.height_px, still.credit) == ("coast.png", 400, 260, "Ana")
    assert still.path.is_file()
    assert first == again
    assert first.incidents == ()


async def test_a_url_is_fetched_once_and_not_at_all_with_offline(context, attempt, tmp_path):
    async with PictureServer() as server:
        brief = brief_of(server.url("/photo.jpg"))
        by = partial(fetch, also_allowed={"127.0.0.1"})
        for _ in range(2):
            assert len((await gather_pictures(brief, context, attempt, fetch=by)).stills) == 1
        assert server.asked == ["/photo.jpg"]

    offline = await to_thread.run_sync(partial(open_context, workspace=tmp_path, overrides={"offline": True}))
    kept = await gather_pictures(brief, offline, attempt, fetch=no_network)
    other = await gather_pictures(brief_of("https://example.org/a.jpg?key=secret"), offline, attempt, fetch=no_network)

    assert len(kept.stills) == 1
    (told,) = other.incidents
    assert told.startswith(
        "picture https://example.org/a.jpg: it has to be downloaded, and --offline forbids that. Save"
    )


async def test_messages_name_a_picture_without_the_login_in_its_url(context, attempt, caplog):
    found = await gather_pictures(brief_of("https://me:hunter2@example.org/a@2x.jpg?key=secret"), context, attempt)

    (told,) = found.incidents
    assert told.startswith("picture https://example.org/a@2x.jpg: URLs with credentials are not fetched")
    assert "hunter2" not in caplog.text


@pytest.mark.parametrize(
    ("source", "told"),
    [
        ("gone.png", "no such file"),
        ("../../elsewhere.png", "lies outside the workspace"),
        ("/etc/passwd", "lies outside the workspace"),
        ("words.png", "is not a JPEG, PNG, WebP or GIF"),
        ("tiny.png", "16 by 16 pixels is too small"),
        ("a\0b.png", "no such file"),
        ("bomb.png", "too many pixels"),
        ("page.png", "is a page, not a picture"),
        ("torn.jpg", "can't be decoded"),
        ("dot.png", "1 by 1 pixels is too small"),
        ("data:image/png;base6…", "is embedded in the notes, not a file"),
    ],
)
async def test_a_picture_that_can_not_be_had_is_reported_and_the_others_are_used(
    context, attempt, tmp_path, source, told
):
    (tmp_path.parent / "elsewhere.png").write_bytes((tmp_path / "topics" / "coast.png").read_bytes())
    (tmp_path / "topics" / "words.png").write_text("words")
    coast(16, 16).save(tmp_path / "topics" / "tiny.png")
    write_hostile(tmp_path / "topics")

    found = await gather_pictures(brief_of(source, "coast.png"), context, attempt, fetch=no_network)

    assert [still.name for still in found.stills] == ["coast.png"]
    assert found.missing == (source,)
    assert told in found.incidents[0]
    assert found.incidents[0].endswith("The film is made without it")
    assert drop_missing_pictures(brief_of(source, "coast.png"), found) == brief_of("coast.png")


async def test_a_failing_server_costs_the_film_only_a_picture(context, attempt):
    async def failing(*_):
        raise TransientError("the server answered 503", hint="Save it")

    found = await gather_pictures(brief_of("https://example.org/a.jpg"), context, attempt, fetch=failing)

    assert found.incidents == (
        "picture https://example.org/a.jpg: the server answered 503. Save it. The film is made without it",
    )


async def test_a_script_shows_available_pictures_and_keeps_the_words_of_missing_ones(context, attempt):
    both = Job(id="a", batch="b", folder="b/a", brief=await complete(context, "coast.png"))
    none = replace(both, brief=await complete(context, "gone.png"))

    with_it, without = [await write(job, context, attempt) for job in (both, none)]

    assert isinstance(with_it.script.scenes[1], SceneryScene)
    assert with_it.script.scenes[1].picture == "coast.png"
    assert with_it.pictures.stills[0].name == "coast.png"
    assert isinstance(without.script.scenes[1], StatementScene)
    assert without.script.scenes[1].lines == with_it.script.scenes[1].lines
    assert "gone.png" in without.pictures.incidents[0]


async def test_evicted_pictures_are_fetched_again_and_missing_ones_stop_the_film(context, attempt, tmp_path):
    brief = brief_of("coast.png")
    job = Job(id="a", batch="b", folder="b/a", brief=brief, pictures=await gather_pictures(brief, context, attempt))
    path = job.pictures.stills[0].path
    assert await restore_pictures(job, context, attempt) is job

    path.unlink()
    assert (await restore_pictures(job, context, attempt)).pictures == job.pictures
    assert path.is_file()

    path.unlink()
    (tmp_path / "topics" / "coast.png").unlink()
    with pytest.raises(InputError, match="this picture is gone") as raised:
        await restore_pictures(job, context, attempt)
    assert "coast.png" in str(raised.value)


def test_a_changed_picture_changes_the_job_id(context, tmp_path):
    brief = context.briefs.complete(brief_of("coast.png"))
    before = context.job_id(brief)
    assert context.job_id(brief) == before

    coast(400, 240).save(tmp_path / "topics" / "coast.png")

    assert context.job_id(brief) != before


def test_pictures_are_stored_in_the_checkpoint(context, tmp_path):
    from pipeline.model import Still  # noqa: PLC0415
    from pipeline.state.checkpoints.documents import from_json, to_json  # noqa: PLC0415

    still = Still(
        name="a", path=tmp_path / "cache" / "a.still", sha256="0" * 64, width_px=3, height_px=2, focus=(0.25, 0.5)
    )
    pictures = Pictures(stills=(still,), missing=("b",), incidents=("picture b: no such file",))
    job = Job(id="a", batch="b", folder="b/a", brief=brief_of("a", "b"), pictures=pictures)

    text = to_json(job, tmp_path)

    assert from_json(text.encode(), Job, tmp_path, where="x") == job
    assert from_json(text.encode(), Job, tmp_path, where="x").pictures.stills[0].path == still.path
