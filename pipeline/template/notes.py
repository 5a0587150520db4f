"""A brief's notes as Markdown for a prompt, normalised and without pictures that can't be found."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from pipeline.model import (
    Block,
    BulletList,
    CheckList,
    CodeBlock,
    Illustration,
    Paragraph,
    Quotation,
    Section,
    Table,
)


def notes_as_markdown(sections: Sequence[Section]) -> str:
    """The sections as Markdown, with a blank line between blocks; pictures that can't be found are left out."""
    parts: list[str] = []
    for section in sections:
        if section.heading:
            parts.append(f"{'#' * section.level} {section.heading}")
        parts.extend("\n".join(lines) for block in section.blocks if (lines := list(_lines(block))))
    return "\n\n".join(parts)


def _lines(block: Block) -> Iterator[str]:
    match block:
        case Paragraph():
            yield from block.verses or (block.text,)
        case BulletList():
            yield from (
                f"{f'{n}.' if block.is_numbered else '-'} {item.text}" for n, item in enumerate(block.items, start=1)
            )
        case CheckList():
            yield from (
                f"- [{'x' if n in block.ticked else ' '}] {item.text}" for n, item in enumerate(block.items, start=1)
            )
        case Quotation():
            yield from (f"> {line}" for line in block.words.verses or (block.words.text,))
            yield f"> — {block.attribution}"
        case Table():
            yield _row(block.columns)
            yield _row(["---"] * len(block.columns))
            yield from map(_row, block.rows)
        case CodeBlock():
            # Longer than any run of backticks in the code.
            fence = "`" * (1 + max(map(len, ["``", *re.findall("`+", block.code)])))
            yield fence + block.language
            yield block.code
            yield fence
        case Illustration():
            if block.is_there:
                yield f"![{block.caption or block.description}]({block.source})"


def _row(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"
