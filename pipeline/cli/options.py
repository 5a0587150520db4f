"""Flags that several commands share, and how they become settings."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Annotated

from cyclopts import Parameter

from pipeline.choices import Depth, NarratorName, OnError, Reviewed, Shape, Strategy
from pipeline.cli.flags import flags_of, joined, length_s, path_of, sets, settings_of, size_gb, voices, whole

# A flag that is there or not, and one that is given once for each of several.
Switch = Annotated[bool, Parameter(negative="")]
Several = Annotated[tuple[str, ...], Parameter(negative="", consume_multiple=False)]
WholeNumber = Annotated[int, Parameter(converter=whole)]
# A file or a folder that was typed.
TypedPath = Annotated[Path, Parameter(converter=path_of)]


@Parameter(name="*")
@dataclass(frozen=True, kw_only=True)
class CommonOptions:
    """Where to work, and how to talk."""

    workspace: TypedPath | None = None
    """The workspace: a folder with nightreel.toml, as nightreel init makes it. Default: the nearest one upwards, else
    the current folder."""
    json: Switch = False
    """Print JSON for machines on stdout, and nothing else there."""
    debug: Switch = False
    """Show tracebacks."""


@Parameter(name="*")
@dataclass(frozen=True, kw_only=True)
class FilmOptions:
    """What shapes a film. A flag goes before the brief, the brief before nightreel.toml."""

    template: str | None = sets("template")
    """Template, e.g. explainer."""
    theme: str | None = sets("theme")
    """Colours, e.g. midnight, paper, plum-light; default: the template's."""
    language: str | None = sets("language")
    """Language of the film, e.g. en, de, pt-BR."""
    languages: str | None = sets("languages")
    """A film in each of these, from one script, e.g. en,es,fr: written in the brief's language, else in the first."""
    voice: str | None = None
    """Voice, e.g. en-US-AvaNeural; one for each language: de=de-DE-ConradNeural,es=es-MX-DaliaNeural."""
    preset: str | None = sets("video.preset")
    """How it is encoded, e.g. youtube, social_media (upright), fast_draft: see nightreel presets."""
    format: Shape | None = sets("video.format")
    """Shape of the picture: 16:9, 9:16 (Shorts, Reels, TikTok), 1:1 or 4:5; the layouts are composed for each."""
    formats: str | None = sets("formats")
    """A film in each of these, with one script and one voice, e.g. 16:9,9:16."""
    music: str | None = sets("music.bed")
    """Music under the voice: a file in music/, auto (any of them) or none."""
    writer: str | None = sets("script.writers")
    """Who writes the script, best first: groq, deepseek, … (models) or outline (your notes as they are)."""
    narrator: NarratorName | None = sets("narration.narrator")
    """Who speaks: edge (online), espeak (offline), piper (offline, your voice files), silence, or auto (default)."""
    audience: str | None = sets("script.audience")
    """Who watches, e.g. "children of ten". This and the next four are for a model that writes, not for notes as is."""
    tone: str | None = sets("script.tone")
    """How it sounds, e.g. "calm, a little dry"."""
    length: str | None = sets("script.length_s", read=length_s)
    """How long the film lasts, within 15 %: 60 (seconds), 90s or 1m30s."""
    facts_only: Switch = sets("script.facts", unset=False, read=lambda *_: "notes")
    """Say only what the notes say."""
    variant: WholeNumber | None = sets("script.variant")
    """Version of the film: another number is another film about the same topic."""
    offline: Switch = sets("offline", unset=False)
    """Use nothing outside this machine: outline writes, espeak speaks."""
    series: str | None = sets("episodes_of")
    """The series that the films are episodes of: a table [series.NAME] in nightreel.toml; none: of none."""
    publish: str | None = sets("publishing.to")
    """Where films go besides output/: youtube, youtube:CHANNEL or folder:PATH; several with commas."""
    inspect: Depth | None = sets("quality.inspect")
    """What is decoded to check a film: parts (default; each scene once, when it is made) or full (the film as well)."""
    profile: str | None = sets("quality.profile")
    """How strictly it is judged: draft, standard, strict, or one of [profiles] of yours; default: the template's."""
    review: Reviewed | None = sets("quality.review")
    """Which films wait for you (nightreel review): never (default), those with warnings, or all."""
    review_sample: str | None = sets("quality.review_sample_percent")
    """A share of the batch, e.g. 5%, drawn by chance: the rest is published when you have approved these."""

    def as_settings(self) -> dict[str, object]:
        """The flags that were given, by the key of the setting they go before.

        Raises `InputError` for flags that contradict each other.
        """
        if self.language and self.languages:
            from pipeline.errors import InputError

            hint = "Give one of them: the first of --languages is the one that is written"
            raise InputError("--language asks for one film, and --languages for several", hint=hint)
        if self.format and self.formats:
            from pipeline.errors import InputError

            raise InputError("--format asks for one film, and --formats for several", hint="Give one of them")
        return {**settings_of(self), **voices(self.voice)}

    def told_to_writers(self) -> tuple[str, ...]:
        """The flags that were given and only a model that writes can heed."""
        given = settings_of(self)
        return tuple(FLAGS[key] for key in _FOR_WRITERS if key in given)


