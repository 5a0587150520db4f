"""Flags that override settings: each names its setting where it is declared."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import field, fields
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cyclopts import Token

from pipeline.errors import InputError

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

_KEY, _READ = "key", "read"


def sets(key: str, *, unset: object = None, read: Callable[[str, Any], object] | None = None) -> Any:
    """Declare a flag that overrides the setting `key`, e.g. `script.tone`; its default is `unset`.

    `read(flag, value)` converts the value of the flag to that of the setting; None: they are the same.
    """
    return field(default=unset, metadata={_KEY: key, _READ: read})


def settings_of(flags: DataclassInstance) -> dict[str, object]:
    """The flags that were given, by the keys of the settings they override."""
    found = {}
    for each in fields(flags):
        value, read = getattr(flags, each.name), each.metadata.get(_READ)
        if _KEY in each.metadata and not (value is None or value is False or value == ()):
            found[each.metadata[_KEY]] = read(typed(each.name), value) if read else value
    return found


def flags_of(kind: type[DataclassInstance]) -> dict[str, str]:
    """The keys of the settings that these flags override, each with the name of its flag."""
    return {each.metadata[_KEY]: typed(each.name) for each in fields(kind) if _KEY in each.metadata}


def given(flags: Mapping[str, object]) -> dict[str, object]:
    """`flags` without those that were not given (None)."""
    return {key: value for key, value in flags.items() if value is not None}


def typed(name: str) -> str:
    """The flag of a parameter: "dry_run" -> "--dry-run"."""
    return f"--{name.replace('_', '-')}"


def joined(_flag: str, values: Sequence[str]) -> str:
    """Join the values of a repeated flag for one setting."""
    return ",".join(values)


def length_s(flag: str, text: str) -> int:
    """Parse a duration: 60, 90s or 1m30s. In seconds. Raises `InputError`."""
    from pipeline.sources.length import parse_length_s

    return parse_length_s(text, where=flag)


def parse_path(_: object, tokens: Sequence[Token]) -> Path:
    """Parse a path, and expand ~, which shells don't in --output=~/films.

    An empty path would be the current folder, but is most likely an unset shell variable. Raises `InputError`.
    """
    text = tokens[0].value
    if not text.strip():
        raise InputError("the path is empty", where=tokens[0].keyword or "", hint="Write . for the current folder")
    return Path(text).expanduser()


def parse_whole_number(_: object, tokens: Sequence[Token]) -> int:
    """Parse a whole number of at least 0: cyclopts would round 1.5 and accept 0x10. Raises `InputError`."""
    text = tokens[0].value
    if not re.fullmatch(r"\d{1,18}", text.strip()):
        problem = f"{text!r} is not a whole number of 0 or more"
        raise InputError(problem, where=tokens[0].keyword or "", hint="Write digits: 3")
    return int(text)


_UNITS = {"": 1e9, "K": 1e3, "M": 1e6, "G": 1e9, "T": 1e12}


def size_bytes(flag: str, text: str) -> int:
    """Parse a size: 800MB, 1.5 GB or 4 (gigabytes). In bytes. Raises `InputError`."""
    match = re.fullmatch(r"(\d+(?:\.\d+)?)\s*([KMGT]?)i?B?", text.strip().upper())
    if not match:
        raise InputError(f"{text!r} is not a size", where=flag, hint="Write e.g. 4GB or 800MB")
    return int(float(match[1]) * _UNITS[match[2]])


def size_gb(flag: str, text: str) -> float:
    """The same in gigabytes."""
    return size_bytes(flag, text) / 1e9


def voices(flag: str | None) -> dict[str, str]:
    """Parse --voice: NAME, or LANGUAGE=NAME pairs separated by commas. By the keys of the settings.

    Raises `InputError` for a pair without a language or a name.
    """
    if not flag or "=" not in flag:
        return {"narration.voice": flag} if flag else {}
    pairs = [part.partition("=") for part in flag.split(",")]
    if not all(language.strip() and name.strip() for language, _, name in pairs):
        raise InputError(f"{flag!r} lacks a language or a name", where="--voice", hint="Write de=NAME,es=NAME")
    return {f"voices.{language.strip()}": name.strip() for language, _, name in pairs}
