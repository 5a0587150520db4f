"""Scenes with running text: titles, chapters, statements, numbers, quotations, and code and pictures it speaks of."""

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
from pipeline.script.on_screen_text import capitalised, shown_statement, spoken_item, spoken_lines
from pipeline.script.outline.context import Chapter, OutlineContext, Piece, lead_lines
from pipeline.script.outline.values import is_date, read_amount
from pipeline.script.shortening import clause_ends, shorten, without_full_stop

# About ten seconds, as long as a statement should stay on screen; for a quotation, which is read in full, 18.
_STATEMENT_WORDS, _QUOTE_WORDS = 26, 45
# A stanza is shown as a whole, so it must fit the statements of every template.
_STANZA_CHARS = 120
# A longer sentence is split between clauses.
_SENTENCE_WORDS = 45
# About four seconds of speech before a number.
_SHORT_CHARS = 60
# More can't be read from a distance.
_CODE_LINES, _CODE_COLUMNS = 14, 80
CODE_LIMIT = f"a scene can show {_CODE_LINES} lines of {_CODE_COLUMNS} characters, if its template shows code"
_AFTER_PHRASE = " ,;:،–—-"
# Stripped from the end of a part that is cut within a sentence.
_TRAILING = " ,;،，；–—("


def title_scene(narration: str, context: OutlineContext) -> Scene:
    """The opening scene."""
    layout, title = context.required_layout("title"), context.brief.title
    heading = shorten(title, layout.own_limit("heading"))
    # The rest of a title that is cut after a clause: "…, und was das Papier damit zu tun hatte".
    rest = "" if heading.endswith("…") else capitalised(title[len(heading) :].strip(_AFTER_PHRASE))
    return TitleScene(
        lines=spoken_lines(narration, context.brief.language),
        heading=heading,
        kicker=shorten(context.brief.kicker, layout.own_limit("kicker")),
        subtitle=shorten(context.brief.subtitle or rest, layout.limit("subtitle")),
    )


def closing_scene(words: str, context: OutlineContext) -> Scene:
    """The closing scene."""
    limit, language = context.required_layout("closing").limit("text"), context.brief.language
    text, _ = shown_statement(Paragraph(text=words), limit, language, last=True)
    return ClosingScene(lines=spoken_lines(words, language), text=text, subtitle=context.brief.title)


def section(piece: Piece, context: OutlineContext) -> Sequence[Scene]:
    """The title of a chapter, while its first paragraph is spoken."""
    layout, block = context.layout("section"), piece.block
    if layout is None or not isinstance(block, Chapter):
        return ()
    heading = shorten(piece.heading or context.brief.title, layout.own_limit("heading"))
    return (SectionScene(lines=_narration(piece, context), heading=heading, number=block.number),)


def statement(piece: Piece, context: OutlineContext) -> Sequence[Scene]:
    """A paragraph, or a quotation with its author at the end."""
    layout, block, language = context.required_layout("statement"), piece.block, context.brief.language
    paragraph, *others = block.said
    lead = lead_lines(piece, context)
    # Paragraphs have been split already.
    parts = parts_of(paragraph, language) if isinstance(block, Quotation) else (paragraph,)
    scenes: list[Scene] = []
    for number, part in enumerate(parts, start=1):
        if part.verses and display_width(part.text) <= layout.limit("text"):
            shown, emphasis, text = split_sentences(part.text, language)[0], "", "\n".join(part.verses)
        else:
            shown, emphasis = shown_statement(part, layout.limit("text"), language)
            text = shown.rstrip(_TRAILING)
        after = [spoken_item(other.text) for other in others] if number == len(parts) else []
        scenes.append(
            StatementScene(
                lines=(*(lead if number == 1 else ()), *spoken_lines(part.text, language, shown=shown), *after),
                text=text,
                emphasis=emphasis if emphasis in text else "",
                kicker=shorten(piece.heading, layout.own_limit("kicker")),
            )
        )
    return scenes


