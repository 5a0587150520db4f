"""Reads TOML and text files that people write, with line numbers and plain wording in error messages."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from pydantic_core import ErrorDetails

from pipeline.errors import InputError

# Pydantic's wording, and ours for people who don't program.
_WORDING = (
    (r"^(Input|String|List|Tuple|Value) should", "must"),
    # Reasons for a failed conversion, and names of our classes.
    (r"(, unable to|, got a number| after validation).*", ""),
    (r"a (valid )?dictionary( or (an )?instance of \w+)?", "a table"),
    (r"less than or equal to", "at most"),
    (r"greater than or equal to", "at least"),
    (r"a valid integer", "a whole number"),
    (r"a valid number", "a number"),
    (r"a valid string", "a text in quotes"),
    (r"a valid boolean", "true or false"),
    (r"a valid (list|tuple)", "a list, in [ ]"),
)
_MAX_SHOWN_CHARS = 40
_MAX_DEPTH = 20
_TOO_DEEP = "is nested too deeply"


def read_text_file(path: Path, *, most_bytes: int) -> str:
    r"""The text of a UTF-8 file, with `\n` line endings and without a byte order mark.

    Raises `InputError` if it can't be read or is larger than `most_bytes`.
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
    """The parsed document. Raises `InputError` with the line of a syntax error."""
    try:
        content = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        message, line = _problem(str(error), text)
        raise InputError(f"is not valid TOML: {message}", where=f"{path}:{line}") from error
    except RecursionError as error:
        raise InputError(_TOO_DEEP, where=f"{path}:1") from error
    if _is_too_deep(content):
        raise InputError(_TOO_DEEP, where=f"{path}:1")
    return content


def _is_too_deep(content: object) -> bool:
    """Whether tables and lists are nested so deeply that recursive code would fail."""
    level = [content]
    for _ in range(_MAX_DEPTH):
        inside = (each.values() if isinstance(each, dict) else each for each in level if isinstance(each, dict | list))
        level = [each for values in inside for each in values]
    return bool(level)


def _problem(message: str, text: str) -> tuple[str, int]:
    """Tomllib's message in TOML terms, not Python's (it prints a table as a tuple), and the line number."""
    place = re.search(r"\s*\(at (?:line (\d+), column \d+|end of document)\)", message)
    message = message[:1].lower() + message[1:]
    if not place:
        return message, 1
    message, line = message[: place.start()], int(place[1] or 0) or max(1, len(text.splitlines()))
    if duplicate := re.fullmatch(r"cannot declare \((.+)\) twice", message):
        name = ".".join(re.findall(r"'([^']+)'", duplicate[1]))
        message = f"the table [{name}] is defined twice; merge the two"
    return message, line


def line_of(text: str, keys: Sequence[str]) -> int:
    """The line that sets `keys` or a key below it, else the line of the closest enclosing table."""
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


def plain_wording(message: str) -> str:
    """A message of pydantic in words for people who don't program."""
    for theirs, ours in _WORDING:
        message = re.sub(theirs, ours, message)
    return message


def describe_invalid_value(details: ErrorDetails, *, looks: str = "") -> str:
    """A pydantic error as a message: "is 400, must be at most 64".

    `looks` describes a valid value for a string that failed its pattern.
    """
    if details["type"] == "missing":
        return "is missing"
    if details["type"] == "value_error":  # raised by one of our validators
        return details["msg"].removeprefix("Value error, ")
    rule = f"must be {looks}" if details["type"] == "string_pattern_mismatch" else plain_wording(details["msg"])
    value = details["input"]
    shown = str(value).lower() if isinstance(value, bool) else repr(value)
    return f"is {shown}, {rule}" if isinstance(value, str | int | float) and len(shown) <= _MAX_SHOWN_CHARS else rule
