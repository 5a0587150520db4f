"""Group commit: saves that arrive while others are being written are written together.

Each save costs a thread wake-up, an fsync of the folder and a transaction of the index; a group pays once. A save only
returns when the job is on disk; a single save is written at once, and later ones wait for it, not for a timer.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import anyio

from pipeline.model import Job


@dataclass(kw_only=True)
class _Save:
    job: Job
    # Resolved when the save is over, or cancelled with the waiting task.
    done: asyncio.Future[None]
    is_over: bool = False
    error: Exception | None = None


class GroupCommit:
    """Group commit for the jobs of one batch. For one event loop at a time.

    `write` is called in a thread with the jobs of a group; it returns the errors of those it could not write, by id.
    """

    def __init__(self, write: Callable[[Sequence[Job]], Mapping[str, Exception]]) -> None:
        self._write = write
        self._loop: asyncio.AbstractEventLoop | None = None
        self._waiting: list[_Save] = []
        self._is_busy = False

    async def save(self, job: Job) -> None:
        """Save a job; returns when it is on disk, even if the task is cancelled: by a scope, or by asyncio (Ctrl-C).

        Raises the error that `write` returned for this job, or raised.
        """
        loop = asyncio.get_running_loop()
        if loop is not self._loop:  # the previous loop has ended, with all its pending saves
            self._loop, self._waiting, self._is_busy = loop, [], False
        save = _Save(job=job, done=loop.create_future())
        self._waiting.append(save)
        if not self._is_busy:
            self._begin()
        try:
            await save.done
        except asyncio.CancelledError:
            with anyio.CancelScope(shield=True):
                while not save.is_over:
                    save.done = loop.create_future()
                    with contextlib.suppress(asyncio.CancelledError):  # once more: it is raised below
                        await asyncio.wait([save.done])
            raise
        if save.error:
            raise save.error

    def _begin(self) -> None:
        """Hand all waiting saves to a thread."""
        group, self._waiting = self._waiting, []
        self._is_busy = False
        if group:
            thread = asyncio.get_running_loop().run_in_executor(None, self._write_all, group)
            thread.add_done_callback(lambda _: self._end(group))
            self._is_busy = True

    def _end(self, group: Sequence[_Save]) -> None:
        for save in group:
            save.is_over = True
            if not save.done.done():
                save.done.set_result(None)
        # Waiting tasks run first, so that their next saves become part of the next group.
        asyncio.get_running_loop().call_soon(self._begin)

    def _write_all(self, group: Sequence[_Save]) -> None:
        """Write a group and store the outcome of each save: a failed one does not affect the others."""
        try:
            errors = self._write([save.job for save in group])
            for save in group:
                save.error = errors.get(save.job.id)
        except Exception as error:  # noqa: BLE001 - raised by `save`
            for save in group:
                save.error = error
