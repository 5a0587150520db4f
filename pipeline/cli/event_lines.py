"""One line per event of a run, for logs, pipes and programs: plain text or JSON."""

from __future__ import annotations

import sys
from dataclasses import asdict

from pipeline.cli.escaping import printable
from pipeline.cli.output import print_json, say
from pipeline.cli.progress_view import outcome_line
from pipeline.film import Film
from pipeline.model import Job, JobStatus, failure_reason, summary_of, title_of
from pipeline.orchestrator.events import JobEvent, Notice, RunEvent
from pipeline.orchestrator.progress.snapshot import ENDED, finished


class PlainLines:
    """Lines on stderr: `[3/40] Why tea cools: scenes`.

    The number is that of the next film to end, so that the last line of a log always shows the progress. Films of
    another batch (the queue) have its name instead. No film is remembered: a batch can have any size.
    """

    def __init__(self, total: int, batch: str = "") -> None:
        """`batch` is the batch that is run; empty if all events are of one batch."""
        self._total = total
        self._batch = batch
        # A single requested film is number 1 of 1, whatever the size of its batch.
        self._single = total == 1
        self._ended = 0
        self._number = 0
        self._counted = False

    def __call__(self, event: RunEvent) -> None:
        """Print an event; metrics only update the counts."""
        if isinstance(event, JobEvent):
            self._print(event)
        elif isinstance(event, Notice):
            say(f"nightreel: {printable(event.text)}", file=sys.stderr)
        elif event.counts and not self._single:
            self._counted = True
            self._total = sum(event.counts.values())
            self._ended = sum(event.counts.get(status, 0) for status in ENDED)

    def _print(self, event: JobEvent) -> None:
        job = event.job
        if self._batch and job.batch != self._batch:
            say(f"{printable(job.batch)}: {_line(event)}", file=sys.stderr)
            return
        # The number never decreases, even if another process restarts a job.
        self._number = number = max(self._number, min(self._ended + 1, self._total))
        if job.status in ENDED and not (event.untouched and self._counted):
            self._ended += 1
        say(f"[{number}/{self._total}] {_line(event)}", file=sys.stderr)


class JsonLines:
    """One JSON object on stdout for every job event and every notice."""

    def __call__(self, event: RunEvent) -> None:
        """Print an event; metrics are left out."""
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
    return f"{title}: {_waiting(job)}"


def _waiting(job: Job) -> str:
    """Why a job waits, and until when."""
    why = printable(failure_reason(summary_of(job)))
    word = "waiting" if job.status is JobStatus.PENDING else job.status.value
    until = f" until {job.parked_until.astimezone():%a %H:%M}" if job.parked_until else ""
    return f"{word}{until}{f': {why}' if why else ''}"
