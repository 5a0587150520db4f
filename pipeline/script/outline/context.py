"""The arguments of every scene builder: a piece of the notes, and the brief with its template."""

from __future__ import annotations

from dataclasses import dataclass

from pipeline.errors import InputError
from pipeline.language.display_width import display_width
from pipeline.language.words import split_words
from pipeline.model import Block, Brief, CheckList, CodeBlock, Illustration, Paragraph, SpokenLine
from pipeline.script.on_screen_text import spoken_lines
from pipeline.script.shortening import shorten
from pipeline.template import Layout, Template

# The maximal length of an introduction that serves as a heading.
_HEADING_WORDS, _HEADING_CHARS = 5, 32
_REQUIRED_LAYOUTS = ("title", "bullets", "statement")


@dataclass(frozen=True, kw_only=True)
class Chapter:
    """The start of a chapter in long notes."""

    number: int

    @property
    def said(self) -> tuple[Paragraph, ...]:
        """Nothing: the piece's `lead` is spoken."""
        return ()


@dataclass(frozen=True, kw_only=True)
class Piece:
    """A block of the notes, with the paragraphs that belong to it."""

    # The index of its section, and that section's heading.
    section: int
    heading: str
    block: Block | Chapter
    # The paragraph that introduces it, and the one that gives the answer of a quiz.
    lead: Paragraph | None = None
    answer: Paragraph | None = None

    @property
    def needs_words(self) -> bool:
        """Whether it needs a paragraph to be spoken with it."""
        return isinstance(self.block, CheckList | CodeBlock | Illustration)


@dataclass(frozen=True, kw_only=True)
class OutlineContext:
    """A brief and a template, and what depends on both."""

    brief: Brief
    template: Template

    def check(self) -> None:
        """Raise `InputError` if the template lacks a layout that the outline writer always needs."""
        missing = next((name for name in _REQUIRED_LAYOUTS if self.template.layout(name) is None), None)
        if missing:
            raise InputError(
                f"the template {self.template.name} has no {missing} layout, and the outline writer needs it",
                hint=f"Add [layouts.{missing}] to its template.toml, or choose another template",
            )

    def layout(self, name: str) -> Layout | None:
        """The layout of that name, or None if the template does not use it."""
        return self.template.layout(name)

    def required_layout(self, name: str) -> Layout:
        """A layout that is guaranteed by `check`."""
        layout = self.template.layout(name)
        assert layout is not None
        return layout

    def heading(self, piece: Piece, layout: Layout) -> str:
        """The heading of a scene: the section's heading, else a short introduction, else the film's title."""
        return shorten(piece.heading or _short_introduction(piece) or self.brief.title, layout.own_limit("heading"))

    def kicker(self, piece: Piece, layout: Layout) -> str:
        """The section's heading, cut to the length of a kicker."""
        return shorten(piece.heading, layout.own_limit("kicker"))


def _short_introduction(piece: Piece) -> str:
    """The introduction if it is short and ends with a colon ("You need" of "You need:"), else an empty text."""
    text = piece.lead.text if piece.lead else ""
    is_short = len(split_words(text)) <= _HEADING_WORDS and display_width(text) <= _HEADING_CHARS
    return text.rstrip(":： ") if is_short and text.endswith((":", "：")) else ""


def lead_lines(piece: Piece, context: OutlineContext) -> tuple[SpokenLine, ...]:
    """The spoken lines before the items appear."""
    return spoken_lines(piece.lead.text, context.brief.language) if piece.lead else ()


def page_kicker(number: int, count: int) -> str:
    """The kicker of one of several scenes of a long list: "2/3"; empty for a single one."""
    return f"{number}/{count}" if count > 1 else ""
