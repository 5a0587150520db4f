"""From briefs to jobs: ids, folder names, and results of earlier runs."""

from __future__ import annotations

import hashlib
from dataclasses import fields, replace
from datetime import UTC, datetime
from pathlib import Path

import anyio
import pytest
from anyio import to_thread
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from pipeline.cli.options import FilmOptions
from pipeline.errors import BusyError, StorageError
from pipeline.model import Brief, Event, JobStatus, Package, Paragraph, Priority, Receipt, Script, Section, Video
from pipeline.model.file_names import safe_name
from pipeline.orchestrator.batch import planner
from pipeline.orchestrator.batch.planning import plan_batch
from pipeline.orchestrator.context import open_context
from pipeline.settings.appearance import BrandSettings, SubtitleSettings
from pipeline.settings.groups import MusicSettings, NarrationSettings, ScriptSettings
from pipeline.settings.presets import VideoSettings
from pipeline.state.claims import Claims


def brief(title="Why tea cools", text="Tea cools.", origin="tea.md", **more):
    return Brief(title=title, sections=(Section(heading="", blocks=(Paragraph(text=text),)),), origin=origin, **more)


@pytest.fixture
def context(tmp_path):
    return open_context(workspace=tmp_path, overrides={"offline": True})


async def opened(workspace, overrides):
    return await to_thread.run_sync(lambda: open_context(workspace=workspace, overrides=overrides))


async def planned(context, briefs, **more):
    return await plan_batch(briefs, context, batch="kitchen", source="kitchen", **more)


async def plan(context, briefs, **more):
    """The jobs of the plan, as they were saved."""
    ids = (await planned(context, briefs, **more)).ids
    return [await context.store.load_job("kitchen", job_id) for job_id in ids]


async def listed(context):
    return list((await context.store.load_batch("kitchen")).jobs)


async def test_a_brief_becomes_a_job_with_a_readable_folder(context):
    (job,) = await plan(context, [brief()])

    assert (job.batch, job.folder, job.status) == ("kitchen", "kitchen/why-tea-cools", "pending")
    assert len(job.id) == 16
    assert (job.brief.template, job.brief.language) == ("explainer", "en")


@pytest.mark.parametrize("films", [3, 5])
async def test_films_that_can_not_be_saved_are_no_plan_also_when_those_after_them_can(context, monkeypatch, films):
    save, saved = context.store.plan_jobs, []

    def full_at_first(batch, jobs):
        saved.append(jobs)
        if len(saved) == 1:
            raise StorageError("no space left on device", where=batch)
        save(batch, jobs)

    monkeypatch.setattr(planner, "_PAGE", 2)
    monkeypatch.setattr(context.store, "plan_jobs", full_at_first)

    with pytest.raises(StorageError, match="no space left"):
        await planned(context, [brief(title=f"Film {number}") for number in range(films)])
    assert await context.store.load_batch("kitchen") is None


async def test_the_same_brief_has_the_same_id_wherever_it_lies(context, tmp_path):
    (tmp_path / "other").mkdir()
    elsewhere = await opened(tmp_path / "other", {"offline": True})

    (here,), (there,) = await plan(context, [brief()]), await plan(elsewhere, [brief(origin="other/path.md")])

    assert here.id == there.id


@pytest.mark.parametrize(
    "change",
    [{"title": "Why ice floats"}, {"text": "Ice floats."}, {"language": "de"}, {"voice": "de"}, {"tags": ("x",)}],
    ids=str,
)
async def test_whatever_shapes_the_film_shapes_the_id(context, change):
    (before,), (after,) = await plan(context, [brief()]), await plan(context, [brief(**change)])

    assert before.id != after.id


