"""`nightreel run`: a batch that is killed, interrupted, refused, and resumed."""

from __future__ import annotations

import os
import signal
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.acceptance.command import Finished, Running, all_gone, nightreel
from tests.acceptance.films import (
    FILES,
    TITLES,
    checkpoint,
    contents,
    counts,
    snapshot,
    stock,
    write_brief,
    write_folder,
)

FOLDERS = ("why-ice-floats", "why-salt-melts-snow", "why-tea-cools")


def test_a_killed_batch_leaves_no_process_behind(killed_batch):
    assert killed_batch.workers_ended


def test_after_a_kill_status_knows_that_nobody_works(killed_batch):
    status = killed_batch.status_after_kill

    assert status["batch"] == "kitchen"
    assert status["counts"] == counts(completed=1, pending=2)
    assert [(job["title"], job["status"], job["stage"], job["attempts"]) for job in status["jobs"]] == [
        (TITLES[0], "completed", "publishing", 1),
        (TITLES[1], "pending", "scenes", 1),
        (TITLES[2], "pending", "", 0),
    ]
    assert [bool(job["video"]) for job in status["jobs"]] == [True, False, False]
    assert {job["error"] for job in status["jobs"]} == {None}


def test_after_a_kill_only_whole_films_are_in_the_output_folder(killed_batch):
    assert sorted(killed_batch.output_after_kill) == [f"why-tea-cools/{name}" for name in FILES]


def test_the_same_command_goes_on_after_a_kill(killed_batch):
    summary = killed_batch.second.events[-1]

    assert (killed_batch.second.code, killed_batch.second.stderr) == (0, "")
    assert (summary["event"], summary["batch"]) == ("summary", "kitchen")
    assert summary["counts"] == counts(completed=3)
    assert sorted(killed_batch.output_after_second) == [f"{folder}/{name}" for folder in FOLDERS for name in FILES]


def test_a_finished_film_is_left_alone_by_the_command_that_goes_on(killed_batch):
    left_alone = {name: killed_batch.output_after_second[name] for name in killed_batch.output_after_kill}

    assert left_alone == killed_batch.output_after_kill


def test_the_film_that_was_killed_says_what_happened_to_it(killed_batch):
    (job,) = [job for job in killed_batch.status_at_the_end["jobs"] if job["title"] == TITLES[1]]

    history = checkpoint(killed_batch.workspace, "kitchen", job["id"])["history"]

    assert [(event["status"], event["why"]) for event in history] == [
        ("in_progress", ""),
        ("pending", "the process that worked on it is gone"),
        ("in_progress", ""),
        ("completed", ""),
    ]


def test_a_finished_batch_is_answered_without_touching_anything(killed_batch):
    notice, summary = killed_batch.third.events

    assert killed_batch.third.code == 0
    assert notice == {"event": "notice", "text": "3 of 3 films exist already"}
    assert summary["counts"] == counts(completed=3)
    assert snapshot(killed_batch.output) == killed_batch.output_after_second


def test_at_the_end_status_names_every_film_and_where_it_lies(killed_batch):
    status = killed_batch.status_at_the_end

    assert status["counts"] == counts(completed=3)
    assert [job["title"] for job in status["jobs"]] == list(TITLES)
    for job in status["jobs"]:
        assert job.keys() >= {"id", "title", "status", "stage", "attempts", "video", "error"}
        assert Path(job["video"]).stat().st_size > 100_000


def test_status_without_a_batch_has_a_line_for_each(killed_batch):
    told = nightreel("status", "--workspace", killed_batch.workspace, cwd=killed_batch.home)

    assert (told.code, told.stdout) == (0, "kitchen  3 completed\n")


@dataclass(frozen=True)
class Interrupted:
    """A batch that was stopped politely while it drew."""

    end: Finished
    children_ended: bool
    status: dict[str, Any]
    history: list[dict[str, Any]]


@pytest.fixture(scope="module", params=["SIGTERM to the process", "SIGINT to all of them, as Ctrl-C"])
def interrupted(request, tmp_path_factory):
    home = tmp_path_factory.mktemp("interrupted")
    write_folder(home / "kitchen", TITLES[:2])
    command = ("run", "kitchen", "--narrator", "silence", "--json")
    running = Running.start(*command, cwd=home, from_nothing=True)
    event = running.wait_for(status="in_progress", stage="scenes")
    children = running.children()
    if "SIGTERM" in request.param:
        running.process.send_signal(signal.SIGTERM)
    else:
        os.killpg(running.process.pid, signal.SIGINT)
    end = running.finish()
    return Interrupted(
        end=end,
        children_ended=all_gone(children),
        status=nightreel("status", "kitchen", "--json", cwd=home).json,
        history=checkpoint(home, "kitchen", event["job"])["history"],
    )


def test_an_interrupted_batch_stops_in_good_order(interrupted):
    said = "nightreel: interrupted; resume with: nightreel resume kitchen\n"
    assert (interrupted.end.code, interrupted.end.stderr) == (130, said)
    assert interrupted.children_ended


def test_an_interrupted_film_waits_to_go_on(interrupted):
    assert interrupted.status["counts"] == counts(pending=2)
    # Written down by itself, not only deduced from a lock that nobody holds.
    assert interrupted.history[-1]["status"] == "pending"
    assert interrupted.history[-1]["why"] == "interrupted"


def test_a_broken_brief_does_not_keep_the_others_of_its_folder(killed_batch, tmp_path):
    folder = write_folder(tmp_path / "kitchen", TITLES[:2])
    (folder / "0.md").write_text("---\ntitle: Tea\nvioce: x\n---\nHot.\n", encoding="utf-8")
    (folder / "9.md").write_bytes(b"\xff\xfe\x00")
    stock(tmp_path, killed_batch.workspace)

    told = nightreel("run", "kitchen", "--offline", cwd=tmp_path)
    events = nightreel("run", "kitchen", "--offline", "--json", cwd=tmp_path)

    assert told.code == events.code == 9
    broken = [line for line in told.complaints if line.startswith("nightreel: ")]
    assert [line.partition(": ")[2].partition(":")[0] for line in broken] == ["kitchen/0.md", "kitchen/9.md"]
    assert "unknown key 'vioce' in the front matter. Did you mean voice?" in broken[0]
    assert told.stdout.lstrip().startswith("kitchen: 2 of 4 films")
    assert ", 2 failed\n" in told.stdout
    assert sum(line.startswith("  failed ") for line in told.stdout.splitlines()) == 2
    assert "To retry: correct them, and repeat the run command;" in told.stdout
    assert events.events[-1]["counts"] == counts(completed=2, failed=2)
    assert [event["error"] for event in events.events[:2]] == [line.removeprefix("nightreel: ") for line in broken]
    made = sorted(path.name for path in (tmp_path / "output" / "kitchen").iterdir())
    assert made == ["summary", "why-ice-floats", "why-tea-cools"]


def test_a_batch_has_the_name_it_is_given_and_puts_its_films_where_it_is_told(tea, tmp_path):
    write_brief(tmp_path / "tea.md")
    stock(tmp_path, tea.workspace)

    run = nightreel(
        "run", "tea.md", "--offline", "--json", "--batch", "Küche", "--output", tmp_path / "films", cwd=tmp_path
    )

    assert run.code == 0
    assert run.events[-1]["batch"] == "Küche"
    assert contents(tmp_path / "films" / "why-tea-cools") == contents(tea.folder)
    assert nightreel("status", "Küche", "--json", cwd=tmp_path).json["counts"] == counts(completed=1)
