"""What columns decide of a film besides its words: --column "Rank=priority", --column "Languages=languages"."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any

from pipeline.errors import InputError, did_you_mean
from pipeline.language.text import clean_text
from pipeline.sources.campaign.columns import column_named
from pipeline.sources.fields import checked_value
from pipeline.sources.tables import Table

# The keys of a brief's front matter that a column may be. `template` is chosen before the row is read.
TEMPLATE = "template"
OPTION_KEYS = (
    TEMPLATE,
    "languages",
    "formats",
    "voice",
    "theme",
    "music",
    "preset",
    "priority",
    "playlist",
    "privacy",
    "publish_at",
    "time_zone",
    "series",
    "episode",
)
_LISTS = frozenset({"languages", "formats"})
# "en, de", "en;de", "en de": nobody means a language with a space in it.
_BETWEEN = re.compile(r"[\s,;|+/]+")
_HINT = "Write --column 'Column=what', with one of " + ", ".join(OPTION_KEYS)


class OptionColumns:
    """The columns of one table that decide something. Raises `InputError` for what is no column or can't be."""

    def __init__(self, table: Table, pairs: Iterable[str], *, without: Collection[str] = ()) -> None:
        """`without` are those that something else has decided already."""
        columns = dict(_checked(pair, table) for pair in pairs)
        self._columns = {key: column for key, column in columns.items() if key not in without}

    def column(self, key: str) -> str:
        """The column that decides `key`; empty: none does."""
        return self._columns.get(key, "")

    def template(self, cells: Mapping[str, str]) -> str:
        """The template that the row names; empty: none."""
        return clean_text(cells.get(self.column(TEMPLATE), ""))

    def values(self, cells: Mapping[str, str]) -> Iterator[tuple[str, str, dict[str, Any] | InputError]]:
        """For each column that says something: its name, the cell, and the fields of `Brief` or what is wrong."""
        for key, column in self._columns.items():
            text = clean_text(cells.get(column, ""))
            if not text or key == TEMPLATE:
                continue
            try:
                yield column, text, _read(key, text)
            except InputError as error:
                yield column, text, error


def _read(key: str, text: str) -> dict[str, Any]:
    if key in _LISTS:
        text = ",".join(part for part in _BETWEEN.split(text) if part)
    if key == "voice" and "=" in text:
        return {"voices": tuple(_voice(part) for part in re.split(r"[,;|]", text) if part.strip())}
    name, value = checked_value(key, text)
    return {name: value}


def _voice(pair: str) -> tuple[str, str]:
    language, _, name = (part.strip() for part in pair.partition("="))
    if not language or not name:
        raise InputError(f"{pair[:40]!r} is no voice for a language", hint="Write a name, or de=NAME, en=NAME")
    return str(checked_value("language", language)[1]), str(checked_value("voice", name)[1])


def _checked(pair: str, table: Table) -> tuple[str, str]:
    column, equals, key = (part.strip() for part in pair.rpartition("="))
    if not equals or not column or key not in OPTION_KEYS:
        hint = _HINT if not equals or not column else did_you_mean(key, OPTION_KEYS, otherwise=_HINT)
        raise InputError(f"{pair[:60]!r} decides nothing", where="--column", hint=hint)
    return key, column_named(table, column, where="--column")
