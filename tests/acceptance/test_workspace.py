"""`nightreel init`, `doctor` and `status`: the workspace."""

from __future__ import annotations

import json
import shutil
import tomllib
from dataclasses import replace

import pytest

from pipeline.theme.loading import load_theme
from tests.acceptance.command import REPOSITORY, nightreel
from tests.acceptance.films import contents, counts, stock, write_brief

# Nothing listens on the port "discard" of loopback.
NOBODY = {"NIGHTREEL_EDGE__URL": "ws://127.0.0.1:9/edge"}


def test_a_new_workspace_has_all_that_a_film_needs(tea, tmp_path):
    made = nightreel("init", "bread", cwd=tmp_path)
    workspace = stock(tmp_path / "bread", tea.workspace)
    write_brief(workspace / "topics" / "tea.md")

    film = nightreel("make", "topics/tea.md", "--offline", "--json", cwd=workspace)

    assert (made.code, made.stderr) == (0, "")
    assert "Next: cd bread && nightreel make topics/octopus-hearts.md" in made.stdout
    assert film.code == 0
    assert contents(workspace / "output" / "films" / "why-tea-cools") == contents(tea.folder)


def test_a_new_workspace_shows_every_setting_and_all_topics_and_keeps_secrets_out_of_git(tmp_path):
    nightreel("init", "bread", cwd=tmp_path)
    workspace = tmp_path / "bread"

    config = (workspace / "nightreel.toml").read_text(encoding="utf-8")
    assert tomllib.loads(config).keys() >= {"groq", "video", "retry"}
    assert not any(tomllib.loads(config).values()), "defaults are shown, not set"
    assert "#quality = " in config
    assert contents(workspace / "topics") == contents(REPOSITORY / "topics")
    ignored = (workspace / ".gitignore").read_text(encoding="utf-8").splitlines()
    assert {"/output/", "/state/*", "/credentials/*"} <= set(ignored)


def test_a_new_workspace_has_a_theme_to_begin_with(tmp_path):
    nightreel("init", "bread", cwd=tmp_path)
    themes = tmp_path / "bread" / "themes"

    mine, paper = (load_theme(name, search=[themes]) for name in ("my-theme", "paper"))

    assert sorted(path.name for path in themes.iterdir()) == ["README.md", "my-theme.toml"]
    assert replace(mine, name="paper") == paper
    assert "Paper" not in (themes / "my-theme.toml").read_text(encoding="utf-8")


def test_init_says_where_to_go_unless_one_is_there(tmp_path):
    there = nightreel("init", "my films", cwd=tmp_path)
    here = nightreel("init", ".", cwd=tmp_path)

    assert there.stdout.splitlines()[-1] == "Next: cd 'my films' && nightreel make topics/octopus-hearts.md"
    assert here.stdout.splitlines()[-1] == "Next: nightreel make topics/octopus-hearts.md"


def test_init_keeps_what_is_there(tmp_path):
    config = tmp_path / "bread" / "nightreel.toml"
    brief = tmp_path / "bread" / "topics" / "blue-sky.md"
    brief.parent.mkdir(parents=True)
    config.write_text("offline = true\n", encoding="utf-8")
    brief.write_text("mine", encoding="utf-8")

    again = [nightreel("init", "bread", cwd=tmp_path) for _ in range(2)]

    assert [init.code for init in again] == [0, 0]
    assert "2 existing files kept" in again[0].stdout
    assert "0 files written" in again[1].stdout
    assert (config.read_text(encoding="utf-8"), brief.read_text(encoding="utf-8")) == ("offline = true\n", "mine")


def test_doctor_says_what_works_and_what_to_do_about_the_rest(tmp_path):
    doctor = nightreel("doctor", "--json", cwd=tmp_path, env=NOBODY)

    findings = {finding["name"]: finding for finding in doctor.json}
    assert (doctor.code, doctor.stderr) == (0, "")
    assert {"Python", "FFmpeg", "fonts", "voices", "script model", "workspace", "disk"} <= findings.keys()
    assert {finding["state"] for finding in doctor.json} <= {"good", "limited"}
    assert "espeak available" in findings["voices"]["found"]
    assert "edge can't be reached" in findings["voices"]["found"]
    assert "neither kanji nor hanja" in findings["voices"]["found"]
    assert "GROQ_API_KEY" in findings["script model"]["remedy"]
    assert not (tmp_path / "output").exists()


@pytest.mark.parametrize(("language", "told"), [("ja", True), ("ko-KR", True), ("de", False)])
def test_doctor_says_what_films_with_ideographs_need(tmp_path, language, told):
    doctor = nightreel("doctor", "--json", cwd=tmp_path, env=NOBODY | {"NIGHTREEL_LANGUAGE": language})

    remedy = next(finding["remedy"] for finding in doctor.json if finding["name"] == "voices")
    assert ("need edge" in remedy) == told


def test_doctor_says_that_the_logo_of_the_brand_is_not_there(tmp_path):
    doctor = nightreel("doctor", "--json", cwd=tmp_path, env=NOBODY | {"NIGHTREEL_BRAND__LOGO": "logo.png"})

    template = next(finding for finding in doctor.json if finding["name"] == "template")
    assert (template["state"], doctor.code) == ("broken", 4)
    assert template["found"].startswith("brand.logo: logo.png")


def test_doctor_tells_whole_paths_on_a_narrow_screen(tmp_path):
    doctor = nightreel("doctor", cwd=tmp_path, env=NOBODY | {"COLUMNS": "40"})

    assert "…" not in doctor.stdout
    assert str(tmp_path) in doctor.stdout.replace("\n", "").replace(" ", "")


def test_doctor_speaks_to_people_too(tmp_path):
    doctor = nightreel("doctor", cwd=tmp_path, env=NOBODY | {"GROQ_API_KEY": "gsk_secret"})

    assert (doctor.code, doctor.stderr) == (0, "")
    assert "FFmpeg" in doctor.stdout
    assert "gsk_secret" not in doctor.stdout


def test_an_empty_workspace_has_nothing_to_tell(tmp_path):
    human, machine = (nightreel("status", *more, cwd=tmp_path) for more in ((), ("--json",)))

    assert (human.code, machine.code) == (0, 0)
    assert human.stdout.startswith("Nothing has been run in this workspace yet.")
    assert len(human.stdout.splitlines()) == 1
    assert machine.json == []
    assert list(tmp_path.iterdir()) == []


def test_a_damaged_checkpoint_is_told_with_the_remedy_and_does_not_hide_the_rest(tea, tmp_path):
    films = shutil.copytree(tea.workspace / "state" / "batches" / "films", tmp_path / "state" / "batches" / "films")
    (job,) = json.loads((films / "batch.json").read_text(encoding="utf-8"))["jobs"]
    (films / "jobs" / f"{job}.json").write_text("{", encoding="utf-8")

    told = nightreel("status", "films", "--json", cwd=tmp_path)

    assert (told.code, told.stderr) == (0, "")
    assert told.json["counts"] == counts(failed=1)
    error = told.json["jobs"][0]["error"]
    assert f"state/batches/films/jobs/{job}.json: is damaged" in error
    assert "run the command again" in error


def test_a_film_that_somebody_took_away_is_not_completed_any_more(tea, tmp_path):
    shutil.copytree(tea.workspace / "state" / "batches", tmp_path / "state" / "batches")

    status = nightreel("status", "films", "--json", cwd=tmp_path).json

    assert status["counts"] == counts(pending=1)
    assert status["jobs"][0]["video"] is None
