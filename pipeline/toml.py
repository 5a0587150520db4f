"""TOML that people write: read, and with the lines that tomllib doesn't tell."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from pipeline.errors import InputError


def parse_toml(text: str, path: Path | str) -> dict[str, Any]:
    """What it says. Raises `InputError` with the line in which it is broken."""
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        message, _, place = str(error).partition(" (at ")
        line = re.match(r"line (\d+)", place)
        raise InputError(f"broken TOML: {without_tuples(message)}", where=f"{path}:{line[1] if line else 1}") from error


def without_tuples(message: str) -> str:
    """A message of tomllib's in the words of who wrote the file: it names a table as Python would."""
    twice = re.fullmatch(r"cannot declare \((.+)\) twice", message, re.IGNORECASE)
    if twice is None:
        return message
    name = ".".join(re.findall(r"'([^']+)'", twice[1]))
    return f"[{name}] is there twice, write into the first one"


def line_of(text: str, keys: Sequence[str]) -> int:
    """The line where `keys` is written, else the line of the nearest table around it."""
    table: list[str] = []
    best, best_depth = 1, 0
    for number, line in enumerate(text.split("\n"), start=1):
        if header := re.match(r"\s*\[([^\[\]]+)\]", line):
            path = table = [part.strip(" \"'") for part in header[1].split(".")]
        elif key := re.match(r"\s*([\w.\"' -]+?)\s*=", line):
            path = [*table, *(part.strip(" \"'") for part in key[1].split("."))]
        else:
            continue
        if path == list(keys[: len(path)]) and len(path) > best_depth:
            best, best_depth = number, len(path)
    return best
