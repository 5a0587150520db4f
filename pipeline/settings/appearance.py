"""Captions and branding."""

from __future__ import annotations

from pydantic import Field, model_validator

from pipeline.settings.value_types import OptionalCaptionStyle, OptionalColour, OptionalText, SettingsGroup


class SubtitleSettings(SettingsGroup):
    """Subtitles: line length, reading speed, and how captions are drawn."""

    max_chars_per_line: int = Field(
        42,
        ge=10,
        le=100,
        description="Maximum characters per line; Thai has 35, Chinese and Korean 16, Japanese 13.",
    )
    max_lines: int = Field(2, ge=1, le=2, description="Maximum number of lines.")
    max_chars_per_s: float = Field(
        20,
        gt=0,
        le=1000,
        description="Maximum reading speed in characters per second; scaled down for Japanese, Chinese and Korean.",
    )
    min_duration_s: float = Field(5 / 6, gt=0, le=3600, description="Minimum duration of a subtitle in seconds.")
    max_duration_s: float = Field(7, gt=0, le=3600, description="Maximum duration of a subtitle in seconds.")
    style: OptionalCaptionStyle = Field(
        None,
        description="How captions are drawn into the picture: off, block (outlined text), boxed (text on a box), "
        "karaoke (the spoken word highlighted) or words (a few large words, the spoken one highlighted); empty: the "
        "template's style.",
    )

    @model_validator(mode="after")
    def _durations_in_order(self) -> SubtitleSettings:
        if self.min_duration_s > self.max_duration_s:
            raise ValueError("min_duration_s must be at most max_duration_s")
        return self


class BrandSettings(SettingsGroup):
    """Your colours, fonts and logo, for all themes and templates. Colours with too little contrast are adjusted."""

    accent: OptionalColour = Field(None, description="Colour of emphasis, e.g. #E4572E; empty: the theme's.")
    accent_2: OptionalColour = Field(None, description="Second accent colour, for charts and diagrams.")
    background: OptionalColour = Field(
        None, description="Tint of backgrounds and greys; their lightness is the theme's."
    )
    logo: OptionalText = Field(
        None,
        description="A PNG file in the workspace: large in the first and last scenes and on thumbnails, small in the "
        "others. Where the contrast is too low, it is drawn on a plate.",
    )
    heading_font: OptionalText = Field(
        None,
        description="A TTF or OTF file in the workspace, or the name of an installed font family; empty: Inter. "
        "Missing glyphs are taken from the default fonts.",
    )
    text_font: OptionalText = Field(
        None, description="The same for all text other than headings; code keeps its own font."
    )
