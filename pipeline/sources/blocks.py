"""Converts a Markdown syntax tree into blocks: paragraphs, lists, quotations, tables, code, pictures.

Raw HTML, thematic breaks and indented code are dropped. Nested lists are flattened. A block quote needs an attribution
("— Ada Lovelace, mathematician" at its end, in its last line or below it); without one, it is a paragraph.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import zip_longest
from urllib.parse import unquote

from markdown_it.tree import SyntaxTreeNode

from pipeline.language.display_width import display_width
from pipeline.language.locales import months_after_ordinals
from pipeline.language.text import clean_code, clean_text, has_words
from pipeline.language.words import join_words, split_words
from pipeline.model import Block, BulletList, CheckList, CodeBlock, Illustration, Paragraph, Quotation, Table
from pipeline.sources.pasted_text import BOLD_GUARD
from pipeline.sources.pictures import picture_name

_ATTRIBUTION = re.compile(r"(?:[—–―‒]|--+)\s*(?P<who>\S.*)")
# An attribution after a sentence, on the same line. If it ends like a sentence, it is not an attribution.
_SENTENCE_AND_ATTRIBUTION = re.compile(
    r"(?P<words>.*[.!?…。！？][\"'”’»“)]*)\s+(?P<attribution>(?:[—–―‒]|--+)\s*\S.*(?<![.!?…。！？]))"
)
# A longer text is a sentence that begins with a dash.
_ATTRIBUTION_MAX_WORDS = 14
_TICK = re.compile(r"\[(?P<tick>[ xX])\]\s+(?=\S)")
_FOOTNOTE = re.compile(r"\[\^[^\]\s]{1,40}\]:?")
# Extensions of other Markdown dialects: table of contents placeholders; callouts, fenced divs, wiki links, highlights.
_CONTENTS = re.compile(r"@?\[toc\]|\[\[_?toc_?\]\]|\{:toc\}", re.IGNORECASE)
_DIALECTS = (
    (re.compile(r"^\s*\[!(?:note|tip|important|warning|caution|info)\][+-]?", re.IGNORECASE), ""),
    (re.compile(r"^\s*:{3,}(?:\s*\{?[\w .#-]*\}?)?$"), ""),
    (re.compile(r"!\[\[[^\[\]]*\]\]"), ""),
    (re.compile(r"\[\[(?!(?i:toc)\])(?:[^\[\]|]*\|)?([^\[\]|]+)\]\]"), r"\1"),
    # Wikipedia's reference marks, and powers.
    (re.compile(r"(?<=[\w.,;:!?)\"”’»])(?:\[(?:[1-9]\d{0,2}(?:[,–-]\s?\d{1,3})*|note \d+)\])+(?![(\w])"), ""),
    (re.compile(r"\s?\[(?:citation needed|edit)\](?!\()", re.IGNORECASE), ""),
    (re.compile(r"(?<=\w)\^(?:2|\{2\})(?!\w)"), "²"),
    (re.compile(r"(?<=\w)\^(?:3|\{3\})(?!\w)"), "³"),
    (re.compile(r"(?<![=\w])==(?=[^\s=])([^=]*[^\s=])==(?![=\w])"), r"\1"),
)
_MONTH = re.compile(r"(?P<name>[^\W\d_]+)\.?(?P<more>\s+\d{4}\b|\s*[:,–—])?")
_CODE_LANGUAGE = re.compile(r"[\w+#.-]{1,40}")
_ADDRESS = re.compile(r"(?:https?:)?//", re.IGNORECASE)
_MIN_LABELLED_LINES = 2
# Verse: minimum lines with hard breaks, minimum lines without, and maximum line width.
_MIN_HARD_LINES, _MIN_VERSES, _MAX_VERSE_WIDTH = 2, 3, 50
_SENTENCE_ENDS = tuple(".!?…。！？")
_COLONS = (":", "：")
_SOURCE_MAX_CHARS = 2000
# Data URLs of embedded pictures (Google Docs) are unsupported; they are truncated for the message.
_DATA_URL, _DATA_URL_CHARS = "data:", 20


def parse_blocks(nodes: Sequence[SyntaxTreeNode]) -> Iterator[Block]:
    """The blocks in order."""
    is_used = False
    for node, below in zip_longest(nodes, nodes[1:]):
        if is_used:
            is_used = False
        elif node.type == "blockquote":
            quotation = _attributed(node.children) if node.children else None
            if not quotation and below:
                quotation = _attributed([*node.children, below], is_below=True)
                is_used = quotation is not None
            yield from [quotation] if quotation else parse_blocks(node.children)
        else:
            yield from _blocks(node)


def text_of(node: SyntaxTreeNode) -> str:
    """The speakable text of a node, on one line."""
    return _joined(_lines(node))


def _blocks(node: SyntaxTreeNode) -> Iterator[Block]:
    match node.type:
        case "paragraph" | "heading":
            paragraph = _paragraph(node)
            if items := _labelled(node):
                yield BulletList(items=items)
            elif has_words(paragraph.text):
                yield paragraph
            yield from _illustrations(node)
        case "bullet_list" | "ordered_list":
            yield from filter(None, [_list(node)])
        case "table":
            yield from filter(None, [_table(node)])
        case "fence":
            yield from filter(None, [_code(node)])


def _list(node: SyntaxTreeNode) -> BulletList | CheckList | None:
    items = tuple(item for item in _items(node) if has_words(item.text))
    ticks = [_TICK.match(item.text) for item in items]
    if not items:
        return None
    items = tuple(
        Paragraph(text=item.text[tick.end() :], strong=item.strong) if tick else item
        for item, tick in zip(items, ticks, strict=True)
    )
    if all(ticks):
        ticked = tuple(n for n, tick in enumerate(ticks, start=1) if tick and tick["tick"] != " ")
        return CheckList(items=items, ticked=ticked)
    # Only some items have checkboxes: a plain list.
    return BulletList(items=items, is_numbered=node.type == "ordered_list" and not any(map(_day, node.children)))


def _items(node: SyntaxTreeNode) -> Iterator[Paragraph]:
    """The items of a list, each followed by those of its nested lists."""
    for item in node.children:
        if nested := _list_on_its_line(item):
            first, *others = _items(nested)
            yield replace(first, text=_day(item) + first.text)
            yield from others
            continue
        blocks = tuple(parse_blocks(item.children))
        text = [said for block in blocks if isinstance(block, Paragraph | Quotation) for said in block.said]
        yield Paragraph(
            text=_day(item) + " ".join(paragraph.text for paragraph in text),
            strong=tuple(phrase for paragraph in text for phrase in paragraph.strong),
        )
        for block in blocks:
            if not isinstance(block, Paragraph | Quotation):
                yield from block.said


def _list_on_its_line(item: SyntaxTreeNode) -> SyntaxTreeNode | None:
    """The numbered list on an item's own line, which is no list but part of a date: "- 1. Sept.", "29. 11. 1378"."""
    first = item.children[0] if item.type == "list_item" and item.children else None
    is_single = first and first.type == "ordered_list" and len(first.children) == 1
    return first if is_single and first and first.map and item.map and first.map[0] == item.map[0] else None


