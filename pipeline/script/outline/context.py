"""What every maker of scenes has before it: the brief, the template, and the pieces of the notes."""

from __future__ import annotations

from dataclasses import dataclass

from pipeline.errors import InputError
from pipeline.language.display_width import display_width
from pipeline.language.words import split_words
from pipeline.model import Block, Brief, CheckList, CodeBlock, Illustration, Paragraph, SpokenLine
from pipeline.script.on_screen_text import spoken_lines
from pipeline.script.shortening import shorten
from pipeline.template import Layout, Template

# The few words before a list that are as good as its heading.
_ANNOUNCING_WORDS, _ANNOUNCING_CHARS = 5, 32
_NEEDED = ("title", "bullets", "statement")


@dataclass(frozen=True, kw_only=True)
class Chapter:
    """The beginning of a part of long notes."""

    number: int

    @property
    def said(self) -> tuple[Paragraph, ...]:
        """Nothing: who speaks of it is the piece's `lead`."""
        return ()


@dataclass(frozen=True, kw_only=True)
class Piece:
    """A block of the notes, and what belongs to it."""

    # Number of the section it belongs to, and that section's heading.
    section: int
    heading: str
    block: Block | Chapter
    # The paragraph that leads to it, and the one that tells the answer of a quiz.
    lead: Paragraph | None = None
    answer: Paragraph | None = None

    @property
    def needs_words(self) -> bool:
        """Whether it makes no sense without a paragraph that speaks of it."""
        return isinstance(self.block, CheckList | CodeBlock | Illustration)


@dataclass(frozen=True, kw_only=True)
class OutlineContext:
    """One brief, and the limits of one template."""

    brief: Brief
    template: Template

    def check(self) -> None:
        """Raise `InputError` for a template that lacks a layout without which no notes can be filmed."""
        missing = next((name for name in _NEEDED if self.template.layout(name) is None), None)
        if missing:
            raise InputError(
                f"the template {self.template.name} has no {missing} layout, and the outline writer needs it",
                hint=f"Add [layouts.{missing}] to its template.toml, or choose another template",
            )

    def layout(self, name: str) -> Layout | None:
        """The layout of that name; None: the template does not use it."""
        return self.template.layout(name)

    def needed(self, name: str) -> Layout:
        """A layout that `check` has seen."""
        layout = self.template.layout(name)
        assert layout is not None
        return layout

    def heading(self, piece: Piece, layout: Layout) -> str:
        """What stands above a scene: the section's heading, else what announces it in a few words, else the title."""
        return shorten(piece.heading or _announced(piece) or self.brief.title, layout.limit("heading"))

    def kicker(self, piece: Piece, layout: Layout) -> str:
        """The section's heading in the small line above."""
        return shorten(piece.heading, layout.limit("kicker"))


def _announced(piece: Piece) -> str:
    """What announces it, "You need" of "You need:"; empty: nothing does, or in more words than a heading has."""
    text = piece.lead.text if piece.lead else ""
    is_short = len(split_words(text)) <= _ANNOUNCING_WORDS and display_width(text) <= _ANNOUNCING_CHARS
    return text.rstrip(":： ") if is_short and text.endswith((":", "：")) else ""


def leading(piece: Piece) -> tuple[SpokenLine, ...]:
    """What is said before the items appear."""
    return spoken_lines(piece.lead.text) if piece.lead else ()


def pages(number: int, count: int) -> str:
    """The kicker of a long list's scene: "2/3"."""
    return f"{number}/{count}" if count > 1 else ""
