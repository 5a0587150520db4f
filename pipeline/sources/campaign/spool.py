"""A collection of briefs in a temporary file, for tables with very many rows."""

from __future__ import annotations

import pickle
import tempfile
from collections.abc import Collection, Iterator

from pipeline.model import Brief

_IN_MEMORY_BYTES = 4 << 20
# Briefs per block: what they have in common is stored once.
_BLOCK = 200


class Spool(Collection[Brief]):
    """A list of briefs on disk. The file is unnamed: no other process can write to it, and it is deleted on exit."""

    def __init__(self) -> None:
        self._file = tempfile.SpooledTemporaryFile(max_size=_IN_MEMORY_BYTES)  # noqa: SIM115 - lives as long as we do
        # Offsets of the blocks, and of the end of the file.
        self._offsets: list[int] = []
        self._end = 0
        # The last, incomplete block.
        self._pending: list[Brief] = []

    def append(self, brief: Brief) -> None:
        """Append a brief."""
        self._pending.append(brief)
        if len(self._pending) < _BLOCK:
            return
        self._file.seek(self._end)
        self._file.write(pickle.dumps(self._pending, pickle.HIGHEST_PROTOCOL))
        self._offsets.append(self._end)
        self._end = self._file.tell()
        self._pending = []

    def __contains__(self, brief: object) -> bool:
        return any(each == brief for each in self)

    def __len__(self) -> int:
        return len(self._offsets) * _BLOCK + len(self._pending)

    def __iter__(self) -> Iterator[Brief]:
        pending = self._pending
        for offset in tuple(self._offsets):
            self._file.seek(offset)
            yield from pickle.load(self._file)  # noqa: S301 - our own unnamed file
        yield from pending

    def __del__(self) -> None:
        self._file.close()
