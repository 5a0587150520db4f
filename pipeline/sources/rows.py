"""Lists of rows, CSV and JSONL: each row is a brief.

    title,notes,picture,picture_2
    Octopus arms,Each arm thinks for itself.,arm.jpg,stock:octopus on a reef

Columns are called as the keys of a front matter are, and `notes` holds what stands below one, in Markdown. `picture`,
`picture_2` and so on hold a picture each, as files beside the list, addresses or searches; `pictures` holds a folder.
In CSV, tags and languages have commas between them. An empty cell says nothing.
"""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from pipeline.errors import InputError, did_you_mean
from pipeline.model import MOST_PICTURES, Brief, WantedPicture
from pipeline.model.text import clean_text
from pipeline.sources.front_matter import KEYS, checked_value
from pipeline.sources.markdown import brief_of
from pipeline.sources.pictures import picture_named

_NOTES, _FOLDER = "notes", "pictures"
_PICTURE = re.compile(r"picture(?:_[0-9]{1,2})?")
_LISTS = frozenset({"tags", "languages"})
# In what a CSV may be cut: what spreadsheets write where a comma is part of a number.
_DELIMITERS = ",;\t"
_CONVERTED = {True: "true", False: "false"}

# The cells of a row by column, and the place of the row: "customers.csv:3".
_Row = tuple[dict[str, str], str]


def parse_rows(text: str, path: Path, problems: list[InputError]) -> tuple[Brief, ...]:
    """The briefs in a list, each once; what is wrong with a row goes to `problems`, and the row is left out.

    Raises `InputError` for a list that is none, or has no rows.
    """
    rows = _csv(text, path, problems) if path.suffix.casefold() == ".csv" else _jsonl(text, path, problems)
    briefs: dict[Brief, Brief] = {}
    count = 0
    for count, (cells, where) in enumerate(rows, start=1):  # noqa: B007 - whether there were any
        try:
            brief = _brief(cells, where)
        except InputError as error:
            problems.append(error)
            continue
        briefs.setdefault(replace(brief, origin=""), brief)
    if not count and not problems:
        raise InputError(
            "has no rows", where=str(path), hint="Write a row for each film below the names of the columns"
        )
    return tuple(briefs.values())


def _csv(text: str, path: Path, problems: list[InputError]) -> Iterator[_Row]:
    header, _, _ = text.lstrip("\n").partition("\n")
    delimiter = max(_DELIMITERS, key=header.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    columns: list[str] = []
    before = 0
    try:
        for cells in reader:
            where, before = f"{path}:{before + 1}", reader.line_num
            if not any(cell.strip() for cell in cells):
                continue
            if not columns:
                columns = [clean_text(cell).casefold() for cell in cells]
                _check_columns(columns, where)
            elif len(cells) > len(columns):
                told = f"has {len(cells)} cells, and there are {len(columns)} columns"
                problems.append(InputError(told, where=where, hint="Put a text with commas into quotes"))
            else:
                yield dict(zip(columns, cells, strict=False)), where
    except csv.Error as error:
        where = f"{path}:{before + 1}"
        raise InputError(f"is broken CSV: {error}", where=where, hint="Save it anew from a spreadsheet") from error


def _jsonl(text: str, path: Path, problems: list[InputError]) -> Iterator[_Row]:
    for number, line in enumerate(text.split("\n"), start=1):
        where = f"{path}:{number}"
        if not line.strip():
            continue
        try:
            yield _object(line, where), where
        except InputError as error:
            problems.append(error)


def _object(line: str, where: str) -> dict[str, str]:
    try:
        value: Any = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise InputError("is no JSON", where=where, hint='Write {"title": "…", "notes": "…"} on each line') from error
    if not isinstance(value, dict):
        raise InputError("is no JSON object", where=where, hint='Write {"title": "…", "notes": "…"} on each line')
    cells = {clean_text(key).casefold(): _cell(key, each, where) for key, each in value.items()}
    _check_columns(cells, where)
    return cells


def _cell(key: str, value: object, where: str) -> str:
    """A value as a cell of CSV has it."""
    if value is None:
        return ""
    if isinstance(value, list) and key.casefold() in _LISTS and all(isinstance(each, str) for each in value):
        return ",".join(value)
    if isinstance(value, bool):
        return _CONVERTED[value]
    if isinstance(value, str | int | float):
        return str(value)
    raise InputError(f"{key} must be a text", where=where)


def _check_columns(columns: list[str] | Mapping[str, str], where: str) -> None:
    known = (*KEYS, _NOTES, "picture")
    for column in columns:
        if column not in known and not _PICTURE.fullmatch(column):
            raise InputError(f"unknown column {column[:40]!r}", where=where, hint=did_you_mean(column, known))
    if len(set(columns)) < len(columns):
        raise InputError("two columns have one name", where=where, hint="Rename one: picture, picture_2, picture_3")


def _brief(cells: Mapping[str, str], where: str) -> Brief:
    values: dict[str, Any] = {}
    for column, cell in cells.items():
        if column in KEYS and column != _FOLDER and cell.strip():
            name, value = checked_value(column, cell, where)
            values[name] = value
    if "title" not in values:
        raise InputError("has no title", where=where, hint="Each row needs one: a column `title`")
    pictures = dict.fromkeys(_pictures(cells, where))
    if len(pictures) > MOST_PICTURES:
        raise InputError(f"{len(pictures)} pictures are wanted, at most {MOST_PICTURES} can be had", where=where)
    return brief_of(cells.get(_NOTES, ""), {**values, "pictures": tuple(pictures)}, origin=where)


def _pictures(cells: Mapping[str, str], where: str) -> Iterator[WantedPicture]:
    for column, cell in cells.items():
        if _PICTURE.fullmatch(column) and cell.strip():
            yield picture_named(cell, where)
    folder = cells.get(_FOLDER, "").strip()
    if folder and not folder.endswith("/"):
        raise InputError(
            "pictures must be a folder here", where=where, hint="Write reef/, or a column `picture` for one"
        )
    if folder:
        yield picture_named(folder, where)
