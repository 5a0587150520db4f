"""Scenes of lists: bullets, steps, timelines, quizzes."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from itertools import accumulate, pairwise
from typing import TypeVar

from pipeline.language.display_width import display_width
from pipeline.language.sentences import split_sentences
from pipeline.language.text import has_words, is_question
from pipeline.model import (
    BulletList,
    BulletsScene,
    CheckList,
    Moment,
    Paragraph,
    QuizScene,
    Scene,
    SpokenLine,
    Step,
    StepsScene,
    TimelineScene,
)
from pipeline.script.on_screen_text import (
    capitalised,
    label_and_rest,
    shown_item,
    shown_items,
    spoken_item,
    spoken_lines,
)
from pipeline.script.outline.context import OutlineContext, Piece, lead_lines, page_kicker
from pipeline.script.outline.values import is_date, year_of
from pipeline.script.shortening import without_full_stop
from pipeline.template import Layout

_AFTER_DATE = re.compile(r"\s?[:：]|\s[–—-]\s")

T = TypeVar("T")

# The minimal number of long items in a scene: a single item is not a list.
_MIN_GROUP = 2


def bullets(piece: Piece, context: OutlineContext) -> Sequence[Scene]:
    """Any list, as bullets."""
    layout = context.required_layout("bullets")
    groups = _grouped_items(piece.block.said, layout)
    return [
        BulletsScene(
            lines=lines(piece, [item for item, _ in group], context, is_first=number == 1),
            heading=_question_heading(piece, layout) or context.heading(piece, layout),
            items=tuple(text for _, text in group),
            first=first,
            kicker=page_kicker(number, len(groups)),
        )
        for number, (first, group) in enumerate(_numbered(groups), start=1)
    ]


def steps(piece: Piece, context: OutlineContext) -> Sequence[Scene]:
    """A numbered list whose items all have a label and a text after it."""
    layout, block = context.layout("steps"), piece.block
    if layout is None or not isinstance(block, BulletList) or not block.is_numbered:
        return ()
    labelled = [label_and_rest(item) for item in block.items]
    if not all(0 < display_width(label) <= layout.limit("item_title") for label, _ in labelled):
        return ()
    groups = _labelled_by_scene(block.items, labelled, layout)
    return [
        StepsScene(
            lines=lines(piece, [item for item, *_ in group], context, is_first=number == 1),
            heading=context.heading(piece, layout),
            kicker=page_kicker(number, len(groups)),
            items=tuple(Step(title=label, text=text) for _, label, text in group),
            first=first,
        )
        for number, (first, group) in enumerate(_numbered(groups), start=1)
    ]


def timeline(piece: Piece, context: OutlineContext) -> Sequence[Scene]:
    """A list whose items all begin with a date, in chronological order."""
    layout, block, language = context.layout("timeline"), piece.block, context.brief.language
    if layout is None or not isinstance(block, BulletList):
        return ()
    dated = [_dated(item, language) for item in block.items]
    years = [year for when, _ in dated if (year := year_of(when, language)) is not None]
    fits = all(0 < display_width(when) <= layout.limit("item_when") for when, _ in dated)
    # "About 1450" and "Summer 1969" are accepted among dates; "Windows 2000" alone is not one.
    certain = sum(is_date(when, language) for when, _ in dated)
    if not fits or 2 * certain < len(dated) or any(later < earlier for earlier, later in pairwise(years)):
        return ()
    groups = _labelled_by_scene(block.items, dated, layout)
    return [
        TimelineScene(
            lines=lines(piece, [item for item, *_ in group], context, is_first=number == 1),
            heading=context.heading(piece, layout),
            kicker=page_kicker(number, len(groups)),
            items=tuple(Moment(when=when, text=text) for _, when, text in group),
        )
        for number, group in enumerate(groups, start=1)
    ]


def quiz(piece: Piece, context: OutlineContext) -> Sequence[Scene]:
    """A question with options; the answer is the paragraph below, or else the right option is repeated."""
    layout, block = context.layout("quiz"), piece.block
    if layout is None or not isinstance(block, CheckList) or not is_quiz(piece, context):
        return ()
    question, kicker = _question(piece), context.kicker(piece, layout) if piece.lead else ""
    (right,), language = block.ticked, context.brief.language
    right_option = block.items[right - 1].text
    answer = spoken_lines(piece.answer.text, language) if piece.answer else (spoken_item(right_option),)
    first, *others = answer
    return (
        QuizScene(
            lines=(
                *(lead_lines(piece, context) or spoken_lines(question, language)),
                *(spoken_item(item.text, reveals=n) for n, item in enumerate(block.items)),
                replace(first, reveals=len(block.items)),
                *others,
            ),
            kicker=kicker,
            text=question,
            items=tuple(without_full_stop(item.text) for item in block.items),
            answer=right,
        ),
    )


def is_quiz(piece: Piece, context: OutlineContext) -> bool:
    """Whether it is a question with one right option that fits the template's quiz layout."""
    layout, block = context.layout("quiz"), piece.block
    if layout is None or not isinstance(block, CheckList) or len(block.ticked) != 1:
        return False
    options = [without_full_stop(item.text) for item in block.items]
    fits = len(options) <= layout.max_items and all(display_width(option) <= layout.limit("item") for option in options)
    return fits and 0 < display_width(_question(piece)) <= layout.limit("text")


