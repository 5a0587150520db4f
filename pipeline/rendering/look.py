"""What all pictures of a film have in common, and what a drawn frame is."""

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
from pipeline.rendering.assets import OURS, Fonts, Logo
from pipeline.rendering.grid import Box, Grid
from pipeline.theme.default import MIDNIGHT
from pipeline.theme.theme import Manner, Theme

if TYPE_CHECKING:
    from pipeline.rendering.motion.ycbcr import Picture
    from pipeline.rendering.text.styles import TextStyle


@dataclass(frozen=True, kw_only=True)
class Look:
    """A film's appearance; travels to worker processes with every scene."""

    # Title of the film: shown in the closing, and what chooses the film's figure. Empty: a scene that does not bear it.
    title: str
    format: VideoFormat = FULL_HD
    theme: Theme = MIDNIGHT
    # How captions are drawn into the picture.
    captions: CaptionStyle = "karaoke"
    # How much moves; None: as much as the theme says.
    motion: MotionAmount | None = None
    # Of all texts, a tag like pt-BR; empty: unknown.
    language: str = ""
    # Pictures that scenes may name.
    stills: tuple[Still, ...] = ()
    # What it is set in before anything else, and whose film it is.
    fonts: Fonts = OURS
    logo: Logo | None = None
    # The words that choose the figure of a scene; empty: the title's. See `of`.
    subject: str = ""

    def styled(self, style: TextStyle) -> TextStyle:
        """A style in the film's language and fonts."""
        return style.in_language(self.language).in_fonts(self.fonts)

    def still(self, name: str) -> Still | None:
        """The picture that a scene names; None: there is none of that name."""
        return next((still for still in self.stills if still.name == name), None)

    def showing(self, *scenes: Scene | None) -> Look:
        """The same with only what these scenes show: pictures, and the film's title.

        What others show is nothing to them, so films that differ there have these scenes in common.
        """
        named = {named_picture(scene) for scene in scenes if scene}
        stills = tuple(still for still in self.stills if still.name in named)
        return replace(self, stills=stills, title=self.title if any(map(bears_title, scenes)) else "")

    def of(self, scene: Scene) -> Look:
        """The same for drawing this scene: one that does not bear the film's title looks the same in every film."""
        return replace(self, subject="" if bears_title(scene) else _first_words(scene))

    @property
    def seed(self) -> int:
        """A number that chooses a figure. The beginning, the end and the thumbnails of a film look related."""
        subject = self.subject or self.title
        return int.from_bytes(hashlib.blake2b(subject.encode(), digest_size=6).digest(), "big")

    @property
    def right_to_left(self) -> bool:
        """Whether layouts are mirrored: text begins at the right margin, figures stand on the left."""
        return writing_of(self.language).right_to_left

    @property
    def manner(self) -> Manner:
        """How things come into its pictures."""
        return replace(self.theme.manner, amount=self.motion) if self.motion else self.theme.manner

    @property
    def grid(self) -> Grid:
        """Margins and columns of the format."""
        return Grid(format=self.format, type_scale=self.theme.type_scale, margins=self.theme.margins)


def bears_title(scene: Scene | None) -> bool:
    """Whether what the film is called shapes the scene."""
    return isinstance(scene, TitleScene | ClosingScene)


def _first_words(scene: Scene) -> str:
    """The first text of a scene that is its own: the few words in capitals above it may stand above others, too."""
    return next((shown.text for shown in texts_of(scene) if shown.text and not shown.rule.in_capitals), "")


class Frame(NamedTuple):
    """A picture, for how many frame times it stands, and where it differs from the one before."""

    picture: Picture
    hold: int
    changed: tuple[Box, ...]
