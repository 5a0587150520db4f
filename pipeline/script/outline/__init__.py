"""The writer without a model: the author's notes become scenes, word for word.

Everything in the notes is spoken once, in order, and nothing else is:

    text before the first heading   title scene (its first paragraph), then statements
    a paragraph                     a statement: each sentence as it is spoken, up to and including the bold one
    … with an amount in bold        a number ("**43 %** of all birds migrate."): the rest is what it means; before a
                                    list or table, too, unless the paragraph ends with a colon
    a paragraph and a list          bullets: the paragraph introduces them, each item appears as it is spoken; of a long
                                    paragraph only a last sentence that ends with a colon or asks a question does, and
                                    the rest is a statement; the same before a table
    … whose items begin with dates  a timeline
    … numbered, with labels         steps ("1. **Knead**: ten minutes are enough")
    a question and a ticked list    a quiz (`- [ ] Mars`, `- [x] Jupiter`); the paragraph below it gives the answer
    a quotation with a name         a quote
    a table                         a comparison, a chart, a table, or bullets: see `tables`
    code, a picture                 shown while the paragraph before it is spoken
    chapters of long notes          sections
    the front matter's `closing`    closing scene; without it the film ends with its last section

What the template has no layout for, or what exceeds its limits, becomes bullets and statements; code and pictures are
then left out, and so are pictures that can't be found.

Audience, tone, length and variant have no effect: the words are the author's. Headings are shown; they are spoken only
if they are questions, because "No." answers nothing that was not heard. A heading with nothing below it is left out.
Text other than the notes' running text is spoken only where a scene would otherwise be silent:

    notes that do not begin with prose              the film's title
    a chapter, code or a picture without prose      the heading, unless a paragraph speaks of it; otherwise left out
    a quiz without a paragraph below it             the right option again, when the answer is shown

context          `OutlineContext`, `Piece`: what every scene builder gets
grouping         blocks of the notes, grouped with the paragraphs that belong to them
lists, tables, prose    scene builders for each kind of block; the first that returns scenes wins
table_narration  what is spoken of a table
units            units of measurement in table headers
values           numbers and dates, as people write them
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import ClassVar

from anyio import to_thread

from pipeline.errors import InputError
from pipeline.limits import Billing
from pipeline.model import (
    Brief,
    BulletList,
    CheckList,
    CodeBlock,
    Illustration,
    Pace,
    Paragraph,
    Quotation,
    Scene,
    Script,
    Table,
    named_picture,
)
from pipeline.script.checks import MAX_SCENES, narration_size_problem
from pipeline.script.on_screen_text import thumbnail_words
from pipeline.script.outline.context import Chapter, OutlineContext, Piece
from pipeline.script.outline.grouping import group_pieces, split_notes
from pipeline.script.outline.lists import bullets, quiz, steps, timeline
from pipeline.script.outline.prose import (
    CODE_LIMIT,
    can_show_code,
    closing_scene,
    code,
    number,
    picture,
    quote,
    section,
    statement,
    title_scene,
)
from pipeline.script.outline.tables import bars, comparison, line_chart, shares, table, table_bullets
from pipeline.script.picture_placement import place_pictures
from pipeline.script.shortening import shorten
from pipeline.template import Template

__all__ = ["OutlineWriter", "outline"]

# How many pictures that are not shown are listed, and the length of their names.
_MAX_LISTED, _NAME_CHARS = 3, 40
# Returns the scenes of a piece; none if it is not applicable, or the template's limits are exceeded.
SceneBuilder = Callable[[Piece, OutlineContext], Sequence[Scene]]

_TOO_LONG_HINT = "Shorten them, make several films of them, or let a model write a shorter one (set GROQ_API_KEY=...)"
_BUILDERS: Mapping[type, tuple[SceneBuilder, ...]] = {
    Chapter: (section,),
    Paragraph: (number, statement),
    BulletList: (timeline, steps, bullets),
    CheckList: (quiz, bullets),
    Quotation: (quote, statement),
    Table: (comparison, line_chart, shares, bars, table, table_bullets),
    CodeBlock: (code,),
    Illustration: (picture,),
}


class OutlineWriter:
    """Turns notes into scenes, without a model."""

    name: ClassVar[str] = "outline"
    needs_notes: ClassVar[bool] = True

    def check(self) -> None:
        """Always succeeds."""

    def check_size(self, brief: Brief, template: Template, *, pace: Pace | None = None) -> None:
        """Always succeeds: a requested length is ignored."""

    def offline(self, brief: Brief, template: Template, *, pace: Pace | None = None) -> Script:  # noqa: ARG002 - Protocol
        """The notes as a script, which never takes a request."""
        return outline(brief, template)

    def cached_paths(self, brief: Brief, template: Template, *, pace: Pace | None = None) -> tuple[Path, ...]:  # noqa: ARG002 - Protocol
        """Nothing: the script is quick to make."""
        return ()

    async def write(
        self,
        brief: Brief,
        template: Template,
        billing: Billing,  # noqa: ARG002 - nothing is charged
        *,
        pace: Pace | None = None,  # noqa: ARG002 - Protocol
    ) -> Script:
        """The notes as a script. Raises `InputError` if there are none, or too many for a film."""
        # In a thread, because CLDR data is read from files.
        return await to_thread.run_sync(outline, brief, template)


def outline(brief: Brief, template: Template) -> Script:
    """The notes of `brief` as a script. Raises `InputError` if there are none, or too many for a film. Blocks."""
    where = brief.origin or brief.title
    if not brief.has_notes:
        raise InputError(
            "there are no notes to make a script from, and no model to write one",
            where=where,
            hint="Set GROQ_API_KEY=... for a model (and drop --offline and --writer outline, if given), or write the "
            "notes into a Markdown brief (.md)",
        )
    texts = [each.text for section in brief.sections for block in section.blocks for each in block.said]
    if excess := narration_size_problem(texts):
        raise InputError(f"the notes have {excess}", where=where, hint=_TOO_LONG_HINT)
    scenes = place_pictures(tuple(_scenes(OutlineContext(brief=brief, template=template))), brief, template)
    if len(scenes) > MAX_SCENES:
        raise InputError(
            f"the notes make {len(scenes):,} scenes, at most {MAX_SCENES} fit a film", where=where, hint=_TOO_LONG_HINT
        )
    return Script(
        title=brief.title,
        language=brief.language,
        scenes=scenes,
        description=brief.description or texts[0],
        tags=brief.tags,
        thumbnail_text=thumbnail_words(brief.title, brief.language),
        writer=OutlineWriter.name,
        incidents=(*_omitted_code(brief, template), *_omitted_pictures(scenes, brief, template)),
    )


def _omitted_code(brief: Brief, template: Template) -> Iterator[str]:
    """Yield a line for each code block that is not shown. Missing pictures are reported where they are searched."""
    context = OutlineContext(brief=brief, template=template)
    for block in (block for part in brief.sections for block in part.blocks):
        if isinstance(block, CodeBlock) and not can_show_code(block, context):
            lines = block.code.splitlines()
            unit = "line" if len(lines) == 1 else "lines"
            first = next(line.strip() for line in lines if line.strip())
            yield f"code of {len(lines):,} {unit} (“{shorten(first, 40)}”) is not shown: {CODE_LIMIT}"


def _omitted_pictures(scenes: Sequence[Scene], brief: Brief, template: Template) -> Iterator[str]:
    """Yield a line about pictures that are available but not shown, if there are any."""
    shown = set(map(named_picture, scenes))
    names = [shorten(picture.source, _NAME_CHARS) for picture in brief.pictures if picture.source not in shown]
    if not names:
        return
    several = len(names) > 1
    listed = ", ".join(names[:_MAX_LISTED]) + ("…" if len(names) > _MAX_LISTED else "")
    reason = f"the template {template.name} has no layout for {'them' if several else 'it'}"
    if any(map(template.layout, ("split", "scenery", "picture"))):
        reason = f"no scene has text that {'they' if several else 'it'} could be shown with"
    yield f"{len(names)} {'pictures are' if several else 'picture is'} not shown ({listed}): {reason}"


def _scenes(context: OutlineContext) -> Iterator[Scene]:
    context.check()
    pieces = split_notes(context)
    closing = context.layout("closing") if context.brief.closing else None
    after_opening = tuple(_in_scenes(pieces[1:], context))
    if _opens(pieces, has_more=bool(after_opening) or closing is not None):
        (opening,) = pieces[0].block.said
        yield title_scene(opening.text, context)
        yield from after_opening
    else:
        yield title_scene(context.brief.title, context)
        yield from _in_scenes(pieces, context)
    if closing:
        yield closing_scene(context.brief.closing, context)


def _in_scenes(pieces: Sequence[Piece], context: OutlineContext) -> Iterator[Scene]:
    for piece in group_pieces(pieces, context):
        yield from _scenes_of(piece, context)


def _opens(pieces: tuple[Piece, ...], *, has_more: bool) -> bool:
    """Whether the first paragraph is spoken over the title, and not needed by the piece after it.

    A poem is not: its text must be shown.
    """
    first, *others = pieces
    is_needed = bool(others) and others[0].section == first.section and others[0].needs_words
    is_prose = isinstance(first.block, Paragraph) and not first.block.verses
    return has_more and first.heading == "" and is_prose and not is_needed


def _scenes_of(piece: Piece, context: OutlineContext) -> Sequence[Scene]:
    """The scenes of a piece, from the first applicable builder; the last one for each kind of text always is."""
    return next((scenes for build in _BUILDERS[type(piece.block)] if (scenes := build(piece, context))), ())
