"""Columns that set options of a film: --column "Rank=priority", --column "Languages=languages"."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any

from pipeline.errors import InputError, did_you_mean
from pipeline.language.text import clean_text
from pipeline.sources.campaign.columns import find_column
from pipeline.sources.fields import checked_value
from pipeline.sources.tables import Table

# Front matter keys that a column can set. `template` is evaluated before the row is read.
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
# List separators: "en, de", "en;de", "en de".
_SEPARATORS = re.compile(r"[\s,;|+/]+")
_HINT = "Write --column 'Column=option', with one of the options " + ", ".join(OPTION_KEYS)


class OptionColumns:
    """The option columns of a table. Raises `InputError` for an unknown column or option."""

    def __init__(self, table: Table, pairs: Iterable[str], *, without: Collection[str] = ()) -> None:
        """`pairs` are "Column=option"; options in `without` are already set elsewhere and ignored."""
        columns = dict(_parsed(pair, table) for pair in pairs)
        self._columns = {key: column for key, column in columns.items() if key not in without}

    def column(self, key: str) -> str:
        """The column that sets `key`; empty: none."""
        return self._columns.get(key, "")

    def template(self, cells: Mapping[str, str]) -> str:
        """The template that a row sets; empty: none."""
        return clean_text(cells.get(self.column(TEMPLATE), ""))

    def values(self, cells: Mapping[str, str]) -> Iterator[tuple[str, str, dict[str, Any] | InputError]]:
        """For each filled option cell: the column, the cell, and the `Brief` fields or the error."""
        for key, column in self._columns.items():
            text = clean_text(cells.get(column, ""))
            if not text or key == TEMPLATE:
                continue
            try:
                yield column, text, _parse_cell(key, text)
            except InputError as error:
                yield column, text, error


def _parse_cell(key: str, text: str) -> dict[str, Any]:
    if key in _LISTS:
        text = ",".join(part for part in _SEPARATORS.split(text) if part)
    if key == "voice" and "=" in text:
        return {"voices": tuple(_voice(part) for part in re.split(r"[,;|]", text) if part.strip())}
    name, value = checked_value(key, text)
    return {name: value}


def _voice(pair: str) -> tuple[str, str]:
    language, _, name = (part.strip() for part in pair.partition("="))
    if not language or not name:
        raise InputError(f"{pair[:40]!r} is not of the form language=voice", hint="Write a name, or de=NAME, en=NAME")
    return str(checked_value("language", language)[1]), str(checked_value("voice", name)[1])


def _parsed(pair: str, table: Table) -> tuple[str, str]:
    column, equals, key = (part.strip() for part in pair.rpartition("="))
    if not equals or not column or key not in OPTION_KEYS:
        hint = _HINT if not equals or not column else did_you_mean(key, OPTION_KEYS, otherwise=_HINT)
        raise InputError(f"{pair[:60]!r} sets no option", where="--column", hint=hint)
    return key, find_column(table, column, where="--column")
