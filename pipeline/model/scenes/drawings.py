"""Diagram and code scenes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Literal

from pipeline.model.scenes.spoken import SpokenScene
from pipeline.model.text_fields import list_field, text_field


@dataclass(frozen=True, kw_only=True)
class Node:
    """One box of a diagram."""

    label: str = text_field(28, needed=True)


@dataclass(frozen=True, kw_only=True)
class Link:
    """An arrow between two boxes, numbered from 1."""

    start: int
    end: int
    label: str = text_field(20)


@dataclass(frozen=True, kw_only=True)
class DiagramScene(SpokenScene):
    """Boxes and arrows on the grid, drawn in the order of the narration."""

    use: ClassVar[str] = "how one thing leads to another: a process, a cycle, a chain of causes"
    heading: str = text_field(50, needed=True)
    items: tuple[Node, ...] = list_field("item", 2, 6)
    links: tuple[Link, ...] = list_field("link", 0, 8)
    layout: Literal["diagram"] = "diagram"


@dataclass(frozen=True, kw_only=True)
class Passage:
    """Lines of code that are highlighted together: line numbers from 1, both included."""

    first: int
    last: int


@dataclass(frozen=True, kw_only=True)
class CodeScene(SpokenScene):
    """A few lines of code on a dark surface; the lines that the narration refers to are highlighted."""

    use: ClassVar[str] = "a few lines of a program, when the film is about them"
    heading: str = text_field(50)
    # Pygments lexer name: "python", "toml".
    language: str = ""
    code: str = text_field(1200, needed=True, is_fixed=True)
    items: tuple[Passage, ...] = list_field("item", 0, 6)
    layout: Literal["code"] = "code"
