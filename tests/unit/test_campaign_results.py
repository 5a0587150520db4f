"""The results of a campaign: the manifest that joins rows to films, and the archive."""

from __future__ import annotations

import csv
import hashlib
import io
import os
import zipfile
from datetime import UTC, datetime

import anyio
import pytest
from anyio import to_thread
from hypothesis import example, given
from hypothesis import strategies as st

from pipeline.errors import InputError
from pipeline.model import (
    Batch,
    Brief,
    Check,
    Cost,
    Job,
    JobError,
    JobStatus,
    Narration,
    Pictures,
    Receipt,
    SourceRow,
    StageRecord,
    Verdict,
    Video,
)
from pipeline.orchestrator.batch.archive import pack
from pipeline.orchestrator.batch.results import films_by_row, rewrite_results
from pipeline.orchestrator.batch.source import read_source, roster_path
from pipeline.orchestrator.context import open_context
from pipeline.reporting.manifest import RowFilms, write_manifest
from pipeline.sources.campaign import RowProblem, RowSelection, read_snapshot, write_snapshot

AT = datetime(2026, 11, 26, tzinfo=UTC)
COLUMNS = ("id", "name", "note")


def read(path):
    return list(csv.DictReader(io.StringIO(path.read_text(encoding="utf-8-sig"))))


@pytest.fixture
def context(tmp_path):
    (tmp_path / "nightreel.toml").touch()
    return open_context(workspace=tmp_path, overrides={"offline": True})


def film(context, key, *, number, folder, **more):
    """A completed job of a row, with its files where they belong."""
    row = SourceRow(key=key, fields=(("name", key),))
    package = context.paths.package(folder, "people")
    package.video.parent.mkdir(parents=True)
    for path in (package.video, package.srt, package.vtt, package.thumbnail, package.metadata):
        path.write_bytes(f"{path.name} of {key}".encode())
    asked = {"language": "en", "template": "offer", "format": "9:16", **more}
    return Job(
        id=f"{number:016x}",
        batch="people",
        folder=folder,
        brief=Brief(title=f"For {key}", row=row, origin=f"people.csv:{number}", **asked),
        status=JobStatus.COMPLETED,
        video=Video(frames=45, bytes=1, sha256=""),
        verdict=Verdict(checks=(Check(name="size", verdict="warn", measured="1", limit="2"),)),
        receipt=Receipt(destination="folder", package=package),
        published=(Receipt(destination="youtube", package=package, url="https://youtu.be/x"),),
        records=(StageRecord(stage="script", attempt=1, started_at=AT, seconds=1.0, cost=Cost(usd=0.25)),),
    )


def campaign(context, jobs, rows):
    """A batch of these jobs, and rows of its table: number, cells, name, problem."""
    context.store.plan_jobs("people", jobs)
    about = Batch(name="people", source="people.csv", created_at=AT, jobs=tuple(job.id for job in jobs))
    (context.store.folder("people") / "batch.json").write_bytes(b"")
    with write_snapshot(roster_path(context.store, "people"), COLUMNS) as record:
        for number, cells, name, why in rows:
            problem = RowProblem(row=number, line=number + 1, column="name", value="", problem=why, mend="Write one")
            record(number, dict(zip(COLUMNS, cells, strict=True)), name, (problem,) if why else ())
    return about


@pytest.fixture
def people(context):
    jobs = [
        film(context, "1", number=1, folder="people/vip/for-1"),
        film(context, "1", number=2, folder="people/vip/for-1-de", language="de"),
        film(context, "3", number=3, folder="people/for-3"),
    ]
    rows = [
        (1, ("1", "Bo", "=1+1"), "1", ""),
        (2, ("2", "", "x"), "", "is empty"),
        (3, ("3", "Eve", 'a\n"b"'), "3", ""),
    ]
    rows.append((4, ("4", "Una", "new"), "4", ""))
    return campaign(context, jobs, rows)


async def save(context, batch):
    await context.store.save_batch(batch)


def renewed(context, batch):

    anyio.run(save, context, batch)
    *_, manifest = rewrite_results(context, "people")
    return manifest


def test_the_manifest_has_a_line_per_film_in_the_order_of_the_rows(context, people):
    rows = read(renewed(context, people))

    assert [(row["id"], row["film_status"], row["film_language"]) for row in rows] == [
        ("1", "completed", "en"),
        ("1", "completed", "de"),
        ("2", "refused", ""),
        ("3", "completed", "en"),
        ("4", "not_asked", ""),
    ]
    first = rows[0]
    assert first["film_path"] == "../vip/for-1/video.mp4"
    assert (first["film_url"], first["film_duration_s"], first["film_score"]) == ("https://youtu.be/x", "1.500", "0.9")
    assert (first["film_cost_usd"], first["film_template"], first["film_format"]) == ("0.250000", "offer", "9:16")
    assert rows[2]["film_problem"] == "name: is empty"


