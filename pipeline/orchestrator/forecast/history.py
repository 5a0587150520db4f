"""What earlier films of a workspace tell about the next ones: seconds, bytes and tokens. Everything here blocks."""

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

# Older films were made under other circumstances; and a workspace may have many.
_FILMS_MOST = 500
_BATCHES_MOST = 20
# Whose folders are looked into for their size.
_WEIGHED_MOST = 50

# Where there is no earlier film, what docs/performance.md measured of three films of a minute: their length, and how
# long the cores work for them, by the characters that are spoken; a minute is 11 MB, and 25 MB more in the cache.
FILM_S_PER_CHAR = 201.0 / 2717
CORE_S_PER_CHAR = 20.0 / 2717
CORES_USED = 0.9
# And what is left of a film whose scenes are all there: thumbnails, joining, checking, delivering.
CORE_S_PER_FILM = 0.5
# A single film has no more scenes than this to draw at once.
_SCENES_AT_ONCE = 4
OUTPUT_BYTES_PER_S = 11_000_000 / 60
CACHE_BYTES_PER_S = 25_000_000 / 60
# A script without corrections: the prompt with its schema, and an answer with the thinking before it.
TOKENS_IN, TOKENS_OUT = 1500.0, 2000.0


class Kind(NamedTuple):
    """What films have in common that take about the same time: a draft says nothing about an upload."""

    preset: str
    width_px: int
    height_px: int

    def __str__(self) -> str:
        return f"preset {self.preset} ({self.width_px}x{self.height_px})"


def kind_of(brief: Brief, context: RunContext) -> Kind:
    """The kind of a film that is or will be made. Raises `InputError` for a preset that is not there."""
    size = context.encoding(brief).video_format
    return Kind(brief.preset or context.settings.video.preset, size.width_px, size.height_px)


@dataclass(frozen=True, kw_only=True)
class Rates:
    """What films of one kind take, and on how many it rests; 0: on none of this workspace."""

    films: int
    # Seconds of the machine per character of weight (`model.weight_of`), with other films at work beside it.
    work_s_per_char: float
    # Per second of film, in the folder of the film and in the cache.
    output_bytes_per_s: float
    cache_bytes_per_s: float


@dataclass(frozen=True, kw_only=True)
class FilmHistory:
    """Rates, and on how many scripts those of scripts rest; 0: on none of this workspace."""

    rates: Mapping[Kind, Rates]
    # Of kinds that were not made here yet.
    measured: Rates
    # Seconds of film per character, whatever the kind.
    film_s_per_char: float
    # Seconds of the machine for a film of which others have made all scenes.
    join_s: float
    scripts: int
    # Of one script, with what corrections cost.
    tokens_in: float
    tokens_out: float

    def of(self, kind: Kind) -> Rates:
        """The rates of a kind."""
        return self.rates.get(kind, self.measured)


def read_history(context: RunContext) -> FilmHistory:
    """What the latest films of this workspace tell; where they tell nothing, what was measured elsewhere."""
    rows = sorted(_completed(context), key=attrgetter("ended_at"))[-_FILMS_MOST:]
    # A film that was found in the cache says nothing about making one.
    made = [row for row in rows if row.made > row.found and row.duration_s and row.weight]
    kinds: dict[Kind, list[JobSummary]] = {}
    for row in made:
        with suppress(InputError):  # a preset that is not there any more
            kinds.setdefault(kind_of(_as_made(row), context), []).append(row)
    weight = sum(row.weight for row in made)
    written = [row for row in rows if row.cost.tokens_in]
    return FilmHistory(
        rates={kind: _rates(rows) for kind, rows in kinds.items()},
        measured=Rates(
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
        output_bytes_per_s=_output_bytes_per_s(rows[-_WEIGHED_MOST:]),
        cache_bytes_per_s=sum(row.bytes for row in rows) / sum(row.duration_s or 0 for row in rows),
    )


def _completed(context: RunContext) -> Iterator[JobSummary]:
    store = context.store
    latest = sorted(store.batch_names(), key=lambda name: store.folder(name).stat().st_mtime)[-_BATCHES_MOST:]
    for name in latest:
        try:
            index = store.read_only_index(name)
            yield from (row for row in index.rows(JobStatus.COMPLETED) if row.started_at and row.ended_at)
            index.close()
        except NightreelError:
            # What a batch can't tell, others may.
            continue


def _busy_s(rows: Iterable[JobSummary]) -> float:
    """The seconds in which at least one of the films was made: side by side they share the cores."""
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
    """Bytes of a film and what lies beside it; 0: it is not there any more."""
    size = 0
    for path in (row.video, row.thumbnail):
        try:
            size += path.stat().st_size if path else 0
        except OSError:
            return 0
    return size
