"""Two hundred kills at random instants, of commands, workers and helper processes: `make soak`.

    CHAOS_SEED=12345 CHAOS_KILLS=200 python -m pytest -m soak tests/acceptance/test_chaos_kills.py -s

repeats the same sequence of kills (the seed is printed first). What they hit depends on the machine's load.
"""

from __future__ import annotations

import hashlib
import json
import os
import random
import signal
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil
import pytest

from pipeline.errors import EXIT_SOME_JOBS_FAILED
from tests.acceptance.command import DEADLINE_S, Finished, Quiet, all_gone, nightreel
from tests.acceptance.films import FILES
from tests.acceptance.services import Service, asking, service, workspace_for_services

KILLS = int(os.environ.get("CHAOS_KILLS", "200"))
FILMS = 6
# How often the truth is asked of the real command; in between, only the files are looked at.
STATUS_EVERY = 5
THINGS = ("tea", "ice", "salt", "rain", "glue", "bread", "rust", "foam", "sand", "wax", "coal", "silk")


@dataclass
class Discontinuities:
    """Reads every JSON file that has its name, over and over, as somebody who watches the folder would."""

    root: Path
    found: list[str] = field(default_factory=list)
    read: int = 0
    _done: threading.Event = field(default_factory=threading.Event)

    @contextmanager
    def watching(self) -> Iterator[None]:
        """While the block lasts."""
        thread = threading.Thread(target=self._watch)
        thread.start()
        try:
            yield
        finally:
            self._done.set()
            thread.join()

    def look(self) -> None:
        """Read them all, once."""
        for folder in (self.root / "state", self.root / "output"):
            for path in _json_files(folder):
                if path.name.startswith("."):
                    continue
                try:
                    json.loads(path.read_bytes())
                except FileNotFoundError:
                    continue
                except ValueError as error:
                    self.found.append(f"{path}: {error}")
                self.read += 1

    def _watch(self) -> None:
        while not self._done.wait(0.2):
            self.look()


def _json_files(folder: Path) -> list[Path]:
    """All that are there now; folders may go while they are looked through."""
    while True:
        try:
            return list(folder.rglob("*.json"))
        except FileNotFoundError:
            continue


