"""The writer without a model: the author's notes become scenes, word for word.

It says everything that stands in the notes, once and in order, and nothing else:

    text before the first heading   title scene (its first paragraph), then statements
    a paragraph                     a statement; shown is its bold sentence or its shortest one
    a paragraph and a list          bullets: the paragraph leads in, then each item appears as it is spoken
    the front matter's `closing`    closing scene; without it the film ends with its last section

It heeds no audience, tone, length or variant: the words are the author's. Headings are shown, not spoken; one with
nothing below it is left out. Only a film whose notes do not begin with a paragraph opens by saying its title.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise, zip_longest
from pathlib import Path
from typing import ClassVar, TypeVar

from pipeline.errors import InputError
from pipeline.limits import Purse
from pipeline.model import (
    Brief,
    BulletList,
    BulletsScene,
    ClosingScene,
    Pace,
    Paragraph,
    Scene,
    Script,
    StatementScene,
    TitleScene,
    split_words,
)
from pipeline.model.sentences import split_sentences
from pipeline.script.checks import MAX_SCENES, find_excess
from pipeline.script.illustrating import illustrated
from pipeline.script.sentences import shorten
from pipeline.script.shown import shown_items, shown_statement, spoken_item, spoken_lines, thumbnail_words
from pipeline.template import Layout, Template

# About 18 seconds: as long as one statement may stand on the screen.
_STATEMENT_WORDS = 45

_T = TypeVar("_T")


@dataclass(frozen=True, kw_only=True)
class _Piece:
    """A block of the notes and the section it belongs to."""

    section: int
    heading: str
    block: Paragraph | BulletList


class OutlineWriter:
    """Turns notes into scenes; needs nothing but the notes."""

    name: ClassVar[str] = "outline"
    needs_notes: ClassVar[bool] = True

    def check(self) -> None:
        """Nothing keeps it from writing."""

    def check_size(self, brief: Brief, template: Template, *, pace: Pace | None = None) -> None:
        """Nothing is too long for it."""

    def known(self, brief: Brief, template: Template, *, pace: Pace | None = None) -> Script:  # noqa: ARG002 - Protocol
        """The notes as a script: nobody has to be asked."""
        return outline(brief, template)

    def kept(self, brief: Brief, template: Template, *, pace: Pace | None = None) -> tuple[Path, ...]:  # noqa: ARG002 - Protocol
        """Nothing: it is made anew in a moment."""
        return ()

    async def write(
        self,
        brief: Brief,
        template: Template,
        purse: Purse,  # noqa: ARG002 - it costs nothing
        *,
        pace: Pace | None = None,  # noqa: ARG002 - it is as long as it is
    ) -> Script:
        """The notes as a script. Raises `InputError` when there are none, or too many for a film."""
        return outline(brief, template)


def outline(brief: Brief, template: Template) -> Script:
    """The notes of `brief` as a script."""
    where = brief.origin or brief.title
    if not brief.has_notes:
        raise InputError(
            "there are no notes to make a script of, and no model is configured to write one",
            where=where,
            hint="Set GROQ_API_KEY=... (and drop --offline), or write the notes into a Markdown brief (.md)",
        )
    texts = [text for section in brief.sections for block in section.blocks for text in _texts(block)]
    if excess := find_excess(texts):
        raise InputError(f"the notes have {excess}", where=where)
    scenes = illustrated(tuple(_Scenes(brief, template).make(tuple(_pieces(brief)))), brief, template)
    if len(scenes) > MAX_SCENES:
        raise InputError(f"the notes make {len(scenes):,} scenes, at most {MAX_SCENES} fit a film", where=where)
    return Script(
        title=brief.title,
        language=brief.language,
        scenes=scenes,
        description=brief.description or texts[0],
        tags=brief.tags,
        thumbnail_text=thumbnail_words(brief.title),
        writer=OutlineWriter.name,
    )


class _Scenes:
    """The scenes of one brief, within the limits of one template."""

    def __init__(self, brief: Brief, template: Template) -> None:
        self._brief = brief
        self._title = _needed(template, "title")
        self._bullets = _needed(template, "bullets")
        self._statement = _needed(template, "statement")
        self._closing = template.layout("closing")

    def make(self, pieces: Sequence[_Piece]) -> Iterator[Scene]:
        opening = pieces[0]
        if opening.heading == "" and isinstance(opening.block, Paragraph) and (len(pieces) > 1 or self._closes_itself):
            yield self._title_scene(opening.block.text)
            pieces = pieces[1:]
        else:
            yield self._title_scene(self._brief.title)
        yield from self._middle(pieces)
        if self._closes_itself and self._closing:
            yield self._closing_scene(Paragraph(text=self._brief.closing), self._closing)

    @property
    def _closes_itself(self) -> bool:
        return bool(self._brief.closing and self._closing)

    def _middle(self, pieces: Sequence[_Piece]) -> Iterator[Scene]:
        lead: Paragraph | None = None
        for piece, following in zip_longest(pieces, pieces[1:]):
            if isinstance(piece.block, BulletList):
                yield from self._bullets_scenes(piece.heading, piece.block, lead)
                lead = None
            elif following and following.section == piece.section and isinstance(following.block, BulletList):
                lead = piece.block
            else:
                yield self._statement_scene(piece.heading, piece.block)

    def _title_scene(self, narration: str) -> Scene:
        return TitleScene(
            lines=spoken_lines(narration),
            heading=shorten(self._brief.title, self._title.limit("heading")),
            kicker=shorten(self._brief.kicker, self._title.limit("kicker")),
            subtitle=shorten(self._brief.subtitle, self._title.limit("subtitle")),
        )

    def _bullets_scenes(self, heading: str, block: BulletList, lead: Paragraph | None) -> Iterator[Scene]:
        shown = shown_items(block.items, self._bullets.limit("item"))
        groups = _evenly(list(zip(block.items, shown, strict=True)), self._bullets.max_items)
        first = 1
        for number, group in enumerate(groups, start=1):
            leading = spoken_lines(lead.text) if lead and number == 1 else ()
            yield BulletsScene(
                lines=(*leading, *(spoken_item(item.text, reveals=n) for n, (item, _) in enumerate(group))),
                heading=shorten(heading or self._brief.title, self._bullets.limit("heading")),
                items=tuple(text for _, text in group),
                first=first,
                kicker=f"{number}/{len(groups)}" if len(groups) > 1 else "",
            )
            first += len(group)

    def _statement_scene(self, heading: str, paragraph: Paragraph) -> Scene:
        text, emphasis = shown_statement(paragraph, self._statement.limit("text"))
        return StatementScene(
            lines=spoken_lines(paragraph.text, shown=text),
            text=text,
            emphasis=emphasis,
            kicker=shorten(heading, self._statement.limit("kicker")),
        )

    def _closing_scene(self, paragraph: Paragraph, layout: Layout) -> Scene:
        text, _ = shown_statement(paragraph, layout.limit("text"), last=True)
        return ClosingScene(lines=spoken_lines(paragraph.text), text=text, subtitle=self._brief.title)


def _needed(template: Template, name: str) -> Layout:
    layout = template.layout(name)
    if layout is None:
        raise InputError(
            f"the template {template.name} has no {name} layout, and the outline writer needs it",
            hint=f"Add [layouts.{name}] to its template.toml, or choose another template",
        )
    return layout


def _pieces(brief: Brief) -> Iterator[_Piece]:
    """The notes in order; long paragraphs in parts that fit a scene, a list of one item as running text."""
    for section, content in enumerate(brief.sections):
        for block in content.blocks:
            alone = isinstance(block, BulletList) and len(block.items) == 1
            plain = block.items[0] if isinstance(block, BulletList) and alone else block
            parts = _parts(plain) if isinstance(plain, Paragraph) else (plain,)
            yield from (_Piece(section=section, heading=content.heading, block=part) for part in parts)


def _texts(block: Paragraph | BulletList) -> Iterator[str]:
    yield from (item.text for item in ([block] if isinstance(block, Paragraph) else block.items))


def _parts(paragraph: Paragraph) -> tuple[Paragraph, ...]:
    """The paragraph cut at the ends of sentences into parts of about equal length, short enough for one scene each."""
    sentences = split_sentences(paragraph.text)
    lengths = [len(split_words(sentence)) for sentence in sentences]
    count = -(-sum(lengths) // _STATEMENT_WORDS)
    groups: list[list[str]] = [[] for _ in range(count)]
    said = 0
    for sentence, length in zip(sentences, lengths, strict=True):
        # A sentence goes where its middle falls.
        groups[min(count - 1, int((said + length / 2) / sum(lengths) * count))].append(sentence)
        said += length
    texts = [" ".join(group) for group in groups if group]
    return tuple(
        Paragraph(text=text, strong=tuple(phrase for phrase in paragraph.strong if phrase in text)) for text in texts
    )


def _evenly(items: list[_T], most: int) -> list[list[_T]]:
    """`items` in as few groups of at most `most` as possible, the groups as equal as possible."""
    count = -(-len(items) // most)
    size, larger = divmod(len(items), count)
    starts = [n * size + min(n, larger) for n in range(count + 1)]
    return [items[start:end] for start, end in pairwise(starts)]
