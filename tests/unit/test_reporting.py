"""The JSON reports of a batch and their numbers."""

import gc
import json
import os
import re
import statistics
import tracemalloc
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.errors import StorageError
from pipeline.model import Cost, JobError, JobStatus, JobSummary, Price
from pipeline.reporting import RunFacts, write_reports
from pipeline.reporting.axes import clock_axis, count_axis, seconds_axis
from pipeline.reporting.distribution import percentile
from pipeline.reporting.documents import write_documents
from pipeline.reporting.groups import MOST_GROUPS, OTHER_CAUSES, Groups
from pipeline.reporting.pictures import link
from pipeline.reporting.tally import tally_of
from pipeline.reporting.timeline import Timeline

START = datetime(2026, 11, 20, 22, 0, tzinfo=UTC)
FACTS = RunFacts(
    batch="space",
    source="topics/space.txt",
    created_at=START - timedelta(days=1),
    started_at=START,
    ended_at=START + timedelta(hours=1),
    seconds=3600,
    version="1.2.3",
    strategy="adaptive",
    most_at_once=3,
    peak_memory_bytes=1_500_000_000,
    cpu_percent=91.5,
    notices=("The disk is nearly full.",),
)
REFUSED = JobError(
    kind="NeedsLoginError",
    stage="script",
    message="groq: the key was refused. Set GROQ_API_KEY",
    exit_code=5,
    cause="the key was refused",
    hint="Set GROQ_API_KEY",
)


# A tenth of a cent for a film.
CHEAP = Price(usd_per_million_in=5, usd_per_million_out=10)


def cost(films: int) -> dict[str, object]:
    """What so many have cost, in a report."""
    sums = {"tokens_in": 100 * films, "tokens_out": 50 * films, "usd": round(0.001 * films, 6)}
    return {**sums, "is_known": True, "models": {"m": {"calls": films, **sums}}}


def film(number: int, folder: Path = Path("summary"), **changes: object) -> JobSummary:
    begin = START + timedelta(seconds=10 * number)
    values: dict[str, object] = {
        "id": f"{number:04x}",
        "batch": "space",
        "title": f"Film {number}",
        "folder": f"space/{number:03d}",
        "language": "de",
        "origin": f"topics/space.txt:{number}",
        "status": JobStatus.COMPLETED,
        "stage": "publishing",
        "attempts": 1,
        "started_at": begin,
        "ended_at": begin + timedelta(seconds=9),
        "seconds": {"script": 1.0 + number, "scenes": 7.5},
        "found": 1,
        "made": 3,
        "bytes": 1000,
        "cost": Cost.of("m", CHEAP, tokens_in=100, tokens_out=50),
        "duration_s": 60.0,
        "video": folder.parent / f"{number:03d}" / "video.mp4",
        "writer": "outline",
        "model": "",
        "writer_fallback_reason": "groq: the key was refused",
        "narrator": "edge",
        "voice": "en-US-AvaNeural",
        "voice_remarks": ("edge sent no audio: once, spoken again",),
    }
    return JobSummary(**(values | changes))


def failed(number: int, **changes: object) -> JobSummary:
    values = {"status": JobStatus.FAILED, "error": REFUSED, "stage": "script", "seconds": {}, "video": None}
    return film(number, **(values | {"duration_s": None} | changes))


def reports(folder: Path, rows: Iterable[JobSummary], facts: RunFacts = FACTS) -> dict[str, dict]:
    kept = list(rows)
    write_reports(folder, facts, lambda: iter(kept))
    return {path.stem: json.loads(path.read_text(encoding="utf-8")) for path in folder.glob("*.json")}


def test_a_report_is_four_files_and_nothing_else(tmp_path: Path):
    path = write_reports(tmp_path / "output" / "space" / "summary", FACTS, lambda: [film(1)])

    names = {"report.html", "batch_report.json", "processing_metrics.json", "error_log.json"}
    assert path.name == "report.html"
    assert {file.name for file in path.parent.iterdir()} == names


def test_leftovers_of_killed_processes_are_removed_with_the_next_report(tmp_path: Path):
    for name in (".report.274aab6c.html", ".batch_report.0123abcd.json", ".error_log.89ab4567.json"):
        (tmp_path / name).write_text("half of it")
    (tmp_path / ".report.mine.html").write_text("somebody else's")

    write_reports(tmp_path, FACTS, lambda: [film(1)])

    assert {path.name for path in tmp_path.iterdir() if path.name.startswith(".report.")} <= {
        ".report.mine.html",
        ".report.lock",
    }
    assert not [*tmp_path.glob(".batch_report.*"), *tmp_path.glob(".error_log.*")]


