"""`nightreel run people.csv`: one film per row."""

from __future__ import annotations

import json

import openpyxl

from tests.acceptance.command import nightreel
from tests.acceptance.films import small_preset
from tests.standins.campaigns import TEMPLATE

SCRIPT = """
title = "Hello {{ name }}"
[[scenes]]
layout = "title"
heading = "Hello {{ name }}"
say = "Hello {{ name }}."
[[scenes]]
layout = "statement"
text = "Good night"
say = "Good night."
"""
FLAGS = ("--template", "hello", "--offline", "--narrator", "silence", "--preset", "small", "--json")


def write(workspace, lines):
    folder = workspace / "templates" / "hello"
    folder.mkdir(parents=True, exist_ok=True)
    small_preset(workspace)
    (folder / "template.toml").write_text(TEMPLATE, encoding="utf-8")
    (folder / "script.toml").write_text(SCRIPT, encoding="utf-8")
    for name in ("system", "user", "description"):
        (folder / f"{name}.jinja").write_text("{{ brief.title }}", encoding="utf-8")
    (workspace / "people.csv").write_text("ID;Name\n" + "".join(f"{line}\n" for line in lines), encoding="cp1252")


def films(workspace):
    return {path.parent.name: path.stat().st_mtime_ns for path in (workspace / "output" / "people").glob("*/video.mp4")}


def test_rows_become_films_and_tomorrow_only_what_has_changed(tmp_path):
    write(tmp_path, ["1;Jürgen", "2;<b>Eve</b> 7*7", "3;" + "x" * 40])
    first = nightreel("run", "people.csv", *FLAGS, cwd=tmp_path)

    problem, *_, summary = first.events
    assert (first.code, first.stderr) == (9, "")
    assert (problem["event"], problem["row"], problem["column"]) == ("row", 3, "Name")
    assert problem["problem"] == "has 40 characters, at most 20 fit"
    assert summary["counts"]["completed"] == 2
    made = films(tmp_path)
    assert sorted(made) == ["hello-eve-7-7", "hello-jürgen"]
    told = [path.read_text(encoding="utf-8") for path in tmp_path.glob("output/*/*/metadata.json")]
    titles = [json.loads(text)["title"] for text in told]
    assert sorted(titles) == ["Hello Eve 7*7", "Hello Jürgen"]
    rejected = (tmp_path / "output" / "people" / "summary" / "rejected.csv").read_text(encoding="utf-8-sig")
    assert rejected.splitlines()[0] == "row;line;reason;mend;ID;Name"

    write(tmp_path, ["4;Zoë", "1;Jürgen"])
    second = nightreel("run", "people.csv", *FLAGS, cwd=tmp_path)

    assert (second.code, second.stderr) == (0, "")
    notices = [event["text"] for event in second.events if event["event"] == "notice"]
    assert "1 film is no longer in the source, and kept: Hello Eve 7*7" in notices
    again = films(tmp_path)
    assert sorted(again) == ["hello-eve-7-7", "hello-jürgen", "hello-zoë"]
    assert again["hello-jürgen"] == made["hello-jürgen"]


def test_braces_in_a_cell_are_never_run_and_its_film_shows_them_as_they_are(tmp_path):
    write(tmp_path, ["1;{{ 7 * 7 }}", "2;{% raw %}{# x"])

    made = nightreel("run", "people.csv", *FLAGS, cwd=tmp_path)

    assert (made.code, made.stderr) == (0, "")
    assert "49" not in films(tmp_path)
    told = [path.read_text(encoding="utf-8") for path in tmp_path.glob("output/*/*/metadata.json")]
    assert sorted(json.loads(text)["title"] for text in told) == ["Hello {% raw %}{# x", "Hello {{ 7 * 7 }}"]


def test_strict_makes_nothing_and_a_dry_run_leaves_nothing(tmp_path):
    write(tmp_path, ["1;Bo", "2;"])
    strict = nightreel("run", "people.csv", *FLAGS[:-1], "--strict", cwd=tmp_path)

    assert strict.code == 2
    assert "is empty" in strict.stderr
    assert "1 of 2 rows has a problem: no film will be made of it." in strict.stderr
    assert "1 of 2 rows has a problem: nothing is made (strict)" in strict.stderr
    assert not films(tmp_path)

    forecast = nightreel("run", "people.csv", *FLAGS, "--rows", "1", "--dry-run", cwd=tmp_path).events[-1]
    assert (forecast["films"]["new"], forecast["problems"]) == (1, [])


