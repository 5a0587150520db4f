"""Briefs become jobs: ids, folder names, and what an earlier run has done."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.model import Brief, Job, Paragraph, Section
from pipeline.orchestrator import open_workshop
from pipeline.orchestrator.plan import film_name, plan_jobs, superseded


def brief(title="Why tea cools", text="Tea cools.", origin="tea.md", **more):
    return Brief(title=title, sections=(Section(heading="", blocks=(Paragraph(text=text),)),), origin=origin, **more)


@pytest.fixture
def shop(tmp_path):
    return open_workshop(workspace=tmp_path, overrides={"offline": True})


def plan(shop, briefs, known=()):
    return plan_jobs([shop.complete(brief) for brief in briefs], shop, known, batch="kitchen")


def test_a_brief_becomes_a_job_with_a_readable_folder(shop):
    (job,) = plan(shop, [brief()])

    assert (job.batch, job.name, job.status) == ("kitchen", "why-tea-cools", "pending")
    assert len(job.id) == 16
    assert (job.brief.template, job.brief.language) == ("explainer", "en")


def test_the_same_brief_has_the_same_id_wherever_it_lies(shop, tmp_path):
    elsewhere = open_workshop(workspace=tmp_path / "other", overrides={"offline": True})

    (here,), (there,) = plan(shop, [brief()]), plan(elsewhere, [brief(origin="other/path.md")])

    assert here.id == there.id


@pytest.mark.parametrize(
    "change",
    [{"title": "Why ice floats"}, {"text": "Ice floats."}, {"language": "de"}, {"voice": "de"}, {"tags": ("x",)}],
    ids=str,
)
def test_whatever_shapes_the_film_shapes_the_id(shop, change):
    (before,), (after,) = plan(shop, [brief()]), plan(shop, [brief(**change)])

    assert before.id != after.id


@pytest.mark.parametrize(
    "setting",
    [{"narration.narrator": "silence"}, {"video.quality": 30}, {"subtitles.burn_in": False}, {"language": "de"}],
    ids=str,
)
def test_a_setting_that_shapes_the_film_shapes_the_id(shop, tmp_path, setting):
    other = open_workshop(workspace=tmp_path, overrides={"offline": True, **setting})

    (before,), (after,) = plan(shop, [brief()]), plan(other, [brief()])

    assert before.id != after.id


def test_a_template_that_was_edited_gives_other_films(shop, tmp_path):
    (before,) = plan(shop, [brief()])
    folder = tmp_path / "templates" / "explainer"
    folder.mkdir(parents=True)
    for file in ("system.jinja", "user.jinja", "description.jinja"):
        (folder / file).write_text("Mine.", encoding="utf-8")
    (folder / "template.toml").write_text('title = "Mine"\n[layouts.title]\n', encoding="utf-8")

    (after,) = plan(open_workshop(workspace=tmp_path, overrides={"offline": True}), [brief()])

    assert before.id != after.id


def test_a_job_with_an_unknown_template_is_planned_and_fails_by_itself_later(shop):
    (job,) = plan(shop, [brief(template="nope")])

    assert job.brief.template == "nope"


def test_two_briefs_for_the_same_film_are_one_job(shop):
    jobs = plan(shop, [brief(), brief(origin="copy.md"), brief(title="Why ice floats")])

    assert [job.brief.title for job in jobs] == ["Why tea cools", "Why ice floats"]


def test_what_an_earlier_run_did_is_kept(shop):
    (job,) = plan(shop, [brief()])
    done = job.evolve(attempts=3)

    assert plan(shop, [brief()], [done]) == (done,)
    assert superseded([done], [done]) == ()


def test_a_changed_brief_takes_over_the_folder_of_its_film(shop):
    (old,) = plan(shop, [brief()])

    (new,) = plan(shop, [brief(text="Tea cools fast.")], [old])

    assert new.id != old.id
    assert new.name == old.name
    assert superseded([old], [new]) == (old,)


def test_two_films_of_one_title_have_two_folders(shop):
    first, second = plan(shop, [brief(), brief(text="Another story.", origin="b.md")])

    assert first.name == "why-tea-cools"
    assert second.name == f"why-tea-cools-{second.id[:6]}"
    assert superseded([first], [first, second]) == ()


def test_the_folder_of_a_film_of_another_source_is_not_taken(shop):
    (old,) = plan(shop, [brief()])

    (new,) = plan(shop, [brief(text="Another story.", origin="b.md")], [old])

    assert new.name != old.name


def test_the_jobs_keep_the_order_of_the_briefs(shop):
    titles = [f"Film {n}" for n in range(5)]
    known = plan(shop, [brief(title=title) for title in titles[::-1]])

    jobs = plan(shop, [brief(title=title) for title in titles], known)

    assert [job.brief.title for job in jobs] == titles
    assert {job.id for job in jobs} == {job.id for job in known}


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
    assert film_name(title) == name


@given(st.text(max_size=300))
def test_every_title_gives_a_folder_name_that_every_system_takes(title):
    name = film_name(title)

    assert 1 <= len(name) <= 65
    assert not set(name) & set('<>:"/\\|?*.')
    assert not any(char.isspace() for char in name)
    assert name.split(".")[0] not in {"con", "nul", "aux", "prn"}
    assert name == name.strip("-_ ")


def test_a_flag_goes_before_the_brief_and_the_brief_before_the_settings(tmp_path):
    (tmp_path / "nightreel.toml").write_text('language = "fr"\n[narration]\nvoice = "settings"\n', encoding="utf-8")
    flagged = open_workshop(workspace=tmp_path, overrides={"narration.voice": "flag"})
    plain = open_workshop(workspace=tmp_path)
    written = replace(brief(), voice="brief", language="de")

    assert (flagged.complete(written).voice, flagged.complete(written).language) == ("flag", "de")
    assert plain.complete(written).voice == "brief"
    assert (plain.complete(brief()).voice, plain.complete(brief()).language) == ("settings", "fr")


def test_a_job_is_a_value(shop):
    assert plan(shop, [brief()]) == plan(shop, [brief()])
    assert isinstance(plan(shop, [brief()])[0], Job)