def quote(piece: Piece, context: OutlineContext) -> Sequence[Scene]:
    """A quotation; one that does not fit a scene is split between sentences."""
    layout, block, language = context.layout("quote"), piece.block, context.brief.language
    if layout is None or not isinstance(block, Quotation):
        return ()
    lead = lead_lines(piece, context)
    parts = parts_of(block.words, language, most_words=_QUOTE_WORDS, most_chars=layout.limit("text"))
    scenes: list[Scene] = []
    for number, part in enumerate(parts, start=1):
        text = (
            part.text
            if display_width(part.text) <= layout.limit("text")
            else shown_statement(part, layout.limit("text"), language)[0]
        )
        shown = split_sentences(text, language)[0]
        text = "\n".join(part.verses) if text == part.text and part.verses else text
        scenes.append(
            QuoteScene(
                lines=(
                    *(lead if number == 1 else ()),
                    *spoken_lines(part.text, language, shown=shown),
                    *([spoken_item(block.attribution)] if number == len(parts) else ()),
                ),
                text=text,
                name=shorten(block.name, layout.own_limit("name")),
                role=shorten(block.role, layout.limit("role")),
            )
        )
    return scenes


def number(piece: Piece, context: OutlineContext) -> Sequence[Scene]:
    """A paragraph whose first bold phrase is an amount: the number, and what it means.

    A longer text before its sentence becomes a statement of its own, so that the meaning is not shown too early.
    """
    layout, block = context.layout("number"), piece.block
    if layout is None or not isinstance(block, Paragraph) or not block.strong:
        return ()
    phrase, language = block.strong[0], context.brief.language
    amount = read_amount(phrase, language)
    sentences = split_sentences(block.text, language)
    at = next((index for index, each in enumerate(sentences) if phrase in each), 0)
    sentence = sentences[at] if phrase in sentences[at] else ""
    if amount is None or not 0 < display_width(amount.unit) <= layout.limit("unit"):
        return ()
    if not sentence or is_date(phrase, language):
        return ()
    meaning = _meaning(sentence, phrase)
    if display_width(meaning) > layout.limit("text"):
        meaning = shorten(meaning, layout.limit("text"))
        # A meaning that is cut before its number is useless.
        if phrase not in meaning and not sentence.startswith(phrase):
            return ()
    before, narration = " ".join(sentences[:at]), block.text
    earlier: Sequence[Scene] = ()
    if display_width(before) > _SHORT_CHARS:
        earlier = statement(replace(piece, block=Paragraph(text=before)), context)
        narration = " ".join(sentences[at:])
    return (
        *earlier,
        NumberScene(
            lines=(
                *(() if earlier else lead_lines(piece, context)),
                *spoken_lines(narration, language, shown=sentence),
            ),
            kicker=shorten(piece.heading, layout.own_limit("kicker")),
            value=amount.value,
            unit=amount.unit,
            text=meaning,
        ),
    )


def is_number_scene(piece: Piece, context: OutlineContext) -> bool:
    """Whether it is a paragraph with an amount in bold that becomes a number scene."""
    return bool(number(piece, context))


def code(piece: Piece, context: OutlineContext) -> Sequence[Scene]:
    """Code, while the paragraph before it is spoken."""
    layout, block = context.layout("code"), piece.block
    if layout is None or not isinstance(block, CodeBlock):
        return ()
    heading = shorten(piece.heading, layout.own_limit("heading"))
    return (
        CodeScene(
            lines=_narration(piece, context), heading=heading, language=block.language, code=block.code, items=()
        ),
    )


def can_show_code(block: CodeBlock, context: OutlineContext) -> bool:
    """Whether the template has a code layout that it fits; code is never cut."""
    layout, lines = context.layout("code"), block.code.splitlines()
    is_small = len(lines) <= _CODE_LINES and max(map(display_width, lines), default=0) <= _CODE_COLUMNS
    return layout is not None and is_small and display_width(block.code) <= layout.limit("code")


