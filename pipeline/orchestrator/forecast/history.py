"""Speed, size and token use of earlier films of the workspace, for forecasts. Everything here blocks."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from operator import attrgetter
from typing import NamedTuple

from pipeline.errors import InputError, NightreelError
from pipeline.model import SHAPES, Brief, JobStatus, JobSummary
from pipeline.orchestrator.context import RunContext
from pipeline.settings import Settings

# Only the latest films: older ones were made under other conditions, and there may be many.
_MAX_FILMS = 500
_MAX_BATCHES = 20
# Films whose files are measured.
_MAX_MEASURED = 50

# Defaults without earlier films, from docs/performance.md for three films of one minute: film length and core time per
# spoken character; a minute takes 11 MB, plus 25 MB of cache.
FILM_S_PER_CHAR = 201.0 / 2717
CORE_S_PER_CHAR = 20.0 / 2717
CORES_USED = 0.9
# Core time of a film whose scenes are all cached: thumbnails, joining, checking, delivering.
CORE_S_PER_FILM = 0.5
# Scenes of a single film drawn at once.
_SCENES_AT_ONCE = 4
OUTPUT_BYTES_PER_S = 11_000_000 / 60
CACHE_BYTES_PER_S = 25_000_000 / 60
# Tokens of a script without corrections: the prompt with its schema; the answer with its reasoning.
TOKENS_IN, TOKENS_OUT = 1500.0, 2000.0


class Kind(NamedTuple):
    """Preset and size: films of one kind take about the same time per character."""

    preset: str
    width_px: int
    height_px: int

    def __str__(self) -> str:
        return f"preset {self.preset} ({self.width_px}x{self.height_px})"


def kind_of(brief: Brief, context: RunContext) -> Kind:
    """The kind of a film. Raises `InputError` for an unknown preset."""
    size = context.encoding(brief).video_format
    return Kind(brief.preset or context.settings.video.preset, size.width_px, size.height_px)


@dataclass(frozen=True, kw_only=True)
class Rates:
    """Rates of films of one kind, and the number of films that they are based on; 0: benchmarks."""

    films: int
    # Elapsed seconds per character of weight (`model.estimated_chars`), with other films in progress.
    work_s_per_char: float
    # Per second of film, in the output folder and in the cache.
    output_bytes_per_s: float
    cache_bytes_per_s: float


@dataclass(frozen=True, kw_only=True)
class FilmHistory:
    """Rates by kind of film, and the tokens of a script with the number of scripts that they are based on."""

    rates: Mapping[Kind, Rates]
    # For kinds without an earlier film.
    default: Rates
    # Seconds of film per character, for all kinds.
    film_s_per_char: float
    # Elapsed seconds for a film whose scenes are all cached.
    join_s: float
    scripts: int
    # Per script, including corrections.
    tokens_in: float
    tokens_out: float

    def rates_of(self, kind: Kind) -> Rates:
        """The rates of a kind of film."""
        return self.rates.get(kind, self.default)


def read_history(context: RunContext) -> FilmHistory:
    """Compute rates from the latest films of the workspace, with benchmarks as defaults."""
    rows = sorted(_completed(context), key=attrgetter("ended_at"))[-_MAX_FILMS:]
    # Films that came mostly from the cache say nothing about the speed.
    made = [row for row in rows if row.made > row.found and row.duration_s and row.weight]
    kinds: dict[Kind, list[JobSummary]] = {}
    for row in made:
        with suppress(InputError):  # a preset that no longer exists
            kinds.setdefault(kind_of(_as_made(row), context), []).append(row)
    weight = sum(row.weight for row in made)
    written = [row for row in rows if row.cost.tokens_in]
    return FilmHistory(
        rates={kind: _rates(rows) for kind, rows in kinds.items()},
        default=Rates(
            films=0,
            work_s_per_char=CORE_S_PER_CHAR / _cores_used(context.settings),
            output_bytes_per_s=OUTPUT_BYTES_PER_S,
            cache_bytes_per_s=CACHE_BYTES_PER_S,
        ),
        film_s_per_char=sum(row.duration_s or 0 for row in made) / weight if made else FILM_S_PER_CHAR,
        join_s=CORE_S_PER_FILM / _cores_used(context.settings),
        scripts=len(written),
        tokens_in=sum(row.cost.tokens_in for row in written) / len(written) if written else TOKENS_IN,
        tokens_out=sum(row.cost.tokens_out for row in written) / len(written) if written else TOKENS_OUT,
    )


def _as_made(row: JobSummary) -> Brief:
    return Brief(
        title=row.title,
        preset=row.preset or None,
        format=next((shape for shape in SHAPES if shape == row.format), None),
    )


def _rates(rows: Sequence[JobSummary]) -> Rates:
    return Rates(
        films=len(rows),
        work_s_per_char=_busy_s(rows) / sum(row.weight for row in rows),
        output_bytes_per_s=_output_bytes_per_s(rows[-_MAX_MEASURED:]),
        cache_bytes_per_s=sum(row.bytes for row in rows) / sum(row.duration_s or 0 for row in rows),
    )


def _completed(context: RunContext) -> Iterator[JobSummary]:
    store = context.store
    latest = sorted(store.batch_names(), key=lambda name: store.folder(name).stat().st_mtime)[-_MAX_BATCHES:]
    for name in latest:
        try:
            index = store.read_only_index(name)
            yield from (row for row in index.rows(JobStatus.COMPLETED) if row.started_at and row.ended_at)
            index.close()
        except NightreelError:
            # Unreadable batch: use the others.
            continue


def _busy_s(rows: Iterable[JobSummary]) -> float:
    """The seconds during which at least one of the films was in progress: concurrent films share the cores."""
    spans = sorted((row.started_at, row.ended_at) for row in rows if row.started_at and row.ended_at)
    busy, until = 0.0, None
    for begin, end in spans:
        if until is None or end > until:
            busy += (end - (begin if until is None else max(begin, until))).total_seconds()
            until = end
    return busy


def _cores_used(settings: Settings) -> float:
    work = settings.work
    cores = work.workers if work.strategy != "sequential" else min(work.workers, _SCENES_AT_ONCE)
    return cores * CORES_USED


def _output_bytes_per_s(rows: Sequence[JobSummary]) -> float:
    sizes = [(_size(row), row.duration_s or 0.0) for row in rows]
    there = [(size, seconds) for size, seconds in sizes if size]
    if not there:
        return OUTPUT_BYTES_PER_S
    return sum(size for size, _ in there) / sum(seconds for _, seconds in there)


def _size(row: JobSummary) -> int:
    """Bytes of a film and its thumbnail; 0 if they no longer exist."""
    size = 0
    for path in (row.video, row.thumbnail):
        try:
            size += path.stat().st_size if path else 0
        except OSError:
            return 0
    return size