# Another value for every setting in a group that shapes films.
OTHERS = {
    "script": {
        "writers": ["groq"],
        "audience": "cooks",
        "tone": "dry",
        "length_s": 90,
        "facts": "notes",
        "variant": 1,
    },
    "narration": {"narrator": "silence", "voice": "en-GB", "rate": 5, "pitch": 5, "volume": -5},
    "music": {
        "bed": "none",
        "below_speech_lu": 14,
        "duck_lu": 6,
        "fade_in_s": 1,
        "fade_out_s": 1,
    },
    "brand": {
        "accent": "#0a7f3f",
        "accent_2": "#0a7f3f",
        "background": "#0a7f3f",
        "logo": "logo.png",
        "heading_font": "DejaVu Sans",
        "text_font": "DejaVu Sans",
    },
    "video": {
        "preset": "fast_draft",
        "format": "1:1",
        "motion": "none",
        "transition": "fade",
        "quality": 30,
        "holds": "variable",
    },
    "subtitles": {
        "max_chars_per_line": 30,
        "max_lines": 1,
        "max_chars_per_s": 15,
        "min_duration_s": 1,
        "max_duration_s": 5,
        "style": "off",
    },
}
GROUPS = {"script": ScriptSettings, "narration": NarrationSettings, "music": MusicSettings, "brand": BrandSettings}
GROUPS |= {"video": VideoSettings, "subtitles": SubtitleSettings}


def test_no_setting_that_shapes_films_is_forgotten_here():
    assert {name: list(values) for name, values in OTHERS.items()} == {
        name: list(group.model_fields) for name, group in GROUPS.items()
    }


@pytest.mark.parametrize(
    "setting",
    [
        *({f"{group}.{name}": value} for group, values in OTHERS.items() for name, value in values.items()),
        {"language": "de"},
    ],
    ids=str,
)
async def test_a_setting_that_shapes_the_film_shapes_the_id(tmp_path, setting):
    Image.new("RGB", (64, 64), "#0a7f3f").save(tmp_path / "logo.png")
    (tmp_path / "music").mkdir()
    (tmp_path / "music" / "bed.mp3").write_bytes(b"nobody listens to it here")
    usual = {"offline": True, "music.bed": "auto"}
    context, other = await opened(tmp_path, usual), await opened(tmp_path, {**usual, **setting})

    (before,), (after,) = await plan(context, [brief()]), await plan(other, [brief()])

    assert before.id != after.id


async def test_a_template_that_was_edited_gives_other_films(context, tmp_path):
    (before,) = await plan(context, [brief()])
    folder = tmp_path / "templates" / "explainer"
    folder.mkdir(parents=True)
    for file in ("system.jinja", "user.jinja", "description.jinja"):
        (folder / file).write_text("Mine.", encoding="utf-8")
    (folder / "template.toml").write_text('title = "Mine"\n[layouts.title]\n', encoding="utf-8")

    (after,) = await plan(await opened(tmp_path, {"offline": True}), [brief()])

    assert before.id != after.id


async def test_a_job_with_an_unknown_template_is_planned_and_fails_by_itself_later(context):
    (job,) = await plan(context, [brief(template="nope")])

    assert job.brief.template == "nope"


async def test_two_briefs_for_the_same_film_are_one_job(context):
    jobs = await plan(context, [brief(), brief(origin="copy.md"), brief(title="Why ice floats")])

    assert [job.brief.title for job in jobs] == ["Why tea cools", "Why ice floats"]


async def test_what_an_earlier_run_did_is_kept(context):
    (job,) = await plan(context, [brief()])
    await context.store.save_job(job.evolve(attempts=3))

    (again,) = await plan(context, [brief()])

    assert again.attempts == 3


async def test_a_changed_brief_takes_over_the_folder_of_its_film(context):
    (old,) = await plan(context, [brief()])

    (new,) = await plan(context, [brief(text="Tea cools fast.")])

    assert new.id != old.id
    assert new.folder == old.folder
    assert await to_thread.run_sync(context.store.read_job, "kitchen", old.id) is None


