"""Which rows are wanted: --rows 3 (the first three), --rows 2,5-9 (these). `extremes` has its own module."""

from __future__ import annotations

import re
from dataclasses import dataclass

from pipeline.errors import InputError

_PART = re.compile(r"(\d{1,9})(?:-(\d{1,9}))?")


@dataclass(frozen=True, kw_only=True)
class RowChoice:
    """Some rows of a table, by their numbers from 1."""

    # First and last of each run of rows.
    spans: tuple[tuple[int, int], ...]

    def __contains__(self, number: object) -> bool:
        return isinstance(number, int) and any(first <= number <= last for first, last in self.spans)

    @property
    def last(self) -> int:
        """No row after it is wanted."""
        return max(last for _, last in self.spans)


def parse_choice(text: str) -> RowChoice:
    """What --rows says. Raises `InputError`."""
    spans = []
    parts = [part.strip() for part in text.split(",")]
    for part in parts:
        found = _PART.fullmatch(part)
        first, last = (int(found[1]), int(found[2] or found[1])) if found else (0, 0)
        if not 0 < first <= last:
            raise InputError(
                f"{text[:40]!r} names no rows",
                where="--rows",
                hint="Write --rows 3 (the first three), 2,5-9, or extremes",
            )
        spans.append((first, last))
    if len(parts) == 1 and "-" not in parts[0]:
        spans = [(1, spans[0][0])]
    return RowChoice(spans=tuple(spans))
