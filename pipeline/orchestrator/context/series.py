"""Series of briefs: their settings, numbers on thumbnails and in metadata, and links to neighbouring episodes."""

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
# The value of a brief that opts out of the series of its source.
NO_SERIES = "none"


def about(brief: Brief) -> tuple[str, ...]:
    """The identity of a brief's subject, independent of its text, language, variant and format."""
    file, colon, line = brief.origin.rpartition(":")
    is_file = bool(brief.origin) and not (colon and file and line.isdecimal())
    if brief.key:
        return ("row", file, brief.key)
    if is_file:
        return ("file", brief.origin)
    return ("topic", " ".join(brief.title.split()).casefold())


def subject_key(brief: Brief) -> str:
    """The key under which a film is published: a film with a known key is not published again.

    It stands for the file of a brief, the text of a line in a list (not its number), or the key of a row in its table,
    in one language, variant and format (the first format of a brief is left out).
    """
    shape = (str(brief.format),) if brief.is_other_format else ()
    return content_key(*about(brief), brief.language, brief.variant, *shape)[:_KEY_DIGITS]


def episode_key(brief: Brief) -> str:
    """The key of an episode: all films of one brief are one episode. The brief must be completed."""
    return content_key("episode", *about(brief))[:_KEY_DIGITS]


def track_of(brief: Brief) -> str:
    """The track of a film: films of the same language, format and variant follow each other through the episodes."""
    shape = f" {brief.format}" if brief.is_other_format else ""
    return f"{brief.language}{shape}{f' v{brief.variant}' if brief.variant else ''}"


def table_of(name: str, settings: Settings, *, where: str) -> SeriesSettings:
    """The settings of a series. Raises `InputError` for an unknown one."""
    if name not in settings.series:
        hint = "" if settings.series else f"Add a table [series.{name}] to nightreel.toml"
        raise InputError(f"there is no series {name!r}", where=where, hint=hint or did_you_mean(name, settings.series))
    return settings.series[name]


def serial_of(name: str, settings: Settings, *, where: str) -> Serial:
    """Titles, labels and glossary of a series. Raises `InputError` for an unknown one."""
    table = table_of(name, settings, where=where)
    terms = (
        Term(
            written=term,
            means=entry.get("means", ""),
            said=entry.get("said", ""),
            translations=tuple((tag, text) for tag, text in sorted(entry.items()) if tag not in {"means", "said"}),
        )
        for term, entry in sorted(table.glossary.items())
    )
    return Serial(
        titles=(("", table.title or name), *sorted(table.titles.items())),
        labels=(("", table.label), *sorted(table.labels.items())),
        pattern=table.title_pattern,
        glossary=tuple(terms),
        remember=table.remember,
    )


def with_series(brief: Brief, name: str, settings: Settings) -> Brief:
    """The brief as an episode, with defaults from the series."""
    table = table_of(name, settings, where=brief.origin)
    return replace(
        brief,
        series=name,
        serial=serial_of(name, settings, where=brief.origin),
        language=brief.language or table.language or "",
        template=brief.template or table.template,
        theme=brief.theme or table.theme,
        voice=brief.voice or table.voice,
        # Voices by language override a general voice: those of the series must not override the brief's own voice.
        voices=brief.voices if brief.voice else tuple({**table.voices, **dict(brief.voices)}.items()),
        music=brief.music or table.music,
        preset=brief.preset or table.preset,
        format=brief.format or (None if brief.formats else table.format),
        audience=brief.audience or table.audience,
        tone=brief.tone or table.tone,
        playlist=brief.playlist or table.playlist,
    )


def episode_badge(brief: Brief, settings: Settings) -> int:
    """The episode number to show on thumbnails; 0: none."""
    table = settings.series.get(brief.series)
    return brief.episode if table and table.badge else 0


def series_metadata(brief: Brief) -> dict[str, str | int] | None:
    """The series entry of a film's metadata; None: the film has no number in a series."""
    if not (brief.serial and brief.episode):
        return None
    return {"name": brief.series, "title": brief.serial.title(brief.language), "episode": brief.episode}


def ledger_of(workspace: Path, name: str) -> EpisodeLedger:
    """The ledger of a series' episode numbers."""
    return EpisodeLedger(workspace / "state" / "series", name)


def neighbours_of(brief: Brief, workspace: Path, journals: Path) -> Links:
    """Links to the nearest published episodes before and after, of the same track and channel. Blocks."""
    from pipeline.publishing.youtube import Links  # noqa: PLC0415 - loads aiohttp
    from pipeline.publishing.youtube.journal import Journal  # noqa: PLC0415 - likewise

    words = link_words(brief.language)
    if not (brief.series and brief.episode):
        return Links(words=words)
    track = track_of(brief)
    # Looking up the journal of each of thousands of episodes takes a second; most have none yet.
    keys = {journal.key for journal in Journal.all_in(journals)}
    films = [
        (each.number, film.subject)
        for each in ledger_of(workspace, brief.series).episodes()
        if (film := each.films.get(track)) and film.subject in keys and each.number != brief.episode
    ]
    before = (_out(subject, journals) for number, subject in reversed(films) if number < brief.episode)
    after = (_out(subject, journals) for number, subject in films if number > brief.episode)
    return Links(words=words, before=next(filter(None, before), None), after=next(filter(None, after), None))


def seen_at(subject: str, channels: Path) -> dict[str, str]:
    """The URLs of a published film, by channel name. Journals outlive batches. Blocks.

    `channels` is the folder with a folder of journals for each channel.
    """
    found = ((folder.name, _out(subject, folder)) for folder in sorted(channels.glob("*/")))
    return {name: out.url for name, out in found if out}


def _out(subject: str, journals: Path) -> Neighbour | None:
    from pipeline.publishing.youtube import Neighbour  # noqa: PLC0415 - likewise
    from pipeline.publishing.youtube.journal import Journal  # noqa: PLC0415 - likewise

    try:
        record = Journal(journals, subject).read_now()
    except DamagedError:
        return None  # reported when that film is published
    out = record.published if record else None
    return Neighbour(id=out.id, url=out.url, title=out.title) if out else None
