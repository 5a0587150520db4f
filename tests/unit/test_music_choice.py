"""Music is part of a film's id and forecast, and is checked before anything is paid for."""

from __future__ import annotations

import shutil
from dataclasses import replace

import pytest
from anyio import to_thread

from pipeline.errors import ConfigurationError, InputError
from pipeline.model import Brief, JobStatus, Paragraph, Section
from pipeline.orchestrator.batch import batches
from pipeline.orchestrator.context import open_context
from pipeline.orchestrator.forecast import forecast
from pipeline.settings import load_settings
from pipeline.workspace import builtin_root
from tests.standins.music import chord, write_bed

QUIET = {"script.writers": "outline", "narration.narrator": "silence"}


def brief(**more):
    return Brief(title="Tea", sections=(Section(heading="", blocks=(Paragraph(text="Tea cools."),)),), **more)


@pytest.fixture
def workspace(tmp_path):
    for name, seconds in (("calm.flac", 2.0), ("bright.flac", 2.5)):
        write_bed(tmp_path / "music" / name, chord(seconds))
    return tmp_path


def context_in(workspace, **overrides):
    return open_context(workspace=workspace, overrides={**QUIET, **overrides})


def id_in(workspace, written, **overrides):
    context = context_in(workspace, **overrides)
    return context.job_id(context.briefs.complete(written))


def test_flags_override_the_brief_and_the_brief_overrides_the_settings(workspace):
    (workspace / "nightreel.toml").write_text('[music]\nbed = "calm.flac"\n', encoding="utf-8")

    assert context_in(workspace).briefs.complete(brief()).music == "calm.flac"
    assert context_in(workspace).briefs.complete(brief(music="bright.flac")).music == "bright.flac"
    assert context_in(workspace).briefs.complete(brief(music="none")).music == "none"
    assert context_in(workspace, **{"music.bed": "none"}).briefs.complete(brief(music="bright.flac")).music == "none"


def test_no_music_is_the_default(workspace):
    context = context_in(workspace)

    assert context.bed(context.briefs.complete(brief())) is None


def test_auto_is_resolved_to_a_file_before_it_is_saved(workspace):
    assert context_in(workspace, **{"music.bed": "auto"}).briefs.complete(brief()).music in {"calm.flac", "bright.flac"}


def test_other_music_other_levels_and_other_content_are_other_films(workspace):
    ids = [
        id_in(workspace, brief()),
        id_in(workspace, brief(music="calm.flac")),
        id_in(workspace, brief(music="bright.flac")),
        id_in(workspace, brief(music="calm.flac"), **{"music.duck_lu": 12}),
        id_in(workspace, brief(music="missing.flac")),
    ]
    write_bed(workspace / "music" / "calm.flac", chord(3.0))
    ids.append(id_in(workspace, brief(music="calm.flac")))

    assert len(set(ids)) == len(ids)


def test_levels_do_not_affect_a_film_without_music(workspace):
    assert id_in(workspace, brief()) == id_in(workspace, brief(), **{"music.duck_lu": 12})


def test_music_changes_no_word_of_the_script(workspace):
    context = context_in(workspace)
    plain = context.briefs.complete(brief())
    with_music = replace(plain, music="calm.flac")

    assert plain.said == with_music.said
    assert context.template(plain).prompt(plain) == context.template(plain).prompt(with_music)


@pytest.mark.parametrize("levels", [(0, 14.9), (7, 7.5)])
def test_settings_that_would_drown_the_voice_are_refused(tmp_path, levels):
    with pytest.raises(ConfigurationError, match="below_speech_lu and duck_lu must add up to 15 at least"):
        load_settings(tmp_path, {"music.below_speech_lu": levels[0], "music.duck_lu": levels[1]})


async def test_a_dry_run_reports_missing_or_broken_music_once(workspace):
    await to_thread.run_sync((workspace / "music" / "torn.mp3").write_bytes, b"<html>" * 1000)
    wanted = ("gone.mp3", "torn.mp3", "torn.mp3", "calm.flac")
    briefs = [replace(brief(music=name), title=f"Film {number}") for number, name in enumerate(wanted)]
    context = await to_thread.run_sync(context_in, workspace)

    found = await forecast(briefs, context, batch="kitchen")

    assert found.films.impossible == 3
    assert [(problem.where, problem.films) for problem in found.problems] == [("music", 1), ("music/torn.mp3", 2)]
    assert "no music called 'gone.mp3'" in found.problems[0].message
    assert "can't read it as audio" in found.problems[1].message


@pytest.mark.parametrize("name", ["gone.mp3", "torn.mp3"])
async def test_a_film_with_music_that_is_missing_or_broken_fails_before_its_script_is_written(workspace, name):
    await to_thread.run_sync((workspace / "music" / "torn.mp3").write_bytes, b"<html>" * 1000)
    context = await to_thread.run_sync(context_in, workspace)

    job = await batches.run_one(brief(music=name), context)

    assert (job.status, job.error.kind, job.error.stage) == (JobStatus.FAILED, InputError.__name__, "script")
    assert name in job.error.message
    assert job.script is None


def template_with(workspace, music):
    """A template of the workspace with a music setting."""
    folder = workspace / "templates" / "loud"
    shutil.copytree(builtin_root() / "templates" / "explainer", folder, dirs_exist_ok=True)
    path = folder / "template.toml"
    path.write_text(f'music = "{music}"\n{path.read_text(encoding="utf-8")}', encoding="utf-8")
    return brief(template="loud")


def test_the_templates_music_is_used_unless_another_is_requested(workspace):
    loud = template_with(workspace, "calm.flac")

    assert context_in(workspace).briefs.complete(loud).music == "calm.flac"
    assert context_in(workspace).briefs.complete(replace(loud, music="bright.flac")).music == "bright.flac"
    assert context_in(workspace, **{"music.bed": "none"}).briefs.complete(loud).music == "none"
    assert context_in(workspace).briefs.complete(brief()).music == "none"


def test_a_template_with_auto_music_accepts_an_empty_folder(workspace):
    loud = template_with(workspace, "auto")
    assert context_in(workspace).briefs.complete(loud).music in {"calm.flac", "bright.flac"}

    shutil.rmtree(workspace / "music")

    assert context_in(workspace).briefs.complete(loud).music == "none"
    # An explicit request stays, and is reported later.
    assert context_in(workspace).briefs.complete(brief(music="auto")).music == "auto"


def test_missing_music_of_a_template_is_an_error(workspace):
    context = context_in(workspace)
    film = context.briefs.complete(template_with(workspace, "lost.flac"))

    with pytest.raises(InputError, match=r"no music called 'lost\.flac'"):
        context.bed(film)


def test_a_missing_template_is_not_reported_as_missing_music(workspace):
    assert context_in(workspace).briefs.complete(brief(template="nowhere")).music == "none"