def unspoken_answer(piece: Piece, context: OutlineContext) -> Paragraph | None:
    """The right option of a question that does not become a quiz scene, as a paragraph; None for anything else."""
    block = piece.block
    if not isinstance(block, CheckList) or len(block.ticked) != 1 or not _question(piece) or is_quiz(piece, context):
        return None
    return Paragraph(text=spoken_item(block.items[block.ticked[0] - 1].text).text)


def lines(
    piece: Piece, items: Sequence[Paragraph], context: OutlineContext, *, is_first: bool
) -> tuple[SpokenLine, ...]:
    """The spoken lines: the introduction, and for each item a sentence that reveals it."""
    return (
        *(lead_lines(piece, context) if is_first else ()),
        *(spoken_item(item.text, reveals=number) for number, item in enumerate(items)),
    )


def split_evenly(items: list[T], most: int) -> list[list[T]]:
    """Split `items` into the fewest groups of at most `most`, of equal size as far as possible."""
    count = -(-len(items) // most)
    size, larger = divmod(len(items), count)
    starts = [n * size + min(n, larger) for n in range(count + 1)]
    return [items[start:end] for start, end in pairwise(starts)]


def _numbered(groups: Sequence[Sequence[T]]) -> list[tuple[int, Sequence[T]]]:
    """The groups, each with the number of its first item in the whole list."""
    return list(zip(accumulate(map(len, groups), initial=1), groups, strict=False))


def _labelled_by_scene(
    items: Sequence[Paragraph], parts: Sequence[tuple[str, str]], layout: Layout
) -> list[list[tuple[Paragraph, str, str]]]:
    """(item, label, shown text) of each item by scene; `parts` are label and text, as in `label_and_rest`."""
    groups = _with_limits(list(zip(items, parts, strict=True)), layout, "item_text")
    return [
        [
            (item, label, without_full_stop(shown_item(capitalised(rest), limit)))
            for (item, (label, rest)), limit in group
        ]
        for group in groups
    ]


def _grouped_items(items: Sequence[Paragraph], layout: Layout) -> list[list[tuple[Paragraph, str]]]:
    """The items with their on-screen texts, by scene: in full if they fit, else as in `shown_items`.

    Scenes with fewer items, which have longer limits, are tried unless all items have labels.
    """
    fewest = layout.max_items if all(label_and_rest(item)[0] for item in items) else _MIN_GROUP
    for most in range(layout.max_items, fewest - 1, -1):
        groups = _with_limits(items, layout, "item", most=most)
        if all(display_width(without_full_stop(item.text)) <= limit for group in groups for item, limit in group):
            return [[(item, without_full_stop(item.text)) for item, _ in group] for group in groups]
    shown = iter(shown_items(items, layout.limit("item")))
    return [[(item, next(shown)) for item in group] for group in split_evenly(list(items), layout.max_items)]


def _with_limits(items: Sequence[T], layout: Layout, field: str, *, most: int = 0) -> list[list[tuple[T, int]]]:
    """The items by scene with their limits, at most `most` per scene (0: as many as the layout allows)."""
    groups = split_evenly(list(items), most or layout.max_items)
    return [[(item, layout.item_limit(field, len(group))) for item in group] for group in groups]


def _question_heading(piece: Piece, layout: Layout) -> str:
    """The question of a tick list that becomes bullets, which make no sense without it; empty if it does not fit."""
    question = _question(piece) if isinstance(piece.block, CheckList) else ""
    return question if display_width(question) <= layout.limit("heading") else ""


def _question(piece: Piece) -> str:
    """The last sentence of the introduction, else the heading, if that is a question; else empty."""
    sentences = split_sentences(piece.lead.text if piece.lead else piece.heading)
    return sentences[-1] if sentences and is_question(sentences[-1]) else ""


def _dated(item: Paragraph, language: str) -> tuple[str, str]:
    """The date at the start of an item, and the rest; both empty if there is no date."""
    label, rest = label_and_rest(item)
    ends = [(item.text[: match.start()], item.text[match.end() :]) for match in _AFTER_DATE.finditer(item.text)]
    # The longest start that is a date: "1914 – 1918: war".
    candidates = [(when, text.strip()) for when, text in (*ends, (label, rest)) if has_words(text)]
    found = [(when, text) for when, text in candidates if is_date(when, language, words=1)]
    return max(found, key=lambda each: len(each[0]), default=("", ""))
