"""Films that several tests inspect, each made once."""

from __future__ import annotations

import os
import pickle
import signal
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from filelock import FileLock

from tests.acceptance.command import DEADLINE_S, REPOSITORY, Finished, Running, all_gone, environment, nightreel
from tests.acceptance.films import MadeFilm, make_tea, snapshot, stock, write_folder
from tests.acceptance.warm import warm

_IN_SEVERAL = "PYTEST_XDIST_WORKER" in os.environ


@pytest.fixture(scope="session")
def shared(tmp_path_factory) -> Path:
    """A folder shared by all processes of a test run."""
    base: Path = tmp_path_factory.getbasetemp()
    return base.parent if _IN_SEVERAL else base


@pytest.fixture(scope="session", autouse=True)
def warm_commands(shared) -> Iterator[None]:
    """Commands and stand-ins are forked from a process that has loaded everything."""
    owner = os.getppid() if _IN_SEVERAL else os.getpid()
    with warm(REPOSITORY, environment({}), place=shared / "warm.json", owner=owner):
        yield


@pytest.fixture(scope="session")
def tea(shared) -> MadeFilm:
    """A film in its workspace, made once per run. Tests that change anything there take a copy."""
    kept = shared / "tea.pickle"
    with FileLock(kept.with_suffix(".lock"), timeout=2 * DEADLINE_S):
        if not kept.exists():
            kept.write_bytes(pickle.dumps(make_tea(shared / "tea", workers=1)))
    film = pickle.loads(kept.read_bytes())
    assert isinstance(film, MadeFilm)
    return film


@dataclass(frozen=True, kw_only=True)
class KilledBatch:
    """A batch that was killed with SIGKILL during its second film, then run twice more."""

    home: Path
    # Events before the kill, and the output of `status` after it.
    events: list[dict[str, Any]]
    workers_ended: bool
    status_after_kill: dict[str, Any]
    output_after_kill: dict[str, tuple[bytes, int]]
    second: Finished
    output_after_second: dict[str, tuple[bytes, int]]
    status_at_the_end: dict[str, Any]
    third: Finished

    @property
    def workspace(self) -> Path:
        """The workspace."""
        return self.home / "ws"

    @property
    def output(self) -> Path:
        """The folder of its films."""
        return self.workspace / "output" / "kitchen"


@pytest.fixture(scope="session")
def killed_batch(tea, tmp_path_factory) -> KilledBatch:
    """Three briefs, killed when the first film is complete and the scenes of the second are being drawn."""
    home = tmp_path_factory.mktemp("killed")
    write_folder(home / "kitchen")
    stock(home / "ws", tea.workspace)  # speeds up the first film
    place = ("--workspace", home / "ws", "--json")
    command = ("run", "kitchen", "--offline", *place)
    running = Running.start(*command, cwd=home, env={"NIGHTREEL_WORK__STRATEGY": "sequential"})
    first = running.wait_for(status="completed")
    running.wait_for(status="in_progress", stage="scenes")
    workers = running.children()
    running.process.send_signal(signal.SIGKILL)
    assert running.finish().code == -signal.SIGKILL
    assert first["title"] == "Why tea cools"
    workers_ended = all_gone(workers)
    output = home / "ws" / "output" / "kitchen"
    after_kill = {
        "status_after_kill": nightreel("status", "kitchen", *place, cwd=home).json,
        "output_after_kill": snapshot(output),
    }
    second = nightreel(*command, cwd=home)
    return KilledBatch(
        home=home,
        events=running.seen,
        workers_ended=workers_ended,
        **after_kill,
        second=second,
        output_after_second=snapshot(output),
        third=nightreel(*command, cwd=home),
        status_at_the_end=nightreel("status", "kitchen", *place, cwd=home).json,
    )
