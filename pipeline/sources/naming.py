"""Names made of what was given: a batch after its source, a title after a file."""

from __future__ import annotations

import os.path
import re
from pathlib import Path

from pipeline.errors import InputError
from pipeline.model.names import safe_name
from pipeline.model.text import clean_text, has_words

SUFFIXES = (".md", ".txt")
_TABLES = (".csv", ".tsv", ".json", ".jsonl", ".ndjson")
TITLE_MAX_CHARS = 200

_BATCH_MAX_CHARS = 60


def batch_name(source: Path | str) -> str:
    """A batch is named after its source: topics/space.txt gives "space", a folder its name, a topic its words.

    Looks at nothing on disk. The name is safe on every system.
    """
    words = isinstance(source, str) and " " in source and not source.endswith((*SUFFIXES, *_TABLES))
    last = str(source) if words else Path(os.path.normpath(Path.cwd() / source)).name
    stem = last[: -len(Path(last).suffix)] if last.casefold().endswith((*SUFFIXES, *_TABLES)) else last
    return safe_name(stem, _BATCH_MAX_CHARS, default="batch")


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
