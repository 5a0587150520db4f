"""The default theme as a constant: drawing needs no file."""

from __future__ import annotations

from typing import Final

from pipeline.theme.theme import Theme

# Equal to themes/midnight.toml; a test compares the two. Comments give OKLCH values.
MIDNIGHT: Final = Theme(
    name="midnight",
    background_top="#121B31",  # 0.225 0.045 266
    background_bottom="#050714",  # 0.135 0.030 270
    glow="#034C76",  # 0.400 0.095 243
    glow_far="#2F3671",  # 0.360 0.100 275
    ember="#42270E",  # 0.300 0.055 60
    surface="#1B2539",  # 0.265 0.040 264
    text="#F1F5FC",  # 0.970 0.010 262
    muted="#A8B3C6",  # 0.765 0.030 262
    line="#3D4E69",  # 0.420 0.050 260
    accent="#F9B648",  # 0.820 0.145 76
    accent_light="#F8D376",  # 0.880 0.120 88
    accent_deep="#ED8725",  # 0.720 0.160 58
    on_accent="#070D1A",  # 0.160 0.030 266
    accent_2="#54C3EB",  # 0.770 0.115 225
    positive="#61DA92",  # 0.800 0.150 155
    negative="#F2716A",  # 0.700 0.160 25
    plate="#010207",  # 0.090 0.020 268
    plate_text="#F1F5FC",  # 0.970 0.010 262
    plate_accent="#F9B648",  # 0.820 0.145 76
)
