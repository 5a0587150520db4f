"""Notes truncated at paragraph boundaries to fit a model's context window."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from pipeline.language.words import split_words
from pipeline.model import Block, Brief, CodeBlock, Section

# The shares of the notes to try if all of them are too long.
_PARTS = (1 / 2, 1 / 4)


def truncations(brief: Brief) -> Iterator[Brief]:
    """Yield the brief, then with about half of its notes, then with a quarter: whole blocks from the start."""
    yield brief
    words = before = count_words(brief)
    for part in _PARTS:
        shorter = replace(brief, sections=tuple(_truncated(brief.sections, int(words * part))))
        left = count_words(shorter)
        if 0 < left < before:
            before = left
            yield shorter


def count_words(brief: Brief) -> int:
    """The number of words in the notes."""
    return sum(_words(block) for section in brief.sections for block in section.blocks)


def _truncated(sections: tuple[Section, ...], words: int) -> Iterator[Section]:
    """The sections up to about `words` words; the first block is kept, however long it is."""
    left = words
    for number, section in enumerate(sections):
        blocks: list[Block] = []
        for block in section.blocks:
            left -= _words(block)
            if left < 0 and (number or blocks):
                break
            blocks.append(block)
        if blocks:
            yield replace(section, blocks=tuple(blocks))
        if left < 0:
            return


def _words(block: Block) -> int:
    texts = [block.code] if isinstance(block, CodeBlock) else [each.text for each in block.said]
    return sum(len(split_words(text)) for text in texts)