@Parameter(name="*")
@dataclass(frozen=True, kw_only=True)
class BatchOptions:
    """How a batch is worked on. These go before nightreel.toml, for this command."""

    strategy: Strategy | None = sets("work.strategy")
    """How many films are under way at once: sequential, fixed, adaptive (default) or smart (short ones first)."""
    max_concurrent: WholeNumber | None = sets("work.max_concurrent")
    """Films under way at once, at most."""
    max_memory: str | None = sets("work.max_memory_gb", read=size_gb)
    """Memory that all our processes may use, e.g. 4GB or 800MB."""
    on_error: OnError | None = sets("errors.on_error")
    """After a film has failed: continue with the others (default), or stop."""
    max_failures: WholeNumber | None = sets("errors.max_failures")
    """Stop after so many failed films."""
    retries: WholeNumber | None = sets("errors.retries")
    """How often a film is taken up again after a failure that may pass."""

    budget: float | None = sets("budget.usd_per_batch")
    """US dollars that the batch may cost, over all its runs; what would cost more is parked."""

    def as_settings(self) -> dict[str, object]:
        """The flags that were given, by the key of the setting they go before."""
        return settings_of(self)


@Parameter(name="*")
@dataclass(frozen=True, kw_only=True)
class TableOptions:
    """How a table is read of which each row becomes a film. These go before [campaign] in nightreel.toml."""

    rows: str | None = None
    """Only some rows: 3 (the first three), 2,5-9 (these), extremes (those that stand out). Others stay as they are."""
    key: str | None = sets("campaign.key")
    """The column that names a row, whatever else changes in it. Default: the template's, else all that the row says."""
    map: Several = sets("campaign.map", unset=(), read=joined)
    """A column and the field that it is, "Vorname=name"; once for each."""
    column: Several = sets("campaign.columns", unset=(), read=joined)
    """A column that decides something, "Rank=priority": template, languages, formats, voice, publish_at, …"""
    split: str | None = sets("campaign.templates")
    """Which templates rows are shared out between, and in which parts: offer-a=2,offer-b=1; a row always alike."""
    locale: str | None = sets("campaign.locale")
    """Whose numbers and dates stand in the cells, e.g. de or en-GB. Default: they have to be clear."""
    pattern: str | None = sets("output.pattern")
    """Folder of a film, e.g. {batch}/{row.segment}/{title}, where segment is a column; see output.pattern."""
    strict: Switch = sets("campaign.strict", unset=False)
    """Make nothing while a row has a problem. Default: the good rows are made."""
    sheet: str | None = sets("source.sheet")
    """The sheet of a workbook. Default: the first one that is shown."""
    query: str | None = sets("source.query")
    """What a database is asked: "SELECT name, price FROM customers"."""
    fallback: str | None = sets("source.fallback")
    """The source that is read where SOURCE can't be."""

    def as_settings(self) -> dict[str, object]:
        """The flags that were given, by the key of the setting they go before."""
        return settings_of(self)


_FOR_WRITERS = ("script.audience", "script.tone", "script.length_s", "script.facts", "script.variant")

# Settings by the flags that give them: what is wrong with a value is told of what was typed.
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
