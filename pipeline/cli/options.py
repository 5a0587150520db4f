"""Flags that several commands share, and how they become settings."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Annotated

from cyclopts import Parameter, Token

from pipeline.choices import Depth, NarratorName, OnError, Reviewed, Shape, Strategy

# Settings by the flags that give them: what is wrong with a value is told of what was typed.
FLAGS: Mapping[str, str] = MappingProxyType(
    {
        "template": "--template",
        "theme": "--theme",
        "language": "--language",
        "languages": "--languages",
        "formats": "--formats",
        "voices": "--voice",
        "narration.voice": "--voice",
        "video.preset": "--preset",
        "video.format": "--format",
        "music.bed": "--music",
        "script.writers": "--writer",
        "narration.narrator": "--narrator",
        "script.audience": "--audience",
        "script.tone": "--tone",
        "script.length_s": "--length",
        "script.facts": "--facts-only",
        "script.variant": "--variant",
        "offline": "--offline",
        "episodes_of": "--series",
        "publishing.to": "--publish",
        "quality.inspect": "--inspect",
        "quality.profile": "--profile",
        "quality.review": "--review",
        "quality.review_sample_percent": "--review-sample",
        "work.strategy": "--strategy",
        "work.max_concurrent": "--max-concurrent",
        "work.max_memory_gb": "--max-memory",
        "errors.on_error": "--on-error",
        "errors.max_failures": "--max-failures",
        "errors.retries": "--retries",
        "budget.usd_per_batch": "--budget",
        "campaign.key": "--key",
        "campaign.map": "--map",
        "campaign.columns": "--column",
        "campaign.templates": "--split",
        "campaign.locale": "--locale",
        "campaign.strict": "--strict",
        "output.pattern": "--pattern",
        "source.sheet": "--sheet",
        "source.query": "--query",
        "source.fallback": "--fallback",
        "youtube.channel": "--channel",
        "youtube.privacy": "--privacy",
    }
)


def given(flags: Mapping[str, object]) -> dict[str, object]:
    """The flags that were given: the others leave the setting as it is."""
    return {key: value for key, value in flags.items() if value is not None}


def _path(_: object, tokens: Sequence[Token]) -> Path:
    """An empty text would be the current folder, and most likely is a variable of the shell that is not set.

    A ~ is a home also where no shell has seen it, as in --output=~/films.
    """
    text = tokens[0].value
    if not text.strip():
        from pipeline.errors import InputError

        raise InputError("the path is empty", where=tokens[0].keyword or "", hint="Write . for the current folder")
    return Path(text).expanduser()


# A file or a folder that was typed.
Typed = Annotated[Path, Parameter(converter=_path)]


@Parameter(name="*")
@dataclass(frozen=True, kw_only=True)
class Place:
    """Where to work, and how to talk."""

    workspace: Typed | None = None
    """The workspace: a folder with nightreel.toml, as nightreel init makes it. Default: the nearest one upwards, else
    the current folder."""
    json: Annotated[bool, Parameter(negative="")] = False
    """Print JSON for machines on stdout, and nothing else there."""
    debug: Annotated[bool, Parameter(negative="")] = False
    """Show tracebacks."""


@Parameter(name="*")
@dataclass(frozen=True, kw_only=True)
class Making:
    """What shapes a film. A flag goes before the brief, the brief before nightreel.toml."""

    template: str | None = None
    """Template, e.g. explainer."""
    theme: str | None = None
    """Colours, e.g. midnight, paper, plum-light; default: the template's."""
    language: str | None = None
    """Language of the film, e.g. en, de, pt-BR."""
    languages: str | None = None
    """A film in each of these, from one script, e.g. en,es,fr: written in the brief's language, else in the first."""
    voice: str | None = None
    """Voice, e.g. en-US-AvaNeural; one for each language: de=de-DE-ConradNeural,es=es-MX-DaliaNeural."""
    preset: str | None = None
    """How it is encoded, e.g. youtube, social_media (upright), fast_draft: see nightreel presets."""
    format: Shape | None = None
    """Shape of the picture: 16:9, 9:16 (Shorts, Reels, TikTok), 1:1 or 4:5; the layouts are composed for each."""
    formats: str | None = None
    """A film in each of these, with one script and one voice, e.g. 16:9,9:16."""
    music: str | None = None
    """Music under the voice: a file in music/, auto (any of them) or none."""
    writer: str | None = None
    """Who writes the script, best first: groq, deepseek, … (models) or outline (your notes as they are)."""
    narrator: NarratorName | None = None
    """Who speaks: edge (online), espeak (offline), piper (offline, your voice files), silence, or auto (default)."""
    audience: str | None = None
    """Who watches, e.g. "children of ten". This and the next four are for a model that writes, not for notes as is."""
    tone: str | None = None
    """How it sounds, e.g. "calm, a little dry"."""
    length: str | None = None
    """How long the film lasts, within 15 %: 60 (seconds), 90s or 1m30s."""
    facts_only: Annotated[bool, Parameter(negative="")] = False
    """Say only what the notes say."""
    variant: int | None = None
    """Version of the film: another number is another film about the same topic."""
    offline: Annotated[bool, Parameter(negative="")] = False
    """Use nothing outside this machine: outline writes, espeak speaks."""
    series: str | None = None
    """The series that the films are episodes of: a table [series.NAME] in nightreel.toml; none: of none."""
    publish: str | None = None
    """Where films go besides output/: youtube, or youtube:CHANNEL; several with commas."""
    inspect: Depth | None = None
    """What is decoded to check a film: parts (default; each scene once, when it is made) or full (the film as well)."""
    profile: str | None = None
    """How strictly it is judged: draft, standard, strict, or one of [profiles] of yours; default: the template's."""
    review: Reviewed | None = None
    """Which films wait for you (nightreel review): never (default), those with warnings, or all."""
    review_sample: str | None = None
    """A share of the batch, e.g. 5%, drawn by chance: the rest is published when you have approved these."""

    def as_settings(self) -> dict[str, object]:
        """The flags that were given, by the key of the setting they override.

        Raises `InputError` for flags that contradict each other.
        """
        if self.language and self.languages:
            from pipeline.errors import InputError

            hint = "Give one of them: the first of --languages is the one that is written"
            raise InputError("--language asks for one film, and --languages for several", hint=hint)
        if self.format and self.formats:
            from pipeline.errors import InputError

            raise InputError("--format asks for one film, and --formats for several", hint="Give one of them")
        flags = {
            "template": self.template,
            "theme": self.theme,
            "language": self.language,
            "languages": self.languages,
            "formats": self.formats,
            **_voices(self.voice),
            "video.preset": self.preset,
            "video.format": self.format,
            "music.bed": self.music,
            "script.writers": self.writer,
            "narration.narrator": self.narrator,
            "script.audience": self.audience,
            "script.tone": self.tone,
            "script.length_s": None if self.length is None else length_s("--length", self.length),
            "script.facts": "notes" if self.facts_only else None,
            "script.variant": self.variant,
            "offline": self.offline or None,
            "episodes_of": self.series,
            "publishing.to": self.publish,
            "quality.inspect": self.inspect,
            "quality.profile": self.profile,
            "quality.review": self.review,
            "quality.review_sample_percent": self.review_sample,
        }
        return given(flags)

    def told_to_writers(self) -> tuple[str, ...]:
        """The flags that were given and only a model that writes can heed."""
        flags = {
            "--audience": self.audience,
            "--tone": self.tone,
            "--length": self.length,
            "--facts-only": self.facts_only or None,
            "--variant": self.variant,
        }
        return tuple(flag for flag, value in flags.items() if value is not None)


