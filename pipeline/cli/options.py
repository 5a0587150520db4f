"""Groups of flags that several commands share, and the settings that they override."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from types import MappingProxyType
from typing import Annotated

from cyclopts import Parameter

from pipeline.choices import Depth, NarratorName, OnError, Reviewed, Shape, Strategy
from pipeline.cli.flags import (
    flags_of,
    joined,
    length_s,
    parse_path,
    parse_whole_number,
    sets,
    settings_of,
    size_gb,
    typed,
    voices,
)
from pipeline.errors import InputError

# A flag without a value, and one that can be repeated.
Switch = Annotated[bool, Parameter(negative="")]
Several = Annotated[tuple[str, ...], Parameter(negative="", consume_multiple=False)]
BatchName = Annotated[str, Parameter(help="Name of a batch, e.g. space. `nightreel list` shows all.")]
WholeNumber = Annotated[int, Parameter(converter=parse_whole_number)]
# A file or folder on the command line.
TypedPath = Annotated[Path, Parameter(converter=parse_path)]


@Parameter(name="*")
@dataclass(frozen=True, kw_only=True)
class CommonOptions:
    """Flags of all commands: the workspace and the output format."""

    workspace: TypedPath | None = None
    """Workspace: a folder with nightreel.toml (see nightreel init). Default: the nearest one among the current folder
    and its parents, else the current folder."""
    json: Switch = False
    """Print JSON, and nothing else, on stdout."""
    debug: Switch = False
    """Show tracebacks."""

    def command(self, *words: str) -> str:
        """A command line that runs another command in the same workspace."""
        place = ["--workspace", str(self.workspace)] if self.workspace else []
        return shlex.join(["nightreel", *words, *place])


@dataclass(frozen=True, kw_only=True)
class _Overrides:
    """Flags that override settings."""

    def as_settings(self) -> dict[str, object]:
        """The flags that were given, by the key of the setting they override."""
        return settings_of(self)


@Parameter(name="*")
@dataclass(frozen=True, kw_only=True)
class FilmOptions(_Overrides):
    """Flags that shape a film. They override the brief, which overrides nightreel.toml."""

    template: str | None = sets("template")
    """Template, e.g. explainer."""
    theme: str | None = sets("theme")
    """Colour theme, e.g. midnight, paper, plum-light. Default: the template's."""
    language: str | None = sets("language")
    """Language of the film, e.g. en, de, pt-BR."""
    languages: str | None = sets("languages")
    """Make a film in each language from one script, written in the brief's language, else the first: en,es,fr."""
    voice: str | None = None
    """Voice, e.g. en-US-AvaNeural; or one per language: de=de-DE-ConradNeural,es=es-MX-DaliaNeural."""
    preset: str | None = sets("video.preset")
    """Encoding preset, e.g. youtube, social_media (vertical), fast_draft; see nightreel presets."""
    format: Shape | None = sets("video.format")
    """Aspect ratio: 16:9, 9:16 (Shorts, Reels, TikTok), 1:1 or 4:5. Layouts adapt to it."""
    formats: str | None = sets("formats")
    """Make a film in each aspect ratio, with the same script and voice, e.g. 16:9,9:16."""
    music: str | None = sets("music.bed")
    """Background music: a file in music/, auto (any of them) or none."""
    writer: str | None = sets("script.writers")
    """Script writers in order of preference: groq, deepseek, … (models) or outline (your notes unchanged)."""
    narrator: NarratorName | None = sets("narration.narrator")
    """Speech engine: edge (online), espeak (offline), piper (offline, your voice files), silence, or auto (default)."""
    audience: str | None = sets("script.audience")
    """Audience, e.g. "children of ten". This and the next four flags need a model as script writer."""
    tone: str | None = sets("script.tone")
    """Tone of the script, e.g. "calm, a little dry"."""
    length: str | None = sets("script.length_s", read=length_s)
    """Length of the film, within 15 %: 60 (seconds), 90s or 1m30s."""
    facts_only: Switch = sets("script.facts", unset=False, read=lambda *_: "notes")
    """Use only facts from the notes."""
    variant: WholeNumber | None = sets("script.variant")
    """Number of the variant: each is a different film about the same topic."""
    offline: Switch = sets("offline", unset=False)
    """Use no network: outline writes, espeak speaks."""
    series: str | None = sets("episodes_of")
    """Series that the films are episodes of: a table [series.NAME] in nightreel.toml, or none."""
    publish: str | None = sets("publishing.to")
    """Also publish the films: youtube, youtube:CHANNEL or folder:PATH; separate several by commas."""
    inspect: Depth | None = sets("quality.inspect")
    """What the quality check decodes: parts (default: each scene once, when made) or full (the whole film as well)."""
    profile: str | None = sets("quality.profile")
    """Quality profile: draft, standard, strict, or your own from [profiles]. Default: the template's."""
    review: Reviewed | None = sets("quality.review")
    """Films to hold for review (nightreel review): never (default), those with warnings, or all."""
    review_sample: str | None = sets("quality.review_sample_percent")
    """Random sample to hold for review, e.g. 5%: the rest is published once you have approved it."""

    def as_settings(self) -> dict[str, object]:
        """The flags that were given, by the key of the setting they override.

        Raises `InputError` for flags that contradict each other.
        """
        if self.language and self.languages:
            hint = "Give one of them: the script is written in the first of --languages"
            raise InputError("--language and --languages exclude each other", hint=hint)
        if self.format and self.formats:
            raise InputError("--format and --formats exclude each other", hint="Give one of them")
        return {**super().as_settings(), **voices(self.voice)}

    def writer_flags(self) -> tuple[str, ...]:
        """The given flags that only take effect if a model writes the script."""
        given = settings_of(self)
        return tuple(FLAGS[key] for key in _FOR_WRITERS if key in given)


