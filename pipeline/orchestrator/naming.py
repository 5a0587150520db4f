"""Where films go: a pattern becomes a folder that is safe on every system and belongs to one film."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import date
from functools import lru_cache
from string import Formatter

from pipeline.errors import ConfigurationError, did_you_mean
from pipeline.model import Brief
from pipeline.model.file_names import is_reserved_name, safe_name

# The reports of a batch lie beside its films.
SUMMARY = "summary"
_FIELDS = ("batch", "index", "title", "language", "format", "date", "id")
# Of a table, the cell of a column: {row.segment}.
_ROW = re.compile(r"row\.([a-z0-9]\w*)")
# One of these has to tell films apart, or a column of theirs.
_TELLING = ("index", "title", "id")
_TITLE_MAX_CHARS = 60
_INDEX_FORMAT = re.compile(r"(0?[1-9]d?|d)?")
_FORBIDDEN = re.compile(r'[<>:"\\|?*\x00-\x1f\x7f]')
_HINT = "Write something like {batch}/{index:03d}_{title}"


class FolderPattern:
    """The setting output.pattern, checked. Raises `ConfigurationError` for one that could leave output/."""

    def __init__(self, pattern: str) -> None:
        self._pattern = pattern.rstrip("/")
        self._parts = self._pattern.split("/")
        names = list(_checked_fields(self._pattern))
        self._tells_languages = "language" in names
        self._tells_formats = "format" in names
        # The columns of a table that it names, as they are called in it.
        self.columns = tuple(dict.fromkeys(found[1] for name in names if (found := _ROW.fullmatch(name))))
        if not (self.columns or set(_TELLING) & set(names)):
            raise _problem("gives all films of a batch one folder", hint="Add {title}, {index} or {id}")
        for part in self._parts:
            _check_part(part)

    @property
    def is_per_batch(self) -> bool:
        """Whether films of different batches can't meet."""
        return self._pattern.startswith("{batch}/")

    def folder(self, brief: Brief, *, batch: str, index: int, job_id: str, day: date) -> str:
        """The folder of a film, below the folder of all output, with forward slashes. `index` counts from 1.

        A translated film has its language behind the name, unless the pattern has it: "why-is-the-sky-blue-es"; a
        variant its number: "why-is-the-sky-blue-v2"; another format than the first: "why-is-the-sky-blue-9x16".
        """
        language = _safe_language(brief.language)
        shape = (brief.format or "").replace(":", "x") or "usual"
        row = _Cells(dict(brief.row.kept) if brief.row else {})
        title = safe_name(brief.title, _TITLE_MAX_CHARS, default="film")
        parts = [
            part.format(
                batch=batch,
                index=index,
                title=title,
                language=language,
                format=shape,
                row=row,
                date=day.isoformat(),
                id=job_id,
            ).rstrip(". ")
            for part in self._parts
        ]
        if brief.translated_from and not self._tells_languages:
            parts[-1] = f"{parts[-1]}-{language}"
        if brief.is_other_format and not self._tells_formats:
            parts[-1] = f"{parts[-1]}-{shape}"
        if brief.variant:
            parts[-1] = f"{parts[-1]}-v{brief.variant}"
        # The reports of a batch lie in "summary", or in "summary-<batch>" where several batches share a folder.
        *above, last = (_not_reserved(part) for part in parts)
        return "/".join((*above, f"{last}-film" if last.casefold().startswith(SUMMARY) else last))


@lru_cache(maxsize=256)
def _safe_language(language: str) -> str:
    return safe_name(language, 20, default="language")


class _Cells:
    """The cells of a row, as names of folders: `row.segment` in a pattern."""

    def __init__(self, cells: Mapping[str, str]) -> None:
        self._cells = cells

    def __getattr__(self, column: str) -> str:
        name = safe_name(self._cells.get(column, ""), _TITLE_MAX_CHARS, default=f"no-{column}")
        return f"{name}-films" if name.startswith(SUMMARY) else name


def _checked_fields(pattern: str) -> Iterator[str]:
    """The names of the fields in it; nothing but names and the width of a number."""
    try:
        parsed = list(Formatter().parse(pattern))
    except ValueError as error:
        raise _problem(f"can't be read: {error}") from error
    for _, name, spec, conversion in parsed:
        if name is None:
            continue
        if name not in _FIELDS and not _ROW.fullmatch(name):
            raise _problem(f"knows no {{{name[:30]}}}", hint=_field_hint(name))
        if conversion or (spec and not (name == "index" and _INDEX_FORMAT.fullmatch(spec))):
            raise _problem(f"can't format {{{name}}} so", hint="Only {index} takes a width: {index:03d}")
        yield name


def _field_hint(name: str) -> str:
    if name.startswith("row."):
        return 'Write columns in small letters, and _ for what is no letter: {row.first_name} for "First Name"'
    return did_you_mean(name, (*_FIELDS, "row.COLUMN"))


def _check_part(part: str) -> None:
    plain = re.sub(r"\{[^}]*\}", "x", part)
    if not plain.strip() or plain.strip(". ") == "" or plain != plain.strip():
        raise _problem("has an empty part, a step upwards, or a space at an edge")
    if bad := _FORBIDDEN.search(plain):
        raise _problem(f"has {bad[0]!r} in it, which not every system takes")
    if plain.startswith((".", "-")):
        raise _problem("has a part that begins with a dot or a dash")


def _not_reserved(part: str) -> str:
    return f"{part}-film" if is_reserved_name(part) else part


def _problem(message: str, *, hint: str = _HINT) -> ConfigurationError:
    return ConfigurationError(message, where="output.pattern", hint=hint)
