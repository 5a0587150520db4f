"""All that goes with one film that is out: planned, and done as far as the channel allows now."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from functools import partial

from anyio import to_thread

from pipeline.errors import ClosedError, QuotaError, TransientError
from pipeline.model import Package
from pipeline.publishing.destination import Subject
from pipeline.publishing.youtube.calls import Calls
from pipeline.publishing.youtube.channel import Channel
from pipeline.publishing.youtube.extras.execution import Missing, do_steps, is_done, planned
from pipeline.publishing.youtube.extras.plan import plan_steps
from pipeline.publishing.youtube.extras.steps import Extras
from pipeline.publishing.youtube.identity import elsewhere
from pipeline.publishing.youtube.journal import Journal, Record
from pipeline.publishing.youtube.links import Links
from pipeline.publishing.youtube.video import text_of

# A film in another language is looked at again after this.
_SIBLINGS_LATER = timedelta(minutes=10)
# No project has units for more films in a day.
_MOST_OTHERS = 1000


@dataclass(frozen=True, kw_only=True)
class Adding:
    """What goes with a film on a channel; `to_come` and `neighbours` as for `YouTubeDestination`."""

    channel: Channel
    subject: Subject
    extras: Extras
    journal: Journal
    to_come: Callable[[int], int]
    neighbours: Callable[[], Links]

    async def add(self, package: Package, record: Record) -> tuple[Record, Missing]:
        """Do what is still to do for a film that is out. The record, saved, and what is missing then."""
        text = await to_thread.run_sync(text_of, package, self.subject)
        # Looked up now that this film is noted as out: of two that went out at once, one sees the other.
        links = await to_thread.run_sync(self.neighbours)
        plan = partial(plan_steps, package, text, self.extras, self.subject, folder=self.channel.journals, links=links)
        steps = await to_thread.run_sync(plan)
        missing = Missing(lines=[])
        wanted = planned(steps, record, at=self.channel.clock())
        if wanted != record:
            record = await self.journal.write(wanted)
        if steps and not is_done(steps, record):
            try:
                async with self.channel.throttle.call(), self.channel.open() as calls:
                    if other := await elsewhere(calls, record):
                        return record, Missing(lines=[other])
                    save, clock, others = self.journal.write, self.channel.clock, partial(self._others, calls)
                    record, missing = await do_steps(steps, record, calls=calls, save=save, clock=clock, to_come=others)
            except (ClosedError, QuotaError, TransientError) as error:
                missing = Missing.all_for(error)
        missing.lines += [f"titles in {each}: that film has no words yet" for each in self.extras.untold]
        if self.extras.untold_follow:
            missing.wait_until(self.channel.clock() + _SIBLINGS_LATER)
        return record, missing

    async def _others(self, calls: Calls) -> int:
        """How many other films of the run may come onto the channel today."""
        left = await calls.uploads_left()
        most = _MOST_OTHERS if left is None else left
        return await to_thread.run_sync(self.to_come, most)
