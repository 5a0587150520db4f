"""From briefs to jobs: ids, folders, and what an earlier run of the same batch has already done.

A plan is made and saved as a whole before anything runs. Jobs that were never begun are written many at a time; one
that is known is touched only when this run wants something else of it, and never while another process makes it.
"""

from __future__ import annotations

import logging
from collections.abc import Collection, Iterable, Mapping, Sequence
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from dataclasses import replace
from functools import partial

from anyio import to_thread

from pipeline.errors import BusyError, CheckpointError
from pipeline.model import Batch, Brief, Job, JobStatus, JobSummary, Priority, Refused, Sample, advance
from pipeline.orchestrator.batch.folders import Folders
from pipeline.orchestrator.batch.numbering import Numbers, number_episodes
from pipeline.orchestrator.batch.planned import Change, Draft, Mended, Plan
from pipeline.orchestrator.batch.sampling import sample_for, take_one
from pipeline.orchestrator.film.delivered import has_film
from pipeline.orchestrator.workshop import Workshop
from pipeline.state import BatchIndex, Damage

logger = logging.getLogger("nightreel")
_AT_ONCE = 500
# Another process hears of a wish within a second, and then has a stage to roll back.
_STOPS_WITHIN_S = 10.0
# Of what is gone from a source, so many are named.
_NAMED = 10

# Why a job that an earlier run has ended is taken up again, when somebody asks for its batch again.
_AGAIN = {
    JobStatus.FAILED: "tried again",
    JobStatus.PARKED: "tried again",
    JobStatus.COMPLETED: "its film is gone or changed, or wanted in another place",
}


async def plan_batch(
    briefs: Collection[Brief],
    shop: Workshop,
    *,
    batch: str,
    source: str,
    priority: Priority = Priority.NORMAL,
    keep: bool = False,
    is_partial: bool = False,
    refused: Sequence[Refused] = (),
    numbered: bool = True,
) -> Plan:
    """Turn briefs into saved jobs of the batch, and say what there is to do.

    Two briefs that would give the same film are one job. A brief that has changed is a new job, which takes over the
    folder of the film it replaces. What failed is taken up again, and so are completed films that are gone. `keep`
    leaves the other jobs of the batch in it, as added to it by themselves; `is_partial` does because the briefs are not
    all that the source has. `refused` are briefs of the source that can't be read. Episodes of a series get their
    numbers, unless not `numbered`. Raises `ConfigurationError` for a pattern of folders that is none, and `InputError`
    for numbers that can't be.
    """
    store = shop.store
    async with store.planning(batch):
        asked = await _asked_before(shop, batch, source)
        sample = sample_for(asked, shop)
        numbers = Numbers(shop=shop)
        if numbered:
            numbers = await to_thread.run_sync(partial(number_episodes, briefs, shop, gives=True))
        planner = _Planner(shop, batch, priority, sample=sample, numbers=numbers)
        plan = await to_thread.run_sync(planner.plan, briefs)
        for change in plan.changed:
            await _apply(change, shop, batch, priority)
        await _move(plan.moved, shop, batch)
        gone = {*plan.ids, *plan.replaced}
        added = {*asked.added, *(plan.ids if keep else ())} - plan.replaced.keys()
        stays = keep or is_partial
        others = [job_id for job_id in asked.jobs if job_id not in gone and (stays or job_id in added)]
        left = gone.union(others)
        removed = [job_id for job_id in asked.jobs if job_id not in left]
        plan.removed, plan.has_refused = len(removed), bool(refused)
        plan.removed_titles = await to_thread.run_sync(_titles, planner.index, removed[:_NAMED])
        jobs = (*others, *plan.ids)
        about = replace(asked, jobs=jobs, added=tuple(job_id for job_id in jobs if job_id in added), sample=sample)
        if not keep:
            about = replace(
                about,
                source=source,
                asked=shop.asked,
                priority=priority,
                refused=_refused(asked, refused, is_partial=is_partial),
                working=shop.working,
            )
        await take_one(shop, about)
        await store.save_batch(about)
        for job_id, title in plan.replaced.items():
            await _forget(shop, batch, job_id, title)
    return plan


