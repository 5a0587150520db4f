"""Entry point of this room: reads a source as briefs."""

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
_TABLE = "Save the table as .xlsx or .csv (UTF-8), and choose a template for its rows: --template NAME"
_TEXT = "Save the text as Markdown (.md)"
# Unsupported file types, and the format to export to.
_SAVE_AS = {
    **dict.fromkeys((".xls", ".xlsb", ".ods", ".numbers", ".gsheet", ".fods"), _TABLE),
    **dict.fromkeys((".doc", ".docx", ".odt", ".rtf", ".pages", ".pdf", ".gdoc", ".html", ".htm"), _TEXT),
    ".markdown": "Rename it to .md",
}


async def read_briefs(source: Path | str, *, report: Callable[[InputError], None] | None = None) -> tuple[Brief, ...]:
    """The briefs of a source, in source order. Raises `InputError` with file and line.

    A source is a Markdown brief (.md), a list of topics or of briefs (.txt), a folder of briefs (its .md files by name,
    without README.md), a glob pattern ("briefs/**/*.md"), or a text: the topic itself. A text that looks like a path
    (ends in .md or .txt, or is a single word below an existing folder) but does not exist counts as a mistyped path.

    With `report`, an unreadable brief of a folder or list is reported and skipped; the result may then be empty.
    """
    problems: list[InputError] = []
    briefs = await to_thread.run_sync(_read, source, problems)
    for problem in problems:
        if report is None:
            raise problem
        report(problem)
    return briefs


async def read_brief(source: Path | str) -> Brief:
    """The single brief of a source (see `read_briefs`). Raises `InputError` if there are several."""
    briefs = await read_briefs(source)
    if len(briefs) > 1:
        raise InputError(
            f"contains {len(briefs)} topics; this command makes one film",
            where=str(source),
            hint=f"For all of them: nightreel run {shlex.quote(str(source))}",
        )
    return briefs[0]


def _read(source: Path | str, problems: list[InputError]) -> tuple[Brief, ...]:
    """The readable briefs; errors of others in a folder or list are appended to `problems`."""
    if isinstance(source, str):
        if not source.strip():
            raise InputError("the topic is empty", hint=f'{_KINDS}, or a topic such as "Why is the sky blue?"')
        if not _is_path(source):
            return (Brief(title=checked_title(source, where="topic")),)
    path = Path(source)
    if not _exists(path):
        if (folder := glob_root(source)) is not None:
            return _read_all(_matching(folder, path), problems)
        raise SourceError("no such file", where=str(path), hint=_hint_for_missing(path))
    return _read_all(_in_folder(path), problems) if path.is_dir() else _read_file(path, problems)


def _hint_for_missing(path: Path) -> str:
    """What may be meant by the name of a file that does not exist: a similar name, or the text of a topic."""
    if "*" not in path.name and (nearest := nearest_file(path)):
        return nearest
    is_text = " " in path.name and path.suffix.casefold() not in SUFFIXES
    return f"If it is a topic: nightreel make {shlex.quote(str(path))}" if is_text else _KINDS


def _is_path(text: str) -> bool:
    if text.casefold().endswith(SUFFIXES):
        return True
    path = Path(text)
    if _exists(path):
        return True
    # "topics/spce" is a typing error, "TCP/IP" is a topic.
    separated = re.search(r"[/\\]", text) and not re.search(r"\s", text)
    return bool(separated) and _exists(path.parent) and path.parent != Path()


def _exists(path: Path) -> bool:
    try:
        return path.exists()
    except OSError:  # the name is too long, or permission is denied
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
            hint = f"For a film per row: nightreel run {shlex.quote(str(path))} --template NAME"
            raise InputError("is a table", where=str(path), hint=hint)
        case suffix:
            kind = f"{suffix} files are not supported" if suffix else "has no file extension"
            raise InputError(kind, where=str(path), hint=_SAVE_AS.get(suffix, _KINDS))


def _in_folder(folder: Path) -> list[Path]:
    try:
        files = [path for path in folder.iterdir() if _is_brief(path)]
    except OSError as error:
        raise SourceError(f"can't be read: {error.strerror or error}", where=str(folder)) from error
    if not files:
        hint = "Briefs are .md files; give a topic list (.txt) by its name, and subfolders by a pattern: '**/*.md'"
        raise SourceError("contains no briefs", where=str(folder), hint=hint)
    return sorted(files, key=lambda path: natural_sort_key(path.name))


def _matching(folder: Path, pattern: Path) -> list[Path]:
    """The briefs that match a pattern, in path order, without hidden files."""
    try:
        found = filter(_is_brief, folder.glob(pattern.relative_to(folder).as_posix()))
        files = [path for path in found if not any(part.startswith(".") for part in path.relative_to(folder).parts)]
    except (OSError, ValueError) as error:
        raise SourceError("is not a valid pattern", where=str(pattern), hint=_KINDS) from error
    if not files:
        hint = "Quote patterns: 'briefs/**/*.md' matches all briefs below briefs/"
        raise SourceError("matches no brief", where=str(pattern), hint=hint)
    return sorted(files, key=lambda path: [natural_sort_key(part) for part in path.parts])


def _read_all(files: Iterable[Path], problems: list[InputError], *, named_in: str = "") -> tuple[Brief, ...]:
    """The briefs in these files; `named_in` is the list that names them."""
    briefs = []
    for path in files:
        try:
            briefs.append(parse_brief(read_text(path), path))
        except InputError as error:
            is_misnamed = named_in and isinstance(error, SourceError)
            hint = f"Correct its name in {named_in}, or remove it" if is_misnamed else error.hint
            problems.append(InputError(error.message, where=error.where, hint=hint))
    return tuple(briefs)


def _is_brief(path: Path) -> bool:
    name = path.name.casefold()
    return name.endswith(".md") and name != "readme.md" and not name.startswith(".") and not path.is_dir()
