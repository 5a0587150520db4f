"""Topic lists: one topic a line, `#` starts a comment line. Or lists of files: one brief a line."""

from __future__ import annotations

from pathlib import Path

from pipeline.errors import InputError
from pipeline.model import Brief
from pipeline.sources.naming import checked_title


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