def _titles(index: BatchIndex, ids: Iterable[str]) -> list[str]:
    return [row.title for job_id in ids if (row := index.find(job_id))]


def _refused(asked: Batch, refused: Sequence[Refused], *, is_partial: bool) -> tuple[Refused, ...]:
    """Of a part of the source, what was refused before stays refused."""
    before = {each.where: each for each in asked.refused} if is_partial else {}
    return tuple({**before, **{each.where: each for each in refused}}.values())


async def replace_jobs(mended: Sequence[Mended], shop: Workshop, *, batch: str) -> dict[str, str]:
    """Put new jobs in the places of some, and leave the rest of the batch as it is; their ids by those of the old ones.

    A damaged job may be replaced by the same one.
    """
    if not mended:
        return {}
    store = shop.store
    async with store.planning(batch):
        asked = await store.load_batch(batch)
        if asked is None:
            return {}
        numbering = partial(number_episodes, [row.brief for row in mended], shop, gives=True)
        numbers = await to_thread.run_sync(numbering)
        planner = _Planner(shop, batch, asked.priority, sample=asked.sample, numbers=numbers)
        ids = await to_thread.run_sync(planner.mend, mended)
        await _move(planner.moved, shop, batch)
        jobs = dict.fromkeys(ids.get(job_id, job_id) for job_id in asked.jobs)
        added = dict.fromkeys(ids.get(job_id, job_id) for job_id in asked.added)
        await store.save_batch(replace(asked, jobs=tuple(jobs), added=tuple(added)))
        for old in ids:
            if old not in jobs:
                await _forget(shop, batch, old, old)
    return ids


async def _asked_before(shop: Workshop, batch: str, source: str) -> Batch:
    """What is known of the batch; a new one if nothing is. Raises `BusyError` while it is made from another source."""
    store = shop.store
    try:
        asked = await store.load_batch(batch)
    except CheckpointError as error:
        # The list of its jobs is made from the source, and what each of them has done is in its own file.
        aside = await to_thread.run_sync(store.set_aside_batch, batch)
        logger.warning("%s; it is kept as %s", error, aside.name)
        asked = None
    if asked is None:
        return Batch(name=batch, source=source, created_at=shop.clock())
    if source and asked.source and source != asked.source:
        running = await to_thread.run_sync(store.workers, batch)
        if running:
            raise BusyError(
                f"process {running[0]} makes batch “{batch}” from {asked.source}", hint="Give another name with --batch"
            )
    return asked


async def _move(folders: Mapping[str, str], shop: Workshop, batch: str) -> None:
    """Give jobs that never made a film other folders; not while another process makes one."""
    for job_id, folder in folders.items():
        try:
            async with shop.store.claim(batch, job_id, what=folder, wait_s=0):
                job = await shop.store.load_job(batch, job_id)
                await shop.store.save_job(job.evolve(folder=folder))
        except (BusyError, CheckpointError) as error:
            logger.debug("job %s keeps its folder: %s", job_id, error)


async def _forget(shop: Workshop, batch: str, job_id: str, title: str) -> None:
    """Remove a job whose folder another has taken; whoever still makes its film is asked to stop."""
    store = shop.store
    if await to_thread.run_sync(store.is_claimed, batch, job_id):
        await to_thread.run_sync(store.ask_to_cancel, batch, job_id)
    async with store.claim(batch, job_id, what=title, wait_s=_STOPS_WITHIN_S):
        await store.forget_job(batch, job_id)
        await shop.clear_bench(batch, job_id)
        await to_thread.run_sync(store.cancel_is_heard, batch, job_id)


