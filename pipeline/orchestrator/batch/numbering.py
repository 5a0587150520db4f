"""Which episode of its series a brief is: as it says, as it was given before, or the next one, in the order of a list.

Numbers are given for a whole batch at once, before anything of it is saved: where two things can't both be, nothing is
given and nothing is made.
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
# Of what can't be, so much is told.
_MOST_TOLD = 5


@dataclass(frozen=True, kw_only=True)
class _Claim:
    """A brief of a series, and the number that it asks for; 0: none."""

    key: str
    title: str
    where: str
    number: int


@dataclass(kw_only=True)
class EpisodeNumbers:
    """The episodes of one plan."""

    context: RunContext
    # By series and key of the episode.
    _given: dict[tuple[str, str], int] = field(default_factory=dict)
    _films: dict[str, dict[str, list[tuple[str, EpisodeFilm]]]] = field(default_factory=dict)

    def of(self, brief: Brief) -> Brief:
        """The brief with its number; one of no series has none."""
        series = self.context.briefs.series_of(brief)
        if not series:
            return brief
        placed = replace(brief, origin=self.context.paths.origin(brief.origin))
        return replace(brief, episode=self._given.get((series, episode_key(placed)), 0))

    def know(self, series: str, given: Mapping[str, int]) -> None:
        """Take the numbers of a series, by the keys of its episodes."""
        self._given.update({(series, key): number for key, number in given.items()})

    def note(self, film: Brief, batch: str, job_id: str) -> None:
        """Remember which job makes a film of an episode."""
        if film.series and film.episode:
            made = EpisodeFilm(batch=batch, job=job_id, subject=subject_key(film))
            films = self._films.setdefault(film.series, {}).setdefault(episode_key(film), [])
            films.append((track_of(film), made))

    def save(self) -> None:
        """Write down which jobs make the films. Blocks."""
        for series, films in self._films.items():
            ledger_of(self.context.workspace, series).note_films(films)


def number_episodes(briefs: Iterable[Brief], context: RunContext, *, gives: bool) -> EpisodeNumbers:
    """The numbers of briefs. `gives` writes them down; else they are those that would be given. Blocks.

    Raises `InputError` for an unknown series, two briefs that want one number, a number that is another film's, and a
    brief that wants another one than it has.
    """
    numbers = EpisodeNumbers(context=context)
    for series, wanted in _claims(briefs, context).items():
        ledger = ledger_of(context.workspace, series)
        left = [] if ledger.is_there() else known_episodes(series, context)
        if left:
            told = counted(len(left), "episode is", "episodes are")
            logger.info("the numbers of series “%s” are lost: %s known from their jobs", series, told)
        for renamed in _renamed(ledger.episodes() or left, wanted, context.workspace, series=series):
            logger.warning("series “%s”: %s", series, renamed)
        give = partial(_give, wanted=wanted, series=series, first=context.settings.series[series].first, left=left)
        numbers.know(series, ledger.change(give) if gives else give(list(ledger.episodes())))
    return numbers


def _claims(briefs: Iterable[Brief], context: RunContext) -> dict[str, dict[str, _Claim]]:
    """What briefs ask for, by series and key of the episode, in their order."""
    claims: dict[str, dict[str, _Claim]] = {}
    for brief in briefs:
        series = context.briefs.series_of(brief)
        if not series:
            continue
        table_of(series, context.settings, where=brief.origin)
        placed = replace(brief, origin=context.paths.origin(brief.origin))
        key = episode_key(placed)
        of = claims.setdefault(series, {})
        if key not in of or not of[key].number:
            of[key] = _Claim(key=key, title=brief.title, where=placed.origin, number=brief.episode)
    return claims


def _renamed(
    episodes: Iterable[Episode], wanted: Mapping[str, _Claim], workspace: Path, *, series: str
) -> Iterator[str]:
    """Of new files, those called as an episode is whose own file is gone: somebody may have renamed it. A line each."""
    keys, gone = set[str](), dict[str, Episode]()
    for each in episodes:
        keys.add(each.key)
        if each.key not in wanted and _is_file(each.where) and not (workspace / each.where).exists():
            gone[each.title.casefold()] = each
    for claim in wanted.values():
        known = gone.get(claim.title.casefold())
        if known and claim.key not in keys and _is_file(claim.where):
            yield (
                f"{claim.where} is a new episode. Episode {known.number}, “{known.title}”, was {known.where}, which is "
                "gone: give the file that name again; or, if that film is not out, run "
                f"`nightreel series {shlex.quote(series)} --forget {known.number}` and write "
                f"`episode: {known.number}` into it"
            )


def _is_file(where: str) -> bool:
    """Whether a brief is all of a file, and not a line of it."""
    return bool(where) and not where.rpartition(":")[2].isdecimal()


def _give(
    episodes: list[Episode], *, wanted: Mapping[str, _Claim], series: str, first: int, left: Sequence[Episode]
) -> dict[str, int]:
    """A number for each; new episodes join the list. One that is empty is that of those who are `left`."""
    if not episodes:
        episodes.extend(left)
    _refuse_what_can_not_be(episodes, wanted, series)
    given = {each.key: each.number for each in episodes if each.key in wanted}
    taken = {*(each.number for each in episodes), *(claim.number for claim in wanted.values())}
    upcoming = max((each.number for each in episodes), default=first - 1) + 1
    for claim in wanted.values():
        if claim.key in given:
            continue
        number = claim.number
        if not number:
            while upcoming in taken:
                upcoming += 1
            number, upcoming = upcoming, upcoming + 1
        if number > MOST_EPISODES:
            raise InputError(f"has no numbers left beyond {MOST_EPISODES}", where=f"series “{series}”")
        episodes.append(Episode(key=claim.key, number=number, title=claim.title, where=claim.where))
        given[claim.key] = number
    return given


def _refuse_what_can_not_be(episodes: Iterable[Episode], wanted: Mapping[str, _Claim], series: str) -> None:
    """Raise `InputError` where two want one number, or one wants another than it has."""
    by_key = {each.key: each for each in episodes}
    by_number: dict[int, Episode | _Claim] = {each.number: each for each in by_key.values()}
    problems: list[str] = []
    for claim in wanted.values():
        known, whose = by_key.get(claim.key), claim.where or claim.title
        if known:
            if claim.number not in {0, known.number}:
                problems.append(f"{whose}: is episode {known.number} already, and asks to be {claim.number}")
        elif claim.number:
            other = by_number.setdefault(claim.number, claim)
            if other is not claim:
                problems.append(f"{whose}: episode {claim.number} is “{other.title}” ({other.where})")
    if problems:
        more = f"; and {len(problems) - _MOST_TOLD} more" if len(problems) > _MOST_TOLD else ""
        hint = f"Mend the numbers, or free one: nightreel series {shlex.quote(series)} --forget NUMBER"
        raise InputError(f"{'; '.join(problems[:_MOST_TOLD])}{more}", where=f"series “{series}”", hint=hint)


def known_episodes(series: str, context: RunContext) -> list[Episode]:
    """The episodes of a series, by number, as far as batches know films of them. Reads every batch, and blocks.

    Where two jobs say different things, the one whose film more people have seen is right: published, made, planned.
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
        # In memory: whoever only wants to know what would be made changes nothing.
        for row in store.glance(batch).rows_whose("series", series):
            with contextlib.suppress(CheckpointError):  # a damaged one is told where it is made
                if row.episode and (job := store.read_job(batch, row.id)):
                    yield job
