"""Topic lists: one topic per line, or one Markdown file per line. Lines that begin with `#` are comments."""

from __future__ import annotations

import re
from itertools import pairwise
from pathlib import Path

from pipeline.errors import InputError
from pipeline.model import Brief
from pipeline.sources.naming import checked_title

# List markers, and quotes.
_BULLET = re.compile(r"(?P<mark>[-*+•·–])\s+(?:\[[ xX]\]\s+)?(?P<topic>\S.*)")
_NUMBER = re.compile(r"(?P<rank>\d{1,4})(?P<mark>[.)])\s+(?P<topic>\S.*)")
_QUOTED = re.compile(r"(?P<mark>[\"“„«])(?P<topic>[^\"“”„«»]+)[\"”“»],?")


def listed_files(text: str, path: Path) -> tuple[Path, ...]:
    """The files of a list in which every line names a Markdown file; empty: it is a list of topics.

    Raises `InputError` for a file outside the list's folder (path traversal): a list must not expose other files.
    """
    files: dict[Path, None] = {}
    lines = _content_lines(text)
    if not lines or not all(line.casefold().endswith(".md") for _, line in lines):
        return ()
    for number, line in lines:
        file = path.parent / line.replace("\\", "/")
        if not file.resolve().is_relative_to(path.parent.resolve()):
            hint = "List only files in the folder of the list or below it"
            raise InputError(f"{line[:80]} is outside the folder of the list", where=f"{path}:{number}", hint=hint)
        files[file] = None
    return tuple(files)


def parse_topics(text: str, path: Path) -> tuple[Brief, ...]:
    """One brief per line, in order, without blank lines, comments and duplicates.

    List markers (bullets, consecutive numbers, quotes) that all lines have are removed. Topics that differ only in case
    and white space are duplicates; the first is kept. Raises `InputError` for an invalid title, with its line, and for
    a list without topics.
    """
    briefs: dict[str, Brief] = {}
    for number, line in _without_markers(_content_lines(text)):
        origin = f"{path}:{number}"
        title = checked_title(line, where=origin)
        briefs.setdefault(" ".join(title.casefold().split()), Brief(title=title, origin=origin))
    if not briefs:
        raise InputError("lists no topics", where=str(path), hint="Write one topic per line; # starts a comment")
    return tuple(briefs.values())


def _content_lines(text: str) -> list[tuple[int, str]]:
    """Stripped lines with their numbers, without blank lines and comments."""
    lines = ((number, line.strip()) for number, line in enumerate(text.split("\n"), start=1))
    return [(number, line) for number, line in lines if line and not line.startswith("#")]


def _without_markers(lines: list[tuple[int, str]]) -> list[tuple[int, str]]:
    """The lines without the list markers that all of them have; a single line is unchanged."""
    for pattern in (_BULLET, _NUMBER, _QUOTED):
        marked = [found for _, line in lines if (found := pattern.fullmatch(line))]
        is_list = len(marked) == len(lines) > 1 and len({found["mark"] for found in marked}) == 1
        ranks = [int(found["rank"]) for found in marked] if pattern is _NUMBER else []
        if is_list and all(after == before + 1 for before, after in pairwise(ranks)):
            lines = [(number, found["topic"]) for (number, _), found in zip(lines, marked, strict=True)]
    return lines
