"""Briefs of very many rows: written to a temporary file, and read from it as often as they are wanted."""

from __future__ import annotations

import tempfile
from collections.abc import Collection, Iterator

from pydantic import TypeAdapter

from pipeline.model import Brief

# What fits here stays in memory.
_IN_MEMORY_BYTES = 4 << 20
_BRIEF = TypeAdapter(Brief)


class Spool(Collection[Brief]):
    """A list of briefs that takes no memory: a line of JSON each. The file has no name, and goes with the process."""

    def __init__(self) -> None:
        self._file = tempfile.SpooledTemporaryFile(max_size=_IN_MEMORY_BYTES)  # noqa: SIM115 - lives as long as we do
        self._end = 0
        self._count = 0
        # Whether the place in the file is that of a reader.
        self._is_read = False

    def append(self, brief: Brief) -> None:
        """Add one at the end."""
        if self._is_read:
            self._file.seek(self._end)
            self._is_read = False
        # JSON has no line breaks but those that we write.
        self._file.write(_BRIEF.dump_json(brief) + b"\n")
        self._end = self._file.tell()
        self._count += 1

    def __contains__(self, brief: object) -> bool:
        return any(each == brief for each in self)

    def __len__(self) -> int:
        return self._count

    def __iter__(self) -> Iterator[Brief]:
        place = 0
        self._is_read = True
        for _ in range(self._count):
            self._file.seek(place)
            line = self._file.readline()
            place = self._file.tell()
            yield _BRIEF.validate_json(line)

    def __del__(self) -> None:
        self._file.close()
