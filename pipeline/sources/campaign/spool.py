"""Briefs of very many rows: written to a temporary file, and read from it as often as they are wanted."""

from __future__ import annotations

import pickle
import tempfile
from collections.abc import Collection, Iterator

from pipeline.model import Brief

# What fits here stays in memory.
_IN_MEMORY_BYTES = 4 << 20


class Spool(Collection[Brief]):
    """A list of briefs that takes no memory. The file has no name, and goes with the process."""

    def __init__(self) -> None:
        self._file = tempfile.SpooledTemporaryFile(max_size=_IN_MEMORY_BYTES)  # noqa: SIM115 - lives as long as we do
        self._end = 0
        self._count = 0

    def append(self, brief: Brief) -> None:
        """Add one at the end."""
        self._file.seek(self._end)
        self._file.write(pickle.dumps(brief, protocol=pickle.HIGHEST_PROTOCOL))
        self._end = self._file.tell()
        self._count += 1

    def __contains__(self, brief: object) -> bool:
        return any(each == brief for each in self)

    def __len__(self) -> int:
        return self._count

    def __iter__(self) -> Iterator[Brief]:
        place = 0
        for _ in range(self._count):
            self._file.seek(place)
            brief: Brief = pickle.load(self._file)  # noqa: S301 - our own bytes, from a file that nobody else can open
            place = self._file.tell()
            yield brief

    def __del__(self) -> None:
        self._file.close()
