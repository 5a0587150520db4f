"""Output folders of films: a pattern is expanded to a path that is valid on all systems and unique to a film."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import date
from string import Formatter

from pipeline.errors import ConfigurationError, did_you_mean
from pipeline.model import Brief
from pipeline.model.file_names import is_reserved_name, safe_name

# The folder of a batch's reports, beside its films.
SUMMARY = "summary"
_FIELDS = ("batch", "index", "title", "language", "format", "date", "id")
# The cell of a column of a table: {row.segment}.
_ROW = re.compile(r"row\.([a-z0-9]\w*)")
# A pattern needs one of these, or a column, to be unique.
_UNIQUE = ("index", "title", "id")
_TITLE_MAX_CHARS = 60
_INDEX_FORMAT = re.compile(r"(0?[1-9]d?|d)?")
_FORBIDDEN = re.compile(r'[<>:"\\|?*\x00-\x1f\x7f]')
_HINT = "Write something like {batch}/{index:03d}_{title}"


class FolderPattern:
    """The setting output.pattern, validated. Raises `ConfigurationError` for an invalid pattern."""

    def __init__(self, pattern: str) -> None:
        self._pattern = pattern.rstrip("/")
        self._parts = self._pattern.split("/")
        names = list(_checked_fields(self._pattern))
        self._has_language = "language" in names
        self._has_format = "format" in names
        # The columns of a table that the pattern names.
        self.columns = tuple(dict.fromkeys(found[1] for name in names if (found := _ROW.fullmatch(name))))
        if not (self.columns or set(_UNIQUE) & set(names)):
            raise _problem("gives all films of a batch the same folder", hint="Add {title}, {index} or {id}")
        for part in self._parts:
            _check_part(part)

    @property
    def is_per_batch(self) -> bool:
        """Whether films of different batches can't have the same folder."""
        return self._pattern.startswith("{batch}/")

    def folder(self, brief: Brief, *, batch: str, index: int, job_id: str, day: date) -> str:
        """The folder of a film relative to the output folder, with forward slashes. `index` counts from 1.

        Unless the pattern has them, the language of a translated film ("why-is-the-sky-blue-es") and a format other
        than the first ("why-is-the-sky-blue-9x16") are appended, and always the number of a variant
        ("why-is-the-sky-blue-v2").
        """
        language = safe_name(brief.language, 20, default="language")
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
        if brief.translated_from and not self._has_language:
            parts[-1] = f"{parts[-1]}-{language}"
        if brief.is_other_format and not self._has_format:
            parts[-1] = f"{parts[-1]}-{shape}"
        if brief.variant:
            parts[-1] = f"{parts[-1]}-v{brief.variant}"
        # Keep clear of the folders of reports: "summary", or "summary-<batch>" if batches share a folder.
        *above, last = (f"{part}-film" if is_reserved_name(part) else part for part in parts)
        return "/".join((*above, f"{last}-film" if last.casefold().startswith(SUMMARY) else last))


class _Cells:
    """The cells of a row as folder names: `row.segment` in a pattern."""

    def __init__(self, cells: Mapping[str, str]) -> None:
        self._cells = cells

    def __getattr__(self, column: str) -> str:
        name = safe_name(self._cells.get(column, ""), _TITLE_MAX_CHARS, default=f"no-{column}")
        return f"{name}-films" if name.startswith(SUMMARY) else name


def _checked_fields(pattern: str) -> Iterator[str]:
    """The names of the fields in a pattern. Raises `ConfigurationError` for anything but names and number widths."""
    try:
        parsed = list(Formatter().parse(pattern))
    except ValueError as error:
        raise _problem(f"can't be read: {error}") from error
    for _, name, spec, conversion in parsed:
        if name is None:
            continue
        if name not in _FIELDS and not _ROW.fullmatch(name):
            raise _problem(f"has an unknown field {{{name[:30]}}}", hint=_field_hint(name))
        if conversion or (spec and not (name == "index" and _INDEX_FORMAT.fullmatch(spec))):
            raise _problem(f"has an invalid format for {{{name}}}", hint="Only {index} takes a width: {index:03d}")
        yield name


def _field_hint(name: str) -> str:
    if name.startswith("row."):
        return 'Write columns in lower case, with _ for other characters: {row.first_name} for "First Name"'
    return did_you_mean(name, (*_FIELDS, "row.COLUMN"))


def _check_part(part: str) -> None:
    plain = re.sub(r"\{[^}]*\}", "x", part)
    if not plain.strip() or plain.strip(". ") == "" or plain != plain.strip():
        raise _problem("has an empty part, a parent folder (..), or a leading or trailing space")
    if bad := _FORBIDDEN.search(plain):
        raise _problem(f"contains {bad[0]!r}, which is not allowed on all systems")
    if plain.startswith((".", "-")):
        raise _problem("has a part that starts with a dot or a dash")


def _problem(message: str, *, hint: str = _HINT) -> ConfigurationError:
    return ConfigurationError(message, where="output.pattern", hint=hint)
