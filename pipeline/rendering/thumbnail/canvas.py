"""The canvas of a thumbnail: text fitting and placement, images, and the logo."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from PIL import Image

from pipeline.rendering.grid import Box
from pipeline.rendering.look import Look
from pipeline.rendering.surface.logos import LogoLimits, fit_logo, render_logo
from pipeline.rendering.text.fitting import TextBlock, fit
from pipeline.rendering.text.rasterising import draw_ink
from pipeline.rendering.text.styles import TextStyle
from pipeline.theme.colours import rgb

_STYLE = TextStyle(weight=800, tracking=-0.026, leading=1.04, rarely_hyphenated=True, is_heading=True)
# The smallest is twelve pixels where lists show thumbnails 168 pixels wide. Text that does not fit at it is truncated:
# the whole title is beside the thumbnail anyway.
SIZES = (180, 166, 152, 140, 128, 116, 104, 92)
# For a single short word: a name, a year.
_WORD_SIZES = (340, 300, 260, 220, *SIZES)
_SHORT_CHARS = 7
# Lines that read at a glance, and the most that a long title gets before it is truncated.
_MAX_LINES, _MAX_LINES_LONG = 4, 6
MARGIN = 64
# On landscape thumbnails, text beyond this x must end above this y, because sites overlay the duration there; and its
# minimum y.
_DURATION_LEFT, _DURATION_TOP, _MIN_TOP = 1100, 624, 40
# The logo's limits, its distance to the upper or lower edge, and to text; its factor on upright thumbnails.
_LOGO, _LOGO_MARGIN, _LOGO_CLEARANCE = LogoLimits(11_000, 420, 64), 48, 20
_UPRIGHT = 1.5


@dataclass(frozen=True, kw_only=True)
class ThumbnailCanvas:
    """A thumbnail being drawn. On upright ones, text is at the top and pictures below it."""

    picture: Image.Image
    look: Look
    words: str
    # Boxes of the text drawn so far.
    occupied: list[Box] = field(default_factory=list)

    @property
    def is_upright(self) -> bool:
        """Whether it is portrait, for phones."""
        return self.picture.height > self.picture.width

    @property
    def text_width(self) -> int:
        """The width of text: more than half, with space for a motif beside it."""
        return self.picture.width - 2 * MARGIN if self.is_upright else 720

    @property
    def max_text_height(self) -> int:
        """The maximum height of vertically centred text on landscape thumbnails, between logo and duration."""
        if self.look.logo is not None:
            return 440
        return 500 if self.look.right_to_left else 560

    @property
    def sizes(self) -> tuple[int, ...]:
        """Font sizes for the text, largest first."""
        return _WORD_SIZES if len(self.words) <= _SHORT_CHARS else SIZES

    def fit_text(self, text: str, sizes: Sequence[int], width: int, height: int, lines: int = _MAX_LINES) -> TextBlock:
        """A text in the largest size at which it fits; text that would be truncated may take more lines."""
        style = self.look.styled(_STYLE)
        block = fit(text, style, sizes, width_px=width, height_px=height, max_lines=lines)
        if block.is_truncated and lines > 1:
            return fit(text, style, sizes, width_px=width, height_px=height, max_lines=_MAX_LINES_LONG)
        return block

    def text_box(self, block: TextBlock, top: int, *, across: bool = False) -> Box:
        """The box of a text block that starts at `top`; `across`: at the side where reading ends.

        It is moved up out of the corner with the duration.
        """
        on_right = across is not self.look.right_to_left
        left = self.picture.width - MARGIN - block.width_px if on_right else MARGIN
        if not self.is_upright and left + block.width_px > _DURATION_LEFT:
            # A quarter of the size for descenders.
            top = min(top, max(_MIN_TOP, _DURATION_TOP - block.size_px // 4 - block.height_px))
        return Box(left, top, left + block.width_px, top + block.height_px)

    def line_boxes(self, block: TextBlock, top: int, *, across: bool = False) -> list[Box]:
        """The boxes of its lines, from cap height to descenders."""
        place, tail = self.text_box(block, top, across=across), block.size_px // 4
        found = []
        for number, line in enumerate(block.lines):
            width_px, high = round(line.width_em * block.size_px), place.top + number * block.leading_px
            left = place.right - width_px if self.look.right_to_left else place.left
            found.append(Box(left, high, left + width_px, high + block.cap_px + tail))
        return found

    def draw_text(self, block: TextBlock, top: int, colours: Sequence[str], *, across: bool = False) -> None:
        """Draw the lines from `top`; the last of several in the last colour, with all parts of a hyphenated word."""
        place = self.text_box(block, top, across=across)
        self.occupied.append(place)
        highlighted = _last_words(block)
        for number, (line, stands) in enumerate(
            zip(block.lines, self.line_boxes(block, top, across=across), strict=True)
        ):
            ink = draw_ink(line, block.size_px)
            if ink is None:
                continue
            at = (stands.left + ink.left, stands.top + block.cap_px + ink.top)
            inked = ink.painted(
                Image.new("RGB", ink.mask.size, rgb(colours[-1] if number >= highlighted > 0 else colours[0]))
            )
            self.picture.paste(inked, at, ink.mask)

    def paste_tile(self, tile: Image.Image, mask: Image.Image, left: int, top: int) -> None:
        """Paste a tile, mirrored to the other side in right-to-left languages."""
        if self.look.right_to_left:
            left = self.picture.width - left - tile.width
        self.picture.paste(tile, (left, top), mask)

    def draw_logo(self) -> None:
        """Draw the logo in a corner without text: where reading begins, else below it, else across, else not at all."""
        if self.look.logo is None:
            return
        scale = _UPRIGHT if self.is_upright else 1.0
        size = fit_logo(self.look.logo, _LOGO, lambda length: round(length * scale))
        free = (number for number, box in enumerate(self._corners(size)) if not self._is_occupied(box))
        number = next(free, None)
        if number is None:
            return
        mark = render_logo(self.look.logo, size, self.picture.crop(self._corners(size)[number]), self.look.theme)
        box, (right, down) = self._corners(mark.size)[number], mark.inset
        if mark.plate:
            self.picture.paste(rgb(mark.plate_colour), box[:2], mark.plate)
        self.picture.paste(mark.image, (box.left + right, box.top + down), mark.mask)

    def _corners(self, size: tuple[int, int]) -> tuple[Box, ...]:
        """Candidate boxes for something of a size, never in the lower right corner."""
        (width, height), (wide, high) = self.picture.size, size
        lefts = (MARGIN, width - MARGIN - wide)
        low = height - _LOGO_MARGIN - high
        places = [(lefts[0], _LOGO_MARGIN), (lefts[0], low), (lefts[1], _LOGO_MARGIN)]
        if self.look.right_to_left:
            places = [places[2], places[0], places[1]]
        return tuple(Box(left, top, left + wide, top + high) for left, top in places)

    def _is_occupied(self, box: Box) -> bool:
        return any(box.grown(_LOGO_CLEARANCE).intersects(each) for each in self.occupied)


def _last_words(block: TextBlock) -> int:
    """The index of the last line that begins with a whole word; 0: only the first does."""
    starts = (
        number for number, line in enumerate(block.lines) if not (number and block.lines[number - 1].text.endswith("-"))
    )
    return max(starts, default=0)
