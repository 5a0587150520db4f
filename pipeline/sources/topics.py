"""Topic lists: one topic a line, `#` starts a comment line."""

from __future__ import annotations

from pathlib import Path

from pipeline.errors import InputError
from pipeline.model import Brief
from pipeline.sources.naming import checked_title


def parse_topics(text: str, path: Path) -> tuple[Brief, ...]:
    """A brief per line of `text`, in order; blank lines, comments and repeated topics are left out.

    Two topics are the same when they differ only in case and spaces; the first stays. Raises `InputError` with the
    line of a title that can't be one, or when no topic is left.
    """
    briefs: dict[str, Brief] = {}
    for number, line in enumerate(text.split("\n"), start=1):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        origin = f"{path}:{number}"
        title = checked_title(line, where=origin)
        briefs.setdefault(" ".join(title.casefold().split()), Brief(title=title, origin=origin))
    if not briefs:
        raise InputError("lists no topics", where=str(path), hint="Write one topic a line; lines with # are comments")
    return tuple(briefs.values())
