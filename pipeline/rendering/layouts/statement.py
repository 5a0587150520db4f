"""Statement scenes: one large sentence with a highlighted phrase, a rule at its side and a cropped motif behind.

If more is said, each sentence is shown while it is spoken (see `sentence_timing`), and the rule stretches to it. If the
first one comes later than the scene begins, the section's name is shown until then: the point is not revealed before it
is made, and the picture is not empty meanwhile.
"""

from __future__ import annotations

from collections.abc import Sequence

from pipeline.language.display_width import display_width
from pipeline.model import StatementScene, Word
from pipeline.rendering.layouts.components import (
    INDENT,
    announcement,
    block_top,
    corner_motif,
    edge_motif,
    entrance,
    fit_text,
    kicker,
    side_rule,
)
from pipeline.rendering.layouts.sentence_timing import TimedSentence, time_sentences
from pipeline.rendering.layouts.stretching_rule import StretchingRule
from pipeline.rendering.look import Look
from pipeline.rendering.motion.composition import Composition
from pipeline.rendering.motion.sprites import Element, text_sprites
from pipeline.rendering.motion.ycbcr import colour
from pipeline.rendering.surface.background import Light, background
from pipeline.rendering.text.fitting import TextBlock
from pipeline.rendering.text.styles import STATEMENT
from pipeline.rendering.type_scale import STATEMENT_SIZES

_LIGHTS = (
    Light(role="glow_far", x=1.0, y=0.10, width=0.50, height=0.80, strength=0.62),
    Light(role="glow", x=0.86, y=0.86, width=0.42, height=0.46, strength=0.42),
)

# Longer sentences would be small, and are only spoken.
_MAX_CHARS = 140
# Minimum space above captions of a text that is not centred, at 1080.
_AIR_BELOW = 64


def lay_out(scene: StatementScene, words: Sequence[Word], look: Look) -> Composition:
    """See the module."""
    sentences = time_sentences(scene, words, fits=lambda text: _fits(text, look))
    if sentences[0].enters and not scene.kicker:
        sentences = (sentences[0]._replace(enters=0), *sentences[1:])
    text, top = _elements(scene, sentences, look)
    # At the edge; if text takes the whole width, in the corner above it.
    elements: list[Element] = [*(corner_motif(look, above=top) if look.grid.is_stacked else [edge_motif(look)])]
    if sentences[0].enters:
        elements += announcement(scene.kicker, look, width_px=_width(look), until=sentences[0].enters)
    elements += text
    return Composition(ground=background(look.format, look.theme, _LIGHTS), elements=elements)


def _elements(scene: StatementScene, sentences: Sequence[TimedSentence], look: Look) -> tuple[list[Element], int]:
    """Rule, kicker and sentences, all with the same top, and that top."""
    grid, theme = look.grid, look.theme
    label = kicker(scene.kicker, look, width_px=_width(look))
    blocks = [_sentence(sentence, look) for sentence in sentences]
    gap = grid.px(48) + max(block.clearance_px for block in blocks) if label.lines else 0
    heights = [label.height_px + gap + block.height_px for block in blocks]
    # If their heights differ, all are slightly off-centre, clear of the captions.
    lowest = max(block_top(grid, max(heights)), grid.content.bottom - grid.px(_AIR_BELOW) - max(heights))
    top = min(block_top(grid, (max(heights) + min(heights)) // 2), lowest)
    left = grid.content.left + grid.px(INDENT)
    frames = [sentence.enters for sentence in sentences]
    elements: list[Element] = [
        _rule(look, top=top, lengths=list(zip(frames, heights, strict=True))),
        *text_sprites(label, left=left, top=top, colour=theme.accent, motion=entrance(grid, frames[0] + 2)),
    ]
    for frame, block, until in zip(frames, blocks, (*frames[1:], None), strict=True):
        motion = entrance(grid, frame + 5, rise=40).until(until)
        below = top + label.height_px + gap
        elements += text_sprites(
            block, left=left, top=below, colour=theme.text, emphasis_colour=theme.accent, motion=motion
        )
    return elements, top


def _fits(text: str, look: Look) -> bool:
    return display_width(text) <= _MAX_CHARS and not _sentence(TimedSentence(0, text), look).is_truncated


def _sentence(sentence: TimedSentence, look: Look) -> TextBlock:
    return fit_text(
        sentence.text,
        STATEMENT,
        STATEMENT_SIZES,
        look,
        width_px=_width(look),
        height_px=look.grid.type_px(600),
        max_lines=6,
        emphasis=sentence.emphasis,
    )


def _rule(look: Look, *, top: int, lengths: Sequence[tuple[int, int]]) -> Element:
    """The vertical rule, with the height of the text shown from each frame on."""
    if len(lengths) == 1:
        ((frame, height),) = lengths
        return side_rule(look, top=top, height_px=height, frame=frame)
    width, overhang = look.grid.px(8), look.grid.px(24)
    return StretchingRule(
        ink=colour(look.theme.accent),
        left=look.grid.content.left,
        top=top - overhang,
        width=width,
        lengths=tuple((frame, height + 2 * overhang) for frame, height in lengths),
    )


def _width(look: Look) -> int:
    return look.grid.columns(9) - look.grid.px(INDENT)
