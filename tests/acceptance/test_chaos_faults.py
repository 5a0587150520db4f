"""Damage to the state on disk, before and during a batch, costs no film for good."""

from __future__ import annotations

import json
import os
import resource
import shutil
import sys
from pathlib import Path

import pytest

from tests.acceptance.command import Finished, Running, nightreel
from tests.acceptance.films import FILES, contents, small_preset, stock, write_brief, write_folder

TITLES = ("Why tea cools", "Why ice floats", "Why salt melts snow")
FLAGS = ("--narrator", "silence", "--preset", "small", "--json")
FOLDERS = ("why-ice-floats", "why-salt-melts-snow", "why-tea-cools")
# linux/prctl.h, linux/capability.h
PR_CAPBSET_DROP, CAP_DAC_OVERRIDE = 24, 1
# Root obeys permissions: what this becomes has no right to write anywhere.
OBEDIENT = f"""
import ctypes, os, sys
assert ctypes.CDLL(None).prctl({PR_CAPBSET_DROP}, {CAP_DAC_OVERRIDE}, 0, 0, 0) == 0
os.execv(sys.argv[1], sys.argv[1:])
"""


def run(home: Path, source: str = "kitchen", *, env: dict[str, str] | None = None, **options) -> Finished:
    return nightreel("run", source, *FLAGS, cwd=home, env=env, **options)


def films(home: Path, batch: str = "kitchen") -> dict[str, bytes]:
    """What was delivered, without the reports."""
    everything = contents(home / "output" / batch)
    return {name: data for name, data in everything.items() if not name.startswith("summary/")}


def job_files(home: Path, batch: str = "kitchen") -> list[Path]:
    return sorted((home / "state" / "batches" / batch / "jobs").glob("[!.]*.json"))


@pytest.fixture(scope="module")
def made(tmp_path_factory) -> Path:
    """A workspace with three films."""
    home = small_preset(tmp_path_factory.mktemp("made"))
    write_folder(home / "kitchen", TITLES)
    assert run(home).code == 0
    return home


@pytest.fixture
def home(made, tmp_path) -> Path:
    """A copy of it, to break."""
    shutil.copytree(made, tmp_path, dirs_exist_ok=True)
    return tmp_path


@pytest.fixture
def stocked(made, tmp_path) -> Path:
    """A new workspace with the same briefs, whose pictures are drawn already."""
    write_folder(tmp_path / "kitchen", TITLES)
    return stock(small_preset(tmp_path), made)