def test_the_batch_report_by_example(tmp_path: Path):
    folder = tmp_path / "summary"
    report = reports(folder, [film(1, folder), failed(2), film(3, status=JobStatus.PENDING)])["batch_report"]

    assert report["schema"] == 1
    assert report["run"]["started_at"] == "2026-11-20T22:00:00+00:00"
    assert report["run"]["notices"] == ["The disk is nearly full."]
    assert report["counts"]["asked"] == 3
    assert {name: number for name, number in report["counts"].items() if number} == {
        "asked": 3,
        "completed": 1,
        "failed": 1,
        "pending": 1,
    }
    assert report["totals"] == {
        "film_seconds": 60.0,
        "wall_seconds": 3600,
        "bytes": 3000,
        "cost": cost(3),
        "cache": {"found": 3, "made": 9, "share": 0.25},
    }
    assert report["jobs"][0] == {
        "id": "0001",
        "title": "Film 1",
        "language": "de",
        "origin": "topics/space.txt:1",
        "folder": "space/001",
        "status": "completed",
        "why": "",
        "stage": "publishing",
        "priority": "normal",
        "attempts": 1,
        "started_at": "2026-11-20T22:00:10+00:00",
        "ended_at": "2026-11-20T22:00:19+00:00",
        "parked_until": None,
        "seconds": {"script": 2.0, "scenes": 7.5},
        "work_seconds": 9.5,
        "found": 1,
        "made": 3,
        "bytes": 1000,
        "cost": cost(1),
        "film": "../001/video.mp4",
        "thumbnail": None,
        "film_seconds": 60.0,
        "marks": None,
        "writer": "outline",
        "model": "",
        "writer_fallback_reason": "groq: the key was refused",
        "narrator": "edge",
        "voice": "en-US-AvaNeural",
        "voice_remarks": ["edge sent no audio: once, spoken again"],
        "picture_remarks": [],
        "error": None,
    }
    assert report["jobs"][1]["error"]["cause"] == "the key was refused"
    assert report["jobs"][1]["film"] is None


def test_metrics_have_the_times_of_all_films_and_the_throughput_of_this_run(tmp_path: Path):
    earlier = film(9, ended_at=START - timedelta(hours=3), started_at=START - timedelta(hours=4))
    metrics = reports(tmp_path, [film(1), film(2), film(3), earlier, failed(4)])["processing_metrics"]

    assert [stage["stage"] for stage in metrics["stages"]] == ["script", "scenes"]
    assert metrics["stages"][0] == {
        "stage": "script",
        "count": 4,
        "total_s": 19.0,
        "mean_s": 4.75,
        "median_s": 3.5,
        "p95_s": 9.1,
        "min_s": 2.0,
        "max_s": 10.0,
    }
    assert metrics["films"]["count"] == 4
    # The one that an earlier run made is none of this run's speed.
    assert metrics["throughput"] == {"films": 3, "films_per_hour": 3.0, "film_seconds_per_second": 0.05}
    assert metrics["cost"]["usd_per_film"] == 0.00125
    assert [job["id"] for job in metrics["longest"]] == ["0009", "0003", "0002", "0001"]


def test_the_error_log_groups_by_cause_and_names_every_job(tmp_path: Path):
    until = START + timedelta(hours=4)
    quota = JobError(kind="QuotaError", stage="script", message="groq: spent", exit_code=5, cause="spent")
    rows = [
        failed(1),
        film(2),
        failed(3, attempts=2),
        failed(4, status=JobStatus.PARKED, error=quota, parked_until=until),
        failed(5, error=None, why=""),
        film(6, status=JobStatus.REVIEW, why="the sound is quiet", error=None),
        film(7, status=JobStatus.PENDING),
    ]
    log = reports(tmp_path, rows)["error_log"]

    assert log["count"] == 5
    assert [(group["status"], group["cause"], group["count"]) for group in log["groups"]] == [
        ("failed", "the key was refused", 2),
        ("failed", "No reason was given", 1),
        ("review", "the sound is quiet", 1),
        ("parked", "spent", 1),
    ]
    assert log["groups"][0] | {"kind": "", "status": ""} == {
        "status": "",
        "kind": "",
        "cause": "the key was refused",
        "count": 2,
        "stages": ["script"],
        "hint": "Set GROQ_API_KEY",
        "command": "nightreel retry space --failed",
        "jobs": ["0001", "0003"],
    }
    assert [error["id"] for error in log["errors"]] == ["0001", "0003", "0004", "0005", "0006"]
    assert log["errors"][1] == {
        "at": "2026-11-20T22:00:39+00:00",
        "id": "0003",
        "title": "Film 3",
        "origin": "topics/space.txt:3",
        "status": "failed",
        "stage": "script",
        "kind": "NeedsLoginError",
        "cause": "the key was refused",
        "message": "groq: the key was refused. Set GROQ_API_KEY",
        "hint": "Set GROQ_API_KEY",
        "attempts": 2,
        "parked_until": None,
    }
    assert log["errors"][2]["parked_until"] == "2026-11-21T02:00:00+00:00"


