"""Printing JSON, and lines of text, wrapped between words to the width of the terminal."""

from __future__ import annotations

import json
import os
import re
import sys
from dataclasses import fields, is_dataclass
from datetime import datetime
from itertools import pairwise
from pathlib import Path
from typing import TextIO

from pipeline.cli.escaping import plain_json

# Parts that are not wrapped: words, and commands up to their punctuation or the end, so that they can be copied.
_UNBROKEN = re.compile(r"nightreel [a-z](?:(?![,;:.)] ).)*\S?|\S+")


def print_json(value: object) -> None:
    """Print a JSON document on one line of stdout; dataclasses become objects."""
    print(plain_json(json.dumps(value, default=_plain, ensure_ascii=False)), flush=True)


def _plain(value: object) -> object:
    if is_dataclass(value):
        return {field.name: getattr(value, field.name) for field in fields(value)}
    if isinstance(value, Path):
        return str(value)
    if isinstance(value, datetime):
        return value.isoformat()
    raise TypeError(f"{type(value).__name__} has no JSON form")


def say(text: str, *, file: TextIO | None = None) -> None:
    """Print `text` to stdout or `file`, wrapped to the terminal; pipes are not wrapped."""
    width = terminal_width(file or sys.stdout)
    lines = [part for line in text.split("\n") for part in _wrapped(line, width)] if width else [text]
    print("\n".join(lines), file=file, flush=file is not None)


def format_size(size_bytes: int) -> str:
    """1234567 -> "1.2 MB"."""
    from pipeline.reporting.formatting import size

    return size(size_bytes).replace("\N{NO-BREAK SPACE}", " ")


def terminal_width(stream: object) -> int:
    """Columns of the terminal behind `stream`; 0 if it is no terminal, or its size is unknown."""
    try:
        return os.get_terminal_size(stream.fileno()).columns  # type: ignore[attr-defined]
    except (AttributeError, OSError, ValueError):  # not a file, not a terminal, or closed
        return 0


def line_starts(text: str, width: int) -> list[int]:
    """Offsets at which lines of at most `width` cells begin, without the first; a wider word is not broken."""
    from rich.cells import cell_len

    starts = [0]
    for word in _UNBROKEN.finditer(text):
        if text[starts[-1] : word.start()].strip() and cell_len(text[starts[-1] : word.end()]) > width:
            starts.append(word.start())
    return starts[1:]


def _wrapped(text: str, width: int) -> list[str]:
    starts = [0, *line_starts(text, width), len(text)]
    return [text[start:end].rstrip() for start, end in pairwise(starts)]
