"""What is known of every job and batch, in JSON files that a person can read.

state/batches/<batch>/batch.json          what was asked
state/batches/<batch>/jobs/<job>.json     one file per job, so that saving one costs the same in any batch
state/batches/<batch>/lock                held by the process that makes the batch
state/batches/<batch>/jobs/<job>.lock     held by the process that makes this film
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import anyio
from anyio import to_thread

from pipeline.errors import CheckpointError
from pipeline.files import storage_errors, write_atomically
from pipeline.model import Batch, Job
from pipeline.state.documents import from_json, to_json
from pipeline.state.locks import held, is_held
from pipeline.state.names import check_batch_name, check_job_id

T = TypeVar("T", Job, Batch)


@dataclass(frozen=True, kw_only=True)
class BatchJobs:
    """The jobs of a batch, in its order: those that can be read, and by id why the others can't."""

    jobs: tuple[Job, ...]
    damaged: Mapping[str, CheckpointError]


class CheckpointStore:
    """The checkpoints of one workspace.

    All methods raise `CheckpointError` and `StorageError`, and `InputError` for the name of a batch that can't be the
    name of a folder.
    """

    def __init__(self, workspace: Path) -> None:
        self._workspace = workspace.absolute()
        self._root = self._workspace / "state" / "batches"

    async def save_job(self, job: Job) -> None:
        """Writes the job's file. Cancellation waits until it is on the disk."""
        await self._save(self._job_file(job.batch, job.id), job)

    async def load_job(self, batch: str, job_id: str) -> Job:
        """The job as last saved. One that was never saved is a `CheckpointError`, too."""
        job = await self.find_job(batch, job_id)
        if job is None:
            raise CheckpointError("is not there", where=self._shown(self._job_file(batch, job_id)))
        return job

    async def find_job(self, batch: str, job_id: str) -> Job | None:
        """The job as last saved, whether or not the batch still lists it; None: it has no file."""
        path = self._job_file(batch, job_id)
        return await to_thread.run_sync(self._read_job, path)

    async def jobs(self, batch: str) -> BatchJobs:
        """The jobs of a batch. One whose file somebody removed is left out; a damaged one never hides the others."""
        known = await self.load_batch(batch)
        jobs: list[Job] = []
        damaged: dict[str, CheckpointError] = {}
        for job_id in known.jobs if known else ():
            try:
                job = await self.find_job(batch, job_id)
            except CheckpointError as error:
                damaged[job_id] = error
            else:
                jobs += [job] if job else []
        return BatchJobs(jobs=tuple(jobs), damaged=damaged)

    async def forget_job(self, job: Job) -> None:
        """Removes the job's file: another job has taken its place."""
        path = self._job_file(job.batch, job.id)

        def remove() -> None:
            with storage_errors(path):
                path.unlink(missing_ok=True)

        await to_thread.run_sync(remove)

    async def set_aside(self, batch: str, job_id: str) -> Path:
        """Gives a file that can't be read another name, so that nothing is lost and the job can begin anew."""
        path = self._job_file(batch, job_id)
        aside = path.with_suffix(".json.damaged")

        def rename() -> None:
            with storage_errors(path):
                path.replace(aside)

        await to_thread.run_sync(rename)
        return aside

    async def save_batch(self, batch: Batch) -> None:
        """Writes the batch's file; save its jobs first, so that it never names one that is not there."""
        await self._save(self._batch_file(batch.name), batch)

    async def load_batch(self, name: str) -> Batch | None:
        """The batch as last saved; None: there is none of that name."""
        path = self._batch_file(name)
        return await to_thread.run_sync(lambda: self._read(path, Batch, lambda batch: batch.name == name))

    async def batches(self) -> list[str]:
        """The names of all batches, sorted."""
        return await to_thread.run_sync(lambda: sorted(path.parent.name for path in self._root.glob("*/batch.json")))

    def batch_claim(self, batch: str, *, wait_s: float = 1.0) -> AbstractAsyncContextManager[None]:
        """`async with`: makes this process the only one that works on the batch, or raises `BusyError`."""
        return held(self._folder(batch) / "lock", what=f"batch “{batch}”", wait_s=wait_s)

    def planning(self, batch: str) -> AbstractAsyncContextManager[None]:
        """`async with`: the batch's file is read, changed and saved by one process at a time. Held for moments."""
        return held(self._folder(batch) / "planning.lock", what=f"the list of batch “{batch}”")

    def claim(self, job: Job, *, wait_s: float = 1.0) -> AbstractAsyncContextManager[None]:
        """`async with`: this process is the only one that makes the film, or raises `BusyError`."""
        path = self._job_file(job.batch, job.id).with_suffix(".lock")
        return held(path, what=f"“{job.brief.title}”", wait_s=wait_s)

    def is_claimed(self, job: Job) -> bool:
        """Whether a process makes this film now. Blocks for a moment; makes and leaves nothing."""
        return is_held(self._job_file(job.batch, job.id).with_suffix(".lock"))

    def _folder(self, batch: str) -> Path:
        return self._root / check_batch_name(batch)

    def _batch_file(self, batch: str) -> Path:
        return self._folder(batch) / "batch.json"

    def _job_file(self, batch: str, job_id: str) -> Path:
        return self._folder(batch) / "jobs" / f"{check_job_id(job_id)}.json"

    async def _save(self, path: Path, value: Job | Batch) -> None:
        await _to_the_end(lambda: write_atomically(path, to_json(value, self._workspace)))

    def _read_job(self, path: Path) -> Job | None:
        return self._read(path, Job, lambda job: (job.id, job.batch) == (path.stem, path.parent.parent.name))

    def _read(self, path: Path, kind: type[T], belongs: Callable[[T], bool]) -> T | None:
        where = self._shown(path)
        try:
            value = from_json(path.read_bytes(), kind, self._workspace, where=where)
        except FileNotFoundError:
            return None
        except OSError as error:
            reason = (error.strerror or type(error).__name__).lower()
            raise CheckpointError(f"can't be read: {reason}", where=where) from error
        if not belongs(value):
            raise CheckpointError("was copied from another batch or job", where=where, hint="Remove the file")
        return value

    def _shown(self, path: Path) -> str:
        return path.relative_to(self._workspace).as_posix()


async def _to_the_end(work: Callable[[], None]) -> None:
    """Runs `work` in a thread and waits for it, even when the task is cancelled: by a scope, or by asyncio (Ctrl-C)."""
    task = asyncio.create_task(to_thread.run_sync(work))
    with anyio.CancelScope(shield=True):
        try:
            await asyncio.shield(task)
        except asyncio.CancelledError:
            await asyncio.wait([task])
            raise