@Parameter(name="*")
@dataclass(frozen=True, kw_only=True)
class BatchOptions(_Overrides):
    """Flags for running a batch. They override nightreel.toml, for this command only."""

    strategy: Strategy | None = sets("work.strategy")
    """Concurrency strategy: sequential, fixed, adaptive (default) or smart (adaptive, short films first)."""
    max_concurrent: WholeNumber | None = sets("work.max_concurrent")
    """Maximum number of films in progress at once."""
    max_memory: str | None = sets("work.max_memory_gb", read=size_gb)
    """Memory limit for all our processes together, e.g. 4GB or 800MB."""
    on_error: OnError | None = sets("errors.on_error")
    """After a film has failed: continue with the others (default), or stop."""
    max_failures: WholeNumber | None = sets("errors.max_failures")
    """Stop after this many failed films."""
    retries: WholeNumber | None = sets("errors.retries")
    """Retries of a film after transient failures."""

    budget: float | None = sets("budget.usd_per_batch")
    """Budget of the batch in US dollars, over all its runs; films that would exceed it are parked."""


@Parameter(name="*")
@dataclass(frozen=True, kw_only=True)
class TableOptions(_Overrides):
    """Flags for reading a table with a film per row. They override [campaign] in nightreel.toml."""

    rows: str | None = None
    """Make only some rows: 3 (the first three), 2,5-9 (these), extremes (outliers). Other films stay as they are."""
    key: str | None = sets("campaign.key")
    """Key column, which identifies a row when other cells change. Default: the template's, else the whole row."""
    map: Several = sets("campaign.map", unset=(), read=joined)
    """Map a column to a field, e.g. "Vorname=name"; can be repeated."""
    column: Several = sets("campaign.columns", unset=(), read=joined)
    """Column with an option per row, e.g. "Rank=priority": template, languages, formats, voice, publish_at, …"""
    split: str | None = sets("campaign.templates")
    """Split the rows between templates by weight: offer-a=2,offer-b=1. A row always gets the same one."""
    locale: str | None = sets("campaign.locale")
    """Locale of numbers and dates in the cells, e.g. de or en-GB. Default: none, ambiguous ones are refused."""
    pattern: str | None = sets("output.pattern")
    """Output folder of a film, e.g. {batch}/{row.segment}/{title}, where segment is a column; see output.pattern."""
    strict: Switch = sets("campaign.strict", unset=False)
    """Make no film if any row has a problem. Default: make the good rows."""
    sheet: str | None = sets("source.sheet")
    """Sheet of a workbook. Default: the first visible one."""
    query: str | None = sets("source.query")
    """SQL query for a database: "SELECT name, price FROM customers"."""
    fallback: str | None = sets("source.fallback")
    """Source to read if SOURCE can't be read."""

    def check(self, source: Path | str) -> None:
        """Raise `InputError` for a flag that neither the source nor its fallback can use."""
        from pipeline.sources import has_query, is_table, is_workbook, parse_source

        sources = [source, *([parse_source(self.fallback)] if self.fallback else [])]
        uses = {"query": (has_query, "databases"), "sheet": (is_workbook, "Excel workbooks")}
        for name in (each.name for each in fields(self) if each.name not in {"pattern", "fallback"}):
            fits, kind = uses.get(name, (is_table, "tables"))
            if getattr(self, name) and not any(map(fits, sources)):
                raise InputError(f"is only for {kind}", where=typed(name), hint="Leave it out, or give another source")


_FOR_WRITERS = ("script.audience", "script.tone", "script.length_s", "script.facts", "script.variant")

# Settings and the flags that set them: errors about a value name the flag that was typed.
FLAGS: Mapping[str, str] = MappingProxyType(
    {
        **flags_of(FilmOptions),
        **flags_of(BatchOptions),
        **flags_of(TableOptions),
        "narration.voice": "--voice",
        "voices": "--voice",
        "youtube.channel": "--channel",
        "youtube.privacy": "--privacy",
    }
)
