"""Scenes with text only."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Literal

from pipeline.model.scenes.spoken import SpokenScene
from pipeline.model.text_fields import TextRule, kicker_field, list_field, text_field


@dataclass(frozen=True, kw_only=True)
class TitleScene(SpokenScene):
    """The opening: kicker, large title, one line of subtitle."""

    use: ClassVar[str] = "the opening"
    heading: str = text_field(60, needed=True)
    kicker: str = kicker_field(32)
    subtitle: str = text_field(90)
    layout: Literal["title"] = "title"


@dataclass(frozen=True, kw_only=True)
class SectionScene(SpokenScene):
    """The start of a chapter: its number as an outline, its name."""

    use: ClassVar[str] = "the beginning of a new part of a long film"
    heading: str = text_field(50, needed=True)
    subtitle: str = text_field(90)
    number: int = 1
    layout: Literal["section"] = "section"


@dataclass(frozen=True, kw_only=True)
class BulletsScene(SpokenScene):
    """A heading and up to five items, each revealed by the narration."""

    use: ClassVar[str] = "what stands side by side: causes, kinds, parts"
    heading: str = text_field(50, needed=True)
    kicker: str = kicker_field()
    items: tuple[str, ...] = list_field("item", 1, 5, TextRule(max_chars=80, needed=True), all_spoken=True)
    # Number of the first item; more than 1 in the continuation of a long list.
    first: int = 1
    layout: Literal["bullets"] = "bullets"


@dataclass(frozen=True, kw_only=True)
class Step:
    """One step of instructions."""

    title: str = text_field(36, needed=True)
    text: str = text_field(80)


@dataclass(frozen=True, kw_only=True)
class StepsScene(SpokenScene):
    """Numbered cards, from left to right or from top to bottom, each revealed by the narration."""

    use: ClassVar[str] = "two to four things that follow each other"
    heading: str = text_field(50, needed=True)
    kicker: str = kicker_field()
    items: tuple[Step, ...] = list_field("item", 2, 4, all_spoken=True)
    first: int = 1
    layout: Literal["steps"] = "steps"


@dataclass(frozen=True, kw_only=True)
class StatementScene(SpokenScene):
    """One large sentence; `emphasis` is the phrase of `text` in the accent colour."""

    use: ClassVar[str] = "a turn in the story, a sentence worth keeping"
    kicker: str = kicker_field()
    text: str = text_field(160, needed=True, is_sentence=True)
    emphasis: str = text_field(is_sentence=True)
    layout: Literal["statement"] = "statement"


@dataclass(frozen=True, kw_only=True)
class QuoteScene(SpokenScene):
    """A quotation with its author."""

    use: ClassVar[str] = "what a person said, word for word, when the notes have it"
    text: str = text_field(200, needed=True, is_sentence=True)
    name: str = text_field(40, needed=True)
    role: str = text_field(60)
    layout: Literal["quote"] = "quote"


@dataclass(frozen=True, kw_only=True)
class Moment:
    """One point of a timeline."""

    when: str = text_field(16, needed=True)
    text: str = text_field(60, needed=True)


@dataclass(frozen=True, kw_only=True)
class TimelineScene(SpokenScene):
    """A timeline with dots, each filled while the narration refers to it."""

    use: ClassVar[str] = "what happened when"
    heading: str = text_field(50, needed=True)
    kicker: str = kicker_field()
    items: tuple[Moment, ...] = list_field("item", 2, 6, all_spoken=True)
    layout: Literal["timeline"] = "timeline"


@dataclass(frozen=True, kw_only=True)
class QuizScene(SpokenScene):
    """A question, its options, time to think, and the answer, which turns to the success colour.

    The line with the answer reveals the index after the last option.
    """

    use: ClassVar[str] = "a question to the viewer, with its answer"
    kicker: str = kicker_field()
    text: str = text_field(120, needed=True, is_sentence=True)
    items: tuple[str, ...] = list_field("item", 2, 4, TextRule(max_chars=40, needed=True), all_spoken=True)
    # Number of the right option, from 1.
    answer: int = 1
    layout: Literal["quiz"] = "quiz"


@dataclass(frozen=True, kw_only=True)
class ClosingScene(SpokenScene):
    """The last scene: one sentence to remember or a call to action, and the film's title below it."""

    use: ClassVar[str] = "the last picture"
    text: str = text_field(140, needed=True, is_sentence=True)
    # Call to action, as on a button: "Visit example.org".
    action: str = text_field(40)
    subtitle: str = text_field(is_film_name=True)
    layout: Literal["closing"] = "closing"
