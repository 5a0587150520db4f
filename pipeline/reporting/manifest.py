"""manifest.csv: the rows of the table with the results of their films, for import into a CRM or a shop.

A row with several films has a line for each. The added columns begin with `film_`.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import NamedTuple

from pipeline.files import replacing
from pipeline.model import JobSummary
from pipeline.model.csv_escaping import escape_formulas
from pipeline.reporting.groups import cause_of
from pipeline.reporting.pictures import relative_path

MANIFEST = "manifest.csv"
ADDED = (
    "film_status",
    "film_path",
    "film_url",
    "film_title",
    "film_template",
    "film_language",
    "film_format",
    "film_series",
    "film_episode",
    "film_duration_s",
    "film_score",
    "film_cost_usd",
    "film_problem",
)
# Status of rows with errors, and of rows that were not requested.
REFUSED, NOT_ASKED = "refused", "not_asked"


class RowFilms(NamedTuple):
    """A row of the table: its cells, why it was rejected (empty: it was not), and its films."""

    cells: Sequence[str]
    refused: str
    films: Sequence[JobSummary]


def write_manifest(path: Path, columns: Sequence[str], rows: Iterable[RowFilms], *, separator: str = ",") -> None:
    """Write the rows to `path` in their order, streamed. Raises `StorageError`.

    `separator` is the delimiter of the original table. Paths of films are relative to the folder of `path`. Formulas
    are escaped.
    """
    # With a byte order mark: Excel reads a file without one as Windows-1252.
    with replacing(path) as temporary, temporary.open("w", encoding="utf-8-sig", newline="", errors="replace") as file:
        table = csv.writer(file, delimiter=separator)
        table.writerow(map(escape_formulas, (*columns, *_added(columns))))
        for row in rows:
            for ours in _lines(row, path.parent):
                table.writerow(map(escape_formulas, (*row.cells, *ours)))


def _added(columns: Sequence[str]) -> tuple[str, ...]:
    """The added columns, renamed if the table already has them because it was a manifest."""
    return tuple(f"{name} (2)" if name in columns else name for name in ADDED)


def _lines(row: RowFilms, folder: Path) -> Iterable[tuple[str, ...]]:
    if row.films:
        return (_line(film, folder) for film in row.films)
    blank = ("",) * (len(ADDED) - 2)
    return ((REFUSED if row.refused else NOT_ASKED, *blank, row.refused),)


def _line(film: JobSummary, folder: Path) -> tuple[str, ...]:
    path = relative_path(film.video, folder) if film.video else None
    return (
        film.status.value,
        path or "",
        " ".join(url for url in film.published.values() if url),
        film.title,
        film.template,
        film.language,
        film.format,
        film.series,
        str(film.episode or ""),
        "" if film.duration_s is None else f"{film.duration_s:.3f}",
        f"{film.marks.score:g}" if film.marks else "",
        f"{film.cost.usd:.6f}" if film.cost.is_known else "",
        # A completed film may lack a picture, or the voice may have spelt out a name.
        cause_of(film) if film.error else "; ".join(filter(None, (*film.picture_remarks, film.spelling))),
    )
