"""Run the command line as a user does: in a separate process, with a clean environment."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

import psutil

from tests.acceptance import warm

REPOSITORY = Path(__file__).resolve().parents[2]
# A hanging command is killed after this time.
DEADLINE_S = 120
_PROGRESS = re.compile(r"\[\d+/\d+\] .+: (started|script|narration|subtitles|scenes|film|quality|publishing)")
_KEPT = ("PATH", "HOME", "TMPDIR", "LANG", "LC_ALL", "SYSTEMROOT", "TEMP", "TMP")


def environment(extra: Mapping[str, str]) -> dict[str, str]:
    """The environment of a command: this repository's package, without the machine's settings, keys and proxies."""
    kept = {name: os.environ[name] for name in _KEPT if name in os.environ}
    return {**kept, "PYTHONPATH": str(REPOSITORY), **extra}


@dataclass(frozen=True)
class Finished:
    """The exit code and output of a command."""

    code: int
    stdout: str
    stderr: str

    @property
    def json(self) -> Any:
        """The one JSON document on stdout."""
        (line,) = self.stdout.splitlines()
        return json.loads(line)

    @property
    def events(self) -> list[dict[str, Any]]:
        """The JSON lines on stdout."""
        return [json.loads(line) for line in self.stdout.splitlines()]

    @property
    def complaints(self) -> list[str]:
        """The lines on stderr except progress messages."""
        return [line for line in self.stderr.splitlines() if not _PROGRESS.fullmatch(line)]


def nightreel(
    *arguments: str | Path,
    cwd: Path,
    env: Mapping[str, str] | None = None,
    through: Sequence[str] = (),
    most_file_bytes: int | None = None,
) -> Finished:
    """Run `nightreel ARGUMENTS` to its end; `through`: see `Running.start`.

    `most_file_bytes` limits the size of files it can write, and is only available where commands are forked.
    """
    if not through and warm.can_run(env or {}):
        forked = warm.start(
            "pipeline",
            [*map(str, arguments)],
            cwd=cwd,
            env=environment(env or {}),
            most_file_bytes=most_file_bytes,
        )
        stdout, stderr = forked.communicate(DEADLINE_S)
        return Finished(forked.wait(), stdout, stderr)
    assert most_file_bytes is None
    return Running.start(*arguments, cwd=cwd, env=env, from_nothing=True, through=through).finish()


@dataclass
class Running:
    """A running command, in its own process group, with its JSON events as they arrive."""

    process: subprocess.Popen[str] | warm.Forked
    seen: list[dict[str, Any]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._watchdog = threading.Timer(DEADLINE_S, _end_group, [self.process])
        self._watchdog.start()

    @classmethod
    def start(
        cls,
        *arguments: str | Path,
        cwd: Path,
        env: Mapping[str, str] | None = None,
        from_nothing: bool = False,
        through: Sequence[str] = (),
    ) -> Running:
        """Start `nightreel ARGUMENTS`; `from_nothing`: in a new Python process instead of a fork.

        `through` is then a wrapper program that executes the command that follows it.
        """
        if not from_nothing and warm.can_run(env or {}):
            return cls(warm.start("pipeline", [*map(str, arguments)], cwd=cwd, env=environment(env or {})))
        process = subprocess.Popen(
            [*through, sys.executable, "-m", "pipeline", *map(str, arguments)],
            cwd=cwd,
            env=environment(env or {}),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            stdin=subprocess.DEVNULL,
            text=True,
            encoding="utf-8",
            start_new_session=True,
        )
        return cls(process)

    def wait_for(self, **wanted: object) -> dict[str, Any]:
        """Return the next event with these values. Fails when the command ends without it."""
        for event in self._events():
            if wanted.items() <= event.items():
                return event
        raise AssertionError(f"no event {wanted} in {self.seen}; stderr: {self.finish().stderr}")

    def children(self) -> list[psutil.Process]:
        """All descendants of the command."""
        return psutil.Process(self.process.pid).children(recursive=True)

    def finish(self) -> Finished:
        """Wait for the command to end."""
        stdout, stderr = self.process.communicate()
        self._watchdog.cancel()
        return Finished(self.process.wait(), stdout, stderr)

    def _events(self) -> Iterator[dict[str, Any]]:
        assert self.process.stdout is not None
        # Without reading ahead, so that later events stay in the pipe.
        while line := self.process.stdout.readline():
            self.seen.append(json.loads(line))
            yield self.seen[-1]


def _end_group(process: subprocess.Popen[str] | warm.Forked) -> None:
    """Kill the process group: a leftover worker would keep the streams open, and their readers waiting."""
    if hasattr(os, "killpg"):
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
    else:
        process.kill()


def all_gone(processes: list[psutil.Process]) -> bool:
    """Whether all these processes end within 30 s."""
    _, alive = psutil.wait_procs(processes, timeout=30)
    return not alive


@dataclass
class Quiet:
    """A running command, in its own process group, whose output goes to files, so it needs no reader."""

    process: subprocess.Popen[bytes]
    out: IO[bytes]
    err: IO[bytes]

    @classmethod
    def start(cls, *arguments: str | Path, cwd: Path, env: Mapping[str, str] | None = None) -> Quiet:
        """Start `nightreel ARGUMENTS`."""
        out, err = tempfile.TemporaryFile(), tempfile.TemporaryFile()  # noqa: SIM115 - closed by `finish`
        process = subprocess.Popen(
            [sys.executable, "-m", "pipeline", *map(str, arguments)],
            cwd=cwd,
            env=environment(env or {}),
            stdout=out,
            stderr=err,
            stdin=subprocess.DEVNULL,
            start_new_session=True,
        )
        return cls(process, out, err)

    def children(self) -> list[psutil.Process]:
        """All descendants of the command; none, if it has ended."""
        try:
            return psutil.Process(self.process.pid).children(recursive=True)
        except psutil.NoSuchProcess:
            return []

    def finish(self) -> Finished:
        """Wait for the command to end; kill it after `DEADLINE_S`."""
        try:
            self.process.wait(DEADLINE_S)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        return Finished(self.process.returncode, _all_of(self.out), _all_of(self.err))


def _all_of(file: IO[bytes]) -> str:
    if file.closed:
        return ""
    with file:
        file.seek(0)
        return file.read().decode()
