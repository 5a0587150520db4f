"""A bad night, many times over: `make soak`."""

from __future__ import annotations

import hashlib
import random
import shutil
import signal
import subprocess
from pathlib import Path

import pytest

from tests.acceptance.command import Running, all_gone, nightreel
from tests.acceptance.films import FILES, counts, write_folder
from tests.acceptance.films import TITLES as THREE_TITLES

TITLES = (*THREE_TITLES, "Why bread rises", "Why rain falls", "Why glue sticks")
KILLS = 20


def digests(output: Path) -> dict[str, str]:
    """What has been delivered; parts that a killed delivery has not finished yet are none of it."""
    films = (path for path in output.glob("*/*") if not path.name.startswith("."))
    return {path.relative_to(output).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest() for path in films}


def kill_at_a_random_instant(running: Running, chance: random.Random) -> bool:
    """Let the command run for some seconds, then kill it. Whether it was still at work."""
    try:
        running.process.wait(timeout=chance.uniform(0.5, 6))
    except subprocess.TimeoutExpired:
        children = running.children()
        running.process.send_signal(signal.SIGKILL)
        running.finish()
        assert all_gone(children)
        return True
    running.finish()
    return False


def assert_truthful(status: dict, output: Path) -> None:
    jobs = status["jobs"]
    assert len(jobs) == len(TITLES)
    assert status["counts"] == counts(**{name: count for name, count in status["counts"].items() if count})
    assert sum(status["counts"].values()) == len(jobs)
    assert status["counts"]["in_progress"] == status["counts"]["failed"] == 0
    for job in jobs:
        if job["status"] == "completed":
            assert sorted(path.name for path in Path(job["video"]).parent.iterdir()) == list(FILES)
        else:
            assert job["video"] is None


def leftovers(workspace: Path) -> list[str]:
    """Hidden files, locks and work folders, anywhere but in the cache, which clears up after itself in its own time."""
    paths = [*(workspace / "output").rglob("*"), *(workspace / "state" / "batches").rglob("*")]
    hidden = (path for path in paths if path.name.startswith("."))
    benches = (workspace / "state" / "batches").glob("*/unfinished/*")
    locks = (workspace / "state" / "batches").rglob("*lock*")
    return sorted(str(path.relative_to(workspace)) for path in {*hidden, *benches, *locks})


@pytest.mark.soak
def test_a_batch_survives_being_killed_at_any_instant(tmp_path):
    seed = random.SystemRandom().randrange(10**6)
    print(f"seed {seed}")  # noqa: T201 - shown when the test fails
    chance = random.Random(seed)
    write_folder(tmp_path / "kitchen", TITLES)
    output, delivered, kills = tmp_path / "output" / "kitchen", {}, 0

    while kills < KILLS:
        kills += kill_at_a_random_instant(Running.start("run", "kitchen", "--offline", "--json", cwd=tmp_path), chance)
        status = nightreel("status", "kitchen", "--json", cwd=tmp_path)
        if status.code == 2:  # killed before anything was planned
            continue
        assert_truthful(status.json, output)
        print(kills, status.json["counts"], [job["stage"] for job in status.json["jobs"]])  # noqa: T201
        now = digests(output)
        assert {name: now[name] for name in now.keys() & delivered.keys()}.items() <= delivered.items()
        delivered.update(now)
        if status.json["counts"]["completed"] == len(TITLES):  # nothing left to kill: lose some of it
            for film in chance.sample(sorted(output.iterdir()), 4):
                shutil.rmtree(film)
            shutil.rmtree(tmp_path / "state" / "cache")

    last = nightreel("run", "kitchen", "--offline", "--json", cwd=tmp_path)
    assert (last.code, last.stderr) == (0, "")
    assert last.events[-1]["counts"] == counts(completed=len(TITLES))
    assert len(digests(output)) == len(TITLES) * len(FILES)
    assert digests(output).items() >= delivered.items()
    assert leftovers(tmp_path) == []
