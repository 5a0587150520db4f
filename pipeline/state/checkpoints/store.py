"""`CheckpointStore`: the state of every job and batch, in JSON files that people can read (see `batch_files`)."""

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
from pipeline.state.batch_files import BatchFiles, quarantine
from pipeline.state.checkpoints.documents import read_document, to_json
from pipeline.state.checkpoints.group_commit import GroupCommit
from pipeline.state.claims import Claims
from pipeline.state.index.batch import BatchIndex, Damage
from pipeline.state.index.reconciling import reconcile
from pipeline.state.index.rows import indexed_fields
from pipeline.state.index.stamps import stamp_from, stamp_of
from pipeline.state.names import check_name_collision, unknown_batch
from pipeline.state.threads import in_thread, run_shielded

logger = logging.getLogger("nightreel")
T = TypeVar("T", Job, Batch)


class CheckpointStore:
    """The checkpoints of one workspace.

    All methods raise `CheckpointError` and `StorageError`, and `InputError` for a batch name that is not valid as a
    folder name.
    """

    def __init__(self, workspace: Path, *, now_s: Callable[[], float] = time.monotonic) -> None:
        """`now_s` is any monotonic clock, in seconds."""
        self.workspace = workspace.absolute()
        self._now_s = now_s
        self._files = BatchFiles(self.workspace)
        self.claims = Claims(self._files)
        self._indexes: dict[str, BatchIndex] = {}
        self._saves: dict[str, GroupCommit] = {}
        # What the index says about the films in progress: see `indexed_fields`.
        self._indexed: dict[tuple[str, str], tuple[object, ...]] = {}
        # The job that was planned last, and the content of its file: a single film is read immediately.
        self._planned: tuple[bytes, Job] | None = None

    def close(self) -> None:
        """Close all files."""
        for index in self._indexes.values():
            index.close()
        self._indexes.clear()

    # Jobs --------------------------------------------------------------------------------------------------------

    async def save_job(self, job: Job) -> None:
        """Write the job's file. Shielded: cancellation waits until it is on disk."""
        await self._saves_of(job.batch).save(job)

    def plan_jobs(self, batch: str, jobs: Sequence[Job]) -> None:
        """Write many new jobs without fsync: if they are lost, they can be planned again. Blocks."""
        rows = []
        for job in jobs:
            path, text = self._files.job_file(batch, job.id), to_json(job, self.workspace)
            stat = write_without_fsync(path, text)
            self._planned = text.encode(), job
            rows.append((summary_of(job), stamp_from(stat) if os.name == "posix" else stamp_of(path)))
        self.index(batch).put(rows)

    def put_jobs(self, batch: str, jobs: Sequence[Job]) -> None:
        """Write many jobs, each claimed by the caller; those that were never begun without fsync. Blocks."""
        self.index(batch).put([self._write(job, durable=job.attempts > 0) for job in jobs])

    async def load_job(self, batch: str, job_id: str) -> Job:
        """The saved job. Also raises `CheckpointError` if it does not exist."""
        return await to_thread.run_sync(self.load_job_now, batch, job_id)

    def load_job_now(self, batch: str, job_id: str) -> Job:
        """Blocking version of `load_job`."""
        job = self.read_job(batch, job_id)
        if job is None:
            raise CheckpointError("is not there", where=self._shown(self._files.job_file(batch, job_id)))
        return job

    def read_job(self, batch: str, job_id: str) -> Job | None:
        """The saved job, whether or not its batch still lists it; None: it does not exist. Blocks."""
        return self._read(self._files.job_file(batch, job_id), Job, batch)

    def jobs_containing(self, batch: str, text: str) -> Iterator[Job]:
        """The jobs of a batch whose files contain a text: all are read, but only these are parsed. Blocks."""
        for path in self._files.job_files(batch):
            with contextlib.suppress(OSError, CheckpointError):  # unreadable: skipped
                if text.encode() in read_file(path) and (job := self.read_job(batch, path.stem)):
                    yield job

    def stamp(self, batch: str, job_id: str) -> str:
        """A string that changes whenever the job's file does. Blocks."""
        return stamp_of(self._files.job_file(batch, job_id))

    @in_thread
    def delete_job(self, batch: str, job_id: str) -> None:
        """Remove the file of a job that was replaced by another."""
        path = self._files.job_file(batch, job_id)
        with storage_errors(path):
            path.unlink(missing_ok=True)
        self.index(batch).delete([job_id])

    def is_damaged(self, batch: str, job_id: str) -> bool:
        """Whether the job's file is damaged, and not just unreadable at the moment. Blocks."""
        try:
            self.read_job(batch, job_id)
        except CheckpointError as error:
            return isinstance(error, DamagedError)
        return False

    def quarantine_job(self, batch: str, job_id: str, why: str) -> Path:
        """Quarantine a damaged file, so that nothing is lost and the job can start over; returns its new path. Blocks.

        Until then the job counts as failed, with the reason `why`, also in other processes and later runs.
        """
        aside = quarantine(self._files.job_file(batch, job_id))
        self.index(batch).put_damage(Damage(job=job_id, message=why), "")
        return aside

    # Batches -----------------------------------------------------------------------------------------------------

    async def save_batch(self, batch: Batch) -> None:
        """Write the batch's file, and the order of its jobs to the index; save the jobs first."""

        def save() -> None:
            path = self._files.batch_file(batch.name)
            write_atomically(path, to_json(batch, self.workspace))
            self.index(batch.name).set_order(batch.jobs, stamp_of(path))

        await run_shielded(save)

    async def load_batch(self, name: str) -> Batch | None:
        """The saved batch; None: it does not exist."""
        return await to_thread.run_sync(self.read_batch, name)

    def read_batch(self, name: str) -> Batch | None:
        """Blocking version of `load_batch`."""
        return self._read(self._files.batch_file(name), Batch, name)

    def known_batch(self, name: str) -> Batch:
        """The saved batch. Raises `InputError` if it does not exist. Blocks."""
        batch = self.read_batch(name)
        if batch is None:
            raise unknown_batch(name, self.batch_names())
        return batch

    def quarantine_batch(self, name: str) -> Path:
        """Quarantine the batch's damaged file; returns its new path. Blocks."""
        return quarantine(self._files.batch_file(name))

    def batch_names(self) -> list[str]:
        """The names of all batches, sorted. Blocks."""
        return self._files.batch_names()

    def processes(self) -> set[int]:
        """The ids of the processes that work on any batch of this workspace. Blocks."""
        return {pid for batch in self.batch_names() for pid in self.claims.workers(batch)}

    def check_name_collision(self, batch: str) -> None:
        """Raise `InputError` for a batch name that collides with another on some file systems. Blocks."""
        check_name_collision(batch, self.batch_names())

    def folder(self, batch: str) -> Path:
        """The folder of a batch."""
        return self._files.folder(batch)

    def index(self, batch: str) -> BatchIndex:
        """The index of a batch, which may be out of date."""
        if batch not in self._indexes:
            # Two threads may get here at the same time: the first index is used by both.
            self._indexes.setdefault(batch, self._new_index(batch))
        return self._indexes[batch]

    def refreshed(self, batch: str) -> BatchIndex:
        """The index of a batch, brought up to date with its files. Blocks."""
        index = self.index(batch)
        self._reconcile(index, batch)
        return index

    def read_only_index(self, batch: str) -> BatchIndex:
        """Like `refreshed`, in memory: writes nothing to disk. A damaged batch file counts as empty. Blocks."""
        index = self._new_index(batch, in_memory=True)
        try:
            self._reconcile(index, batch)
        except DamagedError as error:
            logger.debug("%s", error)
            index.set_order((), "")
        return index

    def abandoned(self, batch: str) -> set[str]:
        """The jobs marked "in progress" whose process was killed: their lock is free. The next run resumes them."""
        in_progress = self.index(batch).queue.in_progress()
        return {queued.job for queued in in_progress if not self.claims.is_claimed(batch, queued.job)}

    def in_progress(self, batch: str) -> list[JobSummary]:
        """The summaries of the films in progress, from their files: the index lacks their stages. Blocks."""
        rows: list[JobSummary] = []
        for queued in self.index(batch).queue.in_progress():
            with contextlib.suppress(CheckpointError):  # damaged files are reported elsewhere
                rows.append(summary_of(self.load_job_now(batch, queued.job)))
        return rows

    def _new_index(self, batch: str, *, in_memory: bool = False) -> BatchIndex:
        return BatchIndex(
            self._files.index_file(batch),
            self.workspace,
            refill=lambda index: self._reconcile(index, batch),
            in_memory=in_memory,
            now_s=self._now_s,
        )

    def _reconcile(self, index: BatchIndex, batch: str) -> None:
        reconcile(
            index,
            jobs=self.folder(batch) / "jobs",
            listed_in=self._files.batch_file(batch),
            read_job=partial(self.read_job, batch),
            read_batch=partial(self.read_batch, batch),
        )

    # Files -------------------------------------------------------------------------------------------------------

    def _saves_of(self, batch: str) -> GroupCommit:
        if batch not in self._saves:
            self._saves[batch] = GroupCommit(partial(self._write_together, batch))
        return self._saves[batch]

    def _write_together(self, batch: str, jobs: Sequence[Job]) -> dict[str, Exception]:
        """Write the files and index rows of jobs; returns the errors of those that could not be written, by id."""
        errors: dict[str, Exception] = {}
        texts: dict[Path, str] = {}
        by_path: dict[Path, Job] = {}
        for job in jobs:
            try:
                path = self._files.job_file(batch, job.id)
                texts[path], by_path[path] = to_json(job, self.workspace), job
            except NightreelError as error:
                errors[job.id] = error
        changed = {
            path: job for path, job in by_path.items() if self._indexed.get((batch, job.id)) != indexed_fields(job)
        }
        rows = {path: summary_of(job) for path, job in changed.items()}
        unwritten = write_all_atomically(texts)
        errors |= {by_path[path].id: error for path, error in unwritten.items()}
        written = [path for path in rows if path not in unwritten]
        if written:
            self.index(batch).put([(rows[path], stamp_of(path)) for path in written])
        for job in (by_path[path] for path in written):
            if job.status is JobStatus.IN_PROGRESS:
                self._indexed[batch, job.id] = indexed_fields(job)
            else:
                self._indexed.pop((batch, job.id), None)
        return errors

    def _write(self, job: Job, *, durable: bool = True) -> tuple[JobSummary, str]:
        """Write a job's file; returns its summary and stamp."""
        path = self._files.job_file(job.batch, job.id)
        write_atomically(path, to_json(job, self.workspace), durable=durable)
        return summary_of(job), stamp_of(path)

    def _read(self, path: Path, kind: type[T], batch: str) -> T | None:
        try:
            return read_document(path, kind, self.workspace, batch=batch, written=self._planned)
        except FileNotFoundError:
            return None

    def _shown(self, path: Path) -> str:
        return path.relative_to(self.workspace).as_posix()