def _voices(flag: str | None) -> dict[str, str]:
    """--voice by the keys of the settings: NAME, or LANGUAGE=NAME, several with commas between them."""
    if not flag or "=" not in flag:
        return {"narration.voice": flag} if flag else {}
    pairs = [part.partition("=") for part in flag.split(",")]
    if not all(language.strip() and name.strip() for language, _, name in pairs):
        from pipeline.errors import InputError

        raise InputError(f"{flag!r} names no voice by language", where="--voice", hint="Write de=NAME,es=NAME")
    return {f"voices.{language.strip()}": name.strip() for language, _, name in pairs}


@Parameter(name="*")
@dataclass(frozen=True, kw_only=True)
class Working:
    """How a batch is worked on. These go before nightreel.toml, for this command."""

    strategy: Strategy | None = None
    """How many films are under way at once: sequential, fixed, adaptive (default) or smart (short ones first)."""
    max_concurrent: int | None = None
    """Films under way at once, at most."""
    max_memory: str | None = None
    """Memory that all our processes may use, e.g. 4GB or 800MB."""
    on_error: OnError | None = None
    """After a film has failed: continue with the others (default), or stop."""
    max_failures: int | None = None
    """Stop after so many failed films."""
    retries: int | None = None
    """How often a film is taken up again after a failure that may pass."""

    budget: float | None = None
    """US dollars that the batch may cost, over all its runs; what would cost more is parked."""

    def as_settings(self) -> dict[str, object]:
        """The flags that were given, by the key of the setting they override."""
        flags = {
            "work.strategy": self.strategy,
            "work.max_concurrent": self.max_concurrent,
            "work.max_memory_gb": None
            if self.max_memory is None
            else size_bytes("--max-memory", self.max_memory) / 1e9,
            "errors.on_error": self.on_error,
            "errors.max_failures": self.max_failures,
            "errors.retries": self.retries,
            "budget.usd_per_batch": self.budget,
        }
        return given(flags)


