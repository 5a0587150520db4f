"""Saves that come while others are being written are written together, as databases commit in groups.

Each save costs a thread its waking up, a flush of the folder and a transaction of the index; a group pays once. Nobody
is told that a job is saved before it is: a save alone is written at once, and others wait for it, not for a clock.
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
    # Set when it is over, or cancelled with the task that waits for it.
    told: asyncio.Future[None]
    is_over: bool = False
    error: Exception | None = None


class GroupCommit:
    """The saves of one batch. For one event loop at a time.

    `write` is called in a thread with the jobs of a group; it returns which it could not write, by id, and why.
    """

    def __init__(self, write: Callable[[Sequence[Job]], Mapping[str, Exception]]) -> None:
        self._write = write
        self._loop: asyncio.AbstractEventLoop | None = None
        self._waiting: list[_Save] = []
        self._is_busy = False

    async def save(self, job: Job) -> None:
        """Returns when the job is on the disk, also when the task is cancelled: by a scope, or by asyncio (Ctrl-C).

        Raises what `write` says of this job, and what it raises.
        """
        loop = asyncio.get_running_loop()
        if loop is not self._loop:  # the one before has ended, and what it was still to do for us with it
            self._loop, self._waiting, self._is_busy = loop, [], False
        save = _Save(job=job, told=loop.create_future())
        self._waiting.append(save)
        if not self._is_busy:
            self._begin()
        try:
            await save.told
        except asyncio.CancelledError:
            with anyio.CancelScope(shield=True):
                while not save.is_over:
                    save.told = loop.create_future()
                    with contextlib.suppress(asyncio.CancelledError):  # again: it is raised below
                        await asyncio.wait([save.told])
            raise
        if save.error:
            raise save.error

    def _begin(self) -> None:
        """Hand all that wait to a thread."""
        group, self._waiting = self._waiting, []
        self._is_busy = False
        if group:
            thread = asyncio.get_running_loop().run_in_executor(None, self._write_all, group)
            thread.add_done_callback(lambda _: self._end(group))
            self._is_busy = True

    def _end(self, group: Sequence[_Save]) -> None:
        for save in group:
            save.is_over = True
            if not save.told.done():
                save.told.set_result(None)
        # Whoever was waiting goes on first: those who save again at once are part of the next group.
        asyncio.get_running_loop().call_soon(self._begin)

    def _write_all(self, group: Sequence[_Save]) -> None:
        """What becomes of each is left in it: one that can't be written spoils no other."""
        try:
            errors = self._write([save.job for save in group])
            for save in group:
                save.error = errors.get(save.job.id)
        except Exception as error:  # noqa: BLE001 - raised where it was asked for
            for save in group:
                save.error = error
