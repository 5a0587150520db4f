"""A scene laid out, ready to be played."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from pipeline.rendering.motion.animation import AT_REST
from pipeline.rendering.motion.pan_zoom import MovingStill
from pipeline.rendering.motion.sprites import Element
from pipeline.rendering.motion.ycbcr import Picture
from pipeline.theme.theme import VoiceConfig


@dataclass(frozen=True, kw_only=True)
class Composition:
    """The background and what comes and goes on it, lowest first."""

    ground: Picture
    elements: Sequence[Element]
    # Whether a picture fills the frame: captions on it are light in every theme, as other words there are.
    is_picture: bool = False

    def mirrored(self) -> Composition:
        """The same for a language that runs right to left: what stood on the left stands on the right."""
        width_px, _ = self.ground.size
        elements = [element.mirrored(width_px) for element in self.elements]
        return replace(self, ground=self.ground.mirrored(), elements=elements)

    def entering(self, manner: VoiceConfig) -> Composition:
        """The same, its elements entering in this manner."""
        return replace(self, elements=[element.entering(manner) for element in self.elements])

    def stage(self) -> Composition:
        """The same before anything comes: the background, a picture that fills the frame, and what is there at once."""
        return replace(self, elements=[each for each in self.elements if _is_there(each)])

    def under(self, overlay: Sequence[Element]) -> Composition:
        """The same composition with more elements on top."""
        return replace(self, elements=[*self.elements, *overlay])


def _is_there(element: Element) -> bool:
    pose = element.pose(0)
    return isinstance(element, MovingStill) or (pose is not None and pose == element.pose(AT_REST))
