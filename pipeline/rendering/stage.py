"""A scene laid out, ready to be played."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PIL import Image

from pipeline.rendering.sprites import Element


@dataclass(frozen=True, kw_only=True)
class Stage:
    """The background and what comes and goes on it, lowest first."""

    ground: Image.Image
    elements: Sequence[Element]

    def under(self, overlay: Sequence[Element]) -> Stage:
        """The same stage with more elements on top."""
        return Stage(ground=self.ground, elements=[*self.elements, *overlay])
