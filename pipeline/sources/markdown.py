"""Parses Markdown briefs: front matter, title, and the body as sections of blocks."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any

from markdown_it import MarkdownIt
from markdown_it.rules_inline import StateInline
from markdown_it.tree import SyntaxTreeNode

from pipeline.errors import InputError
from pipeline.model import Brief, Illustration, Section, WantedPicture
from pipeline.sources.blocks import parse_blocks, text_of
from pipeline.sources.front_matter import FrontMatter, split_front_matter
from pipeline.sources.naming import checked_title, title_of_file
from pipeline.sources.pasted_text import normalise_pasted
from pipeline.sources.tex import replace_tex, replace_tex_in_line

# Link destinations with spaces (stock searches, file names) are invalid in CommonMark unless in angle brackets; file://
# URLs become paths.
_SEARCH = re.compile(r"(!\[[^\]\n]{0,300}\]\()(stock:[^()<>\n]*)\)", re.IGNORECASE)
_PICTURE = re.compile(r"(!\[[^\]\n]{0,300}\]\()([^()<>\n\"]{1,300}?)(?=[ \t]*\)|[ \t]+\"[^\"\n]*\"[ \t]*\))")
_NAME_WITH_SPACES = re.compile(r"\S.*\s.*\.(?:png|jpe?g|webp|gif|svg)", re.IGNORECASE)
_FILE = re.compile(r"(!\[[^\]\n]{0,300}\]\(<?)file://(?:localhost)?(?=/)(?:/(?=[A-Za-z]:))?", re.IGNORECASE)
# Merge fields of mailing programs, which Markdown would parse as emphasis and HTML tags.
_MERGE_TAG = re.compile(r"\*\|\w+\|\*|<<\s*\w+\s*>>")
# Front matter keys that are displayed.
_SHOWN = ("title", "subtitle", "kicker", "closing")


def parse_brief(text: str, path: Path) -> Brief:
    """Parse a Markdown brief. Raises `InputError` with file and line.

    The title comes from the front matter, else from a `# Heading` at the start of the body, else from the file name.
    """
    front = split_front_matter(text, path=str(path))
    blocks = _nodes(front.body)
    values: dict[str, Any] = dict(front.values)
    values |= {name: replace_tex_in_line(values[name]) for name in _SHOWN if name in values}
    opening = _opening(blocks)
    if "title" not in values:
        values["title"] = checked_title(opening or title_of_file(path), where=_where(path, front, blocks))
    brief = brief_of(front.body, values, origin=str(path))
    if not brief.has_notes:
        raise InputError(
            "has a title but no notes",
            where=str(path),
            hint="Write the content of the film below the title; topics without notes belong in a .txt list",
        )
    return brief


def brief_of(notes: str, values: Mapping[str, Any], *, origin: str) -> Brief:
    """A brief from notes in Markdown, and the values of its other fields, which include `title`."""
    blocks = _nodes(notes)
    opening = _opening(blocks)
    if opening and opening.casefold() == values["title"].casefold():
        blocks = blocks[1:]
    return _with_pictures(Brief(**values, sections=tuple(_sections(blocks)), origin=origin))


def _nodes(notes: str) -> list[SyntaxTreeNode]:
    text = _FILE.sub(r"\1", _SEARCH.sub(r"\1<\2>)", replace_tex(normalise_pasted(notes))))
    text = _PICTURE.sub(_in_angle_brackets, text)
    markdown = MarkdownIt("commonmark").enable(["table", "strikethrough"])
    markdown.inline.ruler.before("emphasis", "merge_tag", _merge_tag)
    # markdown-it leaves links that it considers unsafe ("file:") as text. A film has no clickable links: accept all.
    markdown.validateLink = lambda url: True  # type: ignore[method-assign]  # noqa: ARG005
    return SyntaxTreeNode(markdown.parse(text)).children


def _merge_tag(state: StateInline, silent: bool) -> bool:  # noqa: FBT001 - markdown-it's interface
    """A markdown-it rule: merge fields are kept as text, so that the quality gate finds them."""
    found = _MERGE_TAG.match(state.src, state.pos)
    if found is None:
        return False
    if not silent:
        state.pending += found[0]
    state.pos = found.end()
    return True


def _in_angle_brackets(picture: re.Match[str]) -> str:
    """A picture with angle brackets around a file name that contains spaces."""
    name = picture[2].strip()
    return f"{picture[1]}<{name}>" if _NAME_WITH_SPACES.fullmatch(name) else picture[0]


def _opening(blocks: list[SyntaxTreeNode]) -> str:
    """The `# Heading` at the start of the notes; empty: none."""
    return text_of(blocks[0]) if blocks and blocks[0].type == "heading" and blocks[0].tag == "h1" else ""


def _with_pictures(brief: Brief) -> Brief:
    """The brief with the pictures of its notes added to `pictures`, without duplicates."""
    wanted = {picture.source: picture for picture in brief.pictures}
    for block in (block for section in brief.sections for block in section.blocks):
        if isinstance(block, Illustration):
            picture = WantedPicture(source=block.source, description=block.description or block.caption)
            wanted.setdefault(block.source, picture)
    return replace(brief, pictures=tuple(wanted.values()))


def _where(path: Path, front: FrontMatter, blocks: list[SyntaxTreeNode]) -> str:
    first_line = blocks[0].map[0] if blocks and blocks[0].map else 0
    return f"{path}:{front.lines_before + first_line + 1}"


def _sections(nodes: list[SyntaxTreeNode]) -> Iterator[Section]:
    """Sections in order; a heading without content is a section without blocks."""
    starts = [n for n, node in enumerate(nodes) if node.type == "heading"]
    if before := tuple(parse_blocks(nodes[: starts[0]] if starts else nodes)):
        yield Section(heading="", blocks=before)
    for start, end in pairwise([*starts, len(nodes)]):
        below = tuple(parse_blocks(nodes[start + 1 : end]))
        heading = text_of(nodes[start])
        if heading or below:
            yield Section(heading=heading, blocks=below, level=int(nodes[start].tag[1:]))