def draft_plan(briefs: Collection[Brief], shop: Workshop, *, batch: str, priority: Priority = Priority.NORMAL) -> Draft:
    """The plan that `plan_batch` would make. Makes and changes nothing. Blocks."""
    numbers = number_episodes(briefs, shop, gives=False)
    planner = _Planner(shop, batch, priority, saves=False, numbers=numbers)
    plan = planner.plan(briefs)
    kept = {job_id: brief for job_id, brief in planner.briefs.items() if brief}
    return Draft(plan=plan, index=planner.index, briefs=kept)


class _Planner:
    """One pass over the briefs. Blocks."""

    def __init__(
        self,
        shop: Workshop,
        batch: str,
        priority: Priority,
        *,
        numbers: Numbers,
        saves: bool = True,
        sample: Sample | None = None,
    ) -> None:
        self._numbers = numbers
        self._shop = shop
        self._batch = batch
        self._priority = priority
        self._saves = saves
        self._sample = sample
        self.index: BatchIndex
        self._folders: Folders
        # Listed jobs that can't be read, of a plan that is saved.
        self._damaged: dict[str, Damage] = {}
        # Of a plan that is saved, only the ids are kept: there may be very many.
        self.briefs: dict[str, Brief | None] = {}
        self._plan = Plan()

    def plan(self, briefs: Iterable[Brief]) -> Plan:
        self._look()
        # The disk takes the jobs that are planned while the next ones are.
        with ThreadPoolExecutor(max_workers=1) as writer:
            self._plan_all(briefs, writer)
        folders = self._folders
        self._plan.crowded = folders.crowded
        self._plan.replaced = {old: title for old, title in folders.replaced.items() if old not in self.briefs}
        self._plan.moved = {old: to for old, to in folders.moved.items() if old not in self.briefs}
        return self._plan

    def _plan_all(self, briefs: Iterable[Brief], writer: Executor) -> None:
        fresh: list[Job] = []
        written: Future[None] | None = None
        films = (
            (number, film)
            for number, brief in enumerate(briefs, start=1)
            for film in self._shop.wishes.films_of(self._numbers.of(brief))
        )
        for number, complete in films:
            job_id = self._shop.job_id(complete)
            if job_id in self.briefs:
                continue
            self.briefs[job_id] = None if self._saves else complete
            self._numbers.note(complete, self._batch, job_id)
            self._plan.ids.append(job_id)
            row = None if self._folders.is_new else self.index.find(job_id)
            if row is None:
                self._set_aside_if_damaged(job_id)
                fresh.append(self._new(complete, job_id, number))
            else:
                self._known(row, complete, number)
            if len(fresh) == _AT_ONCE:
                if written:
                    written.result()
                written = writer.submit(self._save, fresh)
                fresh = []
        if written:
            written.result()
        self._save(fresh)
        if self._saves:
            self._numbers.save()

    def mend(self, mended: Sequence[Mended]) -> dict[str, str]:
        """Save a job for each row; its id by that of the job whose place it takes."""
        self.index = self._shop.store.refreshed(self._batch)
        self._folders = Folders(self._shop, self._batch, self.index)
        self._damaged = {damage.job: damage for damage in self.index.damages()}
        for row in mended:
            self._set_aside_if_damaged(row.job)
        ids: dict[str, str] = {}
        fresh: dict[str, Job] = {}
        for row in mended:
            complete = self._shop.wishes.complete(self._numbers.of(row.brief))
            ids[row.job] = job_id = self._shop.job_id(complete)
            self._numbers.note(complete, self._batch, job_id)
            if job_id not in fresh and self.index.find(job_id) is None:
                fresh[job_id] = self._new(complete, job_id, row.number)
        self._shop.store.plan_jobs(self._batch, list(fresh.values()))
        self._numbers.save()
        return ids

    @property
    def moved(self) -> dict[str, str]:
        """Jobs that never made a film, and the folders that they get instead of theirs."""
        return self._folders.moved

    def _look(self) -> None:
        """Find out how the batch stands."""
        if self._saves:
            self.index = self._shop.store.refreshed(self._batch)
            self._damaged = {damage.job: damage for damage in self.index.damages()}
        else:
            self.index = self._shop.store.glance(self._batch)
        self._folders = Folders(self._shop, self._batch, self.index)

    def _save(self, jobs: Sequence[Job]) -> None:
        if self._saves:
            self._shop.store.plan_jobs(self._batch, jobs)

    def _new(self, brief: Brief, job_id: str, number: int) -> Job:
        self._plan.new += 1
        return Job(
            id=job_id,
            batch=self._batch,
            folder=self._folders.free(brief, job_id, number),
            brief=brief,
            priority=brief.priority or self._priority,
            asked=self._shop.asked,
            sampled=self._is_sampled(job_id),
        )

    def _known(self, row: JobSummary, brief: Brief, number: int) -> None:
        sampled = self._sampled_now(row)
        change = Change(job=row.id, status=row.status, brief=brief, sampled=sampled)
        if not self._folders.keep(row):
            # Back after another film has taken its folder.
            self._plan.changed.append(replace(change, folder=self._folders.free(brief, row.id, number)))
            return
        if row.status is JobStatus.COMPLETED and has_film(row, self._shop):
            self._plan.untouched += 1
            if row.release != brief.release and row.published:
                self._plan.shown_otherwise += 1
                self._plan.changed.append(replace(change, only_noted=True))
        elif self._is_taken_up(row) or self._is_wanted_otherwise(row, brief) or sampled is not None:
            self._plan.changed.append(change)

    def _is_sampled(self, job_id: str) -> bool:
        return self._sample is not None and self._sample.takes(self._batch, job_id)

    def _sampled_now(self, row: JobSummary) -> bool | None:
        """Whether a film that is known joins the sample, or leaves it because there is none any more; None: neither."""
        if row.published or row.status is JobStatus.CANCELLED or not self._saves:
            return None
        if self._sample is None:
            return False if row.sample else None
        return True if not row.sample and self._is_sampled(row.id) else None

    def _is_taken_up(self, row: JobSummary) -> bool:
        """Whether it was over, or waits for a person, and goes on because it is asked for again."""
        return row.status in _AGAIN and not row.parked_until

    def _is_wanted_otherwise(self, row: JobSummary, brief: Brief) -> bool:
        to = str(self._shop.asked.settings.get("publishing.to", ""))
        wanted = (brief.priority or self._priority, self._shop.asked.output, to, brief.release)
        known = (row.priority, row.output, row.publish_to, row.release)
        return row.status is not JobStatus.CANCELLED and known != wanted

    def _set_aside_if_damaged(self, job_id: str) -> None:
        """A job that can't be read makes room for a new one: its film is made afresh, mostly from the cache.

        One that is not planned again keeps its file, and stays a failure with its reason.
        """
        damage = self._damaged.pop(job_id, None)
        if damage:
            aside = self._shop.store.set_aside(self._batch, damage.job, damage.message)
            logger.warning("%s; it is kept as %s", damage.message, aside.name)


async def _apply(change: Change, shop: Workshop, batch: str, priority: Priority) -> None:
    """Take a job up again, or give it another priority or folder; not while another process makes it."""
    store = shop.store
    try:
        async with store.claim(batch, change.job, what=change.brief.title, wait_s=0):
            job = await store.load_job(batch, change.job)
            if job.status is not change.status:
                return
            if change.only_noted:
                await store.save_job(job.evolve(brief=change.brief))
                return
            if job.status in _AGAIN:
                # Whoever wanted it no more before: somebody wants it now.
                await to_thread.run_sync(store.cancel_is_heard, batch, change.job)
                job = advance(job, JobStatus.PENDING, at=shop.clock(), why=_AGAIN[job.status])
            if change.folder:
                job = job.evolve(folder=change.folder, receipt=None)
            urgency = change.brief.priority or priority
            sampled = job.sampled if change.sampled is None else change.sampled
            job = job.evolve(brief=change.brief, priority=urgency, asked=shop.asked, retries=0, sampled=sampled)
            await store.save_job(job)
    except (BusyError, CheckpointError) as error:
        logger.debug("job %s is left as it is: %s", change.job, error)