@dataclass
class Chaos:
    """One workspace, one batch after another, and what is known of each film so far."""

    home: Path
    groq: Service
    edge: Service
    seed: int
    # Draws anew for each step: what one step draws does not depend on how long the ones before it took.
    chance: random.Random = field(default_factory=random.Random)
    steps: int = 0
    batch: str = ""
    batches: int = 0
    kills: Counter[str] = field(default_factory=Counter)
    # By topic: how many kills hit it before its script was seen in a checkpoint, and what had been asked by then.
    hit: Counter[str] = field(default_factory=Counter)
    written: dict[str, int] = field(default_factory=dict)
    spoken: dict[str, int] = field(default_factory=dict)
    films: dict[Path, str] = field(default_factory=dict)

    def next_step(self) -> None:
        """From here on, chance is that of the next step."""
        self.steps += 1
        self.chance = random.Random(f"{self.seed}/{self.steps}")

    def new_batch(self) -> None:
        """The next list of topics; no topic comes twice in a night."""
        self.next_step()
        self.batches += 1
        self.batch = f"night-{self.batches}"
        topics = [f"Odd {thing} {self.batches}" for thing in self.chance.sample(THINGS, FILMS)]
        (self.home / f"{self.batch}.txt").write_text("\n".join(topics) + "\n", encoding="utf-8")

    def start(self) -> Quiet:
        """A command that works on the batch, the first one or one that helps."""
        return Quiet.start("run", f"{self.batch}.txt", "--json", cwd=self.home, env=asking(self.groq, self.edge))

    def jobs(self) -> list[dict[str, Any]]:
        """The checkpoints of the batch."""
        folder = self.home / "state" / "batches" / self.batch / "jobs"
        return [json.loads(path.read_bytes()) for path in folder.glob("[!.]*.json")]

    def note_hit(self) -> None:
        """A process dies now: whoever's script is not saved may be written once more."""
        saved = {job["brief"]["title"] for job in self.jobs() if job["script"]}
        topics = (self.home / f"{self.batch}.txt").read_text(encoding="utf-8").split("\n")[:-1]
        self.hit.update(topic for topic in topics if topic not in saved)

    def check(self) -> None:
        """What is true after every kill."""
        jobs = self.jobs()  # first: what is saved in them has been asked already, and never will be again
        asked, spoken = self.groq.asked("topic"), self.edge.asked("text")
        for job in jobs:
            topic = job["brief"]["title"]
            if job["script"]:
                assert asked[topic] == self.written.setdefault(topic, asked[topic]), f"{topic} was written again"
            if job["narration"]:
                text = f"{topic}."
                assert spoken[text] == self.spoken.setdefault(topic, spoken[text]), f"{topic} was spoken again"
            if job["status"] == "completed":
                self.check_film(job)
        for topic, times in asked.items():
            assert times <= 1 + self.hit[topic], f"{topic}: written {times} times"

    def check_film(self, job: dict[str, Any]) -> None:
        """A film is whole, and stays as it was when it was first seen."""
        film = self.home / job["receipt"]["package"]["video"]
        digest = hashlib.sha256(film.read_bytes()).hexdigest()
        assert digest == job["video"]["sha256"] == self.films.setdefault(film, digest)
        assert sorted(path.name for path in film.parent.iterdir() if not path.name.startswith(".")) == list(FILES)

    def given_up(self) -> int:
        """How many films have failed, and why: the only reason there is that chance killed their workers twice."""
        failed = [job for job in self.jobs() if job["status"] == "failed"]
        assert {job["error"]["kind"] for job in failed} <= {"CrashError"}
        evidence = self.home / "state" / "batches" / self.batch / "evidence"
        assert all((evidence / f"{job['id']}.txt").is_file() for job in failed)
        return len(failed)

    def check_status(self, *, at_work: bool) -> None:
        """`nightreel status` says what the files say."""
        status = nightreel("status", self.batch, "--json", cwd=self.home)
        if status.code == 2:  # killed before anything was planned; whoever is at work may plan it this very moment
            assert at_work or not (self.home / "state" / "batches" / self.batch / "batch.json").exists()
            assert "no batch named" in status.stderr
            return
        jobs = status.json["jobs"]
        assert sum(status.json["counts"].values()) == len(jobs) == FILMS
        assert status.json["counts"]["failed"] == self.given_up() or at_work
        assert status.json["counts"]["parked"] == 0
        assert at_work or status.json["counts"]["in_progress"] == 0
        for job in jobs:
            assert (job["status"] == "completed") == bool(job["video"])
            if job["video"]:
                assert Path(job["video"]) in self.films or at_work

    def finish(self) -> None:
        """Let the batch come to its end, and look at all of it."""
        command = ("run", f"{self.batch}.txt", "--json")
        last = nightreel(*command, cwd=self.home, env=asking(self.groq, self.edge))
        if gave_up(last):  # a film that was killed once too often before this run; the same command tries again
            last = nightreel(*command, cwd=self.home, env=asking(self.groq, self.edge))
        assert last.code == 0, (last.stdout, last.stderr)
        self.check()
        jobs = self.jobs()
        assert {job["status"] for job in jobs} == {"completed"}
        folders = [path for path in (self.home / "output" / self.batch).iterdir() if path.name != "summary"]
        assert len(folders) == len(jobs) == FILMS
        assert {path.resolve() for path in folders} == {
            (self.home / job["receipt"]["package"]["video"]).parent for job in jobs
        }
        assert leftovers(self.home, self.batch) == []

    def kill_someone(self, running: list[Quiet]) -> None:
        """One SIGKILL, for a command or for one of its workers."""
        victim = self.chance.choice(running)
        wants_worker = self.chance.random() < 0.35
        which = self.chance.random()
        workers = victim.children()
        if wants_worker and workers:
            worker = workers[int(which * len(workers))]
            try:
                worker.kill()
            except psutil.NoSuchProcess:
                return
            self.kills["worker"] += 1
            return
        self.note_hit()
        if victim.process.poll() is not None:
            return
        kind = "helper" if victim is not running[0] else "command"
        victim.process.send_signal(signal.SIGKILL)
        if victim.process.wait(DEADLINE_S) == 0:
            # It had come to its end in this very moment.
            return
        self.kills[kind] += 1
        running.remove(victim)
        assert victim.finish().code == -signal.SIGKILL
        assert all_gone(workers), "a process outlived its parent"


