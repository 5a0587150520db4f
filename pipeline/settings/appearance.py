"""What is read and how it looks: captions and the brand."""

from __future__ import annotations

from pydantic import Field, model_validator

from pipeline.settings.value_types import OptionalCaptionStyle, OptionalColour, OptionalText, SettingsGroup


class SubtitleSettings(SettingsGroup):
    """What a viewer has to read, and how fast."""

    max_chars_per_line: int = Field(
        42,
        ge=10,
        le=100,
        description="Letters in a line, at most; Thai has 35, Chinese and Korean 16, Japanese 13 characters.",
    )
    max_lines: int = Field(2, ge=1, le=2, description="Lines at a time.")
    max_chars_per_s: float = Field(
        20, gt=0, le=1000, description="Letters to read in a second; Japanese, Chinese, Korean: in proportion."
    )
    min_duration_s: float = Field(5 / 6, gt=0, le=3600, description="Seconds that a subtitle stays at least.")
    max_duration_s: float = Field(7, gt=0, le=3600, description="Seconds that a subtitle stays at most.")
    style: OptionalCaptionStyle = Field(
        None,
        description="How captions are drawn into the picture: off, block (letters with an edge), boxed (on a plate), "
        "karaoke (the spoken word lit) or words (few and large, the spoken one lit); empty: as the template says.",
    )

    @model_validator(mode="after")
    def _durations_in_order(self) -> SubtitleSettings:
        if self.min_duration_s > self.max_duration_s:
            raise ValueError("min_duration_s must be at most max_duration_s")
        return self


class BrandSettings(SettingsGroup):
    """Colours, fonts and a logo of your own, in every theme and template. Faint colours are made lighter or darker."""

    accent: OptionalColour = Field(None, description="What asks to be looked at, e.g. #E4572E; empty: the theme's.")
    accent_2: OptionalColour = Field(None, description="Of figures and drawings.")
    background: OptionalColour = Field(
        None, description="What backgrounds and greys lean to; how light they are is the theme's."
    )
    logo: OptionalText = Field(
        None,
        description="A PNG, from the workspace: large in the first and the last scene and on thumbnails, small in the "
        "others. Where it could not be seen, it stands on a plate.",
    )
    heading_font: OptionalText = Field(
        None,
        description="A TTF or OTF file, from the workspace, or a family that is installed; empty: Inter. Letters that "
        "it lacks are set as always.",
    )
    text_font: OptionalText = Field(None, description="Likewise, of all that is no heading; programs keep theirs.")
