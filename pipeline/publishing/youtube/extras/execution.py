"""One step after the other, each saved before and after. None of them fails the film: it is out."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from pipeline.errors import ClosedError, InputError, ProviderError, TransientError, available_at
from pipeline.publishing.youtube.calls import Calls
from pipeline.publishing.youtube.extras.steps import Step
from pipeline.publishing.youtube.journal import Record
from pipeline.publishing.youtube.journal import Step as Noted

# What concerns one step. A disk that is full, and a login that is over, concern them all, and are raised.
_OF_ONE = (ProviderError, InputError, OSError)
# When a day begins, whoever has no thumbnail yet goes before those who only wait for captions.
_LATER = timedelta(minutes=10)
# Of each film: looks into a playlist, at its titles, and at how far its processing is; a unit each.
_LOOKS_UNITS = 10


@dataclass(kw_only=True)
class Missing:
    """What a film is still without, a line each."""

    lines: list[str]
    # The first time at which some of it can be done; None: no quota stands in the way.
    until: datetime | None = None
    # Whether trying again soon may help.
    may_pass: bool = False

    @classmethod
    def all_for(cls, error: ProviderError) -> Missing:
        """Whatever was to be done, for one reason."""
        missing = cls(lines=[error.message])
        if until := available_at(error):
            missing.wait_until(until)
        missing.may_pass = isinstance(error, TransientError)
        return missing

    def add(self, step: Step, error: Exception) -> str:
        """Note why a step is not done; the reason, in a line."""
        why = f"can't be read: {error.strerror}" if isinstance(error, OSError) else str(error)
        self.lines.append(f"{step.name}: {why}")
        if until := available_at(error):
            self.wait_until(until + _LATER if step.can_wait else until)
        self.may_pass |= isinstance(error, TransientError)
        return why

    def wait_until(self, at: datetime) -> None:
        """Some of it can be done then."""
        self.until = min(at, self.until or at)


def is_done(steps: Sequence[Step], record: Record) -> bool:
    """Whether none of the `planned` steps is left."""
    noted = ((record.steps[step.name], step) for step in steps)
    return all(each.state == "done" and each.content == step.content for each, step in noted)


def planned(steps: Sequence[Step], record: Record, *, at: datetime) -> Record:
    """The record with all that is to be done, so that it says what is missing.

    What nobody wants any more and was never begun is left out.
    """
    wanted = {step.name: Noted(state="waiting", at=at, content=step.content) for step in steps}
    begun = {name: each for name, each in record.steps.items() if name in wanted or each.state != "waiting"}
    return record.model_copy(update={"steps": {**wanted, **begun}})


async def do_steps(
    steps: Sequence[Step],
    record: Record,
    *,
    calls: Calls,
    save: Callable[[Record], Awaitable[Record]],
    clock: Callable[[], datetime],
    to_come: Callable[[], Awaitable[int]],
) -> tuple[Record, Missing]:
    """Do what is `planned` and not done, for the film of `record`, which is out; and say what is missing then.

    A step that the project's units of the day don't pay for is not begun. One that can wait leaves as many units as
    the other steps of the films cost that are still `to_come`. Raises `NeedsLoginError` when the
    login is over, and `StorageError`.
    """
    film = record.published
    assert film is not None
    missing = Missing(lines=[])
    for step in steps:
        before = record.steps[step.name]
        if before.state == "done" and before.content == step.content:
            continue
        leave = await to_come() * _units_at_once(steps, calls) if step.can_wait else 0
        with calls.leaving(leave), calls.about(film.at):
            if short := await calls.shortage(step.method):
                record = await save(_noted(record, step, _put_off(before, missing.add(step, short))))
                continue
            sent = calls.sent
            record = await save(_noted(record, step, Noted(state="begun", at=clock(), content=step.content)))
            try:
                await step.run(calls, film.id, begun=before.state != "waiting")
            except _OF_ONE as error:
                if calls.login_is_over:
                    raise
                why = missing.add(step, error)
                # Where another process was faster with the last units, nothing was begun, and need not be looked for.
                is_begun = calls.sent > sent or not isinstance(error, ClosedError)
                failed = Noted(state="failed", at=clock(), content=step.content, why=why)
                noted = failed if is_begun else _put_off(before, why)
            else:
                noted = Noted(state="done", at=clock(), content=step.content)
        record = await save(_noted(record, step, noted))
    return record, missing


def _units_at_once(steps: Iterable[Step], calls: Calls) -> int:
    """What another film like this one takes as soon as it is out."""
    return sum(calls.units(step.method) for step in steps if not step.can_wait) + _LOOKS_UNITS


def _put_off(before: Noted, why: str) -> Noted:
    """As it stood, with the reason why nothing was tried now. What was done has another content: it is to be redone."""
    return before.model_copy(update={"why": why, "state": "failed" if before.state == "done" else before.state})


def _noted(record: Record, step: Step, noted: Noted) -> Record:
    return record.model_copy(update={"steps": {**record.steps, step.name: noted}})
