"""What all pictures of a film have in common, and what a drawn frame is."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, NamedTuple

from pipeline.model import FULL_HD, CaptionStyle, Scene, Still, VideoFormat
from pipeline.model.writing import writing_of
from pipeline.rendering.brought import OURS, Fonts, Logo
from pipeline.rendering.grid import Box, Grid
from pipeline.rendering.theme import MIDNIGHT
from pipeline.theme.theme import Theme

if TYPE_CHECKING:
    from pipeline.rendering.picture import Picture
    from pipeline.rendering.text import TextStyle


@dataclass(frozen=True, kw_only=True)
class Look:
    """A film's appearance; travels to worker processes with every scene."""

    # Title of the film: shown in the closing, and the seed of the film's figure.
    title: str
    format: VideoFormat = FULL_HD
    theme: Theme = MIDNIGHT
    # How captions are drawn into the picture.
    captions: CaptionStyle = "karaoke"
    # Whether things move: not, they appear where they stay, and pictures are not moved over.
    reduced_motion: bool = False
    # Of all texts, a tag like pt-BR; empty: unknown.
    language: str = ""
    # Pictures that scenes may name.
    stills: tuple[Still, ...] = ()
    # What it is set in before anything else, and whose film it is.
    fonts: Fonts = OURS
    logo: Logo | None = None

    def styled(self, style: TextStyle) -> TextStyle:
        """A style in the film's language and fonts."""
        return style.in_language(self.language).in_fonts(self.fonts)

    def still(self, name: str) -> Still | None:
        """The picture that a scene names; None: there is none of that name."""
        return next((still for still in self.stills if still.name == name), None)

    def showing(self, *scenes: Scene | None) -> Look:
        """The same with only the pictures that these scenes show: what others show is nothing to them."""
        named = {getattr(scene, "picture", "") for scene in scenes}
        return replace(self, stills=tuple(still for still in self.stills if still.name in named))

    @property
    def seed(self) -> int:
        """A number that depends on the title alone: films look related to themselves and unlike each other."""
        return int.from_bytes(hashlib.blake2b(self.title.encode(), digest_size=6).digest(), "big")

    @property
    def right_to_left(self) -> bool:
        """Whether layouts are mirrored: text begins at the right margin, figures stand on the left."""
        return writing_of(self.language).right_to_left

    @property
    def grid(self) -> Grid:
        """Margins and columns of the format."""
        return Grid(format=self.format, type_scale=self.theme.type_scale, margins=self.theme.margins)


class Frame(NamedTuple):
    """A picture, for how many frame times it stands, and where it differs from the one before."""

    picture: Picture
    hold: int
    changed: tuple[Box, ...]
