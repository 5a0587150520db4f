"""What is read and which colours it has: captions and the brand."""

from __future__ import annotations

from pydantic import Field, model_validator

from pipeline.settings.kinds import Group, OptionalCaptionStyle, OptionalColour


class SubtitleSettings(Group):
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


class BrandSettings(Group):
    """Colours of your own, which recolour every theme. What could not be read in them is made lighter or darker."""

    accent: OptionalColour = Field(None, description="What asks to be looked at, e.g. #E4572E; empty: the theme's.")
    accent_2: OptionalColour = Field(None, description="Of figures and drawings.")
    background: OptionalColour = Field(
        None, description="What backgrounds and greys lean to; how light they are is the theme's."
    )
