"""Episode numbers of the briefs of a series: as the brief says, as assigned before, or the next free one.

Numbers are assigned for a whole batch at once, before anything is saved: in case of a conflict, nothing is assigned and
nothing is made.
"""

from __future__ import annotations

import contextlib
import logging
import shlex
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path

from pipeline.errors import CheckpointError, InputError
from pipeline.language.text import counted
from pipeline.model import Brief, Job, JobStatus
from pipeline.model.episodes import MOST_EPISODES
from pipeline.orchestrator.context import RunContext
from pipeline.orchestrator.context.series import episode_key, ledger_of, subject_key, table_of, track_of
from pipeline.state.episodes import Episode, EpisodeFilm

logger = logging.getLogger("nightreel")
# Conflicts that are listed.
_MAX_CONFLICTS = 5


@dataclass(frozen=True, kw_only=True)
class _Request:
    """A brief of a series, and the number that it requests; 0: any."""

    key: str
    title: str
    where: str
    number: int


@dataclass(kw_only=True)
class EpisodeNumbers:
    """The episode numbers of one plan."""

    context: RunContext
    # By series and episode key.
    _numbers: dict[tuple[str, str], int] = field(default_factory=dict)
    _films: dict[str, dict[str, list[tuple[str, EpisodeFilm]]]] = field(default_factory=dict)

    def of(self, brief: Brief) -> Brief:
        """The brief with its episode number, if it belongs to a series."""
        series = self.context.briefs.series_of(brief)
        if not series:
            return brief
        placed = replace(brief, origin=self.context.paths.origin(brief.origin))
        return replace(brief, episode=self._numbers.get((series, episode_key(placed)), 0))

    def add(self, series: str, numbers: Mapping[str, int]) -> None:
        """Add the numbers of a series, by episode key."""
        self._numbers.update({(series, key): number for key, number in numbers.items()})

    def record(self, film: Brief, batch: str, job_id: str) -> None:
        """Record which job makes a film of an episode."""
        if film.series and film.episode:
            made = EpisodeFilm(batch=batch, job=job_id, subject=subject_key(film))
            films = self._films.setdefault(film.series, {}).setdefault(episode_key(film), [])
            films.append((track_of(film), made))

    def save(self) -> None:
        """Save the recorded jobs in the ledgers of their series. Blocks."""
        for series, films in self._films.items():
            ledger_of(self.context.workspace, series).note_films(films)


def number_episodes(briefs: Iterable[Brief], context: RunContext, *, gives: bool) -> EpisodeNumbers:
    """Assign episode numbers to briefs, and save them if `gives`. Blocks.

    Raises `InputError` for an unknown series, for a number that is requested twice or belongs to another episode, and
    for a brief that requests another number than it has.
    """
    numbers = EpisodeNumbers(context=context)
    for series, requests in _requests(briefs, context).items():
        ledger = ledger_of(context.workspace, series)
        recovered = [] if ledger.exists() else known_episodes(series, context)
        if recovered:
            restored = counted(len(recovered), "episode is", "episodes are")
            logger.info("the ledger of series “%s” is missing: %s restored from jobs", series, restored)
        for renamed in _renamed(ledger.episodes() or recovered, requests, context.workspace, series=series):
            logger.warning("series “%s”: %s", series, renamed)
        give = partial(
            _give, requests=requests, series=series, first=context.settings.series[series].first, recovered=recovered
        )
        numbers.add(series, ledger.change(give) if gives else give(list(ledger.episodes())))
    return numbers


def _requests(briefs: Iterable[Brief], context: RunContext) -> dict[str, dict[str, _Request]]:
    """The requests of briefs in order, by series and episode key."""
    requests: dict[str, dict[str, _Request]] = {}
    for brief in briefs:
        series = context.briefs.series_of(brief)
        if not series:
            continue
        table_of(series, context.settings, where=brief.origin)
        placed = replace(brief, origin=context.paths.origin(brief.origin))
        key = episode_key(placed)
        of = requests.setdefault(series, {})
        if key not in of or not of[key].number:
            of[key] = _Request(key=key, title=brief.title, where=placed.origin, number=brief.episode)
    return requests


