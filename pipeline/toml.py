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
_MOST_LEVELS = 20
_TOO_DEEP = "is nested too deeply"


def read_text_file(path: Path, *, most_bytes: int) -> str:
    """What is in a file, with one kind of line ending, whoever saved it: in UTF-8, with or without a mark before it.

    Raises `InputError` for one that can't be read, or is larger.
    """
    try:
        with path.open("rb") as file:
            data = file.read(most_bytes + 1)
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
        content = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        message, line = _problem(str(error), text)
        raise InputError(f"is not valid TOML: {message}", where=f"{path}:{line}") from error
    except RecursionError as error:
        raise InputError(_TOO_DEEP, where=f"{path}:1") from error
    if _is_deep(content):
        raise InputError(_TOO_DEEP, where=f"{path}:1")
    return content


def _is_deep(content: object) -> bool:
    """Whether tables and lists are in each other so often that what looks through them could not."""
    level = [content]
    for _ in range(_MOST_LEVELS):
        inside = (each.values() if isinstance(each, dict) else each for each in level if isinstance(each, dict | list))
        level = [each for values in inside for each in values]
    return bool(level)


def _problem(message: str, text: str) -> tuple[str, int]:
    """What tomllib says, in the words of who wrote the file, and the line: it names a table as Python would."""
    place = re.search(r"\s*\(at (?:line (\d+), column \d+|end of document)\)", message)
    message = message[:1].lower() + message[1:]
    if not place:
        return message, 1
    message, line = message[: place.start()], int(place[1] or 0) or max(1, len(text.splitlines()))
    if twice := re.fullmatch(r"cannot declare \((.+)\) twice", message):
        name = ".".join(re.findall(r"'([^']+)'", twice[1]))
        message = f"[{name}] is there twice, write into the first one"
    return message, line


def line_of(text: str, keys: Sequence[str]) -> int:
    """The line where `keys` is written, or something in it, else the line of the nearest table around it."""
    table: list[str] = []
    best, best_depth = 1, 0
    for number, line in enumerate(text.split("\n"), start=1):
        if header := re.match(r"\s*\[+([^\[\]]+)\]", line):
            path = table = _keys(header[1])
        elif key := re.match(r"\s*([\w.\"' -]+?)\s*=", line):
            path = [*table, *_keys(key[1])]
        else:
            continue
        depth = min(len(path), len(keys))
        if path[:depth] == list(keys[:depth]) and depth > best_depth:
            best, best_depth = number, depth
    return best


def _keys(dotted: str) -> list[str]:
    return [part.strip(" \"'") for part in dotted.split(".")]


def describe_invalid_value(details: ErrorDetails, *, looks: str = "") -> str:
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
