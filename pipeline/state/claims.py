"""Which process works on which job: lock files, and requests to cancel."""

from __future__ import annotations

import os
from contextlib import AbstractAsyncContextManager, AbstractContextManager
from uuid import uuid4

from pipeline.files import discard, write_atomically
from pipeline.state.batch_files import BatchFiles
from pipeline.state.ledgers.money import remove_stale_locks
from pipeline.state.locks import held, held_blocking, is_held

# In the name of the lock of a worker that makes only some of the jobs.
_ONLY = "-only"


class Claims:
    """The locks of the batches of one workspace. All methods raise `StorageError`."""

    def __init__(self, files: BatchFiles) -> None:
        self._files = files

    def planning(self, batch: str) -> AbstractAsyncContextManager[None]:
        """`async with`: the exclusive right to change the batch's list of jobs."""
        return held(self._files.folder(batch) / "planning.lock", what=f"the list of batch “{batch}”")

    def claim(self, batch: str, job_id: str, *, what: str, wait_s: float = 1.0) -> AbstractAsyncContextManager[None]:
        """`async with`: the exclusive right to make the film `what`. Raises `BusyError` after `wait_s` seconds."""
        return held(self._files.job_file(batch, job_id, "lock"), what=f"“{what}”", wait_s=wait_s)

    def claim_now(self, batch: str, job_id: str, *, what: str) -> AbstractContextManager[None]:
        """Blocking version of `claim`, which does not wait."""
        return held_blocking(self._files.job_file(batch, job_id, "lock"), what=f"“{what}”")

    def is_claimed(self, batch: str, job_id: str) -> bool:
        """Whether a process makes this film now. Blocks briefly; leaves no files."""
        return is_held(self._files.job_file(batch, job_id, "lock"))

    def register_worker(self, batch: str, *, takes_new_jobs: bool = True) -> AbstractAsyncContextManager[None]:
        """`async with`: register this process as a worker of the batch. Not exclusive.

        `takes_new_jobs`: it also makes jobs that are added later.
        """
        # One process may run a batch twice, as a library.
        name = f"{os.getpid()}-{uuid4().hex[:8]}{'' if takes_new_jobs else _ONLY}.lock"
        return held(self._files.folder(batch) / "workers" / name, what=f"batch “{batch}”")

    def workers(self, batch: str, *, take_new_jobs: bool = False) -> list[int]:
        """The ids of the processes that work on the batch now, or only of those that take new jobs. Blocks briefly."""
        locks = sorted((self._files.folder(batch) / "workers").glob("*.lock"))
        if take_new_jobs:
            locks = [lock for lock in locks if not lock.stem.endswith(_ONLY)]
        pids = {lock: lock.name.partition("-")[0] for lock in locks}
        return [int(pid) for lock, pid in pids.items() if pid.isdecimal() and is_held(lock)]

    def remove_leftovers(self, batch: str) -> None:
        """Remove leftovers of killed processes: partial files and stale lock files. Blocks."""
        folder, jobs = self._files.folder(batch), self._files.folder(batch) / "jobs"
        remove_stale_locks(folder / "spent.json")
        unfinished = [*folder.glob(".*.json"), *jobs.glob(".*.json")]
        for lock in (*jobs.glob("*.lock"), *(folder / "workers").glob("*.lock"), folder / "spent.lock"):
            is_held(lock)  # removes a stale one
        if is_held(folder / "planning.lock"):
            return  # a planning process writes files of jobs that are not claimed
        for path in unfinished:
            # The stem of the final file "<name>.json".
            name = path.name.split(".")[1]
            place = folder if name == "spent" else jobs
            if not is_held(place / f"{name}.lock"):
                discard(path)

    def request_cancel(self, batch: str, job_id: str, *, why: str = "") -> None:
        """Ask the process that makes this film to stop; `why` is empty for a request by a user. Blocks."""
        write_atomically(self._files.job_file(batch, job_id, "cancel"), why.encode())

    def is_cancel_requested(self, batch: str, job_id: str) -> bool:
        """Whether there is a request to cancel this film. Blocks briefly."""
        return self._files.job_file(batch, job_id, "cancel").exists()

    def cancel_reason(self, batch: str, job_id: str) -> str:
        """The reason of the request to cancel; empty: a user made it. Blocks briefly."""
        try:
            return self._files.job_file(batch, job_id, "cancel").read_text(encoding="utf-8", errors="replace")
        except OSError:
            return ""

    def clear_cancel_request(self, batch: str, job_id: str) -> None:
        """Remove the request after it was followed or withdrawn. Blocks."""
        discard(self._files.job_file(batch, job_id, "cancel"))