def test_every_field_of_the_files_is_in_the_documentation(tmp_path: Path):
    page = (Path(__file__).parents[2] / "docs" / "reports.md").read_text(encoding="utf-8")
    told = {word for code in re.findall(r"`([^`\n]+)`", page) for word in re.findall(r"\w+", code)}
    log = reports(tmp_path, [film(1), failed(2)])

    fields = {name for document in log.values() for name in document}
    for document in log.values():
        for part in (document["run"], document.get("totals", {}), document.get("throughput", {})):
            fields |= set(part)
        for rows in (document.get(name, []) for name in ("jobs", "errors", "groups", "stages", "longest")):
            fields |= {name for row in rows for name in row}

    assert not fields - told


def test_commands_quote_the_name_of_a_batch_for_the_shell(tmp_path: Path):
    facts = RunFacts(**{**FACTS.__dict__, "batch": "my films; rm -rf"})
    log = reports(tmp_path, [failed(1)], facts)["error_log"]

    assert log["groups"][0]["command"] == "nightreel retry 'my films; rm -rf' --failed"


def test_the_same_rows_give_the_same_bytes(tmp_path: Path):
    rows = [film(1, tmp_path / "a"), failed(2), failed(3)]
    for name in ("a", "b"):
        write_reports(tmp_path / name, FACTS, lambda: rows)

    for path in (tmp_path / "a").iterdir():
        assert path.read_bytes() == (tmp_path / "b" / path.name).read_bytes()


def test_an_empty_batch_has_reports(tmp_path: Path):
    report = reports(tmp_path, [], RunFacts(**{**FACTS.__dict__, "seconds": 0.0, "ended_at": START}))

    assert report["batch_report"]["jobs"] == []
    assert report["batch_report"]["totals"]["cache"]["share"] is None
    assert report["processing_metrics"]["throughput"]["films_per_hour"] is None
    assert report["error_log"]["errors"] == []


def test_reports_replace_those_of_the_last_run_and_keep_them_when_something_goes_wrong(tmp_path: Path):
    write_reports(tmp_path, FACTS, lambda: [film(1)])
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}

    def torn() -> Iterable[JobSummary]:
        yield film(1)
        raise RuntimeError("the database went away")

    calls = iter([[film(1), film(2)], torn()])
    with pytest.raises(RuntimeError, match="went away"):
        write_reports(tmp_path, FACTS, lambda: next(calls))

    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == before


def test_a_folder_that_cannot_be_created_is_a_storage_error(tmp_path: Path):
    (tmp_path / "summary").write_text("in the way", encoding="utf-8")

    with pytest.raises(StorageError):
        write_reports(tmp_path / "summary", FACTS, list)


def test_a_file_name_that_is_not_valid_unicode_is_escaped(tmp_path: Path):
    odd = os.fsdecode(b"caf\xe9.mp4") if os.name == "posix" else "caf\udce9.mp4"
    report = reports(tmp_path, [film(1, video=tmp_path / odd)])["batch_report"]

    assert report["jobs"][0]["film"] == odd


def peak_bytes(folder: Path, number: int) -> int:
    """What it takes at most to read rows with long titles, half of them failed for reasons of their own."""

    def rows() -> Iterable[JobSummary]:
        for n in range(number):
            title = f"Film {n} " + "x" * 4000
            yield failed(n, title=title, error=None, why=f"reason {n}") if n % 2 else film(n, title=title)

    # What the tests before have left would keep the collector from looking often enough.
    gc.collect()
    gc.freeze()
    tracemalloc.start()
    try:
        write_documents(folder, FACTS, tally_of(rows(), FACTS), rows())
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
        gc.unfreeze()


def test_memory_does_not_grow_with_the_number_of_rows(tmp_path: Path):
    grown = peak_bytes(tmp_path, 2000) - peak_bytes(tmp_path, 500)

    # The titles alone of the added rows are 6 MB. What may grow is a number per film and stage; the rest of the room is
    # for tables of the interpreter itself, which double now and then.
    assert grown < 1_500_000


def test_a_hint_about_one_film_is_not_given_for_others():
    groups = Groups()
    for number in range(2):
        row = failed(number)
        groups.add(replace(row, error=replace(REFUSED, hint=f"Look at it: nightreel review space --film {row.id}")))
        hints = [group.hint for group in groups.ordered()]
        assert hints == (["Look at it: nightreel review space --film 0000"] if number == 0 else [""])


