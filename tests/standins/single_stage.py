"""One stage in place of all, so that tests of commands and schedulers decide what happens to each film, and when."""

from __future__ import annotations

import anyio

from pipeline.errors import InputError
from pipeline.model import Brief, Job
from pipeline.orchestrator.batch.planning import plan_batch
from pipeline.orchestrator.context import RunContext
from pipeline.orchestrator.film.attempt import Attempt
from pipeline.orchestrator.film.stages import Stage

# Two films at once, and nothing is tried again.
SETTINGS = {"work.strategy": "fixed", "work.max_concurrent": 2, "errors.retries": 0, "offline": True}


class Room:
    """The stage: records the titles of its films, waits while it is not open, and fails for titles like "Bad"."""

    def __init__(self) -> None:
        self.served: list[str] = []
        self.entered = anyio.Event()
        self.open = anyio.Event()
        self.open.set()

    async def run(self, job: Job, _context: RunContext, _attempt: Attempt) -> Job:
        """See `Stage.run`."""
        self.served.append(job.brief.title)
        self.entered.set()
        await self.open.wait()
        if job.brief.title.startswith("Bad"):
            raise InputError("is bad")
        return job

    @property
    def stages(self) -> tuple[Stage, ...]:
        """All stages of a film; never done."""
        return (Stage(name="script", run=self.run, fills=(), is_done=lambda *_: False),)


def briefs(*titles: str) -> list[Brief]:
    """A brief per title."""
    return [Brief(title=title, origin=f"{title}.md") for title in titles]


async def planned(context: RunContext, *titles: str) -> list[str]:
    """The ids of the films, which are planned as the batch "kitchen"."""
    return (await plan_batch(briefs(*titles), context, batch="kitchen", source="kitchen")).ids
