"""Lines for people, broken between words: a terminal breaks them anywhere."""

from __future__ import annotations

import os
import re
import sys
from itertools import pairwise
from typing import TextIO

# What a line is not broken within: words, and commands, which are copied whole, to their punctuation or the end.
_WHOLE = re.compile(r"nightreel [a-z](?:(?![,;:.)] ).)*\S?|\S+")


def say(text: str, *, file: TextIO | None = None) -> None:
    """Print `text` to stdout or `file`, in lines that fit the terminal; through a pipe, a line is a line."""
    width = terminal_width(file or sys.stdout)
    lines = [part for line in text.split("\n") for part in _in_lines(line, width)] if width else [text]
    print("\n".join(lines), file=file, flush=file is not None)


def terminal_width(stream: object) -> int:
    """The cells of a line of the terminal behind `stream`; 0: there is none, or it does not say."""
    try:
        return os.get_terminal_size(stream.fileno()).columns  # type: ignore[attr-defined]
    except (AttributeError, OSError, ValueError):  # no file, no terminal, or closed
        return 0


def line_starts(text: str, width: int) -> list[int]:
    """Where lines begin, but the first: at words that go over `width` cells; what is wider by itself stays whole."""
    from rich.cells import cell_len

    starts = [0]
    for word in _WHOLE.finditer(text):
        if text[starts[-1] : word.start()].strip() and cell_len(text[starts[-1] : word.end()]) > width:
            starts.append(word.start())
    return starts[1:]


def _in_lines(text: str, width: int) -> list[str]:
    starts = [0, *line_starts(text, width), len(text)]
    return [text[start:end].rstrip() for start, end in pairwise(starts)]
