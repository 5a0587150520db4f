"""What earlier episodes of a series were about, for the script of the next one. Everything here blocks."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import replace
from operator import attrgetter

from pipeline.language.text import clean_text
from pipeline.model import Brief, Job, Script
from pipeline.model.episodes import Earlier
from pipeline.orchestrator.context import RunContext, provider_factory
from pipeline.orchestrator.context.series import ledger_of, subject_key, track_of
from pipeline.script import has_script_template
from pipeline.state.episodes import Episode, EpisodeFilm

# Length limits of one episode's summary, and of all summaries in a prompt together.
_SUMMARY_CHARS, _ALL_SUMMARIES_CHARS = 200, 4000


def with_earlier_episodes(brief: Brief, context: RunContext) -> Brief:
    """The brief with summaries of earlier episodes for the script writer: the nearest ones, as many as fit."""
    if not (brief.serial and brief.episode and brief.serial.remember and knows_earlier_episodes(brief, context)):
        return brief
    earlier: list[Earlier] = []
    chars_left = _ALL_SUMMARIES_CHARS
    ledger, track = ledger_of(context.workspace, brief.series), track_of(brief)
    for episode in episodes_before(brief.episode, ledger.episodes()):
        # Prefer the film of the same track; in another language it is about the same.
        films = sorted(episode.films.items(), key=lambda entry: entry[0] != track)
        if not (known := next(filter(None, (ledger.summary(film) for _, film in films)), None)):
            continue
        chars_left -= len(known.title) + len(known.covered)
        if chars_left < 0 or len(earlier) == brief.serial.remember:
            break
        earlier.append(Earlier(number=episode.number, title=known.title, covered=known.covered))
    return replace(brief, serial=replace(brief.serial, earlier=tuple(reversed(earlier))))


def record_script(job: Job, original: Script, context: RunContext) -> None:
    """Record what an episode is about, for later episodes. `original` is the script before translation."""
    if job.brief.series and job.brief.episode:
        film = EpisodeFilm(batch=job.batch, job=job.id, subject=subject_key(job.brief))
        ledger_of(context.workspace, job.brief.series).note_script(
            film, title=original.title, covered=_summary(original)
        )


def _summary(script: Script) -> str:
    """The headings of the scenes on one line; without headings, the beginning of the description."""
    headings = (getattr(scene, "heading", "") for scene in script.scenes[1:])
    summary = "; ".join(dict.fromkeys(clean_text(each) for each in headings if each and each != script.title))
    summary = summary or clean_text(script.description) or script.title
    return summary if len(summary) <= _SUMMARY_CHARS else f"{summary[: _SUMMARY_CHARS - 1].rsplit(' ', 1)[0]}…"


def knows_earlier_episodes(brief: Brief, context: RunContext) -> bool:
    """Whether the script writer uses the summaries of earlier episodes: only a language model does."""
    is_model = provider_factory.is_service(provider_factory.writer_names(context.settings)[0])
    return is_model and not has_script_template(brief, context.template(brief))


def episodes_before(number: int, episodes: Sequence[Episode]) -> Iterator[Episode]:
    """The episodes before this number, the nearest first."""
    return reversed(episodes[: bisect_left(episodes, number, key=attrgetter("number"))])
