"""Plans and runs all steps for one published film, as far as the quota allows now."""

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
from pipeline.publishing.youtube.extras.execution import Missing, is_done, run_steps, with_planned_steps
from pipeline.publishing.youtube.extras.plan import plan_steps
from pipeline.publishing.youtube.extras.steps import Extras
from pipeline.publishing.youtube.identity import channel_mismatch
from pipeline.publishing.youtube.journal import Journal, Record
from pipeline.publishing.youtube.links import Links
from pipeline.publishing.youtube.video import metadata_of

# When to check again for the titles of a film in another language.
_SIBLINGS_LATER = timedelta(minutes=10)
# No project has quota for more films in a day.
_MOST_OTHERS = 1000


@dataclass(frozen=True, kw_only=True)
class ExtrasRunner:
    """Adds the extras of one film; `to_come` and `neighbours` as for `YouTubeDestination`."""

    channel: Channel
    subject: Subject
    extras: Extras
    journal: Journal
    to_come: Callable[[int], int]
    neighbours: Callable[[], Links]

    async def run(self, package: Package, record: Record) -> tuple[Record, Missing]:
        """Run all pending steps for a published film; returns the saved record, and what is still missing."""
        metadata = await to_thread.run_sync(metadata_of, package, self.subject)
        # After this film was recorded as published: of two published at the same time, one sees the other.
        links = await to_thread.run_sync(self.neighbours)
        plan = partial(
            plan_steps, package, metadata, self.extras, self.subject, folder=self.channel.journals, links=links
        )
        steps = await to_thread.run_sync(plan)
        missing = Missing(lines=[])
        planned = with_planned_steps(steps, record, at=self.channel.clock())
        if planned != record:
            record = await self.journal.write(planned)
        if steps and not is_done(steps, record):
            try:
                async with self.channel.throttle.call(), self.channel.open() as calls:
                    if other := await channel_mismatch(calls, record):
                        return record, Missing(lines=[other])
                    save, clock, others = self.journal.write, self.channel.clock, partial(self._others, calls)
                    record, missing = await run_steps(
                        steps, record, calls=calls, save=save, clock=clock, to_come=others
                    )
            except (ClosedError, QuotaError, TransientError) as error:
                missing = Missing.all_for(error)
        missing.lines += [f"titles in {each}: that film has no script yet" for each in self.extras.untranslated]
        if self.extras.translations_follow:
            missing.wait_until(self.channel.clock() + _SIBLINGS_LATER)
        return record, missing

    async def _others(self, calls: Calls) -> int:
        """How many other films of the run may still be published today."""
        left = await calls.uploads_left()
        most = _MOST_OTHERS if left is None else left
        return await to_thread.run_sync(self.to_come, most)
