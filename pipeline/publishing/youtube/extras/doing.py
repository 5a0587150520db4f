"""One step after the other, each saved before and after. None of them fails the film: it is out."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable
from datetime import datetime

from pipeline.errors import InputError, ProviderError, StorageError
from pipeline.publishing.youtube.calls import Calls
from pipeline.publishing.youtube.extras.wanted import Step
from pipeline.publishing.youtube.journal import Record
from pipeline.publishing.youtube.journal import Step as Noted

# What concerns one step. A disk that is full concerns them all, and is raised.
_OF_ONE = (ProviderError, InputError, OSError)


async def do_steps(
    steps: Iterable[Step],
    record: Record,
    *,
    calls: Calls,
    save: Callable[[Record], Awaitable[Record]],
    clock: Callable[[], datetime],
) -> tuple[Record, tuple[str, ...]]:
    """Do what is not done, for the film of `record`, which is out. What is missing then, a line each.

    A step that the project's units of the day don't pay for is not begun.
    """
    film = record.published
    assert film is not None
    missing: list[str] = []
    for step in steps:
        before = record.steps.get(step.name)
        if before and before.state == "done" and before.content == step.content:
            continue
        if short := await calls.shortage(step.method):
            missing.append(f"{step.name}: {short.message}")
            continue
        record = await save(_noted(record, step, Noted(state="begun", at=clock(), content=step.content)))
        try:
            await step.run(calls, film.id, begun=before is not None)
        except _OF_ONE as error:
            if isinstance(error, StorageError):
                raise
            why = str(error) if not isinstance(error, OSError) else f"can't be read: {error.strerror}"
            missing.append(f"{step.name}: {why}")
            noted = Noted(state="failed", at=clock(), content=step.content, why=why)
        else:
            noted = Noted(state="done", at=clock(), content=step.content)
        record = await save(_noted(record, step, noted))
    return record, tuple(missing)


def _noted(record: Record, step: Step, noted: Noted) -> Record:
    return record.model_copy(update={"steps": {**record.steps, step.name: noted}})