@pytest.mark.parametrize("more", [{}, {"translated_from": "en", "language": "es"}], ids=["written", "translated"])
async def test_a_topic_asked_for_otherwise_takes_over_the_folder_whatever_its_film_is_called(context, more):
    (old,) = await plan(context, [brief(origin="", **more)])
    script = Script(title="Una taza de té", language=old.brief.language, scenes=(), writer="groq", model="m")
    await context.store.save_job(old.evolve(script=script))

    (new,) = await plan(context, [brief(origin="", audience="children", **more)])

    assert (new.folder, await listed(context)) == (old.folder, [new.id])


async def test_two_films_of_one_title_have_two_folders(context):
    first, second = await plan(context, [brief(), brief(text="Another story.", origin="b.md")])

    assert first.folder == "kitchen/why-tea-cools"
    assert second.folder == f"kitchen/why-tea-cools-{second.id[:6]}"
    assert await listed(context) == [first.id, second.id]


async def test_the_folder_of_a_film_of_another_source_is_not_taken(context):
    (old,) = await plan(context, [brief()])

    new, _ = await plan(context, [brief(text="Another story.", origin="b.md"), brief()])

    assert new.folder != old.folder


FILM = Receipt(
    destination="folder",
    package=Package(**{field.name: Path(field.name).absolute() for field in fields(Package)[:5]}),
)


async def ended(context, job, status, **more):
    ended = job.evolve(status=status, history=(Event(at=context.clock(), status=status, why=""),), **more)
    await context.store.save_job(ended)
    return ended


@pytest.mark.parametrize("status", [JobStatus.FAILED, JobStatus.PARKED, JobStatus.CANCELLED])
async def test_a_job_that_never_made_a_film_gives_its_folder_to_a_new_one_and_keeps_its_own_record(context, status):
    (old,) = await plan(context, [brief(origin="a.md")])
    await ended(context, old, status)

    (new,) = await plan(context, [brief(text="Another story.", origin="b.md")], keep=True)

    assert new.folder == "kitchen/why-tea-cools"
    moved = await context.store.load_job("kitchen", old.id)
    assert (moved.folder, moved.status) == (f"kitchen/why-tea-cools-{old.id[:6]}", status)
    assert await listed(context) == [old.id, new.id]


async def test_a_job_that_a_process_takes_up_during_the_plan_keeps_its_folder(context, monkeypatch):
    (old,) = await plan(context, [brief(origin="a.md")])
    await ended(context, old, JobStatus.PARKED)
    # At the first look, it is free.
    monkeypatch.setattr(Claims, "is_claimed", lambda *_: False)

    async with context.store.claims.claim("kitchen", old.id, what="Tea"):
        (new,) = await plan(context, [brief(text="Another story.", origin="b.md")], keep=True)

    assert new.folder == f"kitchen/why-tea-cools-{new.id[:6]}"
    assert (await context.store.load_job("kitchen", old.id)).folder == old.folder


@pytest.mark.parametrize(("status", "receipt"), [(JobStatus.PENDING, None), (JobStatus.FAILED, FILM)])
async def test_a_job_that_has_a_film_or_will_have_one_keeps_its_folder(context, status, receipt):
    (old,) = await plan(context, [brief(origin="a.md")])
    await ended(context, old, status, receipt=receipt)

    (new,) = await plan(context, [brief(text="Another story.", origin="b.md")], keep=True)

    assert new.folder == f"kitchen/why-tea-cools-{new.id[:6]}"
    assert (await context.store.load_job("kitchen", old.id)).folder == old.folder


@pytest.mark.parametrize("receipt", [None, FILM], ids=["without a film", "with a film"])
async def test_a_changed_brief_whose_film_had_to_lie_beside_another_replaces_it_there(context, receipt):
    first, second = await plan(context, [brief(), brief(text="Another story.", origin="b.md")])
    await ended(context, first, JobStatus.COMPLETED, receipt=FILM)
    await ended(context, second, JobStatus.FAILED, receipt=receipt)

    (new,) = await plan(context, [brief(text="Another story, told better.", origin="b.md")], keep=True)

    assert await listed(context) == [first.id, new.id]
    assert new.folder == (second.folder if receipt else f"kitchen/why-tea-cools-{new.id[:6]}")


