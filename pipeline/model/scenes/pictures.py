"""Scenes with a picture."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Literal

from pipeline.model.scenes.spoken import SpokenScene
from pipeline.model.text_fields import TextRule, kicker_field, list_field, text_field


@dataclass(frozen=True, kw_only=True)
class PictureScene(SpokenScene):
    """A picture on the grid with a caption below it."""

    use: ClassVar[str] = "a picture that shows what is said"
    # `WantedPicture.source`.
    picture: str
    text: str = text_field(110)
    layout: Literal["picture"] = "picture"


@dataclass(frozen=True, kw_only=True)
class SceneryScene(SpokenScene):
    """A slowly panned full-frame picture with a few words on it."""

    use: ClassVar[str] = "a place or a mood, in a picture that fills the frame"
    picture: str
    heading: str = text_field(60)
    subtitle: str = text_field(90)
    layout: Literal["scenery"] = "scenery"


@dataclass(frozen=True, kw_only=True)
class SplitScene(SpokenScene):
    """A picture on one side, words on the other."""

    use: ClassVar[str] = "a picture and a few words beside it"
    picture: str
    heading: str = text_field(50, needed=True)
    kicker: str = kicker_field()
    text: str = text_field(160, is_sentence=True)
    layout: Literal["split"] = "split"


@dataclass(frozen=True, kw_only=True)
class ProductScene(SpokenScene):
    """A product: picture, name, price, up to three facts, rating."""

    use: ClassVar[str] = "one product with its price"
    picture: str = ""
    heading: str = text_field(50, needed=True)
    kicker: str = kicker_field()
    price: str = text_field(20, is_fixed=True)
    # The former price; empty: none.
    price_before: str = text_field(20, is_fixed=True)
    items: tuple[str, ...] = list_field("item", 0, 3, TextRule(max_chars=50, needed=True))
    # Stars out of five, and the number of ratings; 0: none.
    rating: float = 0
    ratings: int = 0
    layout: Literal["product"] = "product"


def named_picture(scene: SpokenScene) -> str:
    """The picture of a scene by its `WantedPicture.source`; empty: none."""
    return scene.picture if isinstance(scene, PictureScene | SceneryScene | SplitScene | ProductScene) else ""
