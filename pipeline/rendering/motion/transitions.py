"""Transitions: the first frames of a scene, mixed with the last picture of the scene before.

They last a third of a second, in which every frame differs. A cut costs nothing and is the default. A fade passes
through the new scene's stage, the scene before anything enters: what was there is gone when something new appears, so
no texts overlap.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from PIL import Image

from pipeline.model import Transition
from pipeline.rendering.grid import Box
from pipeline.rendering.look import Frame
from pipeline.rendering.motion.animation import ease_out
from pipeline.rendering.motion.ycbcr import Picture

# Editors use 300 to 400 ms.
_DURATION_S = 0.35
# The share of a fade in which the old scene fades out.
_FADE_OUT_SHARE = 0.5
# Width of a wipe's soft edge, relative to the picture.
_WIPE_EDGE = 0.12


def transition_in(
    frames: Iterable[Frame],
    before: Picture,
    kind: Transition,
    *,
    frame_rate: int,
    right_to_left: bool,
    stage: Iterable[Frame] = (),
) -> Iterator[Frame]:
    """The frames of a scene, the first of them in transition from the picture `before`; the length stays the same.

    `stage` are the frames of the scene without what enters; only a fade needs them.
    """
    count = 0 if kind == "cut" else round(_DURATION_S * frame_rate)
    stages = (each.picture for each in stage for _ in range(each.hold))
    screen = Box(0, 0, *before.size)
    shown, is_mixed = 0, False
    for frame in frames:
        hold = frame.hold
        while shown < count and hold:
            shown += 1
            if kind == "fade":
                mixed = _fade(before, next(stages, frame.picture), frame.picture, shown, count)
            else:
                # `count + 1`: the last mixed frame is not yet the scene itself.
                amount = ease_out(shown / (count + 1))
                mixed = _slide_or_wipe(before, frame.picture, kind, amount, right_to_left=right_to_left)
            yield Frame(mixed, 1, (screen,))
            hold, is_mixed = hold - 1, True
        if hold:
            # After the last mixed frame the whole picture changes.
            yield Frame(frame.picture, hold, (screen,) if is_mixed else frame.changed)
            is_mixed = False


def _fade(before: Picture, stage: Picture, now: Picture, shown: int, count: int) -> Picture:
    """Picture number `shown` of `count` of a fade: first out to the stage, then in."""
    fade_out = round(_FADE_OUT_SHARE * count)
    if shown <= fade_out:
        # Accelerating: encoders leave ghosts of what fades out in small steps.
        return _blend(before, stage, (shown / fade_out) ** 2)
    return _blend(stage, now, ease_out((shown - fade_out) / (count - fade_out + 1)))


def _blend(one: Picture, other: Picture, amount: float) -> Picture:
    return Picture(*(Image.blend(old, new, amount) for old, new in zip(one, other, strict=True)))


def _slide_or_wipe(before: Picture, now: Picture, kind: Transition, amount: float, *, right_to_left: bool) -> Picture:
    """A slide or a wipe at `amount` of the way, 0 to 1."""
    if kind == "slide":
        return Picture(*(_slide(old, new, amount, right_to_left) for old, new in zip(before, now, strict=True)))
    masks = [_wipe_mask(plane.size, amount, right_to_left) for plane in now]
    return Picture(*(Image.composite(new, old, mask) for old, new, mask in zip(before, now, masks, strict=True)))


def _slide(old: Image.Image, new: Image.Image, amount: float, right_to_left: bool) -> Image.Image:  # noqa: FBT001 - a direction
    """The new picture pushes the old one out, against the reading direction."""
    width = old.width
    whole = round(amount * 480) * width // 480
    shift = whole if not right_to_left else -whole
    made = Image.new("L", old.size)
    made.paste(old, (-shift, 0))
    made.paste(new, (width - shift if shift >= 0 else -width - shift, 0))
    return made


def _wipe_mask(size: tuple[int, int], amount: float, right_to_left: bool) -> Image.Image:  # noqa: FBT001 - a direction
    """Where the new picture is already visible: a soft front that moves in the reading direction."""
    width, height = size
    at = amount * (1 + _WIPE_EDGE) * width
    levels = [
        round(255 * min(1.0, max(0.0, (at - (width - 1 - x if right_to_left else x)) / (_WIPE_EDGE * width))))
        for x in range(width)
    ]
    row = Image.new("L", (width, 1))
    row.putdata(levels)
    return row.resize((width, height), Image.Resampling.NEAREST)