async def test_a_film_that_comes_back_after_its_folder_was_given_away_gets_another(context):
    (old,) = await plan(context, [brief()])
    await plan(context, [brief(title="Why ice floats")])
    (new,) = await plan(context, [brief(text="Another story.", origin="b.md")])
    assert new.folder == old.folder

    back, _ = await plan(context, [brief(), brief(text="Another story.", origin="b.md")])

    assert (back.id, back.folder) == (old.id, f"{old.folder}-{old.id[:6]}")


async def test_a_folder_of_another_batch_is_not_taken_when_the_pattern_does_not_name_the_batch(tmp_path):
    context = await opened(tmp_path, {"output.pattern": "{title}"})
    (tmp_path / "output" / "why-tea-cools").mkdir(parents=True)

    (job,) = await plan(context, [brief()])

    assert job.folder == f"why-tea-cools-{job.id[:6]}"


async def test_the_jobs_keep_the_order_of_the_briefs(context):
    titles = [f"Film {n}" for n in range(5)]
    known = await plan(context, [brief(title=title) for title in titles[::-1]])

    jobs = await plan(context, [brief(title=title) for title in titles])

    assert [job.brief.title for job in jobs] == titles
    assert {job.id for job in jobs} == {job.id for job in known}
    assert await to_thread.run_sync(lambda: [row.title for row in context.store.index("kitchen").rows()]) == titles


async def test_a_film_is_as_urgent_as_it_says_or_as_its_batch(context):
    mine = brief(title="Why ice floats", priority=Priority.URGENT)

    jobs = await plan(context, [brief(), mine], priority=Priority.LOW)

    assert [job.priority for job in jobs] == ["low", "urgent"]
    assert [job.id for job in jobs] == [job.id for job in await plan(context, [brief(), replace(mine, priority=None)])]


async def test_a_waiting_film_can_be_made_urgent_by_asking_again(context):
    await plan(context, [brief()])

    (job,) = await plan(context, [brief()], priority=Priority.URGENT)

    assert (job.priority, job.status, job.history) == ("urgent", "pending", ())


@pytest.mark.parametrize(
    ("status", "parked_until", "after"),
    [
        (JobStatus.FAILED, None, "pending"),
        (JobStatus.PARKED, None, "pending"),
        (JobStatus.PARKED, datetime(2100, 1, 1, tzinfo=UTC), "parked"),
        (JobStatus.CANCELLED, None, "cancelled"),
        (JobStatus.REVIEW, None, "review"),
        (JobStatus.COMPLETED, None, "pending"),
    ],
    ids=["failed", "waits for a person", "waits for a time", "cancelled", "in review", "completed, and its film gone"],
)
async def test_asking_again_takes_up_what_can_go_on(context, status, parked_until, after):
    (job,) = await plan(context, [brief()])
    await context.store.save_job(job.evolve(status=status, parked_until=parked_until, retries=2))

    (again,) = await plan(context, [brief()])

    assert again.status == after


async def test_what_another_process_makes_is_left_alone(context):
    (job,) = await plan(context, [brief()])
    failed = job.evolve(status=JobStatus.FAILED)
    await context.store.save_job(failed)

    async with context.store.claims.claim("kitchen", job.id, what="it"):
        assert await plan(context, [brief()]) == [failed]


async def test_a_damaged_checkpoint_is_set_aside_and_planned_afresh_and_the_others_stay(context, caplog):
    first, second = await plan(context, [brief(), brief(title="Why ice floats")])
    file = context.workspace / "state" / "batches" / "kitchen" / "jobs" / f"{first.id}.json"
    await anyio.Path(file).write_text('{"schema": 2, "id": "ab', encoding="utf-8")

    again = await plan(context, [brief(), brief(title="Why ice floats")])

    assert again == [first, second]
    assert await anyio.Path(file.with_suffix(".json.damaged")).exists()
    assert "is damaged: not JSON" in caplog.text


