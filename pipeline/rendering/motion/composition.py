"""A scene laid out, ready to be played."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from pipeline.rendering.motion.animation import AT_REST
from pipeline.rendering.motion.pan_zoom import MovingStill
from pipeline.rendering.motion.sprites import Element
from pipeline.rendering.motion.ycbcr import Picture
from pipeline.theme.theme import Manner


@dataclass(frozen=True, kw_only=True)
class Composition:
    """The background and the elements on it, bottom to top."""

    # Draws the background.
    ground: Callable[[], Picture]
    elements: Sequence[Element]
    # Whether a picture fills the frame: text and captions on it are light in every theme.
    is_picture: bool = False

    def mirrored(self, width_px: int) -> Composition:
        """This composition, of that width, mirrored for right-to-left languages."""
        elements = [element.mirrored(width_px) for element in self.elements]
        return replace(self, ground=lambda: self.ground().mirrored(), elements=elements)

    def entering(self, manner: Manner) -> Composition:
        """This composition with entrances adjusted to `manner`."""
        return replace(self, elements=[element.entering(manner) for element in self.elements])

    def stage(self) -> Composition:
        """This composition without what enters: background, full-frame picture, elements there from the start."""
        return replace(self, elements=[each for each in self.elements if _is_static(each)])

    def under(self, overlay: Sequence[Element]) -> Composition:
        """This composition with `overlay` on top."""
        return replace(self, elements=[*self.elements, *overlay])


def _is_static(element: Element) -> bool:
    pose = element.pose(0)
    return isinstance(element, MovingStill) or (pose is not None and pose == element.pose(AT_REST))