def _day(item: SyntaxTreeNode) -> str:
    """The number of a list item that is part of a date: CommonMark takes "12. Januar" at the start of a line for one.

    The numbers of "- 1. Flour" and "- 2. Water" count the items.
    """
    if not item.info:
        return ""
    above = item.parent.parent if item.parent else None
    is_nested = above is not None and _list_on_its_line(above) is item.parent
    counted = above if above and is_nested else item
    is_counted = item.info == str(1 + counted.siblings.index(counted))
    if _list_on_its_line(item) or (is_nested and (counted.info or not is_counted)):
        return f"{item.info}. "
    month = _MONTH.match(text_of(item))
    # Most lists count their items, so that the names of months need not be loaded.
    is_month = month and (month["more"] or not is_counted) and month["name"].casefold() in months_after_ordinals()
    return f"{item.info}. " if is_month else ""


def _table(node: SyntaxTreeNode) -> Table | None:
    head, *body = node.children
    columns = tuple(text_of(cell) for row in head.children for cell in row.children)
    rows = [row for part in body for row in part.children if has_words(text_of(row))]
    if not rows:
        return None
    return Table(
        columns=columns,
        rows=tuple(tuple(text_of(cell) for cell in row.children) for row in rows),
        marked=tuple(n for n, row in enumerate(rows, start=1) if any(each.type == "strong" for each in row.walk())),
    )


def _code(node: SyntaxTreeNode) -> CodeBlock | None:
    code = clean_code(node.content)
    language = _CODE_LANGUAGE.match(clean_text(node.info))
    return CodeBlock(code=code, language=language[0] if language else "") if has_words(code) else None


def _illustrations(node: SyntaxTreeNode) -> Iterator[Illustration]:
    for image in node.walk():
        source = clean_text(str(image.attrs.get("src", ""))) if image.type == "image" else ""
        if source.startswith(_DATA_URL):
            source = f"{source[:_DATA_URL_CHARS]}…"
        if source and len(source) <= _SOURCE_MAX_CHARS:
            description = clean_text("".join(leaf.content for child in image.children for leaf in _leaves(child)))
            caption = clean_text(str(image.attrs.get("title", "")))
            # markdown-it percent-encodes file names, too: "ünï.png" becomes "%C3%BCn%C3%AF.png".
            plain = source if _ADDRESS.match(source) else unquote(source)
            named = picture_name(clean_text(plain), description or caption)
            yield Illustration(source=named, description=description, caption=caption)