async def test_more_films_can_be_added_to_a_batch(context):
    (first,) = await plan(context, [brief()])

    added = await planned(context, [brief(title="Why ice floats")], keep=True)

    assert await listed(context) == [first.id, *added.ids]
    assert added.new == 1


@pytest.mark.parametrize("how", [{"keep": True}, {"is_partial": True}])
async def test_a_damaged_job_that_is_not_planned_again_stays_with_its_reason(context, how):
    (first,) = await plan(context, [brief()])
    file = context.workspace / "state" / "batches" / "kitchen" / "jobs" / f"{first.id}.json"
    await anyio.Path(file).write_text('{"schema": 2, "id": "ab', encoding="utf-8")

    added = await planned(context, [brief(title="Why ice floats")], **how)
    (damage,) = await to_thread.run_sync(lambda: context.store.refreshed("kitchen").damages())

    assert await listed(context) == [first.id, *added.ids]
    assert damage.job == first.id
    assert "is damaged: not JSON" in damage.message
    assert await anyio.Path(file).exists()


async def test_a_plan_knows_what_is_new(context):
    await plan(context, [brief()])

    again = await planned(context, [brief(), brief(title="Why ice floats")])

    assert (again.new, again.untouched, again.changed) == (1, 0, [])


@pytest.mark.parametrize(
    ("title", "name"),
    [
        ("Why is the sky blue?", "why-is-the-sky-blue"),
        ("What’s up, Doc? It's…", "whats-up-doc-its"),
        ("Warum Blätter fallen", "warum-blätter-fallen"),
        ("Почему небо голубое?", "почему-небо-голубое"),
        ("空はなぜ青いのか", "空はなぜ青いのか"),
        ("../../etc/passwd", "etc-passwd"),
        ("CON", "con-film"),
        ("lpt1", "lpt1-film"),
        ("???", "film"),
        ("a" * 200, "a" * 60),
        ("Ｆｕｌｌ ｗｉｄｔｈ", "full-width"),
    ],
)
def test_a_folder_name_is_safe_and_readable(title, name):
    assert safe_name(title, 60, default="film") == name


@given(st.text(max_size=300))
def test_every_title_gives_a_folder_name_that_every_system_takes(title):
    name = safe_name(title, 60, default="film")

    assert 1 <= len(name) <= 65
    assert not set(name) & set('<>:"/\\|?*.')
    assert not any(char.isspace() for char in name)
    assert name.split(".")[0] not in {"con", "nul", "aux", "prn"}
    assert name == name.strip("-_ ")


def test_a_flag_goes_before_the_brief_and_the_brief_before_the_settings(tmp_path):
    (tmp_path / "nightreel.toml").write_text('language = "fr"\n[narration]\nvoice = "settings"\n', encoding="utf-8")
    flagged = open_context(workspace=tmp_path, overrides={"narration.voice": "flag"})
    plain = open_context(workspace=tmp_path)
    written = replace(brief(), voice="brief", language="de")

    assert (flagged.briefs.complete(written).voice, flagged.briefs.complete(written).language) == ("flag", "de")
    assert plain.briefs.complete(written).voice == "brief"
    assert (plain.briefs.complete(brief()).voice, plain.briefs.complete(brief()).language) == ("settings", "fr")


def test_what_a_model_is_told_is_part_of_the_film(tmp_path):
    toml = '[script]\naudience = "children"\ntone = "calm"\nlength_s = 60\nfacts = "notes"\nvariant = 1\n'
    (tmp_path / "nightreel.toml").write_text(toml, encoding="utf-8")
    plain = open_context(workspace=tmp_path)
    flags = FilmOptions(audience="experts", tone="dry", length="1m30s", variant=3).as_settings()
    flagged = open_context(workspace=tmp_path, overrides=flags)

    def choices(completed):
        return (completed.audience, completed.tone, completed.length_s, completed.facts, completed.variant)

    assert choices(plain.briefs.complete(brief())) == ("children", "calm", 60, "notes", 1)
    assert choices(plain.briefs.complete(replace(brief(), tone="loud", length_s=30, facts="open", variant=2))) == (
        *("children", "loud", 30, "open", 2),
    )
    assert choices(flagged.briefs.complete(replace(brief(), tone="loud", length_s=30, variant=2))) == (
        *("experts", "dry", 90, "notes", 3),
    )
    assert len({plain.job_id(plain.briefs.complete(replace(brief(), variant=number))) for number in (1, 2, 3)}) == 3