@pytest.mark.parametrize(
    ("name", "damage"),
    [
        ("truncated", lambda data: data[: len(data) // 2]),
        ("empty", lambda _data: b""),
        ("random bytes", lambda _data: os.urandom(2000)),
    ],
)
def test_a_checkpoint_that_cant_be_read_is_set_aside_and_its_film_made_again(home, name, damage):
    before = films(home)
    first, *others = job_files(home)
    untouched = {path: path.read_bytes() for path in others}
    broken = damage(first.read_bytes())
    first.write_bytes(broken)

    again = run(home)

    assert again.code == 0
    aside = first.with_suffix(".json.damaged")
    assert aside.read_bytes() == broken
    assert f"{first.name}: " in again.stderr
    assert aside.name in again.stderr
    assert {path: path.read_bytes() for path in others} == untouched
    assert json.loads(first.read_bytes())["status"] == "completed"
    assert films(home) == before


@pytest.mark.parametrize("again", [("run", "kitchen", *FLAGS), ("retry", "kitchen", "--failed"), ("resume", "kitchen")])
def test_a_checkpoint_of_a_newer_version_stays_and_its_film_is_not_made_again(home, again):
    before, (first, *_) = films(home), job_files(home)
    newer = json.dumps({**json.loads(first.read_bytes()), "schema": 99}).encode()
    first.write_bytes(newer)

    end = nightreel(*again, cwd=home)

    assert end.code == 9
    assert "was written by a newer nightreel (schema 99" in end.stderr + end.stdout
    assert first.read_bytes() == newer
    assert first in job_files(home)
    assert not list(home.rglob("*.damaged"))
    assert films(home) == before


@pytest.mark.parametrize("again", [("run", "kitchen", *FLAGS), ("run", "kitchen", "--dry-run", *FLAGS)])
def test_a_batch_of_a_newer_version_is_not_begun_anew(home, again):
    listed = home / "state" / "batches" / "kitchen" / "batch.json"
    newer = json.dumps({**json.loads(listed.read_bytes()), "schema": 99}).encode()
    listed.write_bytes(newer)

    end = nightreel(*again, cwd=home)

    assert end.code == 7
    assert "was written by a newer nightreel (schema 99" in end.stderr + end.stdout
    assert "Update nightreel" in end.stderr + end.stdout
    assert listed.read_bytes() == newer
    assert len(job_files(home)) == len(TITLES)


def test_a_damaged_checkpoint_that_no_batch_lists_is_kept_when_its_film_is_made(home):
    first, *_ = job_files(home)
    first.write_bytes(b"torn")
    (home / "state" / "batches" / "kitchen" / "batch.json").unlink()

    again = run(home)

    assert again.code == 0
    assert first.with_suffix(".json.damaged").read_bytes() == b"torn"


def test_a_cache_entry_with_wrong_bytes_is_never_used(home):
    before = films(home)
    for path in [*(home / "state" / "cache").rglob("*.mp4"), *(home / "state" / "cache").rglob("*.wav")]:
        data = bytearray(path.read_bytes())
        data[len(data) // 2] ^= 1
        path.write_bytes(bytes(data))
    shutil.rmtree(home / "output" / "kitchen" / "why-tea-cools")

    again = run(home)

    assert (again.code, again.stderr) == (0, "")
    assert films(home) == before


def test_a_source_that_is_edited_during_the_run_counts_from_the_next_run_on(stocked):
    running = Running.start("run", "kitchen", *FLAGS, cwd=stocked)
    running.wait_for(status="in_progress")
    write_brief(stocked / "kitchen" / "4.md", "Why bread rises")
    (stocked / "kitchen" / "2.md").unlink()
    assert running.finish().code == 0
    first = films(stocked)

    again = run(stocked)

    assert {name.partition("/")[0] for name in first} == set(FOLDERS)
    assert again.code == 0
    assert again.events[-1]["counts"]["completed"] == 3
    assert {name.partition("/")[0] for name in films(stocked)} == {*FOLDERS, "why-bread-rises"}


@pytest.mark.skipif(not hasattr(resource, "prlimit"), reason="only Linux limits a process that runs")
def test_a_disk_that_fills_up_in_the_middle_tears_nothing(stocked):
    running = Running.start("run", "kitchen", *FLAGS, cwd=stocked)
    running.wait_for(status="in_progress", stage="narration")
    _, hard = resource.prlimit(running.process.pid, resource.RLIMIT_FSIZE)
    resource.prlimit(running.process.pid, resource.RLIMIT_FSIZE, (1000, hard))
    end = running.finish()
    left = [path for path in stocked.rglob("*") if path.is_file() and path.name.startswith(".")]

    again = run(stocked)

    assert end.code in {8, 9}
    assert "file too large" in end.stderr.lower() + end.stdout.lower()
    assert end.events[-1]["counts"]["in_progress"] == 0, "nobody works on what could not be saved"
    assert [path for path in left if path.suffix == ".json"] == []
    assert (again.code, again.events[-1]["counts"]["completed"]) == (0, 3)
    assert len(films(stocked)) == 3 * len(FILES)


@pytest.mark.skipif(sys.platform != "linux", reason="root keeps to permissions only where it can be told to")
def test_a_state_folder_that_cant_be_written_is_told_at_once(home):
    shutil.rmtree(home / "output")
    folders = [home / "state", *(path for path in (home / "state").rglob("*") if path.is_dir())]
    for folder in folders:
        folder.chmod(0o555)
    through = (sys.executable, "-c", OBEDIENT) if os.geteuid() == 0 else ()

    refused = run(home, through=through)
    status = nightreel("status", "kitchen", "--json", cwd=home, through=through)
    for folder in folders:
        folder.chmod(0o755)

    assert refused.code == 8
    assert "can't be written: permission denied" in refused.stderr
    assert "Traceback" not in refused.stderr
    # Its films are gone, and it can still be seen how it stands.
    assert (status.code, status.json["counts"]["pending"]) == (0, 3)
    assert run(home).code == 0
    assert len(films(home)) == 3 * len(FILES)


def test_two_sources_of_one_name_are_not_one_batch(made, tmp_path):
    write_folder(tmp_path / "one" / "kitchen", TITLES[:1])
    write_folder(tmp_path / "two" / "kitchen", TITLES[1:2])
    stock(small_preset(tmp_path), made)
    first = run(tmp_path, "one/kitchen")
    before = films(tmp_path)

    second = run(tmp_path, "two/kitchen")
    named = nightreel("run", "two/kitchen", *FLAGS, "--batch", "other", cwd=tmp_path)

    assert (first.code, second.code) == (0, 2)
    assert "one/kitchen" in second.stderr
    assert "--batch" in second.stderr
    assert films(tmp_path) == before
    assert named.code == 0
    assert [name.partition("/")[0] for name in films(tmp_path, "other")][:1] == ["why-ice-floats"]
