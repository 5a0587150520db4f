"""Topic lists: one topic a line, `#` starts a comment line. Or lists of files: one brief a line."""

from __future__ import annotations

import re
from pathlib import Path

from pipeline.errors import InputError
from pipeline.model import Brief
from pipeline.sources.naming import checked_title

# What a list begins each line with, and quotes around each.
_BULLET = re.compile(r"(?P<mark>[-*+•·–])\s+(?:\[[ xX]\]\s+)?(?P<topic>\S.*)")
_NUMBER = re.compile(r"(?P<rank>\d{1,4})(?P<mark>[.)])\s+(?P<topic>\S.*)")
_QUOTED = re.compile(r"(?P<mark>[\"“„«])(?P<topic>[^\"“”„«»]+)[\"”“»],?")


def listed_files(text: str, path: Path) -> tuple[Path, ...]:
    """The files of a list whose every line names a brief, beside it or below; none if it lists topics.

    Raises `InputError` with the line of one that lies elsewhere: a list must not show what else this machine has.
    """
    files: dict[Path, None] = {}
    lines = [(number, line.strip()) for number, line in enumerate(text.split("\n"), start=1)]
    lines = [(number, line) for number, line in lines if line and not line.startswith("#")]
    if not lines or not all(line.casefold().endswith(".md") for _, line in lines):
        return ()
    for number, line in lines:
        file = path.parent / line.replace("\\", "/")
        if not file.resolve().is_relative_to(path.parent.resolve()):
            hint = "List files that lie beside the list or below it"
            raise InputError(f"{line[:80]} lies elsewhere", where=f"{path}:{number}", hint=hint)
        files[file] = None
    return tuple(files)


def _without_marks(text: str) -> list[tuple[int, str]]:
    """The lines with topics and their numbers, without the marks that make a list of them: one alone is as it is."""
    lines = [(number, line.strip()) for number, line in enumerate(text.split("\n"), start=1)]
    lines = [(number, line) for number, line in lines if line and not line.startswith("#")]
    for kind in (_BULLET, _NUMBER, _QUOTED):
        marked = [found for _, line in lines if (found := kind.fullmatch(line))]
        is_list = len(marked) == len(lines) > 1 and len({found["mark"] for found in marked}) == 1
        if is_list and (kind is not _NUMBER or _count_up([int(found["rank"]) for found in marked])):
            lines = [(number, found["topic"]) for (number, _), found in zip(lines, marked, strict=True)]
    return lines


def _count_up(ranks: list[int]) -> bool:
    return ranks == list(range(ranks[0], ranks[0] + len(ranks)))


def parse_topics(text: str, path: Path) -> tuple[Brief, ...]:
    """A brief per line of `text`, in order; blank lines, comments and repeated topics are left out.

    What makes a list of lines (dashes, numbers in order, quotes around each) is no part of the topics. Two are the same
    when they differ only in case and spaces; the first stays. Raises `InputError` with the line of a title that can't
    be one, or when no topic is left.
    """
    briefs: dict[str, Brief] = {}
    for number, line in _without_marks(text):
        origin = f"{path}:{number}"
        title = checked_title(line, where=origin)
        briefs.setdefault(" ".join(title.casefold().split()), Brief(title=title, origin=origin))
    if not briefs:
        raise InputError("lists no topics", where=str(path), hint="Write one topic a line; lines with # are comments")
    return tuple(briefs.values())
