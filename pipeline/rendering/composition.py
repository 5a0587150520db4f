"""A scene laid out, ready to be played."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PIL import Image

from pipeline.rendering.sprites import Element


@dataclass(frozen=True, kw_only=True)
class Composition:
    """The background and what comes and goes on it, lowest first."""

    ground: Image.Image
    elements: Sequence[Element]

    def under(self, overlay: Sequence[Element]) -> Composition:
        """The same composition with more elements on top."""
        return Composition(ground=self.ground, elements=[*self.elements, *overlay])
