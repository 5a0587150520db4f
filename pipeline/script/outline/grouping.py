"""The notes in pieces: what stands together on the screen, and who speaks of it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from pipeline.language.display_width import display_width
from pipeline.language.sentences import split_sentences
from pipeline.language.text import is_question
from pipeline.language.words import split_words
from pipeline.model import Block, BulletList, CheckList, CodeBlock, Illustration, Paragraph, Quotation, Section, Table
from pipeline.script.outline.context import Chapter, OutlineContext, Piece
from pipeline.script.outline.lists import is_quiz, untold_answer
from pipeline.script.outline.prose import can_show_code, can_show_picture, is_number, parts_of
from pipeline.script.outline.table_narration import row_sentences

# Notes of fewer pieces are one film without chapters, and a chapter of fewer is none.
_LONG_NOTES, _CHAPTER_PIECES = 10, 2
# About five seconds: longer, nobody looks at items that are still to come.
_LONG_LEAD_WORDS = 14
# Of one sentence, that was written to lead to them: about seven.
_LONG_LEAD_CHARS = 100
_LEADING_ENDS = (":", "：")


def split_notes(context: OutlineContext) -> tuple[Piece, ...]:
    """The notes in order; long paragraphs in parts that fit a scene, a list of one item as running text."""
    sections = context.brief.sections
    by_section = [
        [
            Piece(section=number, heading=section.heading, block=plain)
            for block in section.blocks
            for plain in _plain(block, context)
        ]
        for number, section in enumerate(sections)
    ]
    chapters = _chapters(sections, [len(pieces) for pieces in by_section]) if context.layout("section") else ()
    pieces: list[Piece] = []
    for number, (section, own) in enumerate(zip(sections, by_section, strict=True)):
        if number in chapters:
            chapter = Chapter(number=chapters.index(number) + 1)
            pieces.append(Piece(section=number, heading=section.heading, block=chapter))
        pieces += own
    return tuple(pieces)


def together(pieces: Sequence[Piece], context: OutlineContext) -> Iterator[Piece]:
    """Each block with the paragraphs that belong to it; what nobody speaks of is left out."""
    left = list(pieces)
    asked: set[int] = set()
    spoken_headings: set[int] = set()
    while left:
        piece = left.pop(0)
        if isinstance(piece.block, Paragraph) and _leads(piece, left, context):
            piece = replace(left.pop(0), lead=piece.block)
        if isinstance(piece.block, Chapter) and (paragraph := _free_paragraph(piece, left, context)):
            piece = replace(piece, lead=paragraph)
            left.pop(0)
        elif is_quiz(piece, context) and (paragraph := _free_paragraph(piece, left, context)):
            piece = replace(piece, answer=paragraph)
            left.pop(0)
        elif isinstance(piece.block, Illustration | CodeBlock) and not piece.lead:
            paragraph = _free_paragraph(piece, left, context)
            if paragraph and (isinstance(piece.block, Illustration) or not piece.heading):
                piece = replace(piece, lead=paragraph)
                left.pop(0)
            elif not piece.heading or piece.section in spoken_headings:
                continue
        if before := _said_before(piece):
            yield _asked(replace(piece, block=before[0], lead=None), asked, context)
            piece = replace(piece, lead=before[1])
        piece = _asked(piece, asked, context)
        if not piece.lead and (isinstance(piece.block, Chapter | Illustration | CodeBlock) or is_quiz(piece, context)):
            spoken_headings.add(piece.section)
        yield from _with_answer(piece, left, context)


def _with_answer(piece: Piece, following: Sequence[Piece], context: OutlineContext) -> Iterator[Piece]:
    """The piece, and the answer to what it asks, where nothing else would tell it."""
    yield piece
    if (answer := untold_answer(piece, context)) and not _free_paragraph(piece, following, context):
        yield replace(piece, block=answer, lead=None)


def _asked(piece: Piece, asked: set[int], context: OutlineContext) -> Piece:
    """The piece with the question above it, which is spoken once: "No." answers nothing that was not heard.

    Who speaks a heading anyway, and a paragraph that asks the same again, needs no other.
    """
    is_list = isinstance(piece.block, CheckList) and not is_quiz(piece, context)
    speaks_it = not piece.lead and not is_list and (piece.needs_words or isinstance(piece.block, Chapter))
    if piece.section in asked or not is_question(piece.heading) or speaks_it:
        return piece
    asked.add(piece.section)
    first = piece.lead or next(iter(piece.block.said), None)
    if first and first.text.casefold().startswith(piece.heading.casefold()):
        return piece
    lead = piece.lead.text if piece.lead else ""
    strong = piece.lead.strong if piece.lead else ()
    return replace(piece, lead=Paragraph(text=f"{piece.heading} {lead}".strip(), strong=strong))


def _said_before(piece: Piece) -> tuple[Paragraph, Paragraph | None] | None:
    """A long lead in two: what is said before, for a picture of its own, and the sentence that leads to the items.

    A sentence leads to them that ends with a colon or asks; any other is about something else as often as not, and
    nothing leads to them then. None: it is short, or all of it leads, or what it leads to is all there from the start.
    """
    if piece.lead is None or not isinstance(piece.block, BulletList | Table):
        return None
    sentences = split_sentences(piece.lead.text)
    leads = sentences[-1].endswith(_LEADING_ENDS) or is_question(sentences[-1])
    is_one = len(sentences) == 1 and (leads or display_width(piece.lead.text) <= _LONG_LEAD_CHARS)
    if is_one or len(split_words(piece.lead.text)) < _LONG_LEAD_WORDS:
        return None
    if not leads:
        return piece.lead, None
    before, lead = (
        Paragraph(text=text, strong=tuple(phrase for phrase in piece.lead.strong if phrase in text))
        for text in (" ".join(sentences[:-1]), sentences[-1])
    )
    return before, lead


def _plain(block: Block, context: OutlineContext) -> Sequence[Block]:
    """The block as it can be shown: nothing, or in parts."""
    match block:
        case Paragraph():
            return parts_of(block)
        case BulletList() | CheckList() if len(block.said) == 1:
            return parts_of(block.said[0])
        case Table() if len(block.rows) == 1:
            return parts_of(row_sentences(block, context.brief.language, with_headers=True)[0])
        case CodeBlock():
            return (block,) if can_show_code(block, context) else ()
        case Illustration():
            return (block,) if can_show_picture(block, context) else ()
        case _:
            return (block,)


def _leads(piece: Piece, following: Sequence[Piece], context: OutlineContext) -> bool:
    """Whether a paragraph says what comes next: a list, a table, a picture; a quotation only where it has a colon.

    An amount in bold has a picture of its own, unless what comes next needs words or the paragraph ends with a colon.
    """
    if not following or following[0].section != piece.section:
        return False
    block = following[0].block
    has_colon = isinstance(piece.block, Paragraph) and piece.block.text.endswith(_LEADING_ENDS)
    if isinstance(block, Quotation) or (not following[0].needs_words and is_number(piece, context)):
        return has_colon
    return not isinstance(block, Paragraph | Chapter)


def _free_paragraph(piece: Piece, following: Sequence[Piece], context: OutlineContext) -> Paragraph | None:
    """The paragraph right below a piece, unless it leads to something else."""
    below = following[0] if following else None
    if below is None or below.section != piece.section or _leads(below, following[1:], context):
        return None
    return below.block if isinstance(below.block, Paragraph) else None


def _chapters(sections: Sequence[Section], lengths: Sequence[int]) -> tuple[int, ...]:
    """Which sections begin a chapter: those of the first level, or of the highest one that has others below it."""
    levels = [section.level for section in sections if section.heading]
    if sum(lengths) < _LONG_NOTES or not levels:
        return ()
    top = min(levels)
    if top > 1 and max(levels) == top:
        return ()
    starts = [n for n, section in enumerate(sections) if section.heading and section.level == top]
    ends = [*starts[1:], len(sections)]
    # Where nothing stands between a heading and the next one, nothing else would tell it.
    found = [
        n
        for n, end in zip(starts, ends, strict=True)
        if (count := sum(lengths[n:end])) >= _CHAPTER_PIECES or (count and not lengths[n])
    ]
    # A chapter for every scene would be noise.
    return tuple(found) if len(found) > 1 and sum(lengths) >= _CHAPTER_PIECES * len(starts) else ()
