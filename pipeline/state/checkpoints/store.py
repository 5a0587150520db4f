"""What is known of every job and batch, in JSON files that a person can read: `batch_files` lists them."""

from __future__ import annotations

import contextlib
import logging
import os
import time
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import TypeVar

from anyio import to_thread

from pipeline.errors import CheckpointError, DamagedError, NightreelError
from pipeline.files import read_file, storage_errors, write_all_atomically, write_atomically, write_without_fsync
from pipeline.model import Batch, Job, JobStatus, JobSummary, summary_of
from pipeline.state.batch_files import BatchFiles, put_aside
from pipeline.state.checkpoints.documents import read_document, to_json
from pipeline.state.checkpoints.group_commit import GroupCommit
from pipeline.state.claims import Claims
from pipeline.state.index.batch import BatchIndex, Damage
from pipeline.state.index.reconciling import reconcile
from pipeline.state.index.rows import looked_up
from pipeline.state.index.stamps import stamp_from, stamp_of
from pipeline.state.names import check_apart
from pipeline.state.shielded import run_shielded

logger = logging.getLogger("nightreel")
T = TypeVar("T", Job, Batch)


class CheckpointStore:
    """The checkpoints of one workspace.

    All methods raise `CheckpointError` and `StorageError`, and `InputError` for the name of a batch that can't be the
    name of a folder.
    """

    def __init__(self, workspace: Path, *, now_s: Callable[[], float] = time.monotonic) -> None:
        """`now_s` is any steady clock, in seconds."""
        self.workspace = workspace.absolute()
        self._now_s = now_s
        self._files = BatchFiles(self.workspace)
        # Who works on what.
        self.claims = Claims(self._files)
        self._indexes: dict[str, BatchIndex] = {}
        self._saves: dict[str, GroupCommit] = {}
        # Of films under way, what their rows say: see `looked_up`.
        self._told: dict[tuple[str, str], tuple[object, ...]] = {}
        # The job that was planned last, and what its file says: a single film is read at once.
        self._planned: tuple[bytes, Job] | None = None

    def close(self) -> None:
        """Let go of the files that are kept open."""
        for index in self._indexes.values():
            index.close()
        self._indexes.clear()

    # Jobs --------------------------------------------------------------------------------------------------------

    async def save_job(self, job: Job) -> None:
        """Writes the job's file. Cancellation waits until it is on the disk."""
        await self._saves_of(job.batch).save(job)

    def plan_jobs(self, batch: str, jobs: Sequence[Job]) -> None:
        """Writes many jobs that nobody has begun: whoever planned them can do so again. Blocks."""
        rows = []
        for job in jobs:
            path, text = self._files.of_job(batch, job.id), to_json(job, self.workspace)
            stat = write_without_fsync(path, text)
            self._planned = text.encode(), job
            rows.append((summary_of(job), stamp_from(stat) if os.name == "posix" else stamp_of(path)))
        self.index(batch).put(rows)

    def put_jobs(self, batch: str, jobs: Sequence[Job]) -> None:
        """Writes many jobs of which each is claimed. One that was never begun holds nothing to lose. Blocks."""
        self.index(batch).put([self._write(job, durable=job.attempts > 0) for job in jobs])

    async def load_job(self, batch: str, job_id: str) -> Job:
        """The job as last saved. One that was never saved is a `CheckpointError`, too."""
        return await to_thread.run_sync(self.load_job_now, batch, job_id)

    def load_job_now(self, batch: str, job_id: str) -> Job:
        """`load_job` for those who are in a thread already."""
        job = self.read_job(batch, job_id)
        if job is None:
            raise CheckpointError("is not there", where=self._shown(self._files.of_job(batch, job_id)))
        return job

    def read_job(self, batch: str, job_id: str) -> Job | None:
        """The job as last saved, whether or not the batch still lists it; None: it has no file. Blocks."""
        return self._read(self._files.of_job(batch, job_id), Job, batch)

    def jobs_that_say(self, batch: str, text: str) -> Iterator[Job]:
        """The jobs of a batch in whose files a text stands: all are read, but only these are looked into. Blocks."""
        for path in self._files.jobs(batch):
            with contextlib.suppress(OSError, CheckpointError):  # what can't be read says nothing
                if text.encode() in read_file(path) and (job := self.read_job(batch, path.stem)):
                    yield job

    def stamp(self, batch: str, job_id: str) -> str:
        """A text that changes whenever the job's file does. Blocks."""
        return stamp_of(self._files.of_job(batch, job_id))

    async def forget_job(self, batch: str, job_id: str) -> None:
        """Removes the job's file: another job has taken its place."""
        path = self._files.of_job(batch, job_id)

        def remove() -> None:
            with storage_errors(path):
                path.unlink(missing_ok=True)
            self.index(batch).forget([job_id])

        await to_thread.run_sync(remove)

    def is_damaged(self, batch: str, job_id: str) -> bool:
        """Whether the job's file may be set aside: one that only can't be read here and now may not. Blocks."""
        try:
            self.read_job(batch, job_id)
        except CheckpointError as error:
            return isinstance(error, DamagedError)
        return False

    def set_aside(self, batch: str, job_id: str, why: str) -> Path:
        """Gives a file that can't be read another name, so that nothing is lost and the job can begin anew. Blocks.

        Until it does, the job counts as failed, for the reason `why`, also for other processes and later runs.
        """
        aside = put_aside(self._files.of_job(batch, job_id))
        self.index(batch).put_damage(Damage(job=job_id, message=why), "")
        return aside

    # Batches -----------------------------------------------------------------------------------------------------

    async def save_batch(self, batch: Batch) -> None:
        """Writes the batch's file, and gives its jobs their places; save them first."""

        def save() -> None:
            path = self._files.of_batch(batch.name)
            write_atomically(path, to_json(batch, self.workspace))
            self.index(batch.name).arrange(batch.jobs, stamp_of(path))

        await run_shielded(save)

    async def load_batch(self, name: str) -> Batch | None:
        """The batch as last saved; None: there is none of that name."""
        return await to_thread.run_sync(self.read_batch, name)

    def read_batch(self, name: str) -> Batch | None:
        """`load_batch` for those who are in a thread already."""
        return self._read(self._files.of_batch(name), Batch, name)

    def set_aside_batch(self, name: str) -> Path:
        """Gives the batch's file another name because it can't be read. Blocks."""
        return put_aside(self._files.of_batch(name))

    async def batches(self) -> list[str]:
        """The names of all batches, sorted."""
        return await to_thread.run_sync(self.batch_names)

    def batch_names(self) -> list[str]:
        """`batches` for those who are in a thread already."""
        return self._files.batches()

    def processes(self) -> set[int]:
        """The numbers of the processes that work in this workspace, on whatever batch. Blocks."""
        return {pid for batch in self.batch_names() for pid in self.claims.workers(batch)}

    def check_apart(self, batch: str) -> None:
        """Raises `InputError` for a new batch whose folder would be that of another one on some systems. Blocks."""
        check_apart(batch, self.batch_names())

    def folder(self, batch: str) -> Path:
        """Where all that is known of a batch lies."""
        return self._files.folder(batch)

    def index(self, batch: str) -> BatchIndex:
        """The rows of a batch, as last brought up to date."""
        if batch not in self._indexes:
            # Two threads may come here at once: the first one's index is everybody's.
            self._indexes.setdefault(batch, self._new_index(batch))
        return self._indexes[batch]

    def refreshed(self, batch: str) -> BatchIndex:
        """The rows of a batch, after every file that has changed since was read again. Blocks."""
        index = self.index(batch)
        self._reconcile(index, batch)
        return index

    def glance(self, batch: str) -> BatchIndex:
        """The same in memory: nothing is made or changed on the disk. A damaged list counts as none. Blocks."""
        index = self._new_index(batch, in_memory=True)
        try:
            self._reconcile(index, batch)
        except DamagedError as error:
            logger.debug("%s", error)
            index.arrange((), "")
        return index

    def at_work(self, batch: str) -> list[JobSummary]:
        """The rows of the films under way, each from its file: its stage is not in the index. Blocks."""
        rows: list[JobSummary] = []
        for turn in self.index(batch).turns.under_way():
            with contextlib.suppress(CheckpointError):  # a damaged file is told elsewhere
                rows.append(summary_of(self.load_job_now(batch, turn.job)))
        return rows

    def _new_index(self, batch: str, *, in_memory: bool = False) -> BatchIndex:
        return BatchIndex(
            self._files.of_index(batch),
            self.workspace,
            refill=lambda index: self._reconcile(index, batch),
            in_memory=in_memory,
            now_s=self._now_s,
        )

    def _reconcile(self, index: BatchIndex, batch: str) -> None:
        reconcile(
            index,
            jobs=self.folder(batch) / "jobs",
            listed_in=self._files.of_batch(batch),
            read_job=partial(self.read_job, batch),
            read_batch=partial(self.read_batch, batch),
        )

    # Files -------------------------------------------------------------------------------------------------------

    def _saves_of(self, batch: str) -> GroupCommit:
        if batch not in self._saves:
            self._saves[batch] = GroupCommit(partial(self._write_together, batch))
        return self._saves[batch]

    def _write_together(self, batch: str, jobs: Sequence[Job]) -> dict[str, Exception]:
        """Writes the files of jobs, and their rows. Returns which could not be written, by id, and why."""
        errors: dict[str, Exception] = {}
        texts: dict[Path, str] = {}
        about: dict[Path, Job] = {}
        for job in jobs:
            try:
                path = self._files.of_job(batch, job.id)
                texts[path], about[path] = to_json(job, self.workspace), job
            except NightreelError as error:
                errors[job.id] = error
        news = {path: job for path, job in about.items() if self._told.get((batch, job.id)) != looked_up(job)}
        rows = {path: summary_of(job) for path, job in news.items()}
        unwritten = write_all_atomically(texts)
        errors |= {about[path].id: error for path, error in unwritten.items()}
        written = [path for path in rows if path not in unwritten]
        if written:
            self.index(batch).put([(rows[path], stamp_of(path)) for path in written])
        for job in (about[path] for path in written):
            if job.status is JobStatus.IN_PROGRESS:
                self._told[batch, job.id] = looked_up(job)
            else:
                self._told.pop((batch, job.id), None)
        return errors

    def _write(self, job: Job, *, durable: bool = True) -> tuple[JobSummary, str]:
        """Writes a job's file and returns its row."""
        path = self._files.of_job(job.batch, job.id)
        write_atomically(path, to_json(job, self.workspace), durable=durable)
        return summary_of(job), stamp_of(path)

    def _read(self, path: Path, kind: type[T], batch: str) -> T | None:
        try:
            return read_document(path, kind, self.workspace, batch=batch, written=self._planned)
        except FileNotFoundError:
            return None

    def _shown(self, path: Path) -> str:
        return path.relative_to(self.workspace).as_posix()
