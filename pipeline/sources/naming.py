"""Source types by file name; batch names and titles derived from sources."""

from __future__ import annotations

import os.path
import re
from itertools import takewhile
from pathlib import Path
from urllib.parse import urlsplit

from pipeline.errors import InputError
from pipeline.language.text import clean_text, has_words
from pipeline.model.file_names import safe_name
from pipeline.sources.urls import is_database, is_endpoint, is_remote, redacted

SUFFIXES = (".md", ".txt")
WORKBOOKS = (".xlsx", ".xlsm")
DATABASES = (".db", ".sqlite", ".sqlite3")
TABLES = (".csv", ".tsv", ".json", ".jsonl", ".ndjson", *WORKBOOKS, *DATABASES)
TITLE_MAX_CHARS = 200

_BATCH_MAX_CHARS = 60


def batch_name(source: Path | str) -> str:
    """The name of the batch of a source: "space" for topics/space.txt, the name of a folder, the words of a topic.

    For a URL, it is the last part of the path; for a glob pattern, the folder before the first wildcard. Does not
    access the disk. The result is a portable file name.
    """
    if is_remote(source):
        source = Path(urlsplit(redacted(source)).path.strip("/") or "table")
    source = glob_root(source) or source
    words = isinstance(source, str) and " " in source and not source.endswith((*SUFFIXES, *TABLES))
    last = str(source) if words else Path(os.path.normpath(Path.cwd() / source)).name
    stem = last[: -len(Path(last).suffix)] if last.casefold().endswith((*SUFFIXES, *TABLES)) else last
    return safe_name(stem, _BATCH_MAX_CHARS, default="batch")


def is_table(source: Path | str) -> bool:
    """Whether a source is a table, judged by its name."""
    return is_database(source) or is_endpoint(source) or Path(source).suffix.casefold() in TABLES


def is_workbook(source: Path | str) -> bool:
    """Whether a source is an Excel workbook, judged by its name."""
    return not is_remote(source) and Path(source).suffix.casefold() in WORKBOOKS


def has_query(source: Path | str) -> bool:
    """Whether a source is a database, which is read by an SQL query; judged by its name."""
    return is_database(source) or (not is_remote(source) and Path(source).suffix.casefold() in DATABASES)


def glob_root(source: Path | str) -> Path | None:
    """The folder before the first wildcard of a glob pattern ("briefs/**/*.md"); None: not a pattern."""
    text = str(source)
    if "*" not in text or not text.casefold().endswith(".md"):
        return None
    plain = [*takewhile(lambda part: "*" not in part, Path(text).parts)]
    return Path(*plain) if plain else Path()


def natural_sort_key(name: str) -> tuple[tuple[tuple[int, int, str], ...], str]:
    """A sort key for the natural order of file names: light.md, light2.md, light10.md."""
    parts = re.findall(r"([0-9]+)|([^0-9]+)", Path(name).stem.casefold())
    return tuple((0, int(digits), "") if digits else (1, 0, text) for digits, text in parts), name


def title_of_file(path: Path) -> str:
    """A title derived from a file name: why-is-the-sky-blue.md -> "Why is the sky blue"."""
    words = clean_text(re.sub(r"[-_\s]+", " ", path.stem))
    return words[:1].upper() + words[1:]


def checked_title(text: str, *, where: str) -> str:
    """The cleaned title. Raises `InputError` if it has no letters or is too long."""
    title = clean_text(text)
    if not has_words(title):
        raise InputError("the title has no letters", where=where, hint="Write what the film is about")
    if len(title) > TITLE_MAX_CHARS:
        raise InputError(
            f"the title has {len(title):,} characters; at most {TITLE_MAX_CHARS} are allowed",
            where=where,
            hint="Shorten it; put the content of the film into a Markdown brief",
        )
    return title
