"""Who works on what, as every process can see it: locks, and wishes to stop."""

from __future__ import annotations

import os
from contextlib import AbstractAsyncContextManager, AbstractContextManager
from uuid import uuid4

from pipeline.files import discard, write_atomically
from pipeline.state.batch_files import BatchFiles
from pipeline.state.ledgers.money import forget_the_dead
from pipeline.state.locks import held, held_now, is_held


class Claims:
    """The locks of the batches of one workspace. All methods raise `StorageError`."""

    def __init__(self, files: BatchFiles) -> None:
        self._files = files

    def planning(self, batch: str) -> AbstractAsyncContextManager[None]:
        """`async with`: the batch's list of jobs is read, changed and saved by one process at a time."""
        return held(self._files.folder(batch) / "planning.lock", what=f"the list of batch “{batch}”")

    def claim(self, batch: str, job_id: str, *, what: str, wait_s: float = 1.0) -> AbstractAsyncContextManager[None]:
        """`async with`: this process is the only one that makes the film `what`, or raises `BusyError`."""
        return held(self._files.of_job(batch, job_id, "lock"), what=f"“{what}”", wait_s=wait_s)

    def claim_now(self, batch: str, job_id: str, *, what: str) -> AbstractContextManager[None]:
        """`claim` for those who are in a thread already; waits for nobody."""
        return held_now(self._files.of_job(batch, job_id, "lock"), what=f"“{what}”")

    def is_claimed(self, batch: str, job_id: str) -> bool:
        """Whether a process makes this film now. Blocks for a moment; makes and leaves nothing."""
        return is_held(self._files.of_job(batch, job_id, "lock"))

    def working(self, batch: str) -> AbstractAsyncContextManager[None]:
        """`async with`: this process works on the batch, and everybody can see it. So may others."""
        # One process may run a batch twice, as a library.
        name = f"{os.getpid()}-{uuid4().hex[:8]}.lock"
        return held(self._files.folder(batch) / "workers" / name, what=f"batch “{batch}”")

    def workers(self, batch: str) -> list[int]:
        """Ids of the processes that work on the batch now. Blocks for a moment."""
        locks = sorted((self._files.folder(batch) / "workers").glob("*.lock"))
        pids = {lock: lock.name.partition("-")[0] for lock in locks}
        return [int(pid) for lock, pid in pids.items() if pid.isdecimal() and is_held(lock)]

    def tidy(self, batch: str) -> None:
        """Removes what killed processes have left: files that they were writing, locks that nobody holds. Blocks."""
        folder, jobs = self._files.folder(batch), self._files.folder(batch) / "jobs"
        forget_the_dead(folder / "spent.json")
        unfinished = [*folder.glob(".*.json"), *jobs.glob(".*.json")]
        for lock in (*jobs.glob("*.lock"), *(folder / "workers").glob("*.lock"), folder / "spent.lock"):
            is_held(lock)  # which leaves nothing, if it is not
        if is_held(folder / "planning.lock"):
            return  # whoever plans writes files of jobs that nobody has claimed
        for path in unfinished:
            # Of the file "<name>.json" that it should have become.
            name = path.name.split(".")[1]
            place = folder if name == "spent" else jobs
            if not is_held(place / f"{name}.lock"):
                discard(path)

    def ask_to_cancel(self, batch: str, job_id: str, *, why: str = "") -> None:
        """Tells the process that makes this film to stop, and `why`, if nobody has typed it. Blocks."""
        write_atomically(self._files.of_job(batch, job_id, "cancel"), why.encode())

    def cancel_is_asked(self, batch: str, job_id: str) -> bool:
        """Whether somebody wants this film no more. Blocks for a moment."""
        return self._files.of_job(batch, job_id, "cancel").exists()

    def why_cancelled(self, batch: str, job_id: str) -> str:
        """Why somebody wants this film no more; empty: somebody said so. Blocks for a moment."""
        try:
            return self._files.of_job(batch, job_id, "cancel").read_text(encoding="utf-8", errors="replace")
        except OSError:
            return ""

    def cancel_is_heard(self, batch: str, job_id: str) -> None:
        """The wish was followed, or is no more. Blocks."""
        discard(self._files.of_job(batch, job_id, "cancel"))
