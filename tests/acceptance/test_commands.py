"""The commands around a batch, as real processes: interrupt, resume, retry, cancel, prioritise, clean up."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.acceptance.command import DEADLINE_S, Running, all_gone, environment, nightreel
from tests.acceptance.films import TITLES, checkpoint, small_preset, write_brief, write_folder

SILENT = ("--offline", "--narrator", "silence")
# For films that nobody has to meet while they are drawn.
SMALL = (*SILENT, "--preset", "small")
posix_only = pytest.mark.skipif(sys.platform == "win32", reason="sends signals")


@pytest.fixture(autouse=True)
def _small(tmp_path):
    small_preset(tmp_path)


def status(home, batch="kitchen"):
    """How many films there are in each status, those with none left out."""
    told = nightreel("status", batch, "--json", cwd=home).json
    return {name: count for name, count in told["counts"].items() if count}


@posix_only
def test_an_interrupted_batch_says_how_to_go_on_and_does_so(tmp_path):
    write_folder(tmp_path / "kitchen", TITLES[:2])
    running = Running.start("run", "kitchen", *SILENT, "--json", cwd=tmp_path)
    event = running.wait_for(status="in_progress", stage="scenes")
    children = running.children()
    running.process.send_signal(signal.SIGTERM)
    stopped = running.finish()

    assert (stopped.code, stopped.stderr) == (130, "nightreel: interrupted; resume with: nightreel resume kitchen\n")
    assert (stopped.events[-1]["event"], stopped.events[-1]["interrupted"]) == ("summary", True)
    assert stopped.events[-1]["counts"]["pending"] == 2
    assert all_gone(children)
    assert status(tmp_path) == {"pending": 2}
    assert checkpoint(tmp_path, "kitchen", event["job"])["history"][-1]["why"] == "interrupted"

    resumed = nightreel("resume", "kitchen", "--json", cwd=tmp_path)

    assert resumed.code == 0
    assert resumed.events[-1]["counts"]["completed"] == 2


@posix_only
def test_a_second_signal_stops_at_once_with_all_processes(tmp_path):
    write_folder(tmp_path / "kitchen", TITLES[:2])
    running = Running.start("run", "kitchen", *SILENT, "--json", cwd=tmp_path)
    running.wait_for(status="in_progress", stage="scenes")
    children = running.children()
    # Both are there before it can answer the first.
    running.process.send_signal(signal.SIGSTOP)
    running.process.send_signal(signal.SIGTERM)
    running.process.send_signal(signal.SIGINT)
    running.process.send_signal(signal.SIGCONT)
    stopped = running.finish()

    assert (stopped.code, stopped.stderr) == (
        130,
        "nightreel: stopped at once; resume with: nightreel resume kitchen\n",
    )
    assert stopped.events[-1]["interrupted"]
    assert all_gone(children)
    assert nightreel("resume", "kitchen", cwd=tmp_path).code == 0
    assert status(tmp_path) == {"completed": 2}


@posix_only
def test_a_closed_terminal_stops_a_batch_in_order(tmp_path):
    write_folder(tmp_path / "kitchen", TITLES[:3])
    running = Running.start("run", "kitchen", *SMALL, "--strategy", "sequential", "--json", cwd=tmp_path)
    running.wait_for(status="in_progress", stage="scenes")
    running.process.send_signal(signal.SIGHUP)

    assert running.finish().code == 130
    counts = status(tmp_path)
    # The first one may have been quicker than the signal.
    assert counts["pending"] + counts.get("completed", 0) == 3
    assert counts["pending"] >= 2


@posix_only
def test_who_stops_helping_hears_that_the_others_go_on(tmp_path):
    write_folder(tmp_path / "kitchen", TITLES[:3])
    first = Running.start("run", "kitchen", *SMALL, "--strategy", "sequential", "--json", cwd=tmp_path)
    first.wait_for(status="in_progress", stage="scenes")
    first.process.send_signal(signal.SIGSTOP)
    helper = Running.start("resume", "kitchen", "--json", cwd=tmp_path)
    helper.wait_for(status="in_progress", stage="scenes")
    helper.process.send_signal(signal.SIGTERM)
    stopped = helper.finish()
    first.process.send_signal(signal.SIGCONT)

    assert stopped.stderr == f"nightreel: interrupted; process {first.process.pid} continues with “kitchen”\n"
    assert first.finish().code == 0


def test_a_batch_goes_on_as_it_was_run_unless_a_flag_says_otherwise(tmp_path):
    write_folder(tmp_path / "kitchen", TITLES[:1])
    report = tmp_path / "output" / "kitchen" / "summary" / "batch_report.json"
    strategies = []

    for command in (
        ("run", *SMALL, "--strategy", "sequential"),
        ("resume",),
        ("retry",),
        ("resume", "--strategy", "fixed"),
    ):
        name, *flags = command
        assert nightreel(name, "kitchen", *flags, cwd=tmp_path).code == 0
        strategies.append(json.loads(report.read_text(encoding="utf-8"))["run"]["strategy"])

    assert strategies == ["sequential", "sequential", "sequential", "fixed"]


def test_a_wrong_value_is_answered_with_the_help_of_its_command(tmp_path):
    refused = nightreel("run", "x.txt", "--strategy", "x", cwd=tmp_path)

    assert refused.code == 2
    assert refused.stderr.endswith("See nightreel run --help\n")


def test_a_mended_brief_is_made_by_retry_and_a_new_one_is_not(tmp_path):
    write_folder(tmp_path / "kitchen", TITLES[:1])
    write_brief(tmp_path / "kitchen" / "2.md", TITLES[1], front="template: nope\n")
    assert nightreel("run", "kitchen", *SMALL, cwd=tmp_path).code == 9
    write_brief(tmp_path / "kitchen" / "2.md", TITLES[1])
    write_brief(tmp_path / "kitchen" / "3.md", TITLES[2])

    # From anywhere: the workspace knows where its source lies.
    retried = nightreel("retry", "kitchen", "--failed", "--json", "--workspace", tmp_path, cwd=tmp_path / "kitchen")

    assert retried.code == 0
    assert retried.events[-1]["counts"]["completed"] == 2
    jobs = nightreel("status", "kitchen", "--json", cwd=tmp_path).json["jobs"]
    assert [(job["title"], job["status"]) for job in jobs] == [(title, "completed") for title in TITLES[:2]]

    # And once more from a stage on: it is drawn again, though nothing has changed.
    again = nightreel("retry", "kitchen", "--job", jobs[0]["id"][:8], "--from", "scenes", "--json", cwd=tmp_path)

    assert again.code == 0
    assert any(event.get("stage") == "scenes" for event in again.events)
    job = checkpoint(tmp_path, "kitchen", jobs[0]["id"])
    (_, second) = [record for record in job["records"] if record["stage"] == "scenes"]
    assert second["made"] == len(job["segments"]) > 0


@posix_only
def test_a_running_process_takes_up_what_is_added_and_lets_go_of_what_is_cancelled(tmp_path):
    write_folder(tmp_path / "kitchen", TITLES[:2])
    running = Running.start("run", "kitchen", *SILENT, "--strategy", "sequential", "--json", cwd=tmp_path)
    first = running.wait_for(status="in_progress", stage="scenes")
    write_brief(tmp_path / "salt.md", TITLES[2])
    running.process.send_signal(signal.SIGSTOP)  # at work, for as long as it takes to ask
    added = nightreel("add", "kitchen", "salt.md", "--priority", "urgent", "--json", cwd=tmp_path)
    listed = nightreel("list", "--json", cwd=tmp_path).json
    cancelled = nightreel("cancel", "kitchen", "--job", first["job"], "--json", cwd=tmp_path)
    running.process.send_signal(signal.SIGCONT)
    end = running.finish()

    assert added.json["workers"] == [running.process.pid] == listed[0]["workers"]
    assert (cancelled.json["cancelled"], cancelled.json["asked_to_stop"]) == (0, 1)
    assert end.code == 0
    over = [event for event in running.seen + end.events if event.get("status") in {"completed", "cancelled"}]
    assert [(event["title"], event["status"]) for event in over] == [
        (TITLES[0], "cancelled"),
        (TITLES[2], "completed"),
        (TITLES[1], "completed"),
    ]


def test_work_left_in_the_queue_waits_for_a_process_and_a_finished_batch_is_forgotten(tmp_path):
    write_brief(tmp_path / "tea.md")

    left = nightreel("make", "tea.md", *SMALL, "--queue", "--priority", "high", cwd=tmp_path)
    assert (left.code, left.stderr) == (0, "")
    assert "queue: 1 film added" in left.stdout
    assert "Start with: nightreel resume queue" in left.stdout
    assert nightreel("clean", "queue", cwd=tmp_path).code == 2

    kept = nightreel("checkpoint", "queue", "--name", "before", cwd=tmp_path)
    assert (kept.code, kept.stdout.splitlines()[0]) == (0, "queue: 1 job saved as “before”")
    assert nightreel("resume", "queue", cwd=tmp_path).code == 0
    # It is delivered: going back does not make it again.
    started_s = time.time()
    assert nightreel("resume", "queue", "--from", "before", cwd=tmp_path).code == 0
    (film,) = tmp_path.glob("output/queue/*/video.mp4")
    assert film.stat().st_mtime < started_s

    assert nightreel("clean", "queue", cwd=tmp_path).code == 0
    assert nightreel("list", "--json", cwd=tmp_path).json == []
    assert film.exists()
    assert not (tmp_path / "state" / "batches" / "queue").exists()


def test_priority_is_for_the_queue(tmp_path):
    write_brief(tmp_path / "tea.md")

    refused = nightreel("make", "tea.md", "--priority", "high", cwd=tmp_path)

    assert (refused.code, refused.stderr) == (2, "nightreel: --priority needs --queue. Add --queue\n")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="a device of Linux")
@pytest.mark.parametrize("unbuffered", ["", "1"])
@pytest.mark.parametrize("command", [("presets",), ("presets", "--json"), ("list", "--json"), ("--help",)])
def test_a_full_disk_behind_what_is_printed_is_told_in_one_line(tmp_path, command, unbuffered):
    with Path("/dev/full").open("w") as full:
        ran = subprocess.run(
            [sys.executable, "-m", "pipeline", *command],
            cwd=tmp_path,
            env=environment({"PYTHONUNBUFFERED": unbuffered}),
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            timeout=DEADLINE_S,
            check=False,
        )

    assert ran.returncode == 8
    assert ran.stderr == (
        "nightreel: standard output: can't be written: no space left on device. "
        "Free some space and run the command again; it continues where it stopped\n"
    )


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="a device of Linux")
@pytest.mark.parametrize(("command", "code"), [("presets", 0), ("status nothing", 2)])
def test_a_full_disk_behind_what_is_complained_of_changes_no_exit_code(tmp_path, command, code):
    with Path("/dev/full").open("w") as full:
        ran = subprocess.run(
            [sys.executable, "-m", "pipeline", *command.split()],
            cwd=tmp_path,
            env=environment({}),
            stdout=subprocess.PIPE,
            stderr=full,
            timeout=DEADLINE_S,
            check=False,
        )

    assert ran.returncode == code


@posix_only
@pytest.mark.parametrize("closed", ["2>&-", "<&- >&- 2>&-"])
def test_a_night_whose_streams_were_closed_before_it_began_makes_its_films_and_ends(tmp_path, closed):
    write_folder(tmp_path / "kitchen", TITLES[:1])
    through = ("sh", "-c", f'exec "$@" {closed}', "sh")
    ran = nightreel("run", "kitchen", *SMALL, "--json", cwd=tmp_path, through=through)

    assert (ran.code, ran.stderr) == (0, "")
    assert status(tmp_path) == {"completed": 1}
    if ">&- 2" not in closed:
        assert ran.events[-1]["event"] == "summary", "how it goes is told to nobody, and not to who reads JSON"
