"""The layouts that a brief has material for. A model that is offered others fills them with made-up content.

It also keeps requests small, because the schema contains every layout that is offered.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

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
    check = _CHECKS.get(layout)
    return check is None or check(brief)


def _quotation(brief: Brief) -> bool:
    return _has(brief, Quotation)


def _code(brief: Brief) -> bool:
    """Without notes, the topic may be a programming language."""
    return _has(brief, CodeBlock) or not brief.has_notes


def _figures(brief: Brief) -> bool:
    return len(set(_NUMBER.findall(notes_as_markdown(brief.sections)))) >= _CHART_FROM


def _pictures(brief: Brief) -> bool:
    return bool(brief.pictures) or brief.may_search


def _chapters(brief: Brief) -> bool:
    if brief.length_s:
        return brief.length_s >= _CHAPTERS_FROM_S
    return len(split_words(notes_as_markdown(brief.sections))) >= _CHAPTERS_FROM_WORDS


def _has(brief: Brief, kind: type[Block]) -> bool:
    return any(isinstance(block, kind) for block in _blocks(brief))


def _blocks(brief: Brief) -> list[Block]:
    return [block for section in brief.sections for block in section.blocks]


# Other layouts need only text.
_CHECKS: Mapping[str, Callable[[Brief], bool]] = {
    "section": _chapters,
    "quote": _quotation,
    "code": _code,
    "table": _figures,
    "bars": _figures,
    "lines": _figures,
    "shares": _figures,
    **dict.fromkeys(PICTURE_LAYOUTS, _pictures),
}
