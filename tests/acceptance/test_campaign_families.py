"""A complete campaign: rows, two languages, two formats, from a table to a manifest and an archive.

`make soak` runs it with five hundred rows, CAMPAIGN_ROWS=50 make soak with fewer.
"""

from __future__ import annotations

import csv
import io
import os
import zipfile
from collections import Counter

import pytest

from pipeline.media.container.probe import probe
from tests.acceptance import command
from tests.acceptance.command import nightreel
from tests.acceptance.films import small_preset
from tests.acceptance.services import service
from tests.acceptance.test_campaigns import SCRIPT, TEMPLATE

GERMAN = SCRIPT.replace("Hello", "Hallo").replace("Good night", "Gute Nacht")
FLAGS = ("--template", "hello", "--preset", "small", "--languages", "en,de", "--formats", "16:9,9:16", "--json")
FILMS_EACH = 4
SOAK_ROWS, SOAK_S = int(os.environ.get("CAMPAIGN_ROWS", "500")), 3 * 3600


def write(workspace, names):
    folder = workspace / "templates" / "hello"
    folder.mkdir(parents=True)
    small_preset(workspace)
    (folder / "template.toml").write_text(TEMPLATE, encoding="utf-8")
    (folder / "script.toml").write_text(f'language = "en"{SCRIPT}', encoding="utf-8")
    (folder / "script.de.toml").write_text(f'language = "de"{GERMAN}', encoding="utf-8")
    for name in ("system", "user", "description"):
        (folder / f"{name}.jinja").write_text("{{ brief.title }}", encoding="utf-8")
    rows = "".join(f"{number},{name},{'vip' if number % 2 else 'all'}\n" for number, name in enumerate(names, start=1))
    (workspace / "people.csv").write_text(f"ID,Name,Segment\n{rows}", encoding="utf-8")


def manifest_of(workspace):
    path = workspace / "output" / "people" / "summary" / "manifest.csv"
    return list(csv.DictReader(io.StringIO(path.read_text(encoding="utf-8-sig"))))


def run_campaign(workspace, names):
    """The campaign with the voices of a stand-in; what it was asked to say."""
    write(workspace, names)
    flags = ("--pattern", "{batch}/{row.segment}/{title}", "--narrator", "edge")
    with service("edge") as edge:
        done = nightreel("run", "people.csv", *FLAGS, *flags, cwd=workspace, env={"NIGHTREEL_EDGE__URL": edge.url})
        spoken, complaints = edge.history()["requests"], edge.history()["complaints"]
    assert (done.code, done.stderr, complaints) == (0, "", [])
    return Counter(request["text"] for request in spoken if request["kind"] == "speak")


def check_campaign(workspace, names, spoken):
    rows = manifest_of(workspace)
    assert Counter(row["film_status"] for row in rows) == {"completed": FILMS_EACH * len(names)}
    assert [row["Name"] for row in rows] == [name for name in names for _ in range(FILMS_EACH)]
    assert {(row["film_language"], row["film_format"]) for row in rows} == {
        (language, shape) for language in ("en", "de") for shape in ("16:9", "9:16")
    }
    summary = workspace / "output" / "people" / "summary"
    assert all((summary / row["film_path"]).is_file() for row in rows)
    assert {row["film_path"].split("/")[1] for row in rows} <= {"vip", "all"}
    # In every language each sentence is spoken once: formats share the voice, and rows what they have in common.
    assert sum(spoken.values()) == 2 * len(names) + 2
    assert set(spoken.values()) == {1}
    # The second scene is the same for all rows: drawn once for each language and format.
    drawn = list((workspace / "state" / "cache" / "segment").rglob("*.mp4"))
    assert len(drawn) == FILMS_EACH * len(names) + FILMS_EACH


def test_rows_in_two_languages_and_two_formats_share_what_they_can(tmp_path):
    names = ["Bo", "Zoë"]
    spoken = run_campaign(tmp_path, names)
    check_campaign(tmp_path, names, spoken)

    packed = nightreel("pack", "people", "--json", cwd=tmp_path).json
    with zipfile.ZipFile(packed["path"]) as file:
        assert {"SHA256SUMS", "manifest.csv", "vip/hello-bo-de-9x16/video.mp4"} <= set(file.namelist())
    forecast = nightreel(
        "run", "people.csv", *FLAGS, "--narrator", "silence", "--batch", "again", "--dry-run", cwd=tmp_path
    )
    cached = forecast.events[-1]["cached"]
    assert (cached["scenes"], cached["different_scenes"]) == (16, 12)
    assert (cached["sentences"], cached["different_sentences"]) == (16, 6)


@pytest.mark.soak
def test_five_hundred_rows_in_two_languages_and_two_formats_share_what_they_can(tmp_path, monkeypatch):
    monkeypatch.setattr(command, "DEADLINE_S", SOAK_S)
    names = [f"Guest {number}" for number in range(1, SOAK_ROWS + 1)]
    check_campaign(tmp_path, names, run_campaign(tmp_path, names))


def test_a_preview_makes_the_first_films_small_and_beside_the_campaign(tmp_path):
    write(tmp_path, ["Bo", "Eve"])
    flags = ("--template", "hello", "--offline", "--narrator", "silence", "--rows", "2", "--films", "1", "--json")
    done = nightreel("preview", "people.csv", *flags, cwd=tmp_path)

    assert (done.code, done.stderr) == (0, "")
    (film,) = (tmp_path / "output" / "people-preview").glob("*/video.mp4")
    (track,) = probe(film).pictures
    assert (film.parent.name, track.height_px) == ("hello-bo", 720)
    assert not (tmp_path / "output" / "people").exists()


def test_a_preview_draws_the_rows_that_stand_out_and_begins_nothing_of_the_campaign(tmp_path):
    write(tmp_path, ["Bo", "Maximiliane", "Eve"])
    flags = (*FLAGS, "--offline", "--narrator", "silence", "--rows", "extremes", "--films", "0")
    done = nightreel("preview", "people.csv", *flags, cwd=tmp_path)

    assert (done.code, done.stderr) == (0, "")
    (sheet,) = done.events
    assert (sheet["event"], sheet["unwritten"], sheet["cut"]) == ("sheet", 0, [])
    assert sheet["films"] in {8, 12}
    assert (tmp_path / "output" / "people-preview" / "sheet.png").stat().st_size > 10_000
    assert not (tmp_path / "state" / "batches" / "people").exists()
    assert not (tmp_path / "output" / "people").exists()