def picture(piece: Piece, context: OutlineContext) -> Sequence[Scene]:
    """A picture with its caption, or next to the text that is spoken about it."""
    split, whole, block = context.layout("split"), context.layout("picture"), piece.block
    if not isinstance(block, Illustration):
        return ()
    if split and piece.lead and piece.heading and not block.caption:
        text, _ = shown_statement(piece.lead, split.limit("text"), context.brief.language)
        lines = spoken_lines(piece.lead.text, context.brief.language, shown=text)
        heading = context.heading(piece, split)
        return (SplitScene(lines=lines, picture=block.source, heading=heading, text=text),)
    caption = block.caption or block.description
    if whole:
        return (
            PictureScene(
                lines=_narration(piece, context), picture=block.source, text=shorten(caption, whole.limit("text"))
            ),
        )
    if split:
        heading, text = context.heading(piece, split), shorten(caption, split.limit("text"))
        return (SplitScene(lines=_narration(piece, context), picture=block.source, heading=heading, text=text),)
    return ()


def can_show_picture(block: Illustration, context: OutlineContext) -> bool:
    """Whether it has been found, and the template has a layout for it."""
    return block.is_there and any(context.layout(name) for name in ("picture", "split"))


def parts_of(
    paragraph: Paragraph, language: str, *, most_words: int = _STATEMENT_WORDS, most_chars: int = 0
) -> tuple[Paragraph, ...]:
    """Split a paragraph between sentences into parts of about equal length, each short enough for one scene.

    If the whole text is shown, as in poems, parts have at most `most_chars` characters, unless a sentence has more.
    Very long sentences are split between clauses, in poems between verses.
    """
    whole = split_sentences(paragraph.text, language)
    sentences = [part for sentence in whole for part in _split_long_sentence(sentence)]
    most_chars = most_chars or (_STANZA_CHARS if paragraph.verses else 0)
    if paragraph.verses and max(map(display_width, whole)) > most_chars:
        sentences = list(paragraph.verses)
    count = -(-sum(len(split_words(sentence)) for sentence in sentences) // most_words)
    texts = _joined_groups(sentences, count)
    while most_chars and count < len(sentences) and max(map(display_width, texts)) > most_chars:
        count += 1
        texts = _joined_groups(sentences, count)
    return tuple(
        Paragraph(
            text=text,
            strong=tuple(phrase for phrase in paragraph.strong if phrase in text),
            verses=_verses_of(text, paragraph.verses),
        )
        for text in texts
    )


def _verses_of(text: str, verses: Sequence[str]) -> tuple[str, ...]:
    """The verses that make up a part of a poem; none if it begins or ends within a verse."""
    counts = range(len(verses) + 1)
    return next((tuple(verses[a:b]) for a in counts for b in counts[a + 1 :] if " ".join(verses[a:b]) == text), ())


def _split_long_sentence(sentence: str) -> list[str]:
    words = len(split_words(sentence))
    if words <= _SENTENCE_WORDS:
        return [sentence]
    edges = [0, *clause_ends(sentence), len(sentence)]
    clauses = [sentence[start:end].strip() for start, end in pairwise(edges)]
    return _joined_groups(clauses, -(-words // _STATEMENT_WORDS))


def _joined_groups(sentences: Sequence[str], count: int) -> list[str]:
    lengths = [len(split_words(sentence)) for sentence in sentences]
    groups: list[list[str]] = [[] for _ in range(count)]
    said = 0
    for sentence, length in zip(sentences, lengths, strict=True):
        # A sentence belongs to the group in which its middle falls.
        groups[min(count - 1, int((said + length / 2) / sum(lengths) * count))].append(sentence)
        said += length
    return [" ".join(group) for group in groups if group]


def _narration(piece: Piece, context: OutlineContext) -> tuple[SpokenLine, ...]:
    """The spoken lines of its paragraph, else of its heading."""
    return spoken_lines(piece.lead.text if piece.lead else piece.heading, context.brief.language)


def _meaning(sentence: str, phrase: str) -> str:
    """What a number means: the text after it if its sentence begins with the number, else the whole sentence."""
    before, _, after = sentence.partition(phrase)
    if not has_words(before) and len(split_words(after)) > 1 and has_words(after):
        return without_full_stop(after.strip(_AFTER_PHRASE))
    return without_full_stop(sentence)
