"""A small night: failing services, a second process, urgent work, Ctrl-C, and resuming."""

from __future__ import annotations

import signal
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.acceptance.command import Finished, Running, nightreel
from tests.acceptance.films import checkpoint, stock
from tests.acceptance.services import Service, asking, service, workspace_for_services

TOPICS = tuple(f"Odd thing {number}" for number in range(1, 13))
BAD_WEATHER = ("--fault", "rate_limited", "overloaded", "--fault-share", "0.33", "--seed", "3", "--retry-after", "1")


@dataclass(frozen=True, kw_only=True)
class BadNight:
    """Twelve topics, written by a model that refuses a third of its requests."""

    workspace: Path
    run: Finished
    history: dict[str, Any]


@pytest.fixture(scope="module")
def edge() -> Iterator[Service]:
    with service("edge") as running:
        yield running


@pytest.fixture(scope="module")
def bad_night(edge, tmp_path_factory) -> BadNight:
    workspace = workspace_for_services(tmp_path_factory.mktemp("bad-night"))
    write_list(workspace, *TOPICS)
    with service("groq", "--terse", *BAD_WEATHER) as groq:
        run = nightreel("run", "things.txt", "--json", cwd=workspace, env=asking(groq, edge))
        return BadNight(workspace=workspace, run=run, history=groq.history())


@pytest.fixture
def groq() -> Iterator[Service]:
    with service("groq", "--terse", "--latency", "0.3") as running:
        yield running


@pytest.fixture
def workspace(bad_night, tmp_path) -> Path:
    """A new one that has the pictures already: all else is still to be made."""
    return stock(workspace_for_services(tmp_path), bad_night.workspace)


def write_list(workspace: Path, *topics: str) -> None:
    (workspace / "things.txt").write_text("\n".join(topics) + "\n", encoding="utf-8")


def jobs(workspace: Path) -> dict[str, dict[str, Any]]:
    """The checkpoints, by topic."""
    status = nightreel("status", "things", "--json", cwd=workspace).json
    return {job["title"]: checkpoint(workspace, "things", job["id"]) for job in status["jobs"]}


def completed(run: Finished) -> Counter[str]:
    return Counter(event["title"] for event in run.events if event.get("status") == "completed")


def begun_at(job: dict[str, Any]) -> str:
    return next(event["at"] for event in job["history"] if event["status"] == "in_progress")


def test_a_third_of_refusals_costs_no_film(bad_night):
    assert (bad_night.run.code, bad_night.run.events[-1]["counts"]["completed"]) == (0, len(TOPICS))
    assert {job["status"] for job in jobs(bad_night.workspace).values()} == {"completed"}
    assert bad_night.history["faults"].keys() == {"rate_limited", "overloaded"}
    assert len(list((bad_night.workspace / "output" / "things").glob("*/video.mp4"))) == len(TOPICS)


def test_nobody_calls_while_the_gate_is_closed(bad_night):
    assert bad_night.history["complaints"] == []


def test_no_script_is_paid_twice(bad_night):
    answered = Counter(request["topic"] for request in bad_night.history["requests"] if not request["fault"])

    assert answered == Counter(TOPICS)


def test_a_second_process_on_the_same_batch_helps(workspace, groq, edge):
    write_list(workspace, *TOPICS[:8])
    command = ("run", "things.txt", "--json", "--max-concurrent", "1")

    first = Running.start(*command, cwd=workspace, env=asking(groq, edge))
    first.wait_for(status="in_progress")
    second = Running.start(*command, cwd=workspace, env=asking(groq, edge))
    ends = [first.finish(), second.finish()]

    assert [(end.code, end.stderr) for end in ends] == [(0, ""), (0, "")]
    made = [Counter(event["title"] for event in first.seen if event.get("status") == "completed")]
    made = [made[0] + completed(ends[0]), completed(ends[1])]
    assert made[0] + made[1] == Counter(TOPICS[:8])
    assert all(made)
    assert {job["attempts"] for job in jobs(workspace).values()} == {1}
    assert groq.asked("topic") == Counter(TOPICS[:8])


def test_an_urgent_film_overtakes_those_that_wait(workspace, groq, edge):
    write_list(workspace, *TOPICS[:5])
    (workspace / "urgent.txt").write_text(TOPICS[11] + "\n", encoding="utf-8")
    running = Running.start(
        "run", "things.txt", "--json", "--strategy", "sequential", cwd=workspace, env=asking(groq, edge)
    )
    running.wait_for(status="in_progress")

    added = nightreel("add", "things", "urgent.txt", "--priority", "urgent", cwd=workspace, env=asking(groq, edge))

    assert added.code == 0, added.stderr
    assert running.finish().code == 0
    order = sorted(jobs(workspace).items(), key=lambda entry: begun_at(entry[1]))
    assert len(order) == 6
    # One film was under way when it came, and one more may have been begun in that moment.
    assert TOPICS[11] in [title for title, _ in order[:3]]


def test_after_ctrl_c_resume_finishes_the_batch(workspace, groq, edge):
    write_list(workspace, *TOPICS[:4])
    running = Running.start("run", "things.txt", "--json", cwd=workspace, env=asking(groq, edge))
    running.wait_for(status="completed")
    running.process.send_signal(signal.SIGINT)
    end = running.finish()
    between = nightreel("status", "things", "--json", cwd=workspace).json["counts"]
    saved = {title for title, job in jobs(workspace).items() if job["script"]}

    resumed = nightreel("resume", "things", "--json", cwd=workspace, env=asking(groq, edge))

    assert end.code == 130
    assert between["completed"] + between["pending"] == 4
    assert between["pending"] > 0
    assert resumed.code == 0
    assert resumed.events[-1]["counts"]["completed"] == 4
    asked = groq.asked("topic")
    assert asked.keys() == set(TOPICS[:4])
    # What was saved is not paid for again; a request that the Ctrl-C broke off is made once more.
    assert all(asked[title] == 1 for title in saved)
    assert all(asked[title] <= 2 for title in TOPICS[:4])


def test_a_batch_goes_on_while_another_process_that_helped_is_killed(workspace, groq, edge):
    write_list(workspace, *TOPICS[:4])
    command = ("run", "things.txt", "--json", "--max-concurrent", "1")
    first = Running.start(*command, cwd=workspace, env=asking(groq, edge))
    first.wait_for(status="in_progress")
    second = Running.start(*command, cwd=workspace, env=asking(groq, edge))
    second.wait_for(status="in_progress")
    second.process.kill()
    killed_at = time.monotonic()
    second.finish()

    assert first.finish().code == 0
    assert {job["status"] for job in jobs(workspace).values()} == {"completed"}
    # What the dead one had begun is noticed in seconds, not after a time-out.
    assert time.monotonic() - killed_at < 30
