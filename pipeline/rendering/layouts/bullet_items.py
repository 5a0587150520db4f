"""The items of bullet scenes: a text, or a label with its explanation below it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from pipeline.rendering.look import Look
from pipeline.rendering.motion.animation import Motion
from pipeline.rendering.motion.sprites import Sprite, text_sprites
from pipeline.rendering.text.fitting import TextBlock, fit
from pipeline.rendering.text.styles import BODY, ITEM

# "Main heart: sends the blood to the body": a label of a few words, and no time (12:30) or address (https://).
_LABELLED = re.compile(r"([^:：]{1,36}?)\s?(?:：\s*|:\s+)(\S.*)", re.DOTALL)
# Labels are bolder; explanations are smaller than labels, but at 1080 at least so large.
_LABEL, _SMALLER, _MIN_PX = replace(ITEM, weight=660), 5 / 6, 32
# From the label's baseline to the capitals of its explanation, in em of the label.
_BELOW_LABEL = 0.62


@dataclass(frozen=True, kw_only=True)
class Item:
    """A fitted item; without a label, `explanation` is empty."""

    text: str
    title: TextBlock
    explanation: TextBlock
    between_px: int

    @property
    def height_px(self) -> int:
        """From the first line's capitals to the last baseline."""
        return self.title.height_px + self.between_px + self.explanation.height_px

    @property
    def width_px(self) -> int:
        """Width of the widest line."""
        return max(self.title.width_px, self.explanation.width_px)

    @property
    def line_count(self) -> int:
        """The number of lines."""
        return len(self.title.lines) + len(self.explanation.lines)

    @property
    def is_truncated(self) -> bool:
        """Whether a part of it ends in an ellipsis."""
        return self.title.is_truncated or self.explanation.is_truncated

    def sprites(self, look: Look, *, left: int, top: int, motion: Motion) -> list[Sprite]:
        """The item's lines, one shortly after the other."""
        found = text_sprites(self.title, left=left, top=top, colour=look.theme.text, motion=motion, stagger=2)
        below = top + self.title.height_px + self.between_px
        later = replace(motion, enters=motion.enters + 2 * len(self.title.lines))
        found += text_sprites(self.explanation, left=left, top=below, colour=look.theme.text, motion=later, stagger=2)
        return [replace(each, text=self.text) for each in found]


def split_labels(items: Sequence[str]) -> tuple[tuple[str, str], ...]:
    """Label and explanation of each item; empty unless all items have both."""
    found = [_LABELLED.fullmatch(item) for item in items]
    return tuple((match[1], match[2]) for match in found if match) if all(found) else ()


def fit_item(text: str, parts: tuple[str, str], look: Look, size_px: int, *, width_px: int, max_lines: int) -> Item:
    """An item at a size; `parts` are its label and explanation, or the whole text and nothing."""
    label, rest = parts
    style = look.styled(_LABEL if rest else ITEM)
    title = fit(label, style, (size_px,), width_px=width_px, max_lines=max_lines)
    smaller = max(round(size_px * _SMALLER), look.grid.type_px(_MIN_PX))
    explanation = fit(rest, look.styled(BODY), (smaller,), width_px=width_px, max_lines=max_lines)
    between = round(_BELOW_LABEL * size_px) + explanation.clearance_px if rest else 0
    return Item(text=text, title=title, explanation=explanation, between_px=between)