def test_retry_makes_a_row_that_was_mended_and_the_manifest_tells_of_it(tmp_path):
    write(tmp_path, ["1;Bo", "2;"])
    first = nightreel("run", "people.csv", *FLAGS, cwd=tmp_path)
    assert first.code == 9

    write(tmp_path, ["1;Bo", "2;Eve"])
    again = nightreel("retry", "people", "--json", cwd=tmp_path)

    assert (again.code, again.stderr) == (0, "")
    assert sorted(films(tmp_path)) == ["hello-bo", "hello-eve"]
    manifest = (tmp_path / "output" / "people" / "summary" / "manifest.csv").read_text(encoding="utf-8-sig")
    assert [line.split(";")[:3] for line in manifest.splitlines()[1:]] == [
        ["1", "Bo", "completed"],
        ["2", "Eve", "completed"],
    ]
    assert not (tmp_path / "output" / "people" / "summary" / "rejected.csv").exists()


def test_a_workbook_takes_the_place_of_a_service_that_does_not_answer(tmp_path):
    write(tmp_path, [])
    book = openpyxl.Workbook()
    for row in (("ID", "Name"), (1, "Jürgen"), (2, None)):
        book.active.append(row)
    book.save(tmp_path / "people.xlsx")
    with (tmp_path / "nightreel.toml").open("a", encoding="utf-8") as settings:
        settings.write("[retry]\nattempts = 1\n[source]\nallow = ['127.0.0.1']\n")
    address = "http://127.0.0.1:1/people?token=s3cret"

    result = nightreel("run", address, "--fallback", "people.xlsx", "--dry-run", *FLAGS, cwd=tmp_path)

    told, problem, *_ = result.events
    assert told["event"] == "fallback"
    assert told["reason"].startswith("http://127.0.0.1:1/people: can't be reached")
    assert (problem["row"], problem["line"], problem["column"], problem["problem"]) == (2, 3, "Name", "is empty")
    assert "s3cret" not in result.stdout + result.stderr


def test_a_row_is_told_by_its_line_wherever_it_is_told(tmp_path):
    write(tmp_path, ["1;Anna", "2;", "2;Ben", "2;Cleo"])

    made = nightreel("run", "people.csv", *[each for each in FLAGS if each != "--json"], "--dry-run", cwd=tmp_path)
    told = nightreel("run", "people.csv", *FLAGS, "--dry-run", cwd=tmp_path)

    head, empty, twice = made.stderr.splitlines()[:3]
    assert head.split()[0] == "line"
    assert (empty.split()[0], twice.split()[0]) == ("3", "5")
    assert "2 rows of the table: see above" in made.stdout
    problems = {problem["where"].rpartition("/")[2]: problem["message"] for problem in told.events[-1]["problems"]}
    assert problems == {"people.csv:3": "Name: is empty", "people.csv:5": "the row has the same key as line 4"}


def test_two_rows_with_the_same_film_are_told_and_rows_that_differ_are_not(tmp_path):
    write(tmp_path, ["1;Anna", "2;Ben", "3;Anna"])

    made = nightreel("run", "people.csv", *FLAGS, cwd=tmp_path)

    assert (made.code, made.stderr) == (0, "")
    jobs = [json.loads(path.read_text("utf-8")) for path in (tmp_path / "state/batches/people/jobs").glob("*.json")]
    found = {
        job["brief"]["row"]["key"]: next(each for each in job["verdict"]["checks"] if each["name"] == "duplicate")
        for job in jobs
    }
    first = next(job["id"] for job in jobs if job["brief"]["row"]["key"] == "1")
    assert {key: check["verdict"] for key, check in found.items()} == {"1": "pass", "2": "pass", "3": "warn"}
    assert found["3"]["measured"] == f"100 % like job {first} (“Hello Anna”)"
    assert found["2"]["measured"] == "unlike the others"


def test_a_dry_run_tells_the_problems_of_rows_once(tmp_path):
    write(tmp_path, ["1;Jürgen", "2;" + "x" * 40])

    dry = nightreel("run", "people.csv", *FLAGS[:-1], "--dry-run", cwd=tmp_path)

    assert dry.code == 9
    told = f"{dry.stdout}\n{dry.stderr}"
    assert told.count("at most 20 fit") == 1
    assert "1 row of the table: see above" in dry.stdout
