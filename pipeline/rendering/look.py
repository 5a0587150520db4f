"""The appearance shared by all pictures of a film, and the frame as the unit of drawing."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, NamedTuple

from pipeline.language.writing_systems import writing_of
from pipeline.model import (
    FULL_HD,
    CaptionStyle,
    ClosingScene,
    MotionAmount,
    Scene,
    Still,
    TitleScene,
    VideoFormat,
    named_picture,
    texts_of,
)
from pipeline.rendering.assets import DEFAULT_FONTS, Fonts, Logo
from pipeline.rendering.grid import Box, Grid
from pipeline.theme.theme import MIDNIGHT, Manner, Theme

if TYPE_CHECKING:
    from pipeline.rendering.motion.ycbcr import Picture
    from pipeline.rendering.text.styles import TextStyle


@dataclass(frozen=True, kw_only=True)
class Look:
    """A film's appearance; sent to worker processes with every scene."""

    # The film's title: shown in the closing, and the seed of its figure. Empty for scenes that don't show it.
    title: str
    format: VideoFormat = FULL_HD
    theme: Theme = MIDNIGHT
    # How captions are drawn into the picture.
    captions: CaptionStyle = "karaoke"
    # Amount of motion; None: the theme's.
    motion: MotionAmount | None = None
    # Language tag of all texts, like pt-BR; empty: unknown.
    language: str = ""
    # The pictures that scenes refer to by name.
    stills: tuple[Still, ...] = ()
    # The user's own fonts, tried before the built-in ones, and logo.
    fonts: Fonts = DEFAULT_FONTS
    logo: Logo | None = None
    # The seed of a scene's figure; empty: the title. See `of`.
    subject: str = ""

    def styled(self, style: TextStyle) -> TextStyle:
        """`style` in the film's language and fonts."""
        return style.in_language(self.language).in_fonts(self.fonts)

    def still(self, name: str) -> Still:
        """The picture of that name. Raises `LookupError` if there is none."""
        for still in self.stills:
            if still.name == name:
                return still
        raise LookupError(name)

    def showing(self, *scenes: Scene | None) -> Look:
        """This look with only what the given scenes show: their pictures, and the title if they show it.

        Films that differ in other scenes then share the cached drawings of these.
        """
        named = {named_picture(scene) for scene in scenes if scene}
        stills = tuple(still for still in self.stills if still.name in named)
        return replace(self, stills=stills, title=self.title if any(map(shows_title, scenes)) else "")

    def of(self, scene: Scene) -> Look:
        """This look for drawing `scene`: one without the film's title looks the same in every film."""
        return replace(self, subject="" if shows_title(scene) else _first_words(scene))

    @property
    def seed(self) -> int:
        """The seed of the figure: opening, closing and thumbnails of a film share one and look related."""
        subject = self.subject or self.title
        return int.from_bytes(hashlib.blake2b(subject.encode(), digest_size=6).digest(), "big")

    @property
    def right_to_left(self) -> bool:
        """Whether layouts are mirrored: text starts at the right margin, figures stand on the left."""
        return writing_of(self.language).right_to_left

    @property
    def manner(self) -> Manner:
        """How elements enter."""
        return replace(self.theme.manner, amount=self.motion) if self.motion else self.theme.manner

    @property
    def grid(self) -> Grid:
        """Margins and columns of the format."""
        return Grid(format=self.format, type_scale=self.theme.type_scale, margins=self.theme.margins)


def shows_title(scene: Scene | None) -> bool:
    """Whether the film's title shapes the scene."""
    return isinstance(scene, TitleScene | ClosingScene)


def _first_words(scene: Scene) -> str:
    """The scene's first text outside the kicker, which scenes may share."""
    return next((shown.text for shown in texts_of(scene) if shown.text and not shown.rule.in_capitals), "")


class Frame(NamedTuple):
    """A picture, the number of frames it is held, and where it differs from the one before."""

    picture: Picture
    hold: int
    changed: tuple[Box, ...]
