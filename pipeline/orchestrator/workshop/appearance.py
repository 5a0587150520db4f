"""Colours, captions and motion of a film: as its brief says, else the settings, else its template."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from pipeline.model import Brief, CaptionStyle, Transition
from pipeline.settings import Settings
from pipeline.template import Template
from pipeline.theme.brand import Brand, branded
from pipeline.theme.loading import load_theme
from pipeline.theme.theme import Theme


@dataclass(frozen=True, kw_only=True)
class Appearance:
    """What is asked of pictures beyond their size. All of it reads files: not for the event loop."""

    settings: Settings
    # Where themes of the workspace are.
    themes: Path
    template_of: Callable[[Brief], Template]
    # Those that were read, by name.
    _known: dict[str, Theme] = field(default_factory=dict, repr=False)

    def theme(self, brief: Brief) -> Theme:
        """The theme of a completed brief in the colours of the brand. Raises `InputError` for an unknown one."""
        name = brief.theme or self.template_of(brief).theme
        if name not in self._known:
            wanted = self.settings.brand
            brand = Brand(accent=wanted.accent, accent_2=wanted.accent_2, background=wanted.background)
            self._known[name] = branded(load_theme(name, search=[self.themes]), brand)
        return self._known[name]

    def captions(self, brief: Brief) -> CaptionStyle:
        """How captions are drawn."""
        return self.settings.subtitles.style or self.template_of(brief).captions

    def transition(self, brief: Brief) -> Transition:
        """How scenes follow each other; who does not want to see things move gets a fade in place of a slide."""
        wanted = self.settings.video.transition or self.template_of(brief).transition
        return wanted if not self.is_calm or wanted == "cut" else "fade"

    @property
    def is_calm(self) -> bool:
        """Whether things don't move."""
        return self.settings.video.motion == "reduced"
