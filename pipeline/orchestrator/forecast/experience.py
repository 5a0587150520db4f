"""What earlier films of a workspace tell about the next ones: seconds, bytes and tokens. Everything here blocks."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from operator import attrgetter

from pipeline.errors import NightreelError
from pipeline.model import JobStatus, JobSummary
from pipeline.orchestrator.workshop import Workshop

# Older films were made under other circumstances; and a workspace may have many.
_FILMS_MOST = 500
_BATCHES_MOST = 20
# Whose folders are looked into for their size.
_WEIGHED_MOST = 50

# Where there is no earlier film, what docs/performance.md measured: 905 characters become 66 s of film, for which the
# cores work 23.5 s and leave a tenth of their time unused; a minute of film is 8 MB, and 32 MB more in the cache.
FILM_S_PER_CHAR = 66 / 905
CORE_S_PER_CHAR = 23.5 / 905
CORES_USED = 0.9
# And what is left of a film whose scenes are all there: thumbnails, joining, checking, delivering.
CORE_S_PER_FILM = 0.5
# A single film has no more scenes than this to draw at once.
_SCENES_AT_ONCE = 4
OUTPUT_BYTES_PER_S = 8_000_000 / 60
CACHE_BYTES_PER_S = 32_000_000 / 60
# A script without corrections: the prompt with its schema, and an answer with the thinking before it.
TOKENS_IN, TOKENS_OUT = 1500.0, 2000.0


@dataclass(frozen=True, kw_only=True)
class Experience:
    """Rates, and on how many films and scripts each rests; 0: on none of this workspace."""

    films: int
    # Per character of weight (`model.weight_of`): seconds of the machine, with other films at work beside it, and
    # seconds of film.
    work_s_per_char: float
    film_s_per_char: float
    # Seconds of the machine for a film of which others have made all scenes.
    join_s: float
    # Per second of film, in the folder of the film and in the cache.
    output_bytes_per_s: float
    cache_bytes_per_s: float
    scripts: int
    # Of one script, with what corrections cost.
    tokens_in: float
    tokens_out: float


def learn(shop: Workshop) -> Experience:
    """What the latest films of this workspace tell; where they tell nothing, what was measured elsewhere."""
    rows = sorted(_completed(shop), key=attrgetter("ended_at"))[-_FILMS_MOST:]
    # A film that was found in the cache says nothing about making one.
    made = [row for row in rows if row.made > row.found and row.duration_s and row.weight]
    film_s, weight = sum(row.duration_s or 0 for row in made), sum(row.weight for row in made)
    written = [row for row in rows if row.cost.tokens_in]
    return Experience(
        films=len(made),
        work_s_per_char=_busy_s(made) / weight if made else CORE_S_PER_CHAR / _cores_used(shop),
        film_s_per_char=film_s / weight if made else FILM_S_PER_CHAR,
        join_s=CORE_S_PER_FILM / _cores_used(shop),
        output_bytes_per_s=_output_bytes_per_s(made[-_WEIGHED_MOST:]),
        cache_bytes_per_s=sum(row.bytes for row in made) / film_s if made else CACHE_BYTES_PER_S,
        scripts=len(written),
        tokens_in=sum(row.cost.tokens_in for row in written) / len(written) if written else TOKENS_IN,
        tokens_out=sum(row.cost.tokens_out for row in written) / len(written) if written else TOKENS_OUT,
    )


def _completed(shop: Workshop) -> Iterator[JobSummary]:
    store = shop.store
    latest = sorted(store.batch_names(), key=lambda name: store.folder(name).stat().st_mtime)[-_BATCHES_MOST:]
    for name in latest:
        try:
            index = store.glance(name)
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


def _cores_used(shop: Workshop) -> float:
    work = shop.settings.work
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
