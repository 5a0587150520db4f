import itertools
import re
from datetime import UTC, datetime
from pathlib import Path

import pytest

from pipeline.model import TRANSITIONS, Brief, Event, InvalidTransition, Job, JobStatus, advance

PAGE = (Path(__file__).parents[2] / "docs" / "states.md").read_text(encoding="utf-8")
AT = datetime(2026, 1, 2, 3, 4, tzinfo=UTC)
STEPS = [(source, target) for source, targets in TRANSITIONS.items() for target in targets]


def job(status: JobStatus) -> Job:
    return Job(id="ab" * 16, batch="space", name="sky", brief=Brief(title="Sky"), status=status)


def test_the_diagram_shows_exactly_the_steps_of_the_table():
    drawn = re.findall(r"^ +(\w+) --> (\w+): [A-Z]$", PAGE, re.MULTILINE)

    assert sorted(drawn) == sorted((str(source), str(target)) for source, target in STEPS)


def test_every_step_of_the_diagram_is_explained_under_its_letter():
    drawn = {(letter, source, target) for source, target, letter in re.findall(r"(\w+) --> (\w+): ([A-Z])", PAGE)}
    explained = set(re.findall(r"^\| ([A-Z]) \| (\w+) → (\w+) \| \S", PAGE, re.MULTILINE))

    assert drawn == explained


def test_a_job_begins_where_the_diagram_begins():
    (first,) = re.findall(r"\[\*\] --> (\w+)", PAGE)

    assert Job(id="ab", batch="b", name="n", brief=Brief(title="t")).status == first


def test_every_status_is_in_the_table():
    assert set(TRANSITIONS) == set(JobStatus)


@pytest.mark.parametrize(("source", "target"), STEPS)
def test_a_step_of_the_table_is_taken_and_written_into_the_history(source, target):
    before = job(source)

    after = advance(before, target, at=AT, why="because")

    assert after.status is target
    assert after.history == (Event(at=AT, status=target, why="because"),)
    assert before.status is source


@pytest.mark.parametrize(
    ("source", "target"), [pair for pair in itertools.product(JobStatus, repeat=2) if pair not in STEPS]
)
def test_a_step_off_the_table_is_refused(source, target):
    with pytest.raises(InvalidTransition, match=f"{source} -> {target}"):
        advance(job(source), target, at=AT)
