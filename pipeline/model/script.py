"""What a film says and shows, scene by scene."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from pipeline.model.words import join_words, split_words


@dataclass(frozen=True, kw_only=True)
class SpokenLine:
    """A sentence or two of narration; it may bring an element of the picture with it."""

    text: str
    # Index of the item that appears when this line begins (the text of a statement is item 0); None: nothing appears.
    reveals: int | None = None


@dataclass(frozen=True, kw_only=True)
class TitleScene:
    """The opening: kicker, display title, one line of subtitle."""

    lines: tuple[SpokenLine, ...]
    heading: str
    kicker: str = ""
    subtitle: str = ""
    layout: Literal["title"] = "title"


@dataclass(frozen=True, kw_only=True)
class BulletsScene:
    """A heading and up to five items, each appearing when it is spoken of."""

    lines: tuple[SpokenLine, ...]
    heading: str
    items: tuple[str, ...]
    # Number of the first item: more than 1 where a long list goes on.
    first: int = 1
    kicker: str = ""
    layout: Literal["bullets"] = "bullets"


@dataclass(frozen=True, kw_only=True)
class StatementScene:
    """One sentence, large; `emphasis` is the phrase of `text` set in the accent colour."""

    lines: tuple[SpokenLine, ...]
    text: str
    emphasis: str = ""
    kicker: str = ""
    layout: Literal["statement"] = "statement"


@dataclass(frozen=True, kw_only=True)
class ClosingScene:
    """The last picture: one sentence to take away or one thing to do, and the film's name below it."""

    lines: tuple[SpokenLine, ...]
    text: str
    subtitle: str = ""
    layout: Literal["closing"] = "closing"


Scene = TitleScene | BulletsScene | StatementScene | ClosingScene


@dataclass(frozen=True, kw_only=True)
class Script:
    """A whole film on paper."""

    title: str
    # BCP-47.
    language: str
    scenes: tuple[Scene, ...]
    description: str = ""
    tags: tuple[str, ...] = ()
    # Three to five words for the thumbnail.
    thumbnail_text: str = ""
    # Who wrote it ("groq", "outline") and with which model. No part of what the film is.
    writer: str = ""
    model: str = ""
    # Why nobody before them in the list did, and what they were not told; empty: all went as it was asked for.
    fallback_reason: str = ""


def narration_of(scene: Scene) -> str:
    """All that is said in a scene, as one text."""
    return join_words(split_words(" ".join(line.text for line in scene.lines)))


def first_words(scene: Scene) -> tuple[int, ...]:
    """For each line of the scene, the index (in `split_words(narration_of(scene))`) of its first word."""
    starts, count = [], 0
    for line in scene.lines:
        starts.append(count)
        count += len(split_words(line.text))
    return tuple(starts)
