"""A run for logs, pipes and machines: a line for every event, nothing that is ever drawn over."""

from __future__ import annotations

import sys
from dataclasses import asdict

from pipeline.cli.escaping import printable
from pipeline.cli.output import say
from pipeline.cli.progress_view import outcome_line
from pipeline.cli.summary import print_json
from pipeline.film import Film
from pipeline.model import Job, JobStatus, failure_reason, summary_of, title_of
from pipeline.orchestrator.events import JobEvent, Notice, RunEvent
from pipeline.orchestrator.progress.snapshot import ENDED, finished


class PlainLines:
    """Lines on stderr: `[3/40] Why tea cools: scenes`.

    The number is that of the next film to be over, so that the last line of a log always says how far the night is.
    Films of another batch (the queue) are told with its name, and have none. It remembers no film: a batch may be of
    any length.
    """

    def __init__(self, total: int, batch: str = "") -> None:
        """`batch` is the one that is run; empty: all films are of one."""
        self._total = total
        self._batch = batch
        # One film that was asked for is one of one, however many its batch has.
        self._single = total == 1
        self._over = 0
        self._number = 0
        self._counted = False

    def __call__(self, event: RunEvent) -> None:
        """Tell an event; a pulse only says how many there are."""
        if isinstance(event, JobEvent):
            self._tell(event)
        elif isinstance(event, Notice):
            say(f"nightreel: {printable(event.text)}", file=sys.stderr)
        elif event.counts and not self._single:
            self._counted = True
            self._total = sum(event.counts.values())
            self._over = sum(event.counts.get(status, 0) for status in ENDED)

    def _tell(self, event: JobEvent) -> None:
        job = event.job
        if self._batch and job.batch != self._batch:
            say(f"{printable(job.batch)}: {_line(event)}", file=sys.stderr)
            return
        # What another process takes up again is no step back.
        self._number = number = max(self._number, min(self._over + 1, self._total))
        if job.status in ENDED and not (event.untouched and self._counted):
            self._over += 1
        say(f"[{number}/{self._total}] {_line(event)}", file=sys.stderr)


class JsonLines:
    """One JSON object on stdout for every event of a job, and for every notice."""

    def __call__(self, event: RunEvent) -> None:
        """Tell an event; pulses are not for keeping."""
        if isinstance(event, JobEvent):
            job = event.job
            print_json({"event": "job", "batch": job.batch, "stage": job.stage, **asdict(Film.of(job))})
        elif isinstance(event, Notice):
            print_json({"event": "notice", "text": event.text})


def _line(event: JobEvent) -> str:
    job = event.job
    title = printable(title_of(job))
    if job.status in ENDED:
        row = summary_of(job)
        return outcome_line(finished(row, took_s=sum(row.seconds.values()), untouched=event.untouched))
    if job.status is JobStatus.IN_PROGRESS:
        return f"{title}: {job.stage or 'started'}"
    return f"{title}: {_waits(job)}"


def _waits(job: Job) -> str:
    """Why a job goes no further for now."""
    why = printable(failure_reason(summary_of(job)))
    word = "waiting" if job.status is JobStatus.PENDING else job.status.value
    until = f" until {job.parked_until.astimezone():%a %H:%M}" if job.parked_until else ""
    return f"{word}{until}{f': {why}' if why else ''}"