def test_without_wishes_nothing_is_asked_for(tmp_path):
    completed = open_context(workspace=tmp_path, overrides=FilmOptions().as_settings()).briefs.complete(brief())

    assert (completed.length_s, completed.facts, completed.variant) == (None, "open", 0)
    assert FilmOptions(facts_only=True).as_settings() == {"script.facts": "notes"}


async def test_a_list_of_jobs_that_is_damaged_is_made_anew_and_no_film_is_lost(context, caplog):
    (job,) = await plan(context, [brief()])
    await context.store.save_job(job.evolve(attempts=3))
    file = context.workspace / "state" / "batches" / "kitchen" / "batch.json"
    await anyio.Path(file).write_text("{", encoding="utf-8")

    (again,) = await plan(context, [brief()])

    assert again.attempts == 3
    assert await anyio.Path(file.with_suffix(".json.damaged")).exists()
    assert "is damaged: not JSON" in caplog.text


async def test_a_batch_that_is_running_is_not_replaced_by_one_of_another_source(context):
    (job,) = await plan(context, [brief()])

    async with context.store.claims.register_worker("kitchen"):
        with pytest.raises(
            BusyError, match=r"is making batch “kitchen” from kitchen. Choose another name with --batch"
        ):
            await plan_batch([brief(title="Why ice floats")], context, batch="kitchen", source="elsewhere/kitchen")

    assert await listed(context) == [job.id]


def test_a_place_is_the_same_wherever_the_command_is_typed(context, monkeypatch):
    monkeypatch.chdir(context.workspace)
    inside = context.briefs.complete(brief(origin="topics/space.txt:3"))
    (context.workspace / "deep" / "er").mkdir(parents=True)
    monkeypatch.chdir(context.workspace / "deep" / "er")

    assert inside.origin == "topics/space.txt:3"
    assert context.briefs.complete(brief(origin="../../topics/space.txt:3")).origin == inside.origin
    assert context.briefs.complete(brief(origin="../../kitchen/tea.md")).origin == "kitchen/tea.md"
    assert context.briefs.complete(brief(origin="")).origin == ""


@pytest.mark.parametrize(
    "name", ["video.mp4", "video.srt", "video.vtt", "thumbnail.jpg", "thumbnail-3.jpg", "metadata.json"]
)
@pytest.mark.parametrize("loss", ["gone", "empty"])
async def test_a_film_of_which_any_file_is_lost_is_taken_up_again(context, name, loss):
    (job,) = await plan(context, [brief()])
    files = context.paths.package(job.folder, job.batch)
    await to_thread.run_sync(_deliver, files)
    video = Video(frames=30, bytes=4, sha256=hashlib.sha256(b"film").hexdigest())
    ended = (Event(at=context.clock(), status=JobStatus.COMPLETED),)
    done = job.evolve(status=JobStatus.COMPLETED, video=video, receipt=Receipt(destination="folder", package=files))
    await context.store.save_job(done.evolve(history=ended))
    assert (await planned(context, [brief()])).untouched == 1

    lost = anyio.Path(files.video.with_name(name))
    await (lost.unlink() if loss == "gone" else lost.write_bytes(b""))

    assert (await planned(context, [brief()])).untouched == 0
    assert (await context.store.load_job("kitchen", job.id)).status is JobStatus.PENDING


def _deliver(files):
    files.video.parent.mkdir(parents=True)
    for path in files.files:
        path.write_bytes(b"film")
