"""The quality of a batch's films in the reports."""

from __future__ import annotations

import json
import tracemalloc
from dataclasses import replace
from pathlib import Path

import pytest

from pipeline.model import Check, JobSummary, Marks
from pipeline.reporting import write_reports
from pipeline.reporting.axes import value_axis
from pipeline.reporting.gate import MOST_WORST, GateSummary, histogram
from tests.unit.test_reporting_page import FACTS, HOSTILE, film

GOOD = Marks(grade="pass", score=1.0, loudness_lufs=-15.0, brightness_percent=20.0)


def judged(number: int, score: float = 1.0, *reasons: str, **changes: object) -> JobSummary:
    grade = "pass" if score == 1 else "warn" if score > 0.5 else "fail"
    return film(number, marks=replace(GOOD, grade=grade, score=score, reasons=reasons, **changes))


def gate_of(*rows: JobSummary) -> GateSummary:
    gate = GateSummary()
    for row in rows:
        gate.add(row)
    return gate


def page(folder: Path, *rows: JobSummary) -> str:
    return write_reports(folder, FACTS, lambda: rows).read_text(encoding="utf-8")


def test_the_worst_films_come_first_and_equal_ones_in_the_order_of_the_batch():
    rows = [judged(1, 0.9, "a is"), judged(2), judged(3, 0.45, "b is"), judged(4, 0.9, "a is"), film(5)]

    gate = gate_of(*rows)

    assert [row.title for row, _ in gate.worst] == ["Film 3", "Film 1", "Film 4"]
    assert (gate.count, gate.grades["pass"], gate.grades["warn"], gate.grades["fail"]) == (4, 1, 2, 1)
    assert gate.checks == {"a": 2, "b": 1}


def test_an_unreadable_file_counts_under_the_check_file():
    check = Check.of("file", passed=False, measured="is empty", limit="a whole film")

    assert check.reason == "file is broken: is empty, must be a whole film"
    assert gate_of(judged(1, 0.5, check.reason)).checks == {"file": 1}


def test_at_most_ten_of_the_worst_are_listed():
    gate = gate_of(*(judged(n, 0.9 - n / 1000, "loudness is low") for n in range(100)))

    assert len(gate.worst) == MOST_WORST
    assert gate.worst[0][0].title == "Film 99"


def test_every_score_has_a_column_and_1_a_separate_one():
    found = gate_of(*(judged(n, score) for n, score in enumerate((1.0, 1.0, 0.9, 0.81, 0.5, 0.45)))).scores()

    assert [(round(column.low + 0.05, 2), column.count) for column in found.columns] == [
        (0.5, 2), (0.8, 1), (0.9, 1), (1.0, 2),
    ]  # fmt: skip


def test_equally_loud_films_are_in_one_column():
    found = gate_of(*(judged(n, loudness_lufs=-15 + n / 100) for n in range(5))).loudness()

    assert found.axis.end - found.axis.start >= 2
    assert sum(column.count for column in found.columns) == 5
    assert (found.median, found.least, found.most) == pytest.approx((-14.98, -15.0, -14.96))


def test_silent_films_have_no_loudness():
    gate = gate_of(judged(1, loudness_lufs=None), judged(2, loudness_lufs=None))

    assert gate.loudness() is None
    assert gate.brightness().count == 2


@pytest.mark.parametrize(("low", "high"), [(-16.5, -14.0), (0, 100), (12.3, 12.4), (-70, 0), (-0.04, 0.04)])
def test_an_axis_of_values_has_ticks_around_all_values(low, high):
    axis = value_axis(low, high)

    assert axis.start <= low + 1e-9
    assert axis.end >= high - 1e-9
    assert 2 <= len(axis.ticks) <= 8
    assert (axis.ticks[0].at, axis.ticks[-1].at) == (0, 100)
    assert (axis.percent(axis.start), axis.percent(axis.end)) == (0, 100)


def test_every_value_is_counted_in_one_column():
    values = [number / 10 for number in range(-20, 21)]

    found = histogram([*values, *[0.5] * 30], axis=value_axis(-2, 2), columns=4)

    assert sum(column.count for column in found.columns) == len(values) + 30
    heights = [column.height for column in found.columns]
    assert max(heights) <= 100
    assert min(heights) < max(heights) / 2
    assert histogram([], axis=value_axis(0, 1), columns=4) is None


def test_the_page_shows_distribution_worst_and_spread(tmp_path):
    text = page(
        tmp_path, judged(1), judged(2, 0.9, "loudness is −20 LUFS, must be −16 to −14 LUFS", loudness_lufs=-20.0)
    )

    assert "Quality" in text
    assert "2\N{NO-BREAK SPACE}films were judged: 1 passed without remarks, 1 with warnings." in text
    assert all(f"<b>{name}</b>" in text for name in ("Score", "Loudness", "Brightness"))
    assert "loudness is −20 LUFS, must be −16 to −14 LUFS." in text
    assert "in LUFS" in text


def test_films_without_a_verdict_are_left_out(tmp_path):
    assert 'id="gate"' not in page(tmp_path, film(1))


def test_one_film_has_no_distribution(tmp_path):
    text = page(tmp_path, judged(1))

    assert "1\N{NO-BREAK SPACE}film was judged: 1 passed without remarks." in text
    assert "<figure>" not in text


def test_reasons_are_escaped(tmp_path):
    text = page(tmp_path, judged(1), judged(2, 0.9, f"text is {HOSTILE}"))

    assert "<script>" not in text
    assert "alert(1)&lt;/script&gt;" in text
    assert "\u202e" not in text


def test_the_numbers_are_in_the_json_report(tmp_path):
    page(tmp_path, judged(1), judged(2, 0.9, "black is 3 s"), film(3))

    gate = json.loads((tmp_path / "processing_metrics.json").read_text(encoding="utf-8"))["gate"]
    jobs = json.loads((tmp_path / "batch_report.json").read_text(encoding="utf-8"))["jobs"]
    assert (gate["judged"], gate["verdicts"], gate["checks"]) == (2, {"pass": 1, "warn": 1, "fail": 0}, {"black": 1})
    assert gate["score"] == {"count": 2, "median": 0.95, "p5": 0.905, "p95": 0.995, "least": 0.9, "most": 1.0}
    assert jobs[1]["marks"]["reasons"] == ["black is 3 s"]
    assert jobs[2]["marks"] is None


def test_fifty_thousand_films_need_three_numbers_each():
    row = judged(1, 0.9, "loudness is low")
    gate = GateSummary()
    gate.add(row)
    tracemalloc.start()
    for _ in range(50_000):
        gate.add(row)
    used, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert used < 50_000 * 3 * 8 * 1.5
