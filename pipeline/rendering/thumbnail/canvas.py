"""A thumbnail in the making: words set on it, figures put on it, and whose film it is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from PIL import Image

from pipeline.rendering.grid import Box
from pipeline.rendering.look import Look
from pipeline.rendering.surface.logos import Most, logo_size, make_mark
from pipeline.rendering.text.fitting import TextBlock, fit
from pipeline.rendering.text.rasterising import draw_ink
from pipeline.rendering.text.styles import TextStyle
from pipeline.theme.colours import rgb

_STYLE = TextStyle(weight=800, tracking=-0.026, leading=1.04, rarely_hyphenated=True, is_heading=True)
# The last is twelve pixels where lists show thumbnails 168 pixels wide. Smaller words are none: what does not fit ends
# in an ellipsis, and the whole title stands beside the thumbnail anyway.
SIZES = (180, 166, 152, 140, 128, 116, 104, 92)
# Of a single short word: a name, a year.
_WORD_SIZES = (340, 300, 260, 220, *SIZES)
_SHORT_CHARS = 7
# Lines that read at a glance, and what a long title gets before words are left out.
_LINES, _MORE_LINES = 4, 6
MARGIN = 64
# On a lying one, words to the right of this end above that: below, sites put the film's length. And their highest top.
_LENGTH_LEFT, _LENGTH_TOP, _HIGHEST = 1100, 624, 40
# From the upper or lower edge to the logo, and from there to words; on an upright still it is larger.
_LOGO, _LOGO_MARGIN, _BESIDE_LOGO = Most(11_000, 420, 64), 48, 20
_UPRIGHT = 1.5


@dataclass(frozen=True, kw_only=True)
class Sheet:
    """On an upright one, words stand above and figures below them."""

    picture: Image.Image
    look: Look
    words: str
    # Where words stand.
    taken: list[Box] = field(default_factory=list)

    @property
    def is_upright(self) -> bool:
        """Whether it is for phones that are held upright."""
        return self.picture.height > self.picture.width

    @property
    def width(self) -> int:
        """The width of the words: more than half, so that the figure has its place beside them."""
        return self.picture.width - 2 * MARGIN if self.is_upright else 720

    @property
    def most_height(self) -> int:
        """The most height of words in the middle of a lying picture: above is the logo, below the film's length."""
        if self.look.logo is not None:
            return 440
        return 500 if self.look.right_to_left else 560

    @property
    def sizes(self) -> tuple[int, ...]:
        """The type sizes of the words, largest first."""
        return _WORD_SIZES if len(self.words) <= _SHORT_CHARS else SIZES

    def fitted(self, text: str, sizes: Sequence[int], width: int, height: int, lines: int = _LINES) -> TextBlock:
        """A text in the largest of the sizes at which it fits; a long one, not a number, may take more `lines`."""
        style = self.look.styled(_STYLE)
        block = fit(text, style, sizes, width_px=width, height_px=height, max_lines=lines)
        if block.is_truncated and lines > 1:
            return fit(text, style, sizes, width_px=width, height_px=height, max_lines=_MORE_LINES)
        return block

    def place(self, block: TextBlock, top: int, *, across: bool = False) -> Box:
        """Where the lines of a text stand that begins at `top`, pixels; `across`: not where reading begins.

        It stands higher where it would be in the corner of the film's length.
        """
        on_right = across is not self.look.right_to_left
        left = self.picture.width - MARGIN - block.width_px if on_right else MARGIN
        if not self.is_upright and left + block.width_px > _LENGTH_LEFT:
            # A quarter of their size for the tails of letters.
            top = min(top, max(_HIGHEST, _LENGTH_TOP - block.size_px // 4 - block.height_px))
        return Box(left, top, left + block.width_px, top + block.height_px)

    def lines(self, block: TextBlock, top: int, *, across: bool = False) -> list[Box]:
        """Where each of them stands: `place`, line by line, from the tops of capitals to below tails."""
        place, tail = self.place(block, top, across=across), block.size_px // 4
        found = []
        for number, line in enumerate(block.lines):
            width_px, high = round(line.width_em * block.size_px), place.top + number * block.leading_px
            left = place.right - width_px if self.look.right_to_left else place.left
            found.append(Box(left, high, left + width_px, high + block.cap_px + tail))
        return found

    def write(self, block: TextBlock, top: int, colours: Sequence[str], *, across: bool = False) -> None:
        """The lines from `top`, pixels; the last of several in the last colour, with all of a word that it ends."""
        place = self.place(block, top, across=across)
        self.taken.append(place)
        lit = _last_words(block)
        for number, (line, stands) in enumerate(zip(block.lines, self.lines(block, top, across=across), strict=True)):
            ink = draw_ink(line, block.size_px)
            if ink is None:
                continue
            at = (stands.left + ink.left, stands.top + block.cap_px + ink.top)
            inked = ink.painted(Image.new("RGB", ink.mask.size, rgb(colours[-1] if number >= lit > 0 else colours[0])))
            self.picture.paste(inked, at, ink.mask)

    def put(self, tile: Image.Image, mask: Image.Image, left: int, top: int) -> None:
        """A tile; where text runs from the right, on the other side."""
        if self.look.right_to_left:
            left = self.picture.width - left - tile.width
        self.picture.paste(tile, (left, top), mask)

    def sign(self) -> None:
        """Put the logo into a corner without words: where reading begins, else below, else across; else nowhere."""
        if self.look.logo is None:
            return
        scale = _UPRIGHT if self.is_upright else 1.0
        size = logo_size(self.look.logo, _LOGO, lambda length: round(length * scale))
        free = (number for number, box in enumerate(self._corners(size)) if not self._is_taken(box))
        number = next(free, None)
        if number is None:
            return
        mark = make_mark(self.look.logo, size, self.picture.crop(self._corners(size)[number]), self.look.theme)
        box, (right, down) = self._corners(mark.size)[number], mark.inset
        if mark.plate:
            self.picture.paste(rgb(mark.plate_colour), box[:2], mark.plate)
        self.picture.paste(mark.image, (box.left + right, box.top + down), mark.mask)

    def _corners(self, size: tuple[int, int]) -> tuple[Box, ...]:
        """Where something of a size may stand; never in the lower corner on the right."""
        (width, height), (wide, high) = self.picture.size, size
        lefts = (MARGIN, width - MARGIN - wide)
        low = height - _LOGO_MARGIN - high
        places = [(lefts[0], _LOGO_MARGIN), (lefts[0], low), (lefts[1], _LOGO_MARGIN)]
        if self.look.right_to_left:
            places = [places[2], places[0], places[1]]
        return tuple(Box(left, top, left + wide, top + high) for left, top in places)

    def _is_taken(self, box: Box) -> bool:
        near = _BESIDE_LOGO
        around = Box(box.left - near, box.top - near, box.right + near, box.bottom + near)
        return any(around.intersects(each) for each in self.taken)


def _last_words(block: TextBlock) -> int:
    """The number of the last line that begins with a word; 0: there is no other."""
    starts = (
        number for number, line in enumerate(block.lines) if not (number and block.lines[number - 1].text.endswith("-"))
    )
    return max(starts, default=0)
