"""The verb of this room: a source, whatever its kind, as briefs."""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable, Iterable
from pathlib import Path

from anyio import to_thread

from pipeline.errors import InputError, SourceError
from pipeline.model import Brief
from pipeline.sources.markdown import parse_brief
from pipeline.sources.naming import SUFFIXES, checked_title, glob_root, is_table, natural_sort_key
from pipeline.sources.textfile import nearest_file, read_text
from pipeline.sources.topics import listed_files, parse_topics

_KINDS = "Give a .md brief, a .txt topic list or a folder of briefs"
_TABLE = "Save the table as .xlsx or .csv (UTF-8), and say which film its rows make: --template NAME"
_TEXT = "Save the text as Markdown (.md)"
# Of programs whose files people have, and that write others, too.
_SAVE_AS = {
    **dict.fromkeys((".xls", ".xlsb", ".ods", ".numbers", ".gsheet", ".fods"), _TABLE),
    **dict.fromkeys((".doc", ".docx", ".odt", ".rtf", ".pages", ".pdf", ".gdoc", ".html", ".htm"), _TEXT),
    ".markdown": "Call it .md",
}


async def read_briefs(source: Path | str, *, report: Callable[[InputError], None] | None = None) -> tuple[Brief, ...]:
    """The briefs of a source, in the order of the source; at least one, or every brief of a folder went to `report`.

    A source is a Markdown brief (.md), a topic list (.txt) or a list of briefs (likewise), a folder of briefs (its .md
    files by name, README.md left out), a pattern of them ("briefs/**/*.md"), or a text: the topic itself. A text that
    is no existing path but looks like one (ends in .md or .txt, or is a single word below an existing folder) is taken
    for a mistyped path. Raises `InputError` with file and line.

    With `report`, a brief that can't be read does not spoil its folder: its error is reported, and it is left out.
    """
    problems: list[InputError] = []
    briefs = await to_thread.run_sync(_read, source, problems)
    for problem in problems:
        if report is None:
            raise problem
        report(problem)
    return briefs


async def read_brief(source: Path | str) -> Brief:
    """The one brief of a source, as `read_briefs` reads it. Raises `InputError` when there are several."""
    briefs = await read_briefs(source)
    if len(briefs) > 1:
        raise InputError(
            f"holds {len(briefs)} topics, and one film was asked for",
            where=str(source),
            hint=f"For all of them: nightreel run {shlex.quote(str(source))}",
        )
    return briefs[0]


def _read(source: Path | str, problems: list[InputError]) -> tuple[Brief, ...]:
    """The briefs that can be read; what is wrong with others of a folder goes to `problems`."""
    if isinstance(source, str):
        if not source.strip():
            raise InputError("the topic is empty", hint=f'{_KINDS}, or a topic such as "Why is the sky blue?"')
        if not _means_a_path(source):
            return (Brief(title=checked_title(source, where="topic")),)
    path = Path(source)
    if not _exists(path):
        if (folder := glob_root(source)) is not None:
            return _read_all(_matching(folder, path), problems)
        nearest = "" if "*" in path.name else nearest_file(path)
        raise SourceError("no such file", where=str(path), hint=nearest or _KINDS)
    return _read_all(_in_folder(path), problems) if path.is_dir() else _read_file(path, problems)


def _means_a_path(text: str) -> bool:
    if text.casefold().endswith(SUFFIXES):
        return True
    path = Path(text)
    if _exists(path):
        return True
    # "topics/spce" is a slip of the finger, "TCP/IP" is a topic.
    separated = re.search(r"[/\\]", text) and not re.search(r"\s", text)
    return bool(separated) and _exists(path.parent) and path.parent != Path()


def _exists(path: Path) -> bool:
    try:
        return path.exists()
    except OSError:  # too long for a name, or not ours to look at
        return False


def _read_file(path: Path, problems: list[InputError]) -> tuple[Brief, ...]:
    match path.suffix.casefold():
        case ".md":
            return (parse_brief(read_text(path), path),)
        case ".txt":
            text = read_text(path)
            files = listed_files(text, path)
            return _read_all(files, problems, named_in=path.name) if files else parse_topics(text, path)
        case _ if is_table(path):
            hint = f"A film for each of its rows: nightreel run {shlex.quote(str(path))} --template NAME"
            raise InputError("is a table", where=str(path), hint=hint)
        case suffix:
            kind = f"{suffix} files are not read" if suffix else "has no ending that says what it is"
            raise InputError(kind, where=str(path), hint=_SAVE_AS.get(suffix, _KINDS))


def _in_folder(folder: Path) -> list[Path]:
    try:
        files = [path for path in folder.iterdir() if _is_brief(path)]
    except OSError as error:
        raise SourceError(f"can't be read: {error.strerror or error}", where=str(folder)) from error
    if not files:
        hint = "A brief is a .md file; a topic list (.txt) is given by its name, folders in it by a pattern: '**/*.md'"
        raise SourceError("has no briefs", where=str(folder), hint=hint)
    return sorted(files, key=lambda path: natural_sort_key(path.name))


def _matching(folder: Path, pattern: Path) -> list[Path]:
    """The briefs that a pattern names, in the order of their paths; nothing that is hidden, and no links to folders."""
    try:
        found = folder.glob(pattern.relative_to(folder).as_posix())
        files = [path for path in found if _is_brief(path) and not _is_hidden(path.relative_to(folder))]
    except (OSError, ValueError) as error:
        raise SourceError("is no pattern that can be followed", where=str(pattern), hint=_KINDS) from error
    if not files:
        hint = "A pattern is written in quotes: 'briefs/**/*.md' are all briefs below briefs/"
        raise SourceError("no brief is called so", where=str(pattern), hint=hint)
    return sorted(files, key=lambda path: [natural_sort_key(part) for part in path.parts])


def _read_all(files: Iterable[Path], problems: list[InputError], *, named_in: str = "") -> tuple[Brief, ...]:
    """The briefs in these files, which a list may have named."""
    briefs = []
    for path in files:
        try:
            briefs.append(parse_brief(read_text(path), path))
        except InputError as error:
            hint = error.hint or (f"Mend its name in {named_in}, or take it out" if named_in else "")
            problems.append(InputError(error.message, where=error.where, hint=hint))
    return tuple(briefs)


def _is_hidden(path: Path) -> bool:
    return any(part.startswith(".") for part in path.parts)


def _is_brief(path: Path) -> bool:
    name = path.name.casefold()
    return name.endswith(".md") and name != "readme.md" and not name.startswith(".") and not path.is_dir()
