"""Parses the length of a film: 90, 90s, 1m30s, 1:30."""

from __future__ import annotations

import re

from pipeline.errors import InputError
from pipeline.model.pace import LONGEST_FILM_S, SHORTEST_FILM_S

_MINUTES = r"(?P<minutes>[0-9]{1,3})\s*(?:m|min|:)"
_SECONDS = r"(?P<seconds>[0-9]{1,4})\s*(?:s|sec)?"
_WRITTEN = re.compile(rf"(?:{_MINUTES})?\s*(?:{_SECONDS})?", re.IGNORECASE)


def parse_length_s(text: str, *, where: str) -> int:
    """The length in seconds. Raises `InputError` about `where` if it is invalid, too short or too long."""
    match = _WRITTEN.fullmatch(text.strip())
    if not match or not any(match.groups()):
        raise InputError(f"{text!r} is not a length", where=where, hint="Write e.g. 60 (seconds) or 1m30s")
    length_s = 60 * int(match["minutes"] or 0) + int(match["seconds"] or 0)
    if not SHORTEST_FILM_S <= length_s <= LONGEST_FILM_S:
        limits = f"{SHORTEST_FILM_S} seconds and {LONGEST_FILM_S // 60} minutes"
        raise InputError(f"{text} is not between {limits}", where=where)
    return length_s
