"""Theme, fonts, captions, transitions and motion of a film: from the brief, else the settings, else the template."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

from pipeline.errors import ConfigurationError, InputError
from pipeline.model import Brief, CaptionStyle, MotionAmount, Transition
from pipeline.rendering import Fonts, Logo, Typeface, read_logo, read_typeface
from pipeline.settings import Settings
from pipeline.template import Template
from pipeline.template.loading import check_inside
from pipeline.theme.brand import Brand, apply_brand
from pipeline.theme.loading import is_builtin_theme, load_theme
from pipeline.theme.theme import Theme

_T = TypeVar("_T")
# The weight to choose from a font family with one file per weight.
_WEIGHTS = {"heading_font": 700, "text_font": 400}


@dataclass(frozen=True, kw_only=True)
class Appearance:
    """Everything about the look of films but the frame size. All methods read files: not for the event loop."""

    settings: Settings
    # Paths of the brand's files are relative to the workspace; custom themes are in its folder themes/.
    workspace: Path
    template_of: Callable[[Brief], Template]
    # Loaded themes, by name.
    _known: dict[str, Theme] = field(default_factory=dict, repr=False)
    # By template folder.
    _fonts: dict[str, Fonts] = field(default_factory=dict, repr=False)
    _logos: dict[str, Logo | None] = field(default_factory=dict, repr=False)

    def theme(self, brief: Brief) -> Theme:
        """The theme of a completed brief in the brand's colours. Raises `InputError` for an unknown theme."""
        name = brief.theme or self.template_of(brief).theme
        if name not in self._known:
            colours = self.settings.brand
            brand = Brand(accent=colours.accent, accent_2=colours.accent_2, background=colours.background)
            self._known[name] = apply_brand(load_theme(name, search=[self.workspace / "themes"]), brand)
        return self._known[name]

    def theme_identity(self, brief: Brief) -> tuple[object, ...]:
        """The part of job ids that stands for the theme: a built-in theme by its name, and the brand's colours."""
        theme = self.theme(brief)
        if not is_builtin_theme(theme.name, search=[self.workspace / "themes"]):
            return (theme,)
        brand = self.settings.brand
        return (theme.name, *(each and each.upper() for each in (brand.accent, brand.accent_2, brand.background)))

    def fonts(self, template: Template) -> Fonts:
        """The fonts of the brand or the template, which take precedence over those of the theme.

        Raises `ConfigurationError` for a font of the brand that can't be used, `InputError` for one of the template.
        """
        if template.folder not in self._fonts:
            heading, text = (self._font(name, template) for name in _WEIGHTS)
            self._fonts[template.folder] = Fonts(heading=heading, text=text)
        return self._fonts[template.folder]

    def logo(self, template: Template) -> Logo | None:
        """The logo of the brand or the template, if any. Raises like `fonts`."""
        if template.folder not in self._logos:
            self._logos[template.folder] = self._read_asset("logo", template, read_logo)
        return self._logos[template.folder]

    def try_asset(self, name: str, template: Template) -> None:
        """Load one of the assets of a template. Raises like `fonts`."""
        if name in _WEIGHTS:
            self._font(name, template)
        else:
            self.logo(template)

    def brand_identity(self, brief: Brief) -> tuple[Fonts | Logo, ...]:
        """The part of job ids that stands for fonts and logo: empty without them, so that ids stay the same."""
        template = self.template_of(brief)
        fonts, logo = self.fonts(template), self.logo(template)
        return (*((fonts,) if fonts.heading or fonts.text else ()), *((logo,) if logo else ()))

    def _font(self, name: str, template: Template) -> Typeface | None:
        weight = _WEIGHTS[name]
        return self._read_asset(name, template, lambda named, root: read_typeface(named, root, weight=weight))

    def _read_asset(self, name: str, template: Template, read: Callable[[str, Path], _T]) -> _T | None:
        """Read an asset that the brand names, else the template."""
        ours, theirs = getattr(self.settings.brand, name), dict(template.assets).get(name, "")
        if not ours and not theirs:
            return None
        folder = Path(template.folder)
        try:
            if ours:
                return read(ours, self.workspace)
            check_inside(folder, folder / theirs)
            return read(theirs, folder)
        except InputError as error:
            message = f"{ours or theirs} {error.message}"
            if ours:
                raise ConfigurationError(message, where=f"brand.{name}", hint=error.hint) from error
            where = f"{Path(template.folder, 'template.toml')}: assets.{name}"
            raise InputError(message, where=where, hint=error.hint) from error

    def captions(self, brief: Brief) -> CaptionStyle:
        """The style of captions."""
        return self.settings.subtitles.style or self.template_of(brief).captions

    def transition(self, brief: Brief) -> Transition:
        """The transition between scenes. With reduced motion, a slide becomes a fade; without motion, a cut."""
        transition, motion = self.settings.video.transition or self.template_of(brief).transition, self.motion(brief)
        if motion == "none":
            return "cut"
        return transition if motion == "full" or transition == "cut" else "fade"

    def motion(self, brief: Brief) -> MotionAmount:
        """The amount of motion."""
        return self.settings.video.motion or self.template_of(brief).motion or self.theme(brief).manner.amount
