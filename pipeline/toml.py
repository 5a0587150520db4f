"""TOML that people write, and texts beside it: read, and what is wrong in them, with its line and in their words."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from pydantic_core import ErrorDetails

from pipeline.errors import InputError

# How pydantic says what a value must be, and what that is to somebody who writes no programs.
_WORDS = (
    (r"^(Input|String|List) should", "must"),
    # Why it could not be made one, and the names of our classes.
    (r", (unable to|got a number) .*", ""),
    (r"a (valid )?dictionary( or (an )?instance of \w+)?", "a table"),
    (r"less than or equal to", "at most"),
    (r"greater than or equal to", "at least"),
    (r"a valid integer", "a whole number"),
    (r"a valid number", "a number"),
    (r"a valid string", "a text in quotes"),
    (r"a valid boolean", "true or false"),
    (r"a valid (list|tuple)", "a list, in [ ]"),
)
_SHOWN_CHARS = 40


def read_text_file(path: Path, *, most_bytes: int) -> str:
    """What is in a file, with one kind of line ending, whoever saved it: in UTF-8, with or without a mark before it.

    Raises `InputError` for one that can't be read, or is larger.
    """
    try:
        data = path.read_bytes()
    except OSError as error:
        raise InputError(f"can't be read: {error.strerror or error}", where=str(path)) from error
    if len(data) > most_bytes:
        raise InputError(f"is larger than {most_bytes // 1024} KiB", where=str(path))
    try:
        return data.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        line = error.object.count(b"\n", 0, error.start) + 1
        raise InputError("is not UTF-8", where=f"{path}:{line}", hint="Save it as UTF-8") from error


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


def in_our_words(details: ErrorDetails, *, looks: str = "") -> str:
    """What is wrong with a value, as pydantic found it: "is 400, must be at most 64".

    `looks` is what a text of that kind looks like, where it has to look like something.
    """
    if details["type"] == "missing":
        return "is missing"
    if details["type"] == "value_error":  # a check of ours
        return details["msg"].removeprefix("Value error, ")
    wish = f"must be {looks}" if details["type"] == "string_pattern_mismatch" else details["msg"]
    for theirs, ours in _WORDS:
        wish = re.sub(theirs, ours, wish)
    given = details["input"]
    shown = str(given).lower() if isinstance(given, bool) else repr(given)
    return f"is {shown}, {wish}" if isinstance(given, str | int | float) and len(shown) <= _SHOWN_CHARS else wish
