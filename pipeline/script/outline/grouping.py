"""Split the notes into pieces, and group each block with the paragraphs that are spoken with it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from pipeline.language.display_width import display_width
from pipeline.language.sentences import split_sentences
from pipeline.language.text import is_question
from pipeline.language.words import split_words
from pipeline.model import Block, BulletList, CheckList, CodeBlock, Illustration, Paragraph, Quotation, Section, Table
from pipeline.script.outline.context import Chapter, OutlineContext, Piece
from pipeline.script.outline.lists import is_quiz, unspoken_answer
from pipeline.script.outline.prose import can_show_code, can_show_picture, is_number_scene, parts_of
from pipeline.script.outline.table_narration import row_sentences

# The minimal number of pieces in notes with chapters, and in a chapter.
_LONG_NOTES, _CHAPTER_PIECES = 10, 2
# About five seconds; a longer introduction leaves viewers waiting for the items.
_LONG_LEAD_WORDS = 14
# For a single sentence, about seven seconds.
_LONG_LEAD_CHARS = 100
_INTRODUCING_ENDS = (":", "：")


def split_notes(context: OutlineContext) -> tuple[Piece, ...]:
    """The pieces of the notes, in order: long paragraphs are split, and lists of one item become text."""
    sections = context.brief.sections
    by_section = [
        [
            Piece(section=number, heading=section.heading, block=part)
            for block in section.blocks
            for part in _split_block(block, context)
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


def group_pieces(pieces: Sequence[Piece], context: OutlineContext) -> Iterator[Piece]:
    """Yield each block with the paragraphs that belong to it; blocks without any spoken text are left out."""
    remaining = list(pieces)
    # Sections whose heading was added to a lead as a question, and those whose heading is the narration of a scene.
    asked: set[int] = set()
    spoken_headings: set[int] = set()
    while remaining:
        piece = remaining.pop(0)
        if isinstance(piece.block, Paragraph) and _introduces(piece, remaining, context):
            piece = replace(remaining.pop(0), lead=piece.block)
        if isinstance(piece.block, Chapter) and (paragraph := _free_paragraph(piece, remaining, context)):
            piece = replace(piece, lead=paragraph)
            remaining.pop(0)
        elif is_quiz(piece, context) and (paragraph := _free_paragraph(piece, remaining, context)):
            piece = replace(piece, answer=paragraph)
            remaining.pop(0)
        elif isinstance(piece.block, Illustration | CodeBlock) and not piece.lead:
            paragraph = _free_paragraph(piece, remaining, context)
            if paragraph and (isinstance(piece.block, Illustration) or not piece.heading):
                piece = replace(piece, lead=paragraph)
                remaining.pop(0)
            elif not piece.heading or piece.section in spoken_headings:
                continue
        if before := _split_lead(piece, context):
            yield _with_question(replace(piece, block=before[0], lead=None), asked, context)
            piece = replace(piece, lead=before[1])
        piece = _with_question(piece, asked, context)
        if not piece.lead and (isinstance(piece.block, Chapter | Illustration | CodeBlock) or is_quiz(piece, context)):
            spoken_headings.add(piece.section)
        yield from _with_answer(piece, remaining, context)


def _with_answer(piece: Piece, following: Sequence[Piece], context: OutlineContext) -> Iterator[Piece]:
    """Yield the piece, and the answer to its question if nothing else gives it."""
    yield piece
    if (answer := unspoken_answer(piece, context)) and not _free_paragraph(piece, following, context):
        yield replace(piece, block=answer, lead=None)


def _with_question(piece: Piece, asked: set[int], context: OutlineContext) -> Piece:
    """The piece with its heading added to the lead if that is a question, once per section.

    "No." answers nothing that was not heard. Not needed if the heading is spoken anyway, or repeated by the paragraph.
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


def _split_lead(piece: Piece, context: OutlineContext) -> tuple[Paragraph, Paragraph | None] | None:
    """Split a long lead: a paragraph for a scene of its own, and the sentence that introduces the items, if any.

    A sentence that ends with a colon or a question mark introduces them; others are often about something else. None if
    the lead is short or is a single introducing sentence, or if the block has no items that appear one by one.
    """
    if piece.lead is None or not isinstance(piece.block, BulletList | Table):
        return None
    sentences = split_sentences(piece.lead.text, context.brief.language)
    introduces = sentences[-1].endswith(_INTRODUCING_ENDS) or is_question(sentences[-1])
    is_one = len(sentences) == 1 and (introduces or display_width(piece.lead.text) <= _LONG_LEAD_CHARS)
    if is_one or len(split_words(piece.lead.text)) < _LONG_LEAD_WORDS:
        return None
    if not introduces:
        return piece.lead, None
    before, lead = (
        Paragraph(text=text, strong=tuple(phrase for phrase in piece.lead.strong if phrase in text))
        for text in (" ".join(sentences[:-1]), sentences[-1])
    )
    return before, lead


def _split_block(block: Block, context: OutlineContext) -> Sequence[Block]:
    """The parts of a block that can be shown; none if it can't be."""
    match block:
        case Paragraph():
            return parts_of(block, context.brief.language)
        case BulletList() | CheckList() if len(block.said) == 1:
            return parts_of(block.said[0], context.brief.language)
        case Table() if len(block.rows) == 1:
            (row,) = row_sentences(block, context.brief.language, with_headers=True)
            return parts_of(row, context.brief.language)
        case CodeBlock():
            return (block,) if can_show_code(block, context) else ()
        case Illustration():
            return (block,) if can_show_picture(block, context) else ()
        case _:
            return (block,)


def _introduces(piece: Piece, following: Sequence[Piece], context: OutlineContext) -> bool:
    """Whether a paragraph introduces the next piece: a list, a table, a picture; a quotation only after a colon.

    A paragraph with an amount in bold is a scene of its own, unless the next piece needs it or it ends with a colon.
    """
    if not following or following[0].section != piece.section:
        return False
    block = following[0].block
    has_colon = isinstance(piece.block, Paragraph) and piece.block.text.endswith(_INTRODUCING_ENDS)
    if isinstance(block, Quotation) or (not following[0].needs_words and is_number_scene(piece, context)):
        return has_colon
    return not isinstance(block, Paragraph | Chapter)


def _free_paragraph(piece: Piece, following: Sequence[Piece], context: OutlineContext) -> Paragraph | None:
    """The paragraph right after a piece in its section, unless it introduces the next one."""
    below = following[0] if following else None
    if below is None or below.section != piece.section or _introduces(below, following[1:], context):
        return None
    return below.block if isinstance(below.block, Paragraph) else None


def _chapters(sections: Sequence[Section], lengths: Sequence[int]) -> tuple[int, ...]:
    """The sections that start a chapter: those of level 1, or of the highest level if there are lower ones."""
    levels = [section.level for section in sections if section.heading]
    if sum(lengths) < _LONG_NOTES or not levels:
        return ()
    top = min(levels)
    if top > 1 and max(levels) == top:
        return ()
    starts = [n for n, section in enumerate(sections) if section.heading and section.level == top]
    ends = [*starts[1:], len(sections)]
    # A heading directly followed by another one would not be shown otherwise.
    found = [
        n
        for n, end in zip(starts, ends, strict=True)
        if (count := sum(lengths[n:end])) >= _CHAPTER_PIECES or (count and not lengths[n])
    ]
    # Chapters of single scenes would be noise.
    return tuple(found) if len(found) > 1 and sum(lengths) >= _CHAPTER_PIECES * len(starts) else ()
