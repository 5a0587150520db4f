"""A brief: the request for one film."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Literal

from pipeline.choices import Facts, Privacy, Shape
from pipeline.model.blocks import Block
from pipeline.model.episodes import Serial
from pipeline.model.evolve import evolve
from pipeline.model.pictures import WantedPicture


class Priority(StrEnum):
    """Priority of a film. Waiting jobs are started in this order."""

    URGENT = "urgent"
    HIGH = "high"
    NORMAL = "normal"
    LOW = "low"

    @property
    def rank(self) -> int:
        """Sort key; 0 is the most urgent."""
        return _RANKS[self]


_RANKS = {priority: rank for rank, priority in enumerate(Priority)}


@dataclass(frozen=True, kw_only=True)
class Section:
    """A heading and the blocks below it. Blocks before the first heading form a section with an empty heading."""

    heading: str
    blocks: tuple[Block, ...]
    # Heading level, from 1 (`#`) to 6.
    level: int = 2


@dataclass(frozen=True, kw_only=True)
class SourceRow:
    """The table row that a film is made from."""

    # The row's key, stable when the row moves or changes; empty: the table has no key column.
    key: str = ""
    # Template fields and their canonical values; empty fields are omitted.
    fields: tuple[tuple[str, str], ...] = ()
    # Other cells by column name, for output folder names. They do not affect the film, so they are not compared.
    kept: tuple[tuple[str, str], ...] = field(default=(), compare=False)
    # Number of spoken characters, if known in advance; 0: unknown. Not compared, either.
    chars: int = field(default=0, compare=False)

    @property
    def name(self) -> str:
        """An identifier within the table: the key, else a hash of the fields."""
        return self.key or f"#{hashlib.sha256(repr(self.fields).encode(errors='surrogatepass')).hexdigest()[:24]}"


@dataclass(frozen=True, kw_only=True)
class Brief:
    """A topic with or without notes: the input of a job."""

    title: str
    # BCP-47, e.g. "en", "de", "pt-BR"; empty: from the settings, else detected from the notes.
    language: str = ""
    # The language in which the script is written before it is translated; empty: it is written in `language`.
    translated_from: str = ""
    # One line below the title, and the small line above it; empty: not shown.
    subtitle: str = ""
    kicker: str = ""
    # Last words and call to action; empty: the film ends with its last section.
    closing: str = ""
    # Names of a template, a theme and a voice; None: from the settings.
    template: str | None = None
    theme: str | None = None
    voice: str | None = None
    # Instructions for a language model: audience ("children of ten"), tone ("calm, a little dry"), length in seconds,
    # allowed facts, and variant (another number gives another film on the same topic). Empty, None or 0: from the
    # settings, or unspecified.
    audience: str = ""
    tone: str = ""
    length_s: int | None = None
    facts: Literal["", Facts] = ""
    variant: int = 0
    # Background music: a file in music/, "auto" (one of them), "none"; None: from the settings.
    music: str | None = None
    # Name of the encoder preset; None: from the settings.
    preset: str | None = None
    # Aspect ratio; None: from the settings or the preset.
    format: Shape | None = None
    # Aspect ratios to make a film in, with one script and one voice; empty in the brief of a single film. There,
    # `is_other_format` marks all but the first of them, and is part of the folder name.
    formats: tuple[Shape, ...] = ()
    is_other_format: bool = field(default=False, compare=False)
    # Languages to make a film in, from one script, and voices by language. Both are empty for a single film.
    languages: tuple[str, ...] = ()
    voices: tuple[tuple[str, str], ...] = ()
    tags: tuple[str, ...] = ()
    description: str = ""
    # Available pictures, in the order of the brief.
    pictures: tuple[WantedPicture, ...] = ()
    # Whether a language model may request stock photos; set when the brief is completed.
    may_search: bool = False
    sections: tuple[Section, ...] = ()
    # The table row; None: not from a table.
    row: SourceRow | None = None
    # Name of the playlist at a video host; "none": no playlist; empty: from the settings. Like the next two fields, it
    # does not affect the film itself.
    playlist: str = ""
    # None: the priority of the batch.
    priority: Priority | None = None
    # Location for messages: "topics/sky.md", "topics/space.txt:3".
    origin: str = ""
    # The series by its name in the settings, the episode number (0: not assigned yet), and, in a completed brief, the
    # properties of the series. Not compared, so that ids of films outside any series did not change when series were
    # introduced; `JobIds` adds them to the ids of episodes.
    series: str = field(default="", compare=False)
    episode: int = field(default=0, compare=False)
    serial: Serial | None = field(default=None, compare=False)
    # Release at a video host: visibility, and publication time ("2027-01-26 18:00", in `time_zone` or with an offset).
    # Empty: from the settings. They do not affect the film, so they are not compared.
    privacy: Literal["", Privacy] = field(default="", compare=False)
    publish_at: str = field(default="", compare=False)
    time_zone: str = field(default="", compare=False)

    def evolve(self, **changes: object) -> Brief:
        """A copy with changed fields. Faster than `replace`: a campaign has fifty thousand briefs."""
        return evolve(self, changes)

    @property
    def has_notes(self) -> bool:
        """Whether there is speakable text besides the title."""
        return any(block.said for section in self.sections for block in section.blocks)

    @property
    def notes(self) -> str:
        """The speakable text of all sections, on one line."""
        return " ".join(each.text for section in self.sections for block in section.blocks for each in block.said)

    @property
    def key(self) -> str:
        """The key of its table row; empty: none."""
        return self.row.key if self.row else ""

    @property
    def release(self) -> str:
        """The release options as a comparable string."""
        return "|".join((self.privacy, self.publish_at, self.time_zone, self.playlist)).strip("|")

    @property
    def said(self) -> Brief:
        """The brief reduced to what affects the script: without origin, voice, appearance, priority and release."""
        row = self.row and replace(self.row, key="")
        seen = replace(self, preset=None, format=None, theme=None, row=row)
        return replace(seen, origin="", playlist="", voice=None, voices=(), music=None, priority=None)