def length_s(flag: str, text: str) -> int:
    """60, 90s or 1m30s in seconds. Raises `InputError` about the flag for anything else."""
    from pipeline.sources.length import parse_length_s

    return parse_length_s(text, where=flag)


_UNITS = {"": 1e9, "K": 1e3, "M": 1e6, "G": 1e9, "T": 1e12}


def size_bytes(flag: str, text: str) -> int:
    """800MB, 1.5 GB or 4 (gigabytes) in bytes. Raises `InputError` about the flag for anything else."""
    from pipeline.errors import InputError

    match = re.fullmatch(r"(\d+(?:\.\d+)?)\s*([KMGT]?)i?B?", text.strip().upper())
    if not match:
        raise InputError(f"{text!r} is not a size", where=flag, hint="Write e.g. 4GB or 800MB")
    return int(float(match[1]) * _UNITS[match[2]])


@Parameter(name="*")
@dataclass(frozen=True, kw_only=True)
class Rows:
    """How a table is read of which each row becomes a film. These go before [campaign] in nightreel.toml."""

    rows: str | None = None
    """Only some rows: 3 (the first three), 2,5-9 (these), extremes (those that stand out). Others stay as they are."""
    key: str | None = None
    """The column that names a row, whatever else changes in it. Default: the template's, else all that the row says."""
    map: Annotated[tuple[str, ...], Parameter(negative="", consume_multiple=False)] = ()
    """A column and the field that it is, "Vorname=name"; once for each."""
    column: Annotated[tuple[str, ...], Parameter(negative="", consume_multiple=False)] = ()
    """A column that decides something, "Rank=priority": template, languages, formats, voice, publish_at, …"""
    split: str | None = None
    """Which templates rows are shared out between, and in which parts: offer-a=2,offer-b=1; a row always alike."""
    locale: str | None = None
    """Whose numbers and dates stand in the cells, e.g. de or en-GB. Default: they have to be clear."""
    pattern: str | None = None
    """Folder of a film, e.g. {batch}/{row.segment}/{title}, where segment is a column; see output.pattern."""
    strict: Annotated[bool, Parameter(negative="")] = False
    """Make nothing while a row has a problem. Default: the good rows are made."""
    sheet: str | None = None
    """The sheet of a workbook. Default: the first one that is shown."""
    query: str | None = None
    """What a database is asked: "SELECT name, price FROM customers"."""
    fallback: str | None = None
    """The source that is read where SOURCE can't be."""

    def as_settings(self) -> dict[str, object]:
        """The flags that were given, by the key of the setting they override."""
        flags = {
            "campaign.key": self.key,
            "campaign.map": ",".join(self.map) or None,
            "campaign.columns": ",".join(self.column) or None,
            "campaign.templates": self.split,
            "campaign.locale": self.locale,
            "campaign.strict": self.strict or None,
            "output.pattern": self.pattern,
            "source.sheet": self.sheet,
            "source.query": self.query,
            "source.fallback": self.fallback,
        }
        return given(flags)
