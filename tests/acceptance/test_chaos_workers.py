"""Crashing worker processes: the first crash costs a scene, the second fails the film for this run."""

from __future__ import annotations

import contextlib
import subprocess
from pathlib import Path
from typing import Any

import psutil
import pytest

from tests.acceptance.command import Running, nightreel
from tests.acceptance.films import checkpoint, small_preset, write_brief

COMMAND = ("run", "tea.md", "--narrator", "silence", "--json")


@pytest.fixture
def home(tmp_path) -> Path:
    write_brief(tmp_path / "tea.md")
    return tmp_path


def goes_on(running: Running) -> bool:
    """Whether it runs, and still does in a moment: to look through all processes all the time takes a core."""
    with contextlib.suppress(subprocess.TimeoutExpired):
        running.process.wait(0.01)
        return False
    return True


def a_worker_at_work(running: Running) -> psutil.Process:
    """The first worker process that works for a moment from now on: on a scene, not on its imports.

    One that was forked is a child of the fork server, and has nothing to import.
    """
    before_s: dict[int, float] = {}
    while goes_on(running):
        with contextlib.suppress(psutil.NoSuchProcess):
            for child in running.children():
                worked_s, is_forked = child.cpu_times().user, child.ppid() != running.process.pid
                if worked_s - before_s.setdefault(child.pid, worked_s) > (0.1 if is_forked else 0.4):
                    return child
    raise AssertionError(running.finish().stderr)


def the_job(home: Path) -> dict[str, Any]:
    (job,) = nightreel("status", "tea", "--json", cwd=home).json["jobs"]
    return checkpoint(home, "tea", job["id"])


def evidence(home: Path) -> list[Path]:
    return sorted((home / "state" / "batches" / "tea").glob("evidence/*"))


def test_a_worker_that_is_killed_once_costs_its_scene_and_no_more(home):
    running = Running.start(*COMMAND, cwd=home, from_nothing=True)
    running.wait_for(stage="narration")
    a_worker_at_work(running).kill()
    end = running.finish()

    job = the_job(home)
    assert end.code == 0
    assert (job["status"], job["attempts"]) == ("completed", 1)
    assert evidence(home) == []


def test_a_film_that_kills_its_workers_twice_is_set_apart_with_the_evidence_and_made_by_the_next_run(home):
    command = (*COMMAND, "--preset", "small")
    running = Running.start(*command, cwd=small_preset(home), from_nothing=True)
    running.wait_for(stage="narration")
    while goes_on(running):
        with contextlib.suppress(psutil.NoSuchProcess):
            for worker in running.children():
                worker.kill()
    end = running.finish()
    failed = the_job(home)
    kept = evidence(home)

    again = nightreel(*command, cwd=home)

    assert end.code == 9
    assert (failed["status"], failed["error"]["kind"]) == ("failed", "CrashError")
    assert [path.stem for path in kept] == [failed["id"]]
    assert "died twice" in kept[0].read_text(encoding="utf-8")
    assert f"see {kept[0].relative_to(home).as_posix()}" in failed["error"]["message"]
    assert again.code == 0
    assert the_job(home)["status"] == "completed"