def test_the_manifest_says_why_a_film_was_not_made_and_which_episode_it_is(context):
    why = "edge has no voice for tlh"
    error = JobError(kind="PermanentError", message=f"{why}. Choose another", stage="narration", exit_code=6, cause=why)
    lost = film(context, "1", number=1, folder="people/for-1", episode=7)
    lost = lost.evolve(status=JobStatus.FAILED, video=None, verdict=None, receipt=None, published=(), error=error)
    unpriced = Cost.of("m", None, tokens_in=100, tokens_out=50)
    lost = lost.evolve(records=(StageRecord(stage="script", attempt=1, started_at=AT, seconds=1.0, cost=unpriced),))
    (row,) = read(renewed(context, campaign(context, [lost], [(1, ("1", "Bo", ""), "1", "")])))

    assert (row["film_status"], row["film_problem"]) == ("failed", why)
    assert (row["film_episode"], row["film_title"]) == ("7", "For 1")
    absent = ("film_path", "film_url", "film_duration_s", "film_score", "film_cost_usd")
    assert [row[name] for name in absent] == [""] * 5


def test_the_manifest_says_which_picture_a_film_lacks(context):
    why = "picture eve.png: is a page, not a picture. The film is made without it"
    made = film(context, "1", number=1, folder="people/for-1", language="en")
    made = made.evolve(pictures=Pictures(stills=(), missing=("eve.png",), incidents=(why,)))
    (row,) = read(renewed(context, campaign(context, [made], [(1, ("1", "Bo", ""), "1", "")])))

    assert (row["film_status"], row["film_problem"]) == ("completed", why)


def test_the_manifest_names_the_words_that_were_spelled_out_in_a_film(context):
    why = "espeak can't read 王小明 and names each sign: use another voice, or teach it in [pronounce.en]"
    made = film(context, "1", number=1, folder="people/for-1", language="en")
    voice = Narration(narrator="espeak", voice="en-us", clips=(), incidents=("a pause", why), spelling=why)
    (row,) = read(
        renewed(context, campaign(context, [made.evolve(narration=voice)], [(1, ("1", "王小明", ""), "1", "")]))
    )

    assert (row["film_status"], row["film_problem"]) == ("completed", why)


def test_the_columns_of_the_table_are_unchanged_except_for_formulas(context, people):
    rows = read(renewed(context, people))

    assert [row["note"] for row in rows] == ["'=1+1", "'=1+1", "x", 'a\n"b"', "new"]


async def test_the_manifest_of_a_table_with_semicolons_has_semicolons(tmp_path):
    """Excel in half of Europe takes no other, and what is mended in it is run again."""

    def prepare():
        (tmp_path / "nightreel.toml").touch()
        people = 'first_name;product;price;note\nBo;Dach;9,90 €;a, b\nZoë;;;"a; b"\n'
        (tmp_path / "people.csv").write_bytes(people.encode("cp1252"))
        return open_context(workspace=tmp_path, overrides={"offline": True, "template": "offer"})

    context = await to_thread.run_sync(prepare)
    asked = await read_source(tmp_path / "people.csv", context, batch="people")

    lines = asked.rejected.read_text("utf-8-sig").splitlines()
    assert lines[0] == "row;line;reason;mend;first_name;product;price;note"
    assert lines[1].endswith(';Zoë;;;"a; b"')
    again = await read_source(asked.rejected, context, batch="again")
    assert [(each.row, each.column) for each in again.problems] == [(1, "product"), (1, "price")]

    def written():
        roster = read_snapshot(roster_path(context.store, "people"))
        films = films_by_row(context.store, "people", roster)
        write_manifest(tmp_path / "m.csv", roster.columns, films, separator=roster.separator)
        return (tmp_path / "m.csv").read_text("utf-8-sig").splitlines()

    first, bo, _ = await to_thread.run_sync(written)
    assert first.startswith("first_name;product;price;note;film_status")
    assert bo.startswith("Bo;Dach;9,90 €;a, b;")


def test_a_table_that_was_a_manifest_gets_no_duplicate_columns(tmp_path):
    write_manifest(tmp_path / "m.csv", ["film_status"], [RowFilms(["mine"], "no", ())])
    (row,) = read(tmp_path / "m.csv")
    assert (row["film_status"], row["film_status (2)"]) == ("mine", "refused")


