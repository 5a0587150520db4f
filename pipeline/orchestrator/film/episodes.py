"""A film among the episodes of its series: what came before it, whom it waits for, and who goes on after it.

An episode is published when those before it are out, or given up, and its script is written when theirs are. Who waits
is parked without a time, so that no night waits for a person; who has come so far lets the next one go on, and a run
that has nothing else to do looks once more (`release_waiting_episodes`). So nobody waits for what has happened already.

Everything here blocks, but for what says otherwise.
"""

from __future__ import annotations

import shlex
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from anyio import to_thread

from pipeline.errors import BusyError, CheckpointError, TurnError
from pipeline.language.text import clean_text
from pipeline.model import STANDALONE_BATCHES, UNFINISHED, Brief, Job, JobStatus, JobSummary, Script, advance
from pipeline.model.episodes import Earlier
from pipeline.orchestrator.context import RunContext, provider_factory
from pipeline.orchestrator.context.hosts import Hosts
from pipeline.orchestrator.context.series import ledger_of, seen_at, subject_key, track_of
from pipeline.script import has_script_template
from pipeline.settings import Settings
from pipeline.state import CheckpointStore
from pipeline.state.episodes import Episode, EpisodeFilm

_GIVEN_UP = frozenset({JobStatus.FAILED, JobStatus.CANCELLED})
_OVER = _GIVEN_UP | {JobStatus.COMPLETED}
# Of what an episode was about, and of all that a model is told of earlier ones.
_COVERED_CHARS, _MOST_CHARS = 200, 4000
# Of the episodes that one goes out before, so many are told.
_MOST_PASSED = 3


def with_earlier_episodes(brief: Brief, context: RunContext) -> Brief:
    """The brief with what earlier episodes were about, for who writes it: the nearest ones, as far as there is room."""
    if not (brief.serial and brief.episode and brief.serial.remember and _is_told(brief, context)):
        return brief
    told: list[Earlier] = []
    room = _MOST_CHARS
    ledger, track = ledger_of(context.workspace, brief.series), track_of(brief)
    for episode in _earlier(ledger.episodes(), brief.episode):
        # In another language it was about the same.
        films = sorted(episode.films.items(), key=lambda entry: entry[0] != track)
        if not (known := next(filter(None, (ledger.told(film) for _, film in films)), None)):
            continue
        room -= len(known.title) + len(known.covered)
        if room < 0 or len(told) == brief.serial.remember:
            break
        told.append(Earlier(number=episode.number, title=known.title, covered=known.covered))
    return replace(brief, serial=replace(brief.serial, earlier=tuple(reversed(told))))


def record_script(job: Job, original: Script, context: RunContext) -> None:
    """Keep what an episode is about, for those after it; `original` is the script before it was translated."""
    if job.brief.series and job.brief.episode:
        film = EpisodeFilm(batch=job.batch, job=job.id, subject=subject_key(job.brief))
        ledger_of(context.workspace, job.brief.series).note_script(
            film, title=original.title, covered=_in_a_line(original)
        )


def _in_a_line(script: Script) -> str:
    """What a film shows in capitals and large letters; where it has no headings, how its description begins."""
    headings = (getattr(scene, "heading", "") for scene in script.scenes[1:])
    told = "; ".join(dict.fromkeys(clean_text(each) for each in headings if each and each != script.title))
    told = told or clean_text(script.description) or script.title
    return told if len(told) <= _COVERED_CHARS else f"{told[: _COVERED_CHARS - 1].rsplit(' ', 1)[0]}…"


def episode_badge(brief: Brief, settings: Settings) -> int:
    """The number that thumbnails of a film show; 0: none."""
    table = settings.series.get(brief.series)
    return brief.episode if table and table.badge else 0


def series_metadata(brief: Brief) -> dict[str, str | int] | None:
    """What a film's metadata say of its series; None: it has no number in one."""
    if not (brief.serial and brief.episode):
        return None
    return {"name": brief.series, "title": brief.serial.title(brief.language), "episode": brief.episode}


def turn_error(job: Job, context: RunContext, stage: str) -> TurnError | None:
    """Why an episode goes no further than this stage now; None: it may."""
    brief = job.brief
    table = context.settings.series.get(brief.series)
    if table is None or not brief.episode:
        return None
    if stage == "script":
        found = _without_script(job, context) if table.remember else None
    else:
        found = _to_come(job, context) if table.order == "strict" and context.hosts.wanted else None
    if found is None:
        return None
    episode, row = found
    status = row.status.value.replace("_", " ")
    what = "the script of episode" if stage == "script" else "episode"
    # One that waits for an episode itself says so for itself.
    why = (row.error.cause or row.why) if row.error else row.why
    is_told = bool(why) and not (row.error and row.error.kind == TurnError.__name__)
    message = f"waits for {what} {episode.number}, “{episode.title}” ({status}{f': {why}' if is_told else ''})"
    is_held = row.status is JobStatus.REVIEW
    typed = shlex.quote(row.batch)
    hint = f"nightreel review {typed} shows it" if is_held else f"nightreel resume {typed} goes on with it"
    return TurnError(message, where=job.folder, hint=hint)


def skipped_episodes(job: Job, context: RunContext) -> tuple[str, ...]:
    """A line for each episode that should have gone out before this one and will not, back to the last that did."""
    lines: list[str] = []
    for episode, film in _before(job.brief, context.workspace):
        row = _row(film, context.store)
        if len(lines) == _MOST_PASSED or _is_out(film, row, context.hosts):
            break
        if row and row.status is JobStatus.COMPLETED:
            continue  # it was not to be published
        status = row.status.value if row else "gone"
        lines.append(f"episode {episode.number}, “{episode.title}”, is not out ({status}): this one went before it")
    return tuple(reversed(lines))