def _attributed(nodes: Sequence[SyntaxTreeNode], *, is_below: bool = False) -> Quotation | None:
    """A quotation from paragraphs that end with an attribution; `is_below`: it is the last paragraph by itself."""
    *before, last = nodes
    if any(node.type != "paragraph" for node in before):
        return None
    is_introduction = not before or text_of(before[-1]).endswith(_COLONS)
    if last.type == "bullet_list" and len(last.children) == 1 and not is_introduction and not is_below:
        # "- Ada Lovelace" below the quotation is parsed as a list.
        lines = [f"— {text_of(last)}"]
    elif last.type == "paragraph":
        lines = _lines(last)
    else:
        return None
    *ours, line = lines or [""]
    if ends := _SENTENCE_AND_ATTRIBUTION.fullmatch(line):
        ours, line = [*ours, ends["words"]], ends["attribution"]
    who = _ATTRIBUTION.fullmatch(line)
    if not who or len(split_words(who["who"])) > _ATTRIBUTION_MAX_WORDS or (is_below and ours):
        return None
    text = " ".join(filter(None, [*map(text_of, before), _joined(ours)]))
    if not has_words(text) or not has_words(who["who"]):
        return None
    strong = tuple(phrase for node in nodes for phrase in _bold(node) if phrase in text)
    said = [(node, _lines(node)) for node in before] + ([(last, list(ours))] if ours else [])
    verses = _verses(*said[0]) if len(said) == 1 else ()
    return Quotation(words=Paragraph(text=text, strong=strong, verses=verses), attribution=who["who"])


def _paragraph(node: SyntaxTreeNode) -> Paragraph:
    lines = _lines(node)
    text = _joined(lines)
    strong = tuple(phrase for phrase in _bold(node) if phrase in text)
    return Paragraph(text=text, strong=strong, verses=_verses(node, lines))


def _verses(node: SyntaxTreeNode, lines: Sequence[str]) -> tuple[str, ...]:
    """The lines of a stanza; empty for running text, whose line breaks are meaningless.

    Lines are verse if all breaks are hard (two spaces, a backslash), or if they are shorter than editors wrap them,
    begin with capitals, and at least half of them end within a sentence.
    """
    if len(lines) < _MIN_HARD_LINES or " ".join(lines) != _joined(lines):
        return ()
    if sum(leaf.type == "hardbreak" for leaf in _leaves(node)) >= len(lines) - 1:
        return tuple(lines)
    if (
        len(lines) < _MIN_VERSES
        or max(map(display_width, lines)) > _MAX_VERSE_WIDTH
        or any(_begins_lower(line) for line in lines)
    ):
        return ()
    within = [not line.endswith(_SENTENCE_ENDS) for line in lines[:-1]]
    return tuple(lines) if 2 * sum(within) >= len(within) else ()


def _begins_lower(line: str) -> bool:
    return next((letter.islower() for letter in line if letter.isalpha()), True)


def _labelled(node: SyntaxTreeNode) -> tuple[Paragraph, ...]:
    """Lines that all begin with a bold label ("**Present:** …"), as list items; empty: they don't."""
    lines: list[list[SyntaxTreeNode]] = [[]]
    for part in node.children[0].children if node.children else ():
        if part.type in {"softbreak", "hardbreak"}:
            lines.append([])
        elif part.type != "text" or part.content.strip():
            lines[-1].append(part)
    if len(lines) < _MIN_LABELLED_LINES or not all(line and line[0].type == "strong" for line in lines):
        return ()
    both = list(zip(_lines(node), [text_of(line[0]) for line in lines], strict=False))
    if len(both) < len(lines) or not all(
        label.endswith(_COLONS) or text[len(label) :].lstrip().startswith(_COLONS) for text, label in both
    ):
        return ()
    return tuple(Paragraph(text=text, strong=(label,)) for text, label in both)


def _bold(node: SyntaxTreeNode) -> tuple[str, ...]:
    bold = (text_of(child) for child in node.walk() if child.type == "strong")
    return tuple(dict.fromkeys(phrase for phrase in bold if phrase))


def _leaves(node: SyntaxTreeNode) -> Iterator[SyntaxTreeNode]:
    """The leaves of the tree in order, without alt texts of images and struck-out text."""
    if not node.children:
        yield node
    elif node.type not in {"image", "s"}:
        for child in node.children:
            yield from _leaves(child)


def _lines(node: SyntaxTreeNode) -> list[str]:
    text = ""
    for leaf in _leaves(node):
        if leaf.type == "code_inline":
            text += leaf.content
        elif leaf.type == "text":
            text += _plain(leaf.content)
        elif leaf.type in {"softbreak", "hardbreak"} or (leaf.type == "html_inline" and leaf.content[:3] == "<br"):
            text += "\n"
    lines = map(clean_text, _FOOTNOTE.sub("", text.replace(BOLD_GUARD, "")).split("\n"))
    return [line for line in lines if line and not _CONTENTS.fullmatch(line)]


def _plain(text: str) -> str:
    """The text without the syntax of other Markdown dialects."""
    for pattern, replacement in _DIALECTS:
        text = pattern.sub(replacement, text)
    return text


def _joined(lines: Sequence[str]) -> str:
    """The lines joined by spaces; in scripts without spaces, by nothing."""
    before, *after = lines or [""]
    for line in after:
        before += line if " " not in join_words(split_words(f"{before[-1]} {line[0]}")) else f" {line}"
    return before
