"""The layouts that a brief has material for. A model that is offered others fills them with made-up content.

It also keeps requests small, because the schema contains every layout that is offered.
"""

from __future__ import annotations

import re

from pipeline.language.words import split_words
from pipeline.model import Block, Brief, CodeBlock, Quotation
from pipeline.template.notes import notes_as_markdown

# Shorter films and notes have no chapters.
_CHAPTERS_FROM_S = 240
_CHAPTERS_FROM_WORDS = 600
# Different numbers that make a chart worthwhile.
_CHART_FROM = 4
# Layouts that need a picture.
PICTURE_LAYOUTS = frozenset({"picture", "scenery", "split"})
_NUMBER = re.compile(r"\d+(?:[.,]\d+)*")


def has_material_for(layout: str, brief: Brief) -> bool:
    """Whether `brief` has material for this layout, so that nothing has to be made up."""
    match layout:
        case "section":
            return _has_chapters(brief)
        case "quote":
            return _has(brief, Quotation)
        case "code":
            # Without notes, the topic may be a programming language.
            return _has(brief, CodeBlock) or not brief.has_notes
        case "table" | "bars" | "lines" | "shares":
            return len(set(_NUMBER.findall(notes_as_markdown(brief.sections)))) >= _CHART_FROM
        case _:  # other layouts without pictures need only text
            return layout not in PICTURE_LAYOUTS or bool(brief.pictures) or brief.may_search


def _has_chapters(brief: Brief) -> bool:
    if brief.length_s:
        return brief.length_s >= _CHAPTERS_FROM_S
    return len(split_words(notes_as_markdown(brief.sections))) >= _CHAPTERS_FROM_WORDS


def _has(brief: Brief, kind: type[Block]) -> bool:
    return any(isinstance(block, kind) for section in brief.sections for block in section.blocks)
