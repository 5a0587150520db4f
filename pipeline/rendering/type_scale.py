"""The type scale: the sizes that layouts choose from."""

from __future__ import annotations

from typing import Final

# Sizes in px at a picture height of 1080: ratio 1.25 from a body of 40, with half steps where text is fitted.
DISPLAY_SIZES: Final = (156, 140, 124, 112, 100, 90, 80, 72, 64)
STATEMENT_SIZES: Final = (100, 90, 80, 72, 64, 56, 50)
HEADING_SIZES: Final = (80, 72, 64, 56, 50, 44)
ITEM_SIZES: Final = (48, 44, 40, 36, 32)
TEXT_SIZES: Final = (44, 40, 36, 32)
CODE_SIZES: Final = (56, 50, 44, 40, 36, 32)
CAPTION_SIZES: Final = (46, 44, 40, 36, 32, 28)
LARGE_SIZES: Final = (60, 54, 48, 44, 40, 36, 32)
LABEL_SIZES: Final = (32, 28)
LOW_LABEL_SIZES: Final = (40, 36, 32, 28)
SOURCE_SIZES: Final = (28,)