def leftovers(workspace: Path, batch: str) -> list[str]:
    """Hidden files, locks and work folders of a batch that is over."""
    state = workspace / "state" / "batches" / batch
    paths = [*(workspace / "output" / batch).rglob("*"), *state.rglob("*")]
    found = {path for path in paths if path.name.startswith(".") or "lock" in path.name or path.suffix == ".cancel"}
    return sorted(str(path.relative_to(workspace)) for path in found | {*state.glob("unfinished/*")})


@pytest.mark.soak
def test_every_job_ends_in_exactly_one_film_whatever_is_killed_and_when(tmp_path):
    seed = int(os.environ.get("CHAOS_SEED") or random.SystemRandom().randrange(10**6))
    print(f"CHAOS_SEED={seed}", flush=True)  # noqa: T201 - to draw the same kills again
    began = time.monotonic()
    home, torn = workspace_for_services(tmp_path), Discontinuities(tmp_path)
    with service("groq", "--terse", "--latency", "0.2") as groq, service("edge", "--latency", "0.1") as edge:
        chaos = Chaos(home, groq, edge, seed)
        with torn.watching():
            while chaos.kills.total() < KILLS:
                chaos.new_batch()
                make_one_batch(chaos)
                print(f"{time.monotonic() - began:.0f} s: {chaos.batch} done, {dict(chaos.kills)}", flush=True)  # noqa: T201
        assert groq.history()["complaints"] == edge.history()["complaints"] == []
    assert not torn.found
    assert torn.read > KILLS


def make_one_batch(chaos: Chaos) -> None:
    """Kill and begin again until the batch is complete."""
    running: list[Quiet] = []
    try:
        while True:
            chaos.next_step()
            if not running or (len(running) == 1 and chaos.chance.random() < 0.3):
                running.append(chaos.start())
            pause_s = chaos.chance.choice((chaos.chance.uniform(0.05, 1), chaos.chance.uniform(0.5, 4)))
            if ends := ends_within(pause_s, running):
                if chaos.given_up() or any(map(gave_up, ends)):
                    continue  # the same command tries again
                assert all(end.code == 0 for end in ends), ends
                break
            chaos.kill_someone(running)
            chaos.check()
            if chaos.kills.total() % STATUS_EVERY == 0:
                chaos.check_status(at_work=bool(running))
            if chaos.kills.total() >= KILLS:
                break
    finally:
        for command in running:
            command.finish()
    chaos.finish()


def gave_up(end: Finished) -> bool:
    """Whether a command ended with films that kills have stopped too often; another may have made them since."""
    failed = [event["error"] for event in end.events if event.get("status") == "failed"]
    assert all(" died " in error for error in failed), failed
    return bool(failed) and end.code == EXIT_SOME_JOBS_FAILED


def ends_within(seconds: float, running: list[Quiet]) -> list[Finished]:
    """How all of them end, if one of them finds nothing left to do within so many seconds."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if any(command.process.poll() is not None for command in running):
            ends = [command.finish() for command in running]
            running.clear()
            return ends
        time.sleep(0.02)
    return []