@given(cells=st.lists(st.lists(st.text(st.characters(codec=None), max_size=20), min_size=2, max_size=2), max_size=5))
@example(cells=[["\x0c@SUM(1)", "\u2003\x0b=1+1"]])
def test_no_cell_of_a_manifest_is_a_formula_and_none_is_lost(cells, tmp_path_factory):
    path = tmp_path_factory.mktemp("m") / "manifest.csv"
    write_manifest(path, ["a", "b"], [RowFilms(row, "", ()) for row in cells])

    rows = list(csv.reader(io.StringIO(path.read_text(encoding="utf-8-sig"), newline="")))
    assert len(rows) == len(cells) + 1
    for row in rows:
        assert not any(cell.strip().startswith(("=", "@", "＝")) for cell in row)


def test_a_run_over_some_rows_keeps_the_saved_values_of_the_others(tmp_path):
    path = tmp_path / "rows.jsonl"
    with write_snapshot(path, ["a"]) as record:
        for number in range(1, 6):
            record(number, {"a": "old"}, str(number), ())
    with write_snapshot(path, ["a"], selection=RowSelection(spans=((2, 3), (6, 6)))) as record:
        for number in (2, 3, 6):
            record(number, {"a": "new"}, str(number), ())

    rows = [(row.number, *row.cells) for row in read_snapshot(path).rows()]
    assert rows == [(1, "old"), (2, "new"), (3, "new"), (4, "old"), (5, "old"), (6, "new")]


def test_a_failed_run_keeps_the_rows_saved_before(tmp_path):
    path = tmp_path / "rows.jsonl"
    with write_snapshot(path, ["a"]) as record:
        record(1, {"a": "old"}, "1", ())

    def breaks_off():
        with write_snapshot(path, ["a"]) as record:
            record(1, {"a": "new"}, "1", ())
            raise InputError("the table breaks off")

    with pytest.raises(InputError):
        breaks_off()

    assert [row.cells for row in read_snapshot(path).rows()] == [("old",)]
    assert [each.name for each in tmp_path.iterdir()] == ["rows.jsonl"]


def test_an_unreadable_roster_counts_as_missing(tmp_path):
    (tmp_path / "rows.jsonl").write_text("nonsense", encoding="utf-8")
    assert read_snapshot(tmp_path / "rows.jsonl") is None
    assert read_snapshot(tmp_path / "none.jsonl") is None


@pytest.mark.parametrize(
    "left", [b"[2, ", b"\0" * 40, b"\xff\n", b"[2]\n", b"7\n", b"[" * 100_000, b'["x", "", "", []]\n']
)
def test_a_roster_truncated_by_a_power_cut_is_read_up_to_the_damage_with_a_warning(tmp_path, caplog, left):
    path = tmp_path / "rows.jsonl"
    with write_snapshot(path, ["a"]) as record:
        record(1, {"a": "whole"}, "1", ())
    path.write_bytes(path.read_bytes() + left)

    assert [row.cells for row in read_snapshot(path).rows()] == [("whole",)]
    assert "is corrupt: its remaining rows are ignored" in caplog.text
    caplog.clear()


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes with names")
def test_a_pipe_in_place_of_a_roster_counts_as_missing(tmp_path):
    os.mkfifo(tmp_path / "rows.jsonl")
    assert read_snapshot(tmp_path / "rows.jsonl") is None


def test_a_package_contains_all_films_their_checksums_and_the_manifest(context, people):
    renewed(context, people)
    done = pack(context, "people")

    assert (done.films, done.missing, done.path.name) == (3, (), "people.zip")
    with zipfile.ZipFile(done.path) as file:
        assert file.testzip() is None
        sums = dict(reversed(line.split("  ")) for line in file.read("SHA256SUMS").decode().splitlines())
        assert set(file.namelist()) == {*sums, "SHA256SUMS"}
        assert all(hashlib.sha256(file.read(name)).hexdigest() == digest for name, digest in sums.items())
        rows = list(csv.DictReader(io.StringIO(file.read("manifest.csv").decode("utf-8-sig"))))
    paths = [row["film_path"] for row in rows if row["film_path"]]
    assert paths == ["vip/for-1/video.mp4", "vip/for-1-de/video.mp4", "for-3/video.mp4"]
    assert set(paths) <= set(sums)


def test_the_same_films_give_the_same_package_in_any_folder(context, people, tmp_path):
    renewed(context, people)
    first = pack(context, "people").path.read_bytes()
    assert pack(context, "people", output=tmp_path / "a" / "b.zip").path.read_bytes() == first


def test_a_missing_film_is_reported_and_an_empty_package_is_refused(context, people):
    renewed(context, people)
    context.paths.package("people/for-3", "people").video.unlink()
    assert pack(context, "people").missing == ("For 3",)
    for name in ("people/vip/for-1", "people/vip/for-1-de"):
        context.paths.package(name, "people").video.unlink()
    with pytest.raises(InputError, match="has no completed films"):
        pack(context, "people")
    with pytest.raises(InputError, match="no batch named 'x'"):
        pack(context, "x")