def _earlier(episodes: Sequence[Episode], number: int) -> Iterator[Episode]:
    """The episodes before this number, the nearest first."""
    return reversed(episodes[: bisect_left(episodes, number, key=_number)])


def _number(episode: Episode) -> int:
    return episode.number


def _before(brief: Brief, workspace: Path) -> Iterator[tuple[Episode, EpisodeFilm]]:
    """The films before one, of its track, the nearest first. To look up all of thousands takes long: stop early."""
    track = track_of(brief)
    for episode in _earlier(ledger_of(workspace, brief.series).episodes(), brief.episode):
        if film := episode.films.get(track):
            yield episode, film


def _row(film: EpisodeFilm, store: CheckpointStore) -> JobSummary | None:
    """The row of a film's job; None: its batch does not list it any more."""
    if not store.folder(film.batch).exists():
        return None
    return store.index(film.batch).listed(film.job)


def _is_out(film: EpisodeFilm, row: JobSummary | None, hosts: Hosts) -> bool:
    """Whether a film is out at all hosts that are wanted. If its batch is gone, the journals of the channels tell."""
    if row is None:
        return bool(seen_at(film.subject, hosts.journals))
    return set(hosts.wanted) <= row.published.keys()


def _to_come(job: Job, context: RunContext) -> tuple[Episode, JobSummary] | None:
    """The nearest episode before that is to be published and is not; where one is out, those before had their turn."""
    for episode, film in _before(job.brief, context.workspace):
        row = _row(film, context.store)
        if _is_out(film, row, context.hosts):
            return None
        if row is None or row.status in _GIVEN_UP:
            continue
        # One that is made and delivered to nobody: it was not to be published.
        if row.status is not JobStatus.COMPLETED:
            return episode, row
    return None


def _without_script(job: Job, context: RunContext) -> tuple[Episode, JobSummary] | None:
    """The nearest episode before, in the same batch, that is to be written and is not."""
    if job.batch in STANDALONE_BATCHES or not _is_told(job.brief, context):
        return None
    ledger = ledger_of(context.workspace, job.brief.series)
    for episode, film in _before(job.brief, context.workspace):
        if film.batch != job.batch:
            continue
        if ledger.is_written(film):
            return None  # it has waited for those before it
        if (row := _row(film, context.store)) and row.status in UNFINISHED:
            return episode, row
    return None


def _is_told(brief: Brief, context: RunContext) -> bool:
    """Whether whoever writes takes notice of earlier episodes: a model does."""
    is_model = provider_factory.is_service(provider_factory.writer_names(context.settings)[0])
    return is_model and not has_script_template(brief, context.template(brief))


async def release_next_episode(job: Job, context: RunContext, *, stage: str = "") -> None:
    """Let the next episode go on, if it waits for this one, at this `stage`; empty: wherever it waits."""
    after = await to_thread.run_sync(_next_waiting, job, context, stage)
    if after:
        await _let_go(after, context)


def _next_waiting(job: Job, context: RunContext, stage: str) -> EpisodeFilm | None:
    brief = job.brief
    if not (brief.series and brief.episode):
        return None
    track, episodes = track_of(brief), ledger_of(context.workspace, brief.series).episodes()
    for episode in episodes[bisect_right(episodes, brief.episode, key=_number) :]:
        film = episode.films.get(track)
        row = _row(film, context.store) if film else None
        if row and row.status not in _OVER:
            # Those after it wait for this one, whether it waits itself or not.
            return film if _is_waiting(row) and stage in {"", row.error and row.error.stage} else None
    return None


def _is_waiting(row: JobSummary | Job) -> bool:
    return row.status is JobStatus.PARKED and row.error is not None and row.error.kind == TurnError.__name__


async def _let_go(film: EpisodeFilm, context: RunContext) -> bool:
    store = context.store
    try:
        async with store.claims.claim(film.batch, film.job, what=film.job, wait_s=0):
            job = await store.load_job(film.batch, film.job)
            if not _is_waiting(job):
                return False
            job = advance(job, JobStatus.PENDING, at=context.clock(), why="the episode before it has come so far")
            await store.save_job(job.evolve(error=None))
            return True
    except (BusyError, CheckpointError):
        return False


async def release_waiting_episodes(batch: str, context: RunContext) -> int:
    """Let go of the episodes of a batch that wait for nobody any more; how many these are."""
    if not context.settings.series or not await to_thread.run_sync(context.store.folder(batch).exists):
        return 0
    free = await to_thread.run_sync(_free, batch, context)
    return sum([await _let_go(film, context) for film in free])


def _free(batch: str, context: RunContext) -> list[EpisodeFilm]:
    # Of those that wait in a line, only the first can have nobody before it.
    first: dict[tuple[object, ...], JobSummary] = {}
    for row in filter(_is_waiting, context.store.index(batch).rows(JobStatus.PARKED)):
        line = (row.series, row.language, row.format, row.variant, row.stage)
        if line not in first or row.episode < first[line].episode:
            first[line] = row
    found = []
    for row in first.values():
        job = context.store.read_job(batch, row.id)
        if job and job.error and turn_error(job, context.for_job(job), job.error.stage) is None:
            found.append(EpisodeFilm(batch=batch, job=job.id, subject=subject_key(job.brief)))
    return found
