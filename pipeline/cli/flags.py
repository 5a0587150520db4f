"""Flags that go before settings: what each sets is told beside it, once."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import field, fields
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cyclopts import Token

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

_KEY, _READ = "key", "read"


def sets(key: str, *, unset: object = None, read: Callable[[str, Any], object] | None = None) -> Any:
    """A flag that goes before the setting `key`, e.g. `script.tone`; not given, it is `unset`.

    `read` makes the setting's value of the flag, as it is typed, and of its value; without it that is the value.
    """
    return field(default=unset, metadata={_KEY: key, _READ: read})


def settings_of(flags: DataclassInstance) -> dict[str, object]:
    """The flags that were given, by the keys of the settings they go before."""
    found = {}
    for each in fields(flags):
        value, read = getattr(flags, each.name), each.metadata.get(_READ)
        if _KEY in each.metadata and not (value is None or value is False or value == ()):
            found[each.metadata[_KEY]] = read(typed(each.name), value) if read else value
    return found


def flags_of(kind: type[DataclassInstance]) -> dict[str, str]:
    """The keys of the settings that a kind of flags goes before, each with its flag as it is typed."""
    return {each.metadata[_KEY]: typed(each.name) for each in fields(kind) if _KEY in each.metadata}


def given(flags: Mapping[str, object]) -> dict[str, object]:
    """The flags that were given: the others leave the setting as it is."""
    return {key: value for key, value in flags.items() if value is not None}


def typed(name: str) -> str:
    """The flag of a parameter, as people type it."""
    return f"--{name.replace('_', '-')}"


def joined(_flag: str, values: Sequence[str]) -> str:
    """What was given several times, as one setting."""
    return ",".join(values)


def length_s(flag: str, text: str) -> int:
    """60, 90s or 1m30s in seconds. Raises `InputError` about the flag for anything else."""
    from pipeline.sources.length import parse_length_s

    return parse_length_s(text, where=flag)


def path_of(_: object, tokens: Sequence[Token]) -> Path:
    """An empty text would be the current folder, and most likely is a variable of the shell that is not set.

    A ~ is a home also where no shell has seen it, as in --output=~/films.
    """
    text = tokens[0].value
    if not text.strip():
        from pipeline.errors import InputError

        raise InputError("the path is empty", where=tokens[0].keyword or "", hint="Write . for the current folder")
    return Path(text).expanduser()


def whole(_: object, tokens: Sequence[Token]) -> int:
    """A whole number, none below 0: the library of flags rounds 1.5, and takes 0x10."""
    text = tokens[0].value
    if not re.fullmatch(r"\d{1,18}", text.strip()):
        from pipeline.errors import InputError

        problem = f"{text!r} is no whole number of 0 or more"
        raise InputError(problem, where=tokens[0].keyword or "", hint="Write digits: 3")
    return int(text)


_UNITS = {"": 1e9, "K": 1e3, "M": 1e6, "G": 1e9, "T": 1e12}


def size_bytes(flag: str, text: str) -> int:
    """800MB, 1.5 GB or 4 (gigabytes) in bytes. Raises `InputError` about the flag for anything else."""
    from pipeline.errors import InputError

    match = re.fullmatch(r"(\d+(?:\.\d+)?)\s*([KMGT]?)i?B?", text.strip().upper())
    if not match:
        raise InputError(f"{text!r} is not a size", where=flag, hint="Write e.g. 4GB or 800MB")
    return int(float(match[1]) * _UNITS[match[2]])


def size_gb(flag: str, text: str) -> float:
    """The same in gigabytes."""
    return size_bytes(flag, text) / 1e9


def voices(flag: str | None) -> dict[str, str]:
    """--voice by the keys of the settings: NAME, or LANGUAGE=NAME, several with commas between them.

    Raises `InputError` for a pair of which one half is missing.
    """
    if not flag or "=" not in flag:
        return {"narration.voice": flag} if flag else {}
    pairs = [part.partition("=") for part in flag.split(",")]
    if not all(language.strip() and name.strip() for language, _, name in pairs):
        from pipeline.errors import InputError

        raise InputError(f"{flag!r} names no voice by language", where="--voice", hint="Write de=NAME,es=NAME")
    return {f"voices.{language.strip()}": name.strip() for language, _, name in pairs}
