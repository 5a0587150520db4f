"""The job state machine: the table, the diagram in the docs, and rejected transitions."""

import itertools
import re
from datetime import UTC, datetime
from pathlib import Path

import pytest

from pipeline.model import TRANSITIONS, Brief, Event, InvalidTransition, Job, JobStatus, advance
from pipeline.model.job import STEPS as LETTERED

PAGE = (Path(__file__).parents[2] / "docs" / "states.md").read_text(encoding="utf-8")
AT = datetime(2026, 1, 2, 3, 4, tzinfo=UTC)
STEPS = [(source, target) for source, targets in TRANSITIONS.items() for target in sorted(targets)]
LETTERS = {(letter, str(source), str(target)) for letter, (source, target) in LETTERED.items()}


def job(status: JobStatus) -> Job:
    return Job(id="ab" * 16, batch="space", folder="space/sky", brief=Brief(title="Sky"), status=status)


def test_the_diagram_shows_exactly_the_steps_of_the_table_under_their_letters():
    drawn = re.findall(r"^ +(\w+) --> (\w+): ([A-Z])$", PAGE, re.MULTILINE)

    assert {(letter, source, target) for source, target, letter in drawn} == LETTERS
    assert len(drawn) == len(LETTERED)


def test_every_step_is_explained_once_under_its_letter_and_in_order():
    explained = re.findall(r"^\| ([A-Z]) \| (\w+) → (\w+) \| \S", PAGE, re.MULTILINE)

    assert set(explained) == LETTERS
    assert [letter for letter, _, _ in explained] == sorted(LETTERED)


def test_every_status_is_explained():
    assert re.findall(r"^\| \*(\w+)\* \| \S", PAGE, re.MULTILINE) == [str(status) for status in JobStatus]


def test_every_step_leads_somewhere_else_and_no_two_are_the_same():
    assert len(set(LETTERED.values())) == len(LETTERED)
    assert all(source is not target for source, target in LETTERED.values())


@pytest.mark.parametrize("status", JobStatus)
def test_no_status_is_a_dead_end(status):
    reached, seen = {status}, set()
    while reached:
        seen |= reached
        reached = {target for source in reached for target in TRANSITIONS[source]} - seen

    assert JobStatus.COMPLETED in seen


def test_a_job_begins_where_the_diagram_begins():
    (first,) = re.findall(r"\[\*\] --> (\w+)", PAGE)

    assert Job(id="ab", batch="b", folder="b/n", brief=Brief(title="t")).status == first


def test_every_status_is_in_the_table():
    assert set(TRANSITIONS) == set(JobStatus)


@pytest.mark.parametrize(("source", "target"), STEPS)
def test_a_step_of_the_table_is_taken_and_written_into_the_history(source, target):
    before = job(source)

    after = advance(before, target, at=AT, why="because")

    assert after.status is target
    assert after.history == (Event(at=AT, status=target, why="because"),)
    assert before.status is source


def test_a_step_ends_the_wait_of_a_parked_job():
    parked = job(JobStatus.PARKED).evolve(parked_until=AT)

    assert advance(parked, JobStatus.PENDING, at=AT).parked_until is None


@pytest.mark.parametrize(
    ("source", "target"), [pair for pair in itertools.product(JobStatus, repeat=2) if pair not in STEPS]
)
def test_a_step_off_the_table_is_refused(source, target):
    with pytest.raises(InvalidTransition, match=f"{source} -> {target}"):
        advance(job(source), target, at=AT)
