"""What somebody wants a film about."""

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
    """How soon a film is wanted. Every waiting job goes before all that are less urgent."""

    URGENT = "urgent"
    HIGH = "high"
    NORMAL = "normal"
    LOW = "low"

    @property
    def rank(self) -> int:
        """0 goes first."""
        return _RANKS[self]


_RANKS = {priority: rank for rank, priority in enumerate(Priority)}


@dataclass(frozen=True, kw_only=True)
class Section:
    """A heading and what stands below it. The text before the first heading is a section with an empty heading."""

    heading: str
    blocks: tuple[Block, ...]
    # Of its heading, from 1 (`#`) to 6.
    level: int = 2


@dataclass(frozen=True, kw_only=True)
class SourceRow:
    """The row of a table that a film is made of."""

    # What names it in its table, also when it moves or changes; empty: its place does.
    key: str = ""
    # Field of the template and what the row says, in one form; fields that it says nothing of are left out.
    fields: tuple[tuple[str, str], ...] = ()
    # Cells that are no fields and still are wanted, by the name of the column: those that folders are named after.
    # None of it shapes the film, so it is not compared.
    kept: tuple[tuple[str, str], ...] = field(default=(), compare=False)
    # How many characters its film speaks, where that is known before; 0: it is not. Not compared, either.
    chars: int = field(default=0, compare=False)

    @property
    def name(self) -> str:
        """What tells it from the other rows of its table: its key, else all that it says."""
        return self.key or f"#{hashlib.sha256(repr(self.fields).encode(errors='surrogatepass')).hexdigest()[:24]}"


@dataclass(frozen=True, kw_only=True)
class Brief:
    """One topic, with or without notes. The input of a job."""

    title: str
    # BCP-47, e.g. "en", "de", "pt-BR"; empty: the setting decides, else the notes.
    language: str = ""
    # The language that the script is written in before it is translated; empty: it is written in `language`.
    translated_from: str = ""
    # One line below the title, and the small line above it; empty: not shown.
    subtitle: str = ""
    kicker: str = ""
    # Last words and call to action; empty: the film ends with its last section.
    closing: str = ""
    # Names of a template, a theme and a voice; None: the setting decides.
    template: str | None = None
    theme: str | None = None
    voice: str | None = None
    # For a model that writes: who watches ("children of ten"), how it sounds ("calm, a little dry"), how long the film
    # is to be in seconds, where its facts may come from (empty: the setting decides), and which version of the film
    # this is: another number is another film about the same. Empty, None and 0: nothing is asked for.
    audience: str = ""
    tone: str = ""
    length_s: int | None = None
    facts: Literal["", Facts] = ""
    variant: int = 0
    # The bed under the voice: a file in music/, "auto" (one of them), "none"; None: the setting decides.
    music: str | None = None
    # How it is encoded, by the name of a preset; None: the setting decides.
    preset: str | None = None
    # The shape of the picture; None: the setting decides, or the preset.
    format: Shape | None = None
    # A film is wanted in each of these, with one script and one voice; empty in a brief of one film. That one may say
    # that it is not the first of them: its folder is called so.
    formats: tuple[Shape, ...] = ()
    is_other_format: bool = field(default=False, compare=False)
    # A film is wanted in each of these, from one script; and voices by language. Both are empty in a brief of one film.
    languages: tuple[str, ...] = ()
    voices: tuple[tuple[str, str], ...] = ()
    tags: tuple[str, ...] = ()
    description: str = ""
    # What may be shown, in the order in which it is written.
    pictures: tuple[WantedPicture, ...] = ()
    # Whether a model that writes may ask for pictures that are searched for; whoever completes the brief knows.
    may_search: bool = False
    sections: tuple[Section, ...] = ()
    # None: it is no row.
    row: SourceRow | None = None
    # At a video host: the playlist that it goes into, by name; "none": into none; empty: the setting decides. Neither
    # this nor the next two are part of what shapes the film.
    playlist: str = ""
    # None: as urgent as its batch.
    priority: Priority | None = None
    # Where it came from, for messages: "topics/sky.md", "topics/space.txt:3".
    origin: str = ""
    # The series that it is a part of, by its name in the settings, and its number there; 0: it has none yet. What the
    # settings say of the series, in a completed brief. A film of no series must not be called otherwise than before
    # there were any: none of it is compared, and `Identity` adds it to the names of films of a series.
    series: str = field(default="", compare=False)
    episode: int = field(default=0, compare=False)
    serial: Serial | None = field(default=None, compare=False)
    # How a video host shows it: who may see it, and from when ("2027-01-26 18:00", in the time zone or with an offset).
    # Empty: the settings decide. None of it shapes the film, so it is not compared.
    privacy: Literal["", Privacy] = field(default="", compare=False)
    publish_at: str = field(default="", compare=False)
    time_zone: str = field(default="", compare=False)

    def evolve(self, **changes: object) -> Brief:
        """A copy with other values. As with `Job`: a campaign has fifty thousand, and most values stay."""
        return evolve(self, changes)

    @property
    def has_notes(self) -> bool:
        """Whether there is anything to say beyond the title."""
        return any(block.said for section in self.sections for block in section.blocks)

    @property
    def notes(self) -> str:
        """All that its notes say, in one line."""
        return " ".join(each.text for section in self.sections for block in section.blocks for each in block.said)

    @property
    def key(self) -> str:
        """What names its row; empty: it has no name, or is none."""
        return self.row.key if self.row else ""

    @property
    def release(self) -> str:
        """How it is shown, in a line that can be compared."""
        return "|".join((self.privacy, self.publish_at, self.time_zone, self.playlist)).strip("|")

    @property
    def said(self) -> Brief:
        """What of it shapes the script: not where it stands, who reads it, what it looks like, how urgent it is."""
        row = self.row and replace(self.row, key="")
        seen = replace(self, preset=None, format=None, theme=None, row=row)
        return replace(seen, origin="", playlist="", voice=None, voices=(), music=None, priority=None)