def test_too_many_causes_share_one_group():
    groups = Groups()
    for number in range(1000):
        groups.add(failed(number, error=None, why=f"reason {number}"))
    ordered = groups.ordered()

    assert len(ordered) == MOST_GROUPS + 1
    assert ordered[0].cause == OTHER_CAUSES
    assert sum(group.count for group in ordered) == 1000


@given(st.lists(st.floats(0, 1e6), min_size=2, max_size=60))
def test_percentiles_are_interpolated_linearly(values: list[float]):
    cuts = statistics.quantiles(values, n=20, method="inclusive")

    assert percentile(sorted(values), 0.95) == pytest.approx(cuts[18])
    assert percentile(sorted(values), 0.5) == pytest.approx(statistics.median(values))


def test_stages_are_listed_in_pipeline_order():
    rows = [film(1, seconds={"zoom": 1.0, "quality": 1.0, "publishing": 1.0}), film(2, seconds={"script": 1.0})]

    assert list(tally_of(rows, FACTS).stages()) == ["script", "quality", "publishing", "zoom"]


def test_concurrent_films_are_drawn_in_lanes():
    night = Timeline(START, START + timedelta(seconds=100))
    for begin, end in ((0, 40), (10, 30), (30, 90), (40, 80)):
        at = {"started_at": START + timedelta(seconds=begin), "ended_at": START + timedelta(seconds=end)}
        night.add(film(begin, **at))
    lanes = night.lanes()

    assert lanes is not None
    assert [(bar.x, bar.width, bar.lane) for bar in lanes.bars] == [(0, 40, 0), (10, 20, 1), (30, 60, 1), (40, 40, 0)]
    assert night.columns() is None


def test_films_of_earlier_runs_and_unstarted_films_are_not_drawn():
    night = Timeline(START, START + timedelta(seconds=100))
    night.add(film(1, ended_at=START - timedelta(seconds=1), started_at=START - timedelta(seconds=5)))
    night.add(film(1, started_at=None, ended_at=None, status=JobStatus.PENDING))
    night.add(film(1, ended_at=None, status=JobStatus.PENDING))

    assert night.lanes() is None
    assert night.columns() is None


def test_many_films_are_drawn_as_a_histogram_over_time():
    night = Timeline(START, START + timedelta(hours=1))
    for number in range(300):
        night.add((failed if number % 3 == 0 else film)(number))
    columns = night.columns()

    assert night.lanes() is None
    assert columns is not None
    assert sum(column.completed for column in columns.columns) == 200
    assert sum(column.others for column in columns.columns) == 100
    assert max(column.completed_height + column.others_height for column in columns.columns) <= 100


def test_a_report_is_written_after_the_clock_was_set_back(tmp_path: Path):
    facts = RunFacts(**{**FACTS.__dict__, "ended_at": START - timedelta(hours=2)})

    assert reports(tmp_path, [film(1), failed(2)], facts)["batch_report"]["counts"]["asked"] == 2


@given(st.floats(0, 1e8))
def test_an_axis_of_seconds_ends_at_a_tick_at_or_above_the_longest(longest: float):
    axis = seconds_axis(longest)

    assert axis.end >= longest * (1 - 1e-9)
    assert len(axis.ticks) <= 7
    assert (axis.ticks[0].at, axis.ticks[-1].at) == (0, 100)


@given(st.integers(0, 10**7))
def test_an_axis_of_counts_has_few_whole_ticks(most: int):
    axis = count_axis(most)

    assert axis.end >= max(1, most)
    assert 2 <= len(axis.ticks) <= 6


def test_a_time_axis_has_ticks_at_round_times_of_its_time_zone():
    start = datetime(2026, 11, 20, 22, 7, tzinfo=ZoneInfo("Asia/Kathmandu"))  # UTC+05:45

    assert [tick.label for tick in clock_axis(start, 3 * 3600).ticks] == [
        "22:30",
        "23:00",
        "23:30",
        "00:00",
        "00:30",
        "01:00",
    ]


@pytest.mark.parametrize(
    "name", ["javascript:alert(1)", "a?b#c.mp4", "//host/x", "\N{HEAVY BLACK HEART}", "a b\"'<.mp4"]
)
def test_a_link_is_a_local_path_for_any_file_name(tmp_path: Path, name: str):
    address = link(tmp_path / name if not name.startswith("/") else tmp_path / "x" / name.lstrip("/"), tmp_path)

    assert re.fullmatch(r"\./[\w./~%-]+", address, re.ASCII)
