"""Scenes: one class per layout, with its content and the constraints of its texts.

Everything else about a layout's content is derived from its class (see `model/text_fields`): text limits, the schema
for language models, translation, checks. To add a layout, write its class here and its drawing in `rendering/layouts`.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final, get_args

from pipeline.model.scenes.drawings import CodeScene, DiagramScene
from pipeline.model.scenes.figures import (
    BarsScene,
    ComparisonScene,
    LinesScene,
    NumberScene,
    SharesScene,
    TableScene,
)
from pipeline.model.scenes.pictures import PictureScene, ProductScene, SceneryScene, SplitScene
from pipeline.model.scenes.words import (
    BulletsScene,
    ClosingScene,
    QuizScene,
    QuoteScene,
    SectionScene,
    StatementScene,
    StepsScene,
    TimelineScene,
    TitleScene,
)

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
