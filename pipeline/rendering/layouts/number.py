"""Number scenes: one large number that counts up until it is spoken, its meaning below it, and the source.

If the meaning repeats the number, the large one takes its place between the words before and after it. A percentage
fills a ring beside it while it counts; other numbers have a cropped motif there.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from pipeline.language.words import split_words
from pipeline.model import NumberScene, Word, first_word_indices
from pipeline.rendering.layouts.components import (
    INDENT,
    announcement,
    block_top,
    corner_motif,
    edge_motif,
    entrance,
    fit_text,
    kicker,
    source_line,
)
from pipeline.rendering.layouts.lead_in import significant_digits, split_at_number
from pipeline.rendering.layouts.number_fitting import Digits, digit_sprites, fit_digits
from pipeline.rendering.layouts.rings import share_ring
from pipeline.rendering.look import Look
from pipeline.rendering.motion.animation import Motion
from pipeline.rendering.motion.composition import Composition
from pipeline.rendering.motion.sprites import Element, text_sprites
from pipeline.rendering.motion.timeline import frame_at, line_frames
from pipeline.rendering.surface.background import Light, background
from pipeline.rendering.text.fitting import TextBlock
from pipeline.rendering.text.styles import ITEM

_LIGHTS = (
    Light(role="glow", x=0.84, y=0.42, width=0.40, height=0.66, strength=0.62),
    Light(role="glow_far", x=0.08, y=1.0, width=0.46, height=0.50, strength=0.30),
)
_MEANING_SIZES = (64, 56, 50, 44, 40)
# Columns of text beside a ring or motif.
_BESIDE = 8
_RING = 496
# A ring beside the digits: its distance, and its minimum diameter as a share of their height.
_BESIDE_DIGITS, _SMALLEST_RING = 64, 0.6
# Distances below kicker, lead-in, digits and meaning, at 1080; and below a kicker with a lead-in.
_BELOW_KICKER, _BELOW_LEAD, _BELOW_FIGURE, _BELOW_MEANING = 80, 72, 88, 64
_KICKER_TO_LEAD = 56
# In frames: duration of counting, and if the number is spoken at once; earliest entrance.
_COUNTING, _COUNTING_FAST, _FIRST = 30, 24, 6
# In frames: numbers spoken later than this are announced; fade of the announcement; reading time of the meaning.
_ANNOUNCE_FROM, _FADE_OUT, _READING_FRAMES = 45, 8, 60


@dataclass(frozen=True, kw_only=True)
class _Plan:
    label: TextBlock
    # The words of the meaning before the number.
    lead: TextBlock
    digits: Digits
    meaning: TextBlock
    source: TextBlock
    # Whether a ring or motif fits beside the number.
    beside: bool
    # Space above the lead-in and the digits, and the height of everything.
    lead_top_px: int
    digits_top_px: int
    height_px: int


def lay_out(scene: NumberScene, words: Sequence[Word], look: Look) -> Composition:
    """See the module."""
    grid, theme, content = look.grid, look.theme, look.grid.content
    plan = _plan(scene, look)
    enters, frames = _counting(scene, words)
    # If the number is spoken late, its kicker is shown large before it.
    announced = enters - _FADE_OUT if scene.kicker and enters >= _ANNOUNCE_FROM else 0
    top = block_top(grid, plan.height_px)
    left = content.left
    elements: list[Element] = [
        *_ring_or_motif(scene, plan, look, top=top, counts=Motion(enters=enters, frames=frames, drawn=True))
    ]
    if announced:
        elements += announcement(scene.kicker, look, width_px=_width(look) - grid.px(INDENT), until=announced)
    elements += text_sprites(plan.label, left=left, top=top, colour=theme.accent, motion=entrance(grid, 2 + announced))
    lead_top, motion = top + plan.lead_top_px, entrance(grid, 5 + announced)
    elements += text_sprites(plan.lead, left=left, top=lead_top, colour=theme.text, motion=motion)
    top += plan.digits_top_px
    elements += digit_sprites(plan.digits, look, top=top, enters=enters, frames=frames)
    top += plan.digits.cap_px + plan.digits.descent_px + grid.px(_BELOW_FIGURE)
    meaning_at = _meaning_frame(scene, words, enters, enters + frames, has_lead=bool(plan.lead.lines))
    elements += text_sprites(plan.meaning, left=left, top=top, colour=theme.text, motion=entrance(grid, meaning_at))
    top += plan.meaning.height_px + grid.px(_BELOW_MEANING)
    meaning_at += 3 * len(plan.meaning.lines) + 3
    elements += text_sprites(
        plan.source, left=left, top=top, colour=theme.muted, motion=entrance(grid, meaning_at, rise=24)
    )
    return Composition(ground=background(look.format, theme, _LIGHTS), elements=elements)


def _meaning_frame(scene: NumberScene, words: Sequence[Word], enters: int, complete: int, *, has_lead: bool) -> int:
    """The frame in which the meaning enters: with the number, early enough to be read.

    If a late number is not announced and has no lead-in, its meaning is shown first.
    """
    if not scene.kicker and not has_lead and enters >= _ANNOUNCE_FROM:
        return _FIRST
    ends = frame_at(words[-1].end_s) if words else complete
    return max(enters + _FIRST, min(complete - _FIRST, ends - _READING_FRAMES))


def _counting(scene: NumberScene, words: Sequence[Word]) -> tuple[int, int]:
    """When the counter enters and for how many frames it counts: until the number is spoken, if there is time."""
    spoken = _spoken(scene, words)
    complete = max(spoken, _FIRST + _COUNTING_FAST)
    frames = min(_COUNTING, complete - _FIRST)
    return complete - frames + 1, frames


def _spoken(scene: NumberScene, words: Sequence[Word]) -> int:
    """The frame in which the number is spoken: at the word with its digits, else at the beginning of the line."""
    line_start = line_frames(scene, words).get(0)
    if line_start is None:
        return 0
    number = next(index for index, line in enumerate(scene.lines) if line.reveals == 0)
    first = first_word_indices(scene)[number]
    line = words[first : first + len(split_words(scene.lines[number].text))]
    wanted = significant_digits(f"{abs(scene.value):.12g}")
    with_digits = [word for word in line if significant_digits(word.text)]
    said = next((word for word in with_digits if significant_digits(word.text) == wanted), None)
    said = said or next(iter(with_digits), None)
    if said:
        return frame_at(said.start_s)
    # Spelt out, it is probably spoken some words later, within the line.
    return min(line_start + _COUNTING, frame_at(line[-1].start_s))


def _plan(scene: NumberScene, look: Look) -> _Plan:
    """With the meaning in two parts if it repeats the number and both fit well; else below the number."""
    parts = split_at_number(scene.text, scene.value, scene.unit)
    if parts:
        plan = _plan_of(scene, look, *parts)
        is_cut = plan.lead.is_truncated or plan.meaning.is_truncated
        if not is_cut and plan.height_px <= look.grid.content.height:
            return plan
    return _plan_of(scene, look, "", scene.text)


def _plan_of(scene: NumberScene, look: Look, lead_text: str, text: str) -> _Plan:
    grid = look.grid
    digits, beside = fit_digits(scene, look, _BESIDE)
    width = _width(look)
    label = kicker(scene.kicker, look, width_px=width)
    source = source_line(scene.source, look, width_px=width)
    lead = fit_text(lead_text, ITEM, _MEANING_SIZES, look, width_px=width, max_lines=2)
    lead_top = digits_top = 0
    if label.lines:
        lead_top = digits_top = label.height_px + grid.px(_KICKER_TO_LEAD if lead.lines else _BELOW_KICKER)
    if lead.lines:
        digits_top = lead_top + lead.height_px + grid.px(_BELOW_LEAD)
    above = digits_top + digits.cap_px + digits.descent_px
    below = grid.px(_BELOW_MEANING) + source.height_px if source.lines else 0
    room = grid.content.height - above - grid.px(_BELOW_FIGURE) - below - grid.px(32)
    meaning = fit_text(text, ITEM, _MEANING_SIZES, look, width_px=width, height_px=room, max_lines=3)
    above += grid.px(_BELOW_FIGURE) if meaning.lines or source.lines else 0
    return _Plan(
        label=label,
        lead=lead,
        digits=digits,
        meaning=meaning,
        source=source,
        beside=beside,
        lead_top_px=lead_top,
        digits_top_px=digits_top,
        height_px=above + meaning.height_px + below,
    )


def _width(look: Look) -> int:
    return look.grid.columns(_BESIDE)


def _ring_or_motif(scene: NumberScene, plan: _Plan, look: Look, *, top: int, counts: Motion) -> Sequence[Element]:
    """What is beside the number: a ring filled while it counts, or a motif."""
    grid, content = look.grid, look.grid.content
    if grid.is_stacked:
        side = min(plan.digits.cap_px, content.width - plan.digits.width_px - grid.px(_BESIDE_DIGITS))
        if not _is_percentage(scene) or side < _SMALLEST_RING * plan.digits.cap_px:
            return corner_motif(look, above=top)
        centre = (content.right - side // 2, top + plan.digits_top_px + plan.digits.cap_px - side // 2)
        return share_ring(scene.value / 100, look, side_px=side, centre=centre, motion=counts)
    if not plan.beside:
        return []
    if _is_percentage(scene):
        side = grid.px(_RING)
        centre = (content.right - side // 2, content.centre_y)
        return share_ring(scene.value / 100, look, side_px=side, centre=centre, motion=counts)
    return [edge_motif(look)]


def _is_percentage(scene: NumberScene) -> bool:
    return scene.unit.strip() in {"%", "٪"} and 0 < scene.value <= 100
