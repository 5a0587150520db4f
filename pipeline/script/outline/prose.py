"""Scenes of running text: titles, chapters, statements, numbers, quotations; code and pictures while it is said."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

from pipeline.language.display_width import display_width
from pipeline.language.sentences import split_sentences
from pipeline.language.text import has_words
from pipeline.language.words import split_words
from pipeline.model import (
    ClosingScene,
    CodeBlock,
    CodeScene,
    Illustration,
    NumberScene,
    Paragraph,
    PictureScene,
    Quotation,
    QuoteScene,
    Scene,
    SectionScene,
    SplitScene,
    SpokenLine,
    StatementScene,
    TitleScene,
)
from pipeline.script.on_screen_text import shown_statement, spoken_item, spoken_lines
from pipeline.script.outline.context import Chapter, OutlineContext, Piece
from pipeline.script.outline.values import is_date, read_amount
from pipeline.script.shortening import clause_ends, shorten, without_full_stop

# About ten seconds: as long as one statement may stand on the screen. A quotation is read to its end, in 18 at most.
_STATEMENT_WORDS, _QUOTE_WORDS = 26, 45
# A stanza stands as a whole: no more of a poem than every template's statements hold.
_STANZA_CHARS = 120
# A sentence of more words is cut at its clauses, as one who talks on is by his editor.
_SENTENCE_WORDS = 45
# About four seconds before a number.
_SHORT_CHARS = 60
# More can't be read from a chair.
_CODE_LINES, _CODE_COLUMNS = 14, 80
CODE_ROOM = f"a picture has room for {_CODE_LINES} lines of {_CODE_COLUMNS} letters, if its template shows code"
_AFTER_PHRASE = " ,;:،–—-"
# Of a part that is cut within a sentence.
_LOOSE_END = " ,;،，；–—("


def title_scene(narration: str, context: OutlineContext) -> Scene:
    """The opening."""
    layout = context.needed("title")
    return TitleScene(
        lines=spoken_lines(narration),
        heading=shorten(context.brief.title, layout.limit("heading")),
        kicker=shorten(context.brief.kicker, layout.limit("kicker")),
        subtitle=shorten(context.brief.subtitle, layout.limit("subtitle")),
    )


def closing_scene(words: str, context: OutlineContext) -> Scene:
    """The last words."""
    text, _ = shown_statement(Paragraph(text=words), context.needed("closing").limit("text"), last=True)
    return ClosingScene(lines=spoken_lines(words), text=text, subtitle=context.brief.title)


def section(piece: Piece, context: OutlineContext) -> Sequence[Scene]:
    """The beginning of a chapter, under its first paragraph."""
    layout, block = context.layout("section"), piece.block
    if layout is None or not isinstance(block, Chapter):
        return ()
    return (SectionScene(lines=_said(piece), heading=context.heading(piece, layout), number=block.number),)


def statement(piece: Piece, context: OutlineContext) -> Sequence[Scene]:
    """A paragraph, or a quotation with its author at the end."""
    layout, block = context.needed("statement"), piece.block
    paragraph, *others = block.said
    lead = spoken_lines(piece.lead.text) if piece.lead else ()
    # A paragraph has been cut already.
    parts = parts_of(paragraph) if isinstance(block, Quotation) else (paragraph,)
    scenes: list[Scene] = []
    for number, part in enumerate(parts, start=1):
        if part.verses and display_width(part.text) <= layout.limit("text"):
            shown, emphasis, text = split_sentences(part.text)[0], "", "\n".join(part.verses)
        else:
            shown, emphasis = shown_statement(part, layout.limit("text"))
            text = shown.rstrip(_LOOSE_END)
        after = [spoken_item(other.text) for other in others] if number == len(parts) else []
        scenes.append(
            StatementScene(
                lines=(*(lead if number == 1 else ()), *spoken_lines(part.text, shown=shown), *after),
                text=text,
                emphasis=emphasis if emphasis in text else "",
                kicker=context.kicker(piece, layout),
            )
        )
    return scenes


def quote(piece: Piece, context: OutlineContext) -> Sequence[Scene]:
    """What somebody said; more than one picture holds is shown sentence by sentence."""
    layout, block = context.layout("quote"), piece.block
    if layout is None or not isinstance(block, Quotation):
        return ()
    lead = spoken_lines(piece.lead.text) if piece.lead else ()
    parts = parts_of(block.words, most_words=_QUOTE_WORDS, most_chars=layout.limit("text"))
    scenes: list[Scene] = []
    for number, part in enumerate(parts, start=1):
        text = (
            part.text
            if display_width(part.text) <= layout.limit("text")
            else shown_statement(part, layout.limit("text"))[0]
        )
        shown = split_sentences(text)[0]
        text = "\n".join(part.verses) if text == part.text and part.verses else text
        scenes.append(
            QuoteScene(
                lines=(
                    *(lead if number == 1 else ()),
                    *spoken_lines(part.text, shown=shown),
                    *([spoken_item(block.attribution)] if number == len(parts) else ()),
                ),
                text=text,
                name=shorten(block.name, layout.limit("name")),
                role=shorten(block.role, layout.limit("role")),
            )
        )
    return scenes


def number(piece: Piece, context: OutlineContext) -> Sequence[Scene]:
    """A paragraph whose first bold phrase is an amount: the number, and what it means.

    More than a few words before its sentence are a statement of their own: nobody wants to read a meaning before.
    """
    layout, block = context.layout("number"), piece.block
    if layout is None or not isinstance(block, Paragraph) or not block.strong:
        return ()
    phrase, language = block.strong[0], context.brief.language
    amount = read_amount(phrase, language)
    sentences = split_sentences(block.text)
    at = next((index for index, each in enumerate(sentences) if phrase in each), 0)
    sentence = sentences[at] if phrase in sentences[at] else ""
    if amount is None or not 0 < display_width(amount.unit) <= layout.limit("unit"):
        return ()
    if not sentence or is_date(phrase, language):
        return ()
    meaning = _meaning(sentence, phrase)
    if display_width(meaning) > layout.limit("text"):
        meaning = shorten(meaning, layout.limit("text"))
        # Cut before its number, it would mean nothing.
        if phrase not in meaning and not sentence.startswith(phrase):
            return ()
    before, told = " ".join(sentences[:at]), block.text
    earlier: Sequence[Scene] = ()
    if display_width(before) > _SHORT_CHARS:
        earlier = statement(replace(piece, block=Paragraph(text=before)), context)
        told = " ".join(sentences[at:])
    return (
        *earlier,
        NumberScene(
            lines=(
                *(spoken_lines(piece.lead.text) if piece.lead and not earlier else ()),
                *spoken_lines(told, shown=sentence),
            ),
            kicker=context.kicker(piece, layout),
            value=amount.value,
            unit=amount.unit,
            text=meaning,
        ),
    )


def is_number(piece: Piece, context: OutlineContext) -> bool:
    """Whether it is a paragraph with an amount in bold that has a picture of its own."""
    return bool(number(piece, context))


def code(piece: Piece, context: OutlineContext) -> Sequence[Scene]:
    """Lines of a program while the paragraph before them is said."""
    layout, block = context.layout("code"), piece.block
    if layout is None or not isinstance(block, CodeBlock):
        return ()
    heading = shorten(piece.heading, layout.limit("heading"))
    return (CodeScene(lines=_said(piece), heading=heading, language=block.language, code=block.code, items=()),)


def can_show_code(block: CodeBlock, context: OutlineContext) -> bool:
    """Whether there is a layout for it that holds it: code is never cut."""
    layout, lines = context.layout("code"), block.code.splitlines()
    is_small = len(lines) <= _CODE_LINES and max(map(display_width, lines), default=0) <= _CODE_COLUMNS
    return layout is not None and is_small and display_width(block.code) <= layout.limit("code")


def picture(piece: Piece, context: OutlineContext) -> Sequence[Scene]:
    """A picture with its caption, or beside what is said of it."""
    split, whole, block = context.layout("split"), context.layout("picture"), piece.block
    if not isinstance(block, Illustration):
        return ()
    if split and piece.lead and piece.heading and not block.caption:
        text, _ = shown_statement(piece.lead, split.limit("text"))
        lines = spoken_lines(piece.lead.text, shown=text)
        heading = context.heading(piece, split)
        return (SplitScene(lines=lines, picture=block.source, heading=heading, text=text),)
    caption = block.caption or block.description
    if whole:
        return (PictureScene(lines=_said(piece), picture=block.source, text=shorten(caption, whole.limit("text"))),)
    if split:
        heading, text = context.heading(piece, split), shorten(caption, split.limit("text"))
        return (SplitScene(lines=_said(piece), picture=block.source, heading=heading, text=text),)
    return ()


def can_show_picture(block: Illustration, context: OutlineContext) -> bool:
    """Whether it has been found, and there is a layout for it whoever speaks of it."""
    return block.is_there and any(context.layout(name) for name in ("picture", "split"))


def parts_of(paragraph: Paragraph, *, most_words: int = _STATEMENT_WORDS, most_chars: int = 0) -> tuple[Paragraph, ...]:
    """The paragraph cut at the ends of sentences into parts of about equal length, short enough for one scene each.

    Where all of it is shown, as a poem always is, a part has at most `most_chars` characters, unless a sentence has
    more. A sentence without end is cut at its clauses, a longer one of a poem at its verses.
    """
    sentences = [part for sentence in split_sentences(paragraph.text) for part in _in_breaths(sentence)]
    most_chars = most_chars or (_STANZA_CHARS if paragraph.verses else 0)
    if paragraph.verses and max(map(display_width, split_sentences(paragraph.text))) > most_chars:
        sentences = list(paragraph.verses)
    count = -(-sum(len(split_words(sentence)) for sentence in sentences) // most_words)
    texts = _grouped(sentences, count)
    while most_chars and count < len(sentences) and max(map(display_width, texts)) > most_chars:
        count += 1
        texts = _grouped(sentences, count)
    return tuple(
        Paragraph(
            text=text,
            strong=tuple(phrase for phrase in paragraph.strong if phrase in text),
            verses=_verses_of(text, paragraph.verses),
        )
        for text in texts
    )


def _verses_of(text: str, verses: Sequence[str]) -> tuple[str, ...]:
    """The lines of a part of a poem; nothing where it begins or ends within one."""
    counts = range(len(verses) + 1)
    return next((tuple(verses[a:b]) for a in counts for b in counts[a + 1 :] if " ".join(verses[a:b]) == text), ())


def _in_breaths(sentence: str) -> list[str]:
    words = len(split_words(sentence))
    if words <= _SENTENCE_WORDS:
        return [sentence]
    edges = [0, *clause_ends(sentence), len(sentence)]
    clauses = [sentence[start:end].strip() for start, end in pairwise(edges)]
    return _grouped(clauses, -(-words // _STATEMENT_WORDS))


def _grouped(sentences: Sequence[str], count: int) -> list[str]:
    lengths = [len(split_words(sentence)) for sentence in sentences]
    groups: list[list[str]] = [[] for _ in range(count)]
    said = 0
    for sentence, length in zip(sentences, lengths, strict=True):
        # A sentence goes where its middle falls.
        groups[min(count - 1, int((said + length / 2) / sum(lengths) * count))].append(sentence)
        said += length
    return [" ".join(group) for group in groups if group]


def _said(piece: Piece) -> tuple[SpokenLine, ...]:
    """The paragraph that belongs to it, else its heading."""
    return spoken_lines(piece.lead.text if piece.lead else piece.heading)


def _meaning(sentence: str, phrase: str) -> str:
    """What a number means: the rest of its sentence where that stands on one side of it, else the sentence."""
    before, _, after = sentence.partition(phrase)
    if not has_words(before) and len(split_words(after)) > 1 and has_words(after):
        return without_full_stop(after.strip(_AFTER_PHRASE))
    return without_full_stop(sentence)
