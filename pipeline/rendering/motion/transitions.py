"""From one scene to the next: the first pictures of a scene, on their way from the last picture of the scene before.

A third of a second, in which every picture differs. A cut costs nothing, and is what films have unless it is asked for.
A fade goes by way of the stage of the scene, which is the scene before anything has come: what was there has gone when
that comes, and no words cross.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from PIL import Image

from pipeline.model import Transition
from pipeline.rendering.grid import Box
from pipeline.rendering.look import Frame
from pipeline.rendering.motion.animation import ease_out
from pipeline.rendering.motion.ycbcr import Picture

# 300 to 400 ms, as an editor would.
_LASTS_S = 0.35
# Of a fade, the part in which what was there goes.
_GOES = 0.5
# Soft edge of a wipe, in widths of the picture.
_EDGE = 0.12


def entering(
    frames: Iterable[Frame],
    before: Picture,
    kind: Transition,
    *,
    frame_rate: int,
    right_to_left: bool,
    stage: Iterable[Frame] = (),
) -> Iterator[Frame]:
    """The frames of a scene, the first of them on their way from the picture `before`; as long as before.

    `stage` are those of the scene without what comes, which only a fade looks at.
    """
    count = 0 if kind == "cut" else round(_LASTS_S * frame_rate)
    stages = (each.picture for each in stage for _ in range(each.hold))
    screen = Box(0, 0, *before.size)
    shown, is_mixed = 0, False
    for frame in frames:
        hold = frame.hold
        while shown < count and hold:
            shown += 1
            if kind == "fade":
                mixed = _faded(before, next(stages, frame.picture), frame.picture, shown, count)
            else:
                # The last of them is not yet the scene itself.
                amount = ease_out(shown / (count + 1))
                mixed = _mixed(before, frame.picture, kind, amount, right_to_left=right_to_left)
            yield Frame(mixed, 1, (screen,))
            hold, is_mixed = hold - 1, True
        if hold:
            # After the last mixed one all is new, whatever has moved in the scene itself.
            yield Frame(frame.picture, hold, (screen,) if is_mixed else frame.changed)
            is_mixed = False


def _faded(before: Picture, stage: Picture, now: Picture, shown: int, count: int) -> Picture:
    """The picture number `shown` of `count` of a fade: what was there goes, then what is there now comes."""
    gone = round(_GOES * count)
    if shown <= gone:
        # Faster and faster: of what goes in small steps, an encoder would leave a trace.
        return _blended(before, stage, (shown / gone) ** 2)
    return _blended(stage, now, ease_out((shown - gone) / (count - gone + 1)))


def _blended(one: Picture, other: Picture, amount: float) -> Picture:
    return Picture(*(Image.blend(old, new, amount) for old, new in zip(one, other, strict=True)))


def _mixed(before: Picture, now: Picture, kind: Transition, amount: float, *, right_to_left: bool) -> Picture:
    """`amount` of the way, 0 to 1, of a slide or a wipe."""
    if kind == "slide":
        return Picture(*(_slid(old, new, amount, right_to_left) for old, new in zip(before, now, strict=True)))
    masks = [_front(plane.size, amount, right_to_left) for plane in now]
    return Picture(*(Image.composite(new, old, mask) for old, new, mask in zip(before, now, masks, strict=True)))


def _slid(old: Image.Image, new: Image.Image, amount: float, right_to_left: bool) -> Image.Image:  # noqa: FBT001 - a direction
    """The new picture pushes the old one out, against the direction of reading."""
    width = old.width
    whole = round(amount * 480) * width // 480
    shift = whole if not right_to_left else -whole
    made = Image.new("L", old.size)
    made.paste(old, (-shift, 0))
    made.paste(new, (width - shift if shift >= 0 else -width - shift, 0))
    return made


def _front(size: tuple[int, int], amount: float, right_to_left: bool) -> Image.Image:  # noqa: FBT001 - a direction
    """Where the new picture is already: a soft front that runs in the direction of reading."""
    width, height = size
    at = amount * (1 + _EDGE) * width
    levels = [
        round(255 * min(1.0, max(0.0, (at - (width - 1 - x if right_to_left else x)) / (_EDGE * width))))
        for x in range(width)
    ]
    row = Image.new("L", (width, 1))
    row.putdata(levels)
    return row.resize((width, height), Image.Resampling.NEAREST)
