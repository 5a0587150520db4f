"""Run steps one by one, each journalled before and after. None of them can fail the film: it is published."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from pipeline.errors import ClosedError, InputError, ProviderError, TransientError, available_at
from pipeline.publishing.youtube.calls import Calls
from pipeline.publishing.youtube.extras.steps import Step
from pipeline.publishing.youtube.journal import Record
from pipeline.publishing.youtube.journal import Step as StepState

# Errors that affect only one step. A full disk or an expired login affects all, and is raised.
_STEP_ERRORS = (ProviderError, InputError, OSError)
# After a quota reset, missing thumbnails go before deferrable steps such as captions.
_DEFERRED = timedelta(minutes=10)
# Per film, for queries of its playlist, titles and processing status, at a unit each.
_QUERY_UNITS = 10


@dataclass(kw_only=True)
class Missing:
    """The extras that a film still lacks, a line each."""

    lines: list[str]
    # When the first of them can be retried; None: they do not wait for a quota.
    until: datetime | None = None
    # Whether an early retry may help.
    may_pass: bool = False

    @classmethod
    def all_for(cls, error: ProviderError) -> Missing:
        """All steps are missing, for one reason."""
        missing = cls(lines=[error.message])
        if until := available_at(error):
            missing.wait_until(until)
        missing.may_pass = isinstance(error, TransientError)
        return missing

    def add(self, step: Step, error: Exception) -> str:
        """Add a step; returns the reason in a line."""
        why = f"can't be read: {error.strerror}" if isinstance(error, OSError) else str(error)
        self.lines.append(f"{step.name}: {why}")
        if until := available_at(error):
            self.wait_until(until + _DEFERRED if step.can_wait else until)
        self.may_pass |= isinstance(error, TransientError)
        return why

    def wait_until(self, at: datetime) -> None:
        """Note that a step can be retried then."""
        self.until = min(at, self.until or at)


def is_done(steps: Sequence[Step], record: Record) -> bool:
    """Whether all planned steps are done."""
    return all(_is_step_done(record.steps[step.name], step) for step in steps)


def _is_step_done(state: StepState, step: Step) -> bool:
    return state.state == "done" and state.content == step.content


def with_planned_steps(steps: Sequence[Step], record: Record, *, at: datetime) -> Record:
    """The record with all planned steps, so that it shows what is missing; obsolete waiting steps are removed."""
    wanted = {step.name: StepState(state="waiting", at=at, content=step.content) for step in steps}
    begun = {name: each for name, each in record.steps.items() if name in wanted or each.state != "waiting"}
    return record.model_copy(update={"steps": {**wanted, **begun}})


async def run_steps(
    steps: Sequence[Step],
    record: Record,
    *,
    calls: Calls,
    save: Callable[[Record], Awaitable[Record]],
    clock: Callable[[], datetime],
    to_come: Callable[[], Awaitable[int]],
) -> tuple[Record, Missing]:
    """Run the planned steps that are not done for a published film; returns the record and what is still missing.

    A step that the day's quota does not cover is not begun. A deferrable one leaves enough units for the other steps of
    the films that are still `to_come`. Raises `NeedsLoginError` if the login has expired, and `StorageError`.
    """
    film = record.published
    assert film is not None
    missing = Missing(lines=[])
    for step in steps:
        before = record.steps[step.name]
        if _is_step_done(before, step):
            continue
        leave = await to_come() * _units_at_once(steps, calls) if step.can_wait else 0
        with calls.leaving_units(leave), calls.on_video(film.at):
            if short := await calls.shortage(step.method):
                record = await save(_with_state(record, step, _postponed(before, missing.add(step, short))))
                continue
            sent = calls.sent
            record = await save(_with_state(record, step, StepState(state="begun", at=clock(), content=step.content)))
            try:
                await step.run(calls, film.id, begun=before.state != "waiting")
            except _STEP_ERRORS as error:
                if calls.login.is_expired:
                    raise
                why = missing.add(step, error)
                # If another process took the last units first, nothing was sent, so nothing needs to be queried.
                is_begun = calls.sent > sent or not isinstance(error, ClosedError)
                failed = StepState(state="failed", at=clock(), content=step.content, why=why)
                noted = failed if is_begun else _postponed(before, why)
            else:
                noted = StepState(state="done", at=clock(), content=step.content)
        record = await save(_with_state(record, step, noted))
    return record, missing


def _units_at_once(steps: Iterable[Step], calls: Calls) -> int:
    """The units that another film like this one needs immediately after its upload."""
    return sum(calls.units(step.method) for step in steps if not step.can_wait) + _QUERY_UNITS


def _postponed(before: StepState, why: str) -> StepState:
    """The previous state with the reason why the step was not tried; a step that has to be redone counts as failed."""
    return before.model_copy(update={"why": why, "state": "failed" if before.state == "done" else before.state})


def _with_state(record: Record, step: Step, noted: StepState) -> Record:
    return record.model_copy(update={"steps": {**record.steps, step.name: noted}})