def _renamed(
    episodes: Iterable[Episode], requests: Mapping[str, _Request], workspace: Path, *, series: str
) -> Iterator[str]:
    """Warnings about new files with the title of an episode whose file is missing: it may have been renamed."""
    keys, gone = set[str](), dict[str, Episode]()
    for each in episodes:
        keys.add(each.key)
        if each.key not in requests and _is_file(each.where) and not (workspace / each.where).exists():
            gone[each.title.casefold()] = each
    for request in requests.values():
        known = gone.get(request.title.casefold())
        if known and request.key not in keys and _is_file(request.where):
            yield (
                f"{request.where} is a new episode. Episode {known.number}, “{known.title}”, was {known.where}, which "
                "no longer exists: rename the file back; or, if that film is not published, run "
                f"`nightreel series {shlex.quote(series)} --forget {known.number}` and add "
                f"`episode: {known.number}` to the file"
            )


def _is_file(where: str) -> bool:
    """Whether a brief is a file of its own, and not a line of one."""
    return bool(where) and not where.rpartition(":")[2].isdecimal()


def _give(
    episodes: list[Episode], *, requests: Mapping[str, _Request], series: str, first: int, recovered: Sequence[Episode]
) -> dict[str, int]:
    """Assign a number to each request; new episodes are added to `episodes`, which starts with `recovered` if empty."""
    if not episodes:
        episodes.extend(recovered)
    _refuse_conflicts(episodes, requests, series)
    given = {each.key: each.number for each in episodes if each.key in requests}
    taken = {*(each.number for each in episodes), *(request.number for request in requests.values())}
    upcoming = max((each.number for each in episodes), default=first - 1) + 1
    for request in requests.values():
        if request.key in given:
            continue
        number = request.number
        if not number:
            while upcoming in taken:
                upcoming += 1
            number, upcoming = upcoming, upcoming + 1
        if number > MOST_EPISODES:
            raise InputError(f"can't have more than {MOST_EPISODES} episodes", where=f"series “{series}”")
        episodes.append(Episode(key=request.key, number=number, title=request.title, where=request.where))
        given[request.key] = number
    return given


def _refuse_conflicts(episodes: Iterable[Episode], requests: Mapping[str, _Request], series: str) -> None:
    """Raise `InputError` if a number is requested twice, is taken, or differs from the one assigned before."""
    by_key = {each.key: each for each in episodes}
    by_number: dict[int, Episode | _Request] = {each.number: each for each in by_key.values()}
    problems: list[str] = []
    for request in requests.values():
        known, whose = by_key.get(request.key), request.where or request.title
        if known:
            if request.number not in {0, known.number}:
                problems.append(f"{whose}: is episode {known.number} already, but requests {request.number}")
        elif request.number:
            other = by_number.setdefault(request.number, request)
            if other is not request:
                problems.append(f"{whose}: episode {request.number} is “{other.title}” ({other.where})")
    if problems:
        more = f"; and {len(problems) - _MAX_CONFLICTS} more" if len(problems) > _MAX_CONFLICTS else ""
        hint = f"Correct the numbers, or free one: nightreel series {shlex.quote(series)} --forget NUMBER"
        raise InputError(f"{'; '.join(problems[:_MAX_CONFLICTS])}{more}", where=f"series “{series}”", hint=hint)


def known_episodes(series: str, context: RunContext) -> list[Episode]:
    """The episodes of a series by number, restored from the jobs of all batches. Blocks.

    If jobs contradict each other, a published film wins over a finished one, and that over a planned one.
    """
    found: dict[str, Episode] = {}
    taken: set[int] = set()
    for job in sorted(
        _jobs(series, context), key=lambda job: (not job.published, job.status is not JobStatus.COMPLETED)
    ):
        brief, key = job.brief, episode_key(job.brief)
        if key not in found and brief.episode not in taken:
            found[key] = Episode(key=key, number=brief.episode, title=brief.title, where=brief.origin)
            taken.add(brief.episode)
        if key in found and found[key].number == brief.episode:
            film = EpisodeFilm(batch=job.batch, job=job.id, subject=subject_key(brief))
            found[key].films.setdefault(track_of(brief), film)
    return sorted(found.values(), key=lambda each: each.number)


def _jobs(series: str, context: RunContext) -> Iterator[Job]:
    store = context.store
    for batch in store.batch_names():
        # Read-only: a dry run must not change anything.
        for row in store.read_only_index(batch).rows_where("series", series):
            with contextlib.suppress(CheckpointError):  # damaged jobs are reported when they are made
                if row.episode and (job := store.read_job(batch, row.id)):
                    yield job
