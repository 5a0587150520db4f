"""List the episodes of a series with the state of their films, and free episode numbers."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache

from pipeline.errors import InputError
from pipeline.orchestrator.context import RunContext
from pipeline.orchestrator.context.hosts import Hosts
from pipeline.orchestrator.context.series import ledger_of, seen_at, table_of
from pipeline.state import BatchIndex
from pipeline.state.episodes import Episode, EpisodeFilm


@dataclass(frozen=True, kw_only=True)
class EpisodeState:
    """A film of an episode; `track` is empty if there is none."""

    series: str
    number: int
    title: str
    where: str
    # The language, plus format and variant if they are not the first ones.
    track: str = ""
    # A job status, or "removed" if the job no longer exists.
    status: str = "removed"
    batch: str = ""
    job: str = ""
    # Pairs of video host and address.
    published: tuple[tuple[str, str], ...] = ()


def episodes_of(context: RunContext, name: str) -> list[EpisodeState]:
    """The episodes of a series, or of all series, by number. Blocks. Raises `InputError` for an unknown series."""
    if name:
        table_of(name, context.settings, where="")
    names = [name] if name else sorted(context.settings.series)

    @cache
    def index_of(batch: str) -> BatchIndex | None:
        """The index of a batch, refreshed; None if the batch no longer exists."""
        return context.store.refreshed(batch) if context.store.folder(batch).exists() else None

    return [
        state
        for each in names
        for episode in ledger_of(context.workspace, each).episodes()
        for state in _films(each, episode, context.hosts, index_of)
    ]


def forget_episode(context: RunContext, name: str, number: int) -> None:
    """Free an episode number, so that another episode can have it. Blocks.

    Raises `InputError` for an unknown episode, and for one that is published.
    """
    films = [each for each in episodes_of(context, name) if each.number == number]
    if not films:
        raise InputError(
            f"has no episode {number}", where=f"series “{name}”", hint=f"See nightreel series {shlex.quote(name)}"
        )
    if out := next((url for film in films for _, url in film.published), None):
        raise InputError(f"episode {number} is published: {out}", where=f"series “{name}”", hint="It keeps its number")
    ledger_of(context.workspace, name).forget(number)


def _films(
    series: str, episode: Episode, hosts: Hosts, index_of: Callable[[str], BatchIndex | None]
) -> Iterator[EpisodeState]:
    films: list[tuple[str, EpisodeFilm | None]] = [*sorted(episode.films.items())] or [("", None)]
    for track, film in films:
        index = index_of(film.batch) if film else None
        row = index.listed(film.job) if index and film else None
        seen: Mapping[str, str] = row.published if row else {}
        if film and row is None:
            known = seen_at(film.subject, hosts.journals)
            seen = {hosts.address(channel): url for channel, url in known.items()}
        yield EpisodeState(
            series=series,
            number=episode.number,
            title=row.title if row else episode.title,
            where=episode.where,
            track=track,
            status=row.status.value if row else "removed",
            batch=film.batch if film else "",
            job=film.job if film else "",
            published=tuple((host, url) for host, url in seen.items() if url),
        )
