"""Scenes: one class per layout, with its content and the constraints of its texts.

Everything else about a layout's content is derived from its class (see `model/text_fields`): text limits, the schema
for language models, translation, checks. To add a layout, write its class here and its drawing in `rendering/layouts`.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final, get_args

from pipeline.model.scenes.drawings import CodeScene, DiagramScene, Link, Node, Passage
from pipeline.model.scenes.figures import (
    Bar,
    BarsScene,
    ComparisonScene,
    Contrast,
    LinesScene,
    NumberScene,
    Row,
    Series,
    Share,
    SharesScene,
    TableScene,
)
from pipeline.model.scenes.pictures import PictureScene, ProductScene, SceneryScene, SplitScene, named_picture
from pipeline.model.scenes.spoken import SpokenLine
from pipeline.model.scenes.words import (
    BulletsScene,
    ClosingScene,
    Moment,
    QuizScene,
    QuoteScene,
    SectionScene,
    StatementScene,
    Step,
    StepsScene,
    TimelineScene,
    TitleScene,
)

__all__ = [
    "SCENES",
    "Bar",
    "BarsScene",
    "BulletsScene",
    "ClosingScene",
    "CodeScene",
    "ComparisonScene",
    "Contrast",
    "DiagramScene",
    "LinesScene",
    "Link",
    "Moment",
    "Node",
    "NumberScene",
    "Passage",
    "PictureScene",
    "ProductScene",
    "QuizScene",
    "QuoteScene",
    "Row",
    "Scene",
    "SceneryScene",
    "SectionScene",
    "Series",
    "Share",
    "SharesScene",
    "SplitScene",
    "SpokenLine",
    "StatementScene",
    "Step",
    "StepsScene",
    "TableScene",
    "TimelineScene",
    "TitleScene",
    "named_picture",
]

Scene = (
    TitleScene
    | SectionScene
    | BulletsScene
    | StepsScene
    | StatementScene
    | QuoteScene
    | NumberScene
    | ComparisonScene
    | TableScene
    | BarsScene
    | LinesScene
    | SharesScene
    | TimelineScene
    | DiagramScene
    | CodeScene
    | QuizScene
    | PictureScene
    | SceneryScene
    | SplitScene
    | ProductScene
    | ClosingScene
)

# Scene class by layout name.
SCENES: Final[Mapping[str, type[Scene]]] = MappingProxyType({kind.layout: kind for kind in get_args(Scene)})
