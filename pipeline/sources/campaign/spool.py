"""Briefs of very many rows: written to a temporary file, and read from it as often as they are wanted."""

from __future__ import annotations

import pickle
import tempfile
from collections.abc import Collection, Iterator

from pipeline.model import Brief
from pipeline.model.evolve import evolve

# What fits here stays in memory.
_IN_MEMORY_BYTES = 4 << 20
# So many are written together: what they have in common is written once.
_TOGETHER = 200


class Spool(Collection[Brief]):
    """A list of briefs that takes no memory. The file has no name, so nobody else writes to it, and goes with us."""

    def __init__(self) -> None:
        self._file = tempfile.SpooledTemporaryFile(max_size=_IN_MEMORY_BYTES)  # noqa: SIM115 - lives as long as we do
        # Where in the file each block of briefs begins, and where the next one will.
        self._places: list[int] = []
        self._end = 0
        # The last ones, not yet enough to be written.
        self._waiting: list[Brief] = []

    def append(self, brief: Brief) -> None:
        """Add one at the end."""
        self._waiting.append(brief)
        if len(self._waiting) < _TOGETHER:
            return
        first = self._waiting[0]
        same = vars(first)
        changes = [
            {name: value for name, value in vars(each).items() if value is not same[name]} for each in self._waiting
        ]
        self._file.seek(self._end)
        self._file.write(pickle.dumps((first, changes), pickle.HIGHEST_PROTOCOL))
        self._places.append(self._end)
        self._end = self._file.tell()
        self._waiting = []

    def __contains__(self, brief: object) -> bool:
        return any(each == brief for each in self)

    def __len__(self) -> int:
        return len(self._places) * _TOGETHER + len(self._waiting)

    def __iter__(self) -> Iterator[Brief]:
        waiting = self._waiting
        for place in tuple(self._places):
            self._file.seek(place)
            first, changes = pickle.load(self._file)  # noqa: S301 - we have written it
            yield from (evolve(first, each) for each in changes)
        yield from waiting

    def __del__(self) -> None:
        self._file.close()
