"""The series of a brief: what the settings say of it, its ledger, and its neighbours."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline.errors import DamagedError, InputError, did_you_mean
from pipeline.keys import content_key
from pipeline.model import Brief
from pipeline.model.episodes import Serial, Term, link_words
from pipeline.settings import Settings
from pipeline.settings.series import SeriesSettings
from pipeline.state.episodes import EpisodeLedger

if TYPE_CHECKING:
    from pipeline.publishing.youtube import Links, Neighbour

_KEY_DIGITS = 16
# What a brief says that belongs to none where others do.
NO_SERIES = "none"


def about(brief: Brief) -> tuple[str, ...]:
    """What a brief is about, whatever it says, in whatever language, variant and format."""
    file, colon, line = brief.origin.rpartition(":")
    is_file = bool(brief.origin) and not (colon and file and line.isdecimal())
    if brief.key:
        return ("row", file, brief.key)
    if is_file:
        return ("file", brief.origin)
    return ("topic", " ".join(brief.title.split()).casefold())


def subject_key(brief: Brief) -> str:
    """Names what a film is about, whatever its brief says: what was published once is not published again.

    That is the file of a brief, the line of a list as it is written (it may move to another line), or the key of a row
    in its table, in a language, a variant and, beside the first, a format.
    """
    shape = (str(brief.format),) if brief.is_other_format else ()
    return content_key(*about(brief), brief.language, brief.variant, *shape)[:_KEY_DIGITS]


def episode_key(brief: Brief) -> str:
    """Names an episode: all films of one brief are one. Its origin has to be that of a completed brief."""
    return content_key("episode", *about(brief))[:_KEY_DIGITS]


def track_of(brief: Brief) -> str:
    """Which of the films of an episode it is: those of one track follow each other."""
    shape = f" {brief.format}" if brief.is_other_format else ""
    return f"{brief.language}{shape}{f' v{brief.variant}' if brief.variant else ''}"


def table_of(name: str, settings: Settings, *, where: str) -> SeriesSettings:
    """What the settings say of a series. Raises `InputError` for an unknown one."""
    if name not in settings.series:
        hint = "" if settings.series else f"Add a table [series.{name}] to nightreel.toml"
        raise InputError(f"there is no series {name!r}", where=where, hint=hint or did_you_mean(name, settings.series))
    return settings.series[name]


def serial_of(name: str, settings: Settings, *, where: str) -> Serial:
    """What the films of a series have in common beyond their looks. Raises `InputError`."""
    table = table_of(name, settings, where=where)
    terms = (
        Term(
            written=term,
            means=told.get("means", ""),
            said=told.get("said", ""),
            translations=tuple((tag, text) for tag, text in sorted(told.items()) if tag not in {"means", "said"}),
        )
        for term, told in sorted(table.glossary.items())
    )
    return Serial(
        titles=(("", table.title or name), *sorted(table.titles.items())),
        labels=(("", table.label), *sorted(table.labels.items())),
        pattern=table.title_pattern,
        glossary=tuple(terms),
        remember=table.remember,
    )


def with_series(brief: Brief, name: str, settings: Settings) -> Brief:
    """The brief as one of a series: what it does not say, the series does."""
    table = table_of(name, settings, where=brief.origin)
    return replace(
        brief,
        series=name,
        serial=serial_of(name, settings, where=brief.origin),
        language=brief.language or table.language or "",
        template=brief.template or table.template,
        theme=brief.theme or table.theme,
        voice=brief.voice or table.voice,
        # A voice by language goes before the one of all: the brief's own must not.
        voices=brief.voices if brief.voice else tuple({**table.voices, **dict(brief.voices)}.items()),
        music=brief.music or table.music,
        preset=brief.preset or table.preset,
        format=brief.format or (None if brief.formats else table.format),
        audience=brief.audience or table.audience,
        tone=brief.tone or table.tone,
        playlist=brief.playlist or table.playlist,
    )


def ledger_of(workspace: Path, name: str) -> EpisodeLedger:
    """The numbers of a series."""
    return EpisodeLedger(workspace / "state" / "series", name)


def neighbours_of(brief: Brief, workspace: Path, journals: Path) -> Links:
    """The nearest episodes before and after, of its track, that are out on the channel of these journals. Blocks."""
    from pipeline.publishing.youtube import Links  # noqa: PLC0415 - loads aiohttp
    from pipeline.publishing.youtube.journal import Journal  # noqa: PLC0415 - likewise

    words = link_words(brief.language)
    if not (brief.series and brief.episode):
        return Links(words=words)
    track = track_of(brief)
    # To ask for the journal of each of thousands takes a second; most have none yet.
    known = {journal.key for journal in Journal.all_in(journals)}
    films = [
        (each.number, film.subject)
        for each in ledger_of(workspace, brief.series).episodes()
        if (film := each.films.get(track)) and film.subject in known and each.number != brief.episode
    ]
    before = (_out(subject, journals) for number, subject in reversed(films) if number < brief.episode)
    after = (_out(subject, journals) for number, subject in films if number > brief.episode)
    return Links(words=words, before=next(filter(None, before), None), after=next(filter(None, after), None))


def seen_at(subject: str, channels: Path) -> dict[str, str]:
    """Where a film is seen, by the name of the channel: that is known longer than its batch is. Blocks.

    `channels` has the journals of each.
    """
    found = ((folder.name, _out(subject, folder)) for folder in sorted(channels.glob("*/")))
    return {name: out.url for name, out in found if out}


def _out(subject: str, journals: Path) -> Neighbour | None:
    from pipeline.publishing.youtube import Neighbour  # noqa: PLC0415 - likewise
    from pipeline.publishing.youtube.journal import Journal  # noqa: PLC0415 - likewise

    try:
        record = Journal(journals, subject).read_now()
    except DamagedError:
        return None  # its own publication says so
    out = record.published if record else None
    return Neighbour(id=out.id, url=out.url, title=out.title) if out else None
