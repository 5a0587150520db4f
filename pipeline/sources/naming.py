"""What names tell of a source, and names made of one: a batch after its source, a title after a file."""

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
TABLES = (".csv", ".tsv", ".json", ".jsonl", ".ndjson", ".xlsx", ".xlsm", ".db", ".sqlite", ".sqlite3")
TITLE_MAX_CHARS = 200

_BATCH_MAX_CHARS = 60


def batch_name(source: Path | str) -> str:
    """A batch is named after its source: topics/space.txt gives "space", a folder its name, a topic its words.

    An address gives the end of its path, a pattern the folder before its first star. Looks at nothing on disk. The
    name is safe on every system.
    """
    if is_remote(source):
        source = Path(urlsplit(redacted(source)).path.strip("/") or "table")
    source = glob_root(source) or source
    words = isinstance(source, str) and " " in source and not source.endswith((*SUFFIXES, *TABLES))
    last = str(source) if words else Path(os.path.normpath(Path.cwd() / source)).name
    stem = last[: -len(Path(last).suffix)] if last.casefold().endswith((*SUFFIXES, *TABLES)) else last
    return safe_name(stem, _BATCH_MAX_CHARS, default="batch")


def is_table(source: Path | str) -> bool:
    """Whether a source is a table, by its name."""
    return is_database(source) or is_endpoint(source) or Path(source).suffix.casefold() in TABLES


def glob_root(source: Path | str) -> Path | None:
    """The folder before the first star of a pattern of files, "briefs/**/*.md"; None: it is none."""
    text = str(source)
    if "*" not in text or not text.casefold().endswith(".md"):
        return None
    plain = [*takewhile(lambda part: "*" not in part, Path(text).parts)]
    return Path(*plain) if plain else Path()


def natural_sort_key(name: str) -> tuple[tuple[tuple[int, int, str], ...], str]:
    """The order of names of files, for `sorted`: light.md, light2.md, light10.md."""
    parts = re.findall(r"([0-9]+)|([^0-9]+)", Path(name).stem.casefold())
    return tuple((0, int(digits), "") if digits else (1, 0, text) for digits, text in parts), name


def title_of_file(path: Path) -> str:
    """A file's name as a title: why-is-the-sky-blue.md -> "Why is the sky blue"."""
    words = clean_text(re.sub(r"[-_\s]+", " ", path.stem))
    return words[:1].upper() + words[1:]


def checked_title(text: str, *, where: str) -> str:
    """The cleaned title. Raises `InputError` when nothing is left of it or it is too long to be one."""
    title = clean_text(text)
    if not has_words(title):
        raise InputError("the title has no letters", where=where, hint="Write what the film is about")
    if len(title) > TITLE_MAX_CHARS:
        raise InputError(
            f"the title has {len(title):,} characters, at most {TITLE_MAX_CHARS} fit",
            where=where,
            hint="Shorten it; what the film should say goes into a Markdown brief",
        )
    return title
