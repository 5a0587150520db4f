"""Markdown briefs: the body as sections, paragraphs and lists, without mark-up.

What has no voice is left out: code blocks, images, raw HTML, rules. A quotation is running text, a row of a table is
an item ("first cell: the others"), a nested list goes on in the list around it.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from markdown_it import MarkdownIt
from markdown_it.tree import SyntaxTreeNode

from pipeline.errors import InputError
from pipeline.model import Brief, BulletList, Paragraph, Section, join_words, split_words
from pipeline.model.text import clean_text, has_words
from pipeline.sources.front_matter import FrontMatter, split_front_matter
from pipeline.sources.naming import checked_title, title_of_file


def parse_brief(text: str, path: Path) -> Brief:
    """The brief in a Markdown file. Raises `InputError` with file and line.

    The title is the front matter's, else a `# Heading` that opens the body, else the file's name made readable.
    """
    front = split_front_matter(text, path=str(path))
    blocks = SyntaxTreeNode(MarkdownIt("commonmark").enable("table").parse(front.body)).children
    values: dict[str, Any] = dict(front.values)
    opening = _text_of(blocks[0]) if blocks and blocks[0].type == "heading" and blocks[0].tag == "h1" else ""
    if "title" not in values:
        values["title"] = checked_title(opening or title_of_file(path), where=_where(path, front, blocks))
    if opening and opening.casefold() == values["title"].casefold():
        blocks = blocks[1:]
    brief = Brief(**values, sections=tuple(_sections(blocks)), origin=str(path))
    if not brief.has_notes:
        raise InputError(
            "has a title but no notes",
            where=str(path),
            hint="Write below the title what the film should say; topics without notes go into a .txt list",
        )
    return brief


def _where(path: Path, front: FrontMatter, blocks: list[SyntaxTreeNode]) -> str:
    first_line = blocks[0].map[0] if blocks and blocks[0].map else 0
    return f"{path}:{front.lines_before + first_line + 1}"


def _sections(nodes: list[SyntaxTreeNode]) -> Iterator[Section]:
    """Sections in order; a heading with nothing below it is kept, with no blocks."""
    heading, blocks = "", list[Paragraph | BulletList]()
    for node in nodes:
        if node.type == "heading":
            if heading or blocks:
                yield Section(heading=heading, blocks=tuple(blocks))
            heading, blocks = _text_of(node), []
        else:
            blocks.extend(_blocks(node))
    if heading or blocks:
        yield Section(heading=heading, blocks=tuple(blocks))


def _blocks(node: SyntaxTreeNode) -> Iterator[Paragraph | BulletList]:
    if node.type in {"paragraph", "heading"}:
        paragraph = _paragraph(node)
        if has_words(paragraph.text):
            yield paragraph
    elif node.type in {"bullet_list", "ordered_list", "table"}:
        items = tuple(item for item in _items(node) if has_words(item.text))
        if items:
            yield BulletList(items=items)
    elif node.type == "blockquote":
        for child in node.children:
            yield from _blocks(child)


def _items(node: SyntaxTreeNode) -> Iterator[Paragraph]:
    """The items of a list or a table, those of nested lists after the item that holds them."""
    if node.type == "table":
        body = [child for child in node.children if child.type == "tbody"]
        yield from (_row(row) for rows in body for row in rows.children)
        return
    for item in node.children:
        blocks = [block for child in item.children for block in _blocks(child)]
        texts = [block for block in blocks if isinstance(block, Paragraph)]
        yield _joined(texts)
        for block in blocks:
            if isinstance(block, BulletList):
                yield from block.items


def _row(row: SyntaxTreeNode) -> Paragraph:
    cells = [text for text in map(_text_of, row.children) if text]
    return Paragraph(text=": ".join(filter(None, [cells[0], ", ".join(cells[1:])])) if cells else "")


def _joined(paragraphs: list[Paragraph]) -> Paragraph:
    return Paragraph(
        text=" ".join(paragraph.text for paragraph in paragraphs),
        strong=tuple(phrase for paragraph in paragraphs for phrase in paragraph.strong),
    )


def _paragraph(node: SyntaxTreeNode) -> Paragraph:
    text = _text_of(node)
    bold = (_text_of(child) for child in node.walk() if child.type == "strong")
    return Paragraph(text=text, strong=tuple(dict.fromkeys(phrase for phrase in bold if phrase and phrase in text)))


def _leaves(node: SyntaxTreeNode) -> Iterator[SyntaxTreeNode]:
    """The ends of the tree in order; an image's description is not running text."""
    if not node.children:
        yield node
    elif node.type != "image":
        for child in node.children:
            yield from _leaves(child)


def _text_of(node: SyntaxTreeNode) -> str:
    """What can be read aloud of a node, on one line."""
    text = ""
    for leaf in _leaves(node):
        if leaf.type in {"text", "code_inline"}:
            text += leaf.content
        elif leaf.type in {"softbreak", "hardbreak"} or (leaf.type == "html_inline" and leaf.content[:3] == "<br"):
            text += "\n"
    # A line break inside a sentence is a space, except in scripts that have none.
    before, *after = [line for line in map(clean_text, text.split("\n")) if line] or [""]
    for line in after:
        before += line if " " not in join_words(split_words(f"{before[-1]} {line[0]}")) else f" {line}"
    return before
