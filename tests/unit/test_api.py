"""The library: films as values, errors as exceptions."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import anyio
import pytest
from anyio import to_thread

import pipeline
from pipeline import Film, make_video, run_batch
from pipeline.cli.summary import print_films
from pipeline.errors import ConfigurationError, InputError, StorageError
from pipeline.model import Brief, Job, JobError, JobStatus, Paragraph, Section
from pipeline.orchestrator.batch import batches
from pipeline.orchestrator.context import open_context
from pipeline.orchestrator.film import runner as jobs_module
from pipeline.orchestrator.film.stages import Stage
from tests.standins.threads import in_threads

__all__ = ["in_threads"]

SECTIONS = (Section(heading="", blocks=(Paragraph(text="Cake is sweet."),)),)
JOB = Job(id="ab" * 8, batch="kitchen", folder="kitchen/tea", brief=Brief(title="Tea"))


@pytest.fixture
def only_the_script(monkeypatch, in_threads):
    """The story ends with the script, and no process is started for it: quick, and enough to see what comes out."""
    monkeypatch.setattr(jobs_module, "STAGES", jobs_module.STAGES[:1])


def brief(path, text="---\ntitle: Tea\n---\nTea cools. It is cold.\n"):
    path.parent.mkdir(exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def test_a_failed_film_has_a_reason_and_no_files():
    error = JobError(kind="InputError", stage="script", message="no notes", exit_code=2)

    film = Film.of(JOB.evolve(status=JobStatus.FAILED, error=error))

    assert (film.job, film.title, film.status, film.error) == (JOB.id, "Tea", "failed", "no notes")
    assert (film.video, film.subtitles, film.thumbnail, film.metadata, film.duration_s) == (None,) * 5


@pytest.mark.parametrize(("music", "told"), [("calm.mp3", "calm.mp3"), ("none", None), (None, None)])
def test_a_film_names_its_music(music, told):
    assert Film.of(replace(JOB, brief=replace(JOB.brief, music=music))).music == told


def test_the_output_names_the_music(capsys):
    film = replace(Film.refused("Tea", InputError("no")), video=Path("tea.mp4"), music="calm.mp3")

    print_films([film, replace(film, music=None)])

    assert re.findall(r"music\s+(\S+)", capsys.readouterr().out) == ["calm.mp3"]


def test_the_summary_lists_failures_beside_films(capsys):
    lost = Film.refused("Tee", InputError("nobody translates"))

    print_films([replace(lost, title="Tea", video=Path("tea.mp4"), error=None), lost])

    assert "Tee  failed: nobody translates" in capsys.readouterr().out.splitlines()


def test_the_error_of_a_single_film_is_printed_where_the_command_ends_and_nowhere_else(capsys):
    held = replace(Film.refused("Tea", InputError("waits for review")), video=Path("tea.mp4"))

    print_films([held])

    out = capsys.readouterr().out
    assert "tea.mp4" in out
    assert "waits for review" not in out


def test_a_brief_that_never_became_a_job_is_a_film_with_a_reason():
    film = Film.refused("tea.md", InputError("is empty", where="tea.md"))

    assert (film.job, film.title, film.status, film.error) == ("", "tea.md", "failed", "tea.md: is empty")


async def test_a_film_that_can_not_be_made_raises(tmp_path):
    with pytest.raises(InputError, match="no model to write one"):
        await make_video("Why is the sky blue?", workspace=tmp_path)


async def test_a_brief_that_can_not_be_read_raises(tmp_path):
    with pytest.raises(InputError, match="no such file"):
        await make_video(tmp_path / "tea.md", workspace=tmp_path)


async def test_an_invalid_setting_raises_before_anything_is_done(tmp_path):
    (tmp_path / "ws").mkdir()

    with pytest.raises(ConfigurationError, match="ofline is not a setting"):
        await make_video(brief(tmp_path / "tea.md"), workspace=tmp_path / "ws", settings={"ofline": True})

    assert not list((tmp_path / "ws").iterdir())


@pytest.mark.parametrize("output", ["tea.md/films", "tea.md/film.mp4", "tea.md", "x" * 300 + "/film.mp4", "folder.mp4"])
async def test_an_output_that_can_not_be_written_raises_before_anything_is_done(tmp_path, output):
    source = brief(tmp_path / "tea.md")
    (tmp_path / "folder.mp4").mkdir()
    (tmp_path / "ws").mkdir()

    with pytest.raises(StorageError, match="can't be written"):
        await make_video(source, workspace=tmp_path / "ws", output=tmp_path / output)

    assert not list((tmp_path / "ws").iterdir())


async def test_other_film_formats_are_refused_as_output(tmp_path):
    with pytest.raises(InputError, match=r"tea\.MOV: films are MP4 files\. Write tea\.mp4, or a folder$"):
        await make_video(brief(tmp_path / "tea.md"), workspace=tmp_path, output=tmp_path / "tea.MOV")

    assert sorted(path.name for path in tmp_path.iterdir()) == ["tea.md"]


def test_an_output_may_start_with_a_tilde(tmp_path, monkeypatch):
    for name in ("HOME", "USERPROFILE"):
        monkeypatch.setenv(name, str(tmp_path / "home"))

    asked = open_context(workspace=tmp_path, output="~/films")

    assert asked.output == tmp_path / "home" / "films"


async def test_events_are_emitted_while_a_film_is_made(tmp_path, only_the_script):
    heard = []

    film = await make_video(
        brief(tmp_path / "tea.md"), workspace=tmp_path, settings={"offline": True}, listen=heard.append
    )

    assert (film.status, film.title) == ("completed", "Tea")
    assert [str(event.job.status) for event in heard] == ["in_progress", "completed"]


async def test_a_folder_gives_a_film_per_brief_including_unreadable_ones(tmp_path, only_the_script):
    brief(tmp_path / "kitchen" / "a.md", "")
    brief(tmp_path / "kitchen" / "b.md")

    made, refused = await run_batch(tmp_path / "kitchen", workspace=tmp_path, settings={"offline": True})

    assert (made.status, made.error) == ("completed", None)
    assert (refused.job, refused.status) == ("", "failed")
    assert refused.error.startswith(f"{tmp_path / 'kitchen' / 'a.md'}: is empty")


async def test_a_damaged_checkpoint_does_not_hide_other_films(tmp_path, only_the_script):
    brief(tmp_path / "kitchen" / "b.md")
    await run_batch(tmp_path / "kitchen", workspace=tmp_path, settings={"offline": True})
    context = await to_thread.run_sync(lambda: open_context(workspace=tmp_path, overrides={"offline": True}))
    plan, _ = await batches.add([Brief(title="Cake", sections=SECTIONS)], context, batch="kitchen")
    await anyio.Path(tmp_path / f"state/batches/kitchen/jobs/{plan.ids[0]}.json").write_text("{")

    (made,) = await run_batch(tmp_path / "kitchen", workspace=tmp_path, settings={"offline": True})

    assert made.title == "Tea"


async def test_a_batch_whose_source_is_one_broken_file_raises(tmp_path):
    with pytest.raises(InputError, match="is empty"):
        await run_batch(brief(tmp_path / "a.md", ""), workspace=tmp_path)


async def test_a_batch_is_named_after_its_source_or_as_requested(tmp_path, only_the_script):
    source = brief(tmp_path / "tea.md")

    await run_batch(source, workspace=tmp_path, settings={"offline": True})
    await run_batch(source, workspace=tmp_path, settings={"offline": True}, batch="mine")

    batches = await anyio.to_thread.run_sync(lambda: sorted((tmp_path / "state" / "batches").iterdir()))
    assert [path.name for path in batches] == ["mine", "tea"]


def test_the_package_exports_exactly_the_library():
    assert pipeline.make_video is make_video
    with pytest.raises(AttributeError, match="no attribute 'make_movie'"):
        pipeline.make_movie  # noqa: B018


def test_a_stage_is_a_row_of_the_table():
    assert [stage.name for stage in jobs_module.STAGES] == [
        "script", "narration", "subtitles", "scenes", "film", "quality", "publishing",
    ]  # fmt: skip
    assert all(isinstance(stage, Stage) for stage in jobs_module.STAGES)
