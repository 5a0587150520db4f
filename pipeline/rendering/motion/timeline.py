"""Playing a composition: from poses to distinct frames with holds, and from spoken words to frame numbers."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from pipeline.model import Scene, Word, first_word_indices
from pipeline.rendering.grid import Box
from pipeline.rendering.look import Frame
from pipeline.rendering.motion.animation import AT_REST, MOTION_RATE
from pipeline.rendering.motion.canvas import Canvas
from pipeline.rendering.motion.composition import Composition
from pipeline.rendering.motion.ycbcr import Picture

# When items appear that no line mentions, and their stagger, in frames.
_UNMENTIONED_AT, _UNMENTIONED_STAGGER = 12, 5


def play(composition: Composition, frames: int, *, frame_rate: int = MOTION_RATE) -> Iterator[Frame]:
    """The distinct pictures of a scene with their holds, which add up to `frames`.

    At another rate than that of animations, a picture shows the state at its own time, between two animation frames.
    All frames share one picture: each is valid only until the next is requested.
    """
    canvas = Canvas(composition.ground(), composition.elements)
    hold = 0
    changed: tuple[Box, ...] = (canvas.screen,)
    for frame in range(frames):
        at = frame * MOTION_RATE / frame_rate
        patches = canvas.advance(at)
        if patches and hold:
            yield Frame(canvas.picture, hold, changed)
            hold, changed = 0, tuple(box for _, box in patches)
        canvas.apply(patches)
        hold += 1
        if at >= canvas.rests_from:
            hold += frames - frame - 1
            break
    if hold:
        yield Frame(canvas.picture, hold, changed)


def motion_frames(frames: int, frame_rate: int) -> int:
    """`frames` film frames in animation frames, rounded up."""
    return -(-frames * MOTION_RATE // frame_rate)


def last_picture(composition: Composition) -> Picture:
    """The scene with everything at rest."""
    canvas = Canvas(composition.ground(), composition.elements)
    canvas.apply(canvas.advance(AT_REST))
    return canvas.picture


def frame_at(time_s: float) -> int:
    """The animation frame at a time, rounded to the nearest."""
    return max(0, int(time_s * MOTION_RATE + 0.5))


def item_frames(scene: Scene, words: Sequence[Word], count: int) -> tuple[int, ...]:
    """The frame in which each of `count` items appears: when its line begins, or soon after the previous item."""
    spoken = line_frames(scene, words)
    frames: list[int] = []
    for item in range(count):
        earliest = frames[-1] + _UNMENTIONED_STAGGER if frames else 0
        unspoken = max(earliest, _UNMENTIONED_AT)
        frames.append(max(earliest, spoken.get(item, unspoken)))
    return tuple(frames)


def line_frames(scene: Scene, words: Sequence[Word]) -> dict[int, int]:
    """By item number that a line reveals, the frame in which the line begins to be spoken."""
    frames: dict[int, int] = {}
    for number, start in line_starts(scene, words).items():
        reveals = scene.lines[number].reveals
        if reveals is not None:
            frames.setdefault(reveals, start)
    return frames


def line_starts(scene: Scene, words: Sequence[Word]) -> dict[int, int]:
    """By line number from 0, the frame in which the line begins to be spoken; lines not spoken are missing."""
    firsts = enumerate(first_word_indices(scene))
    return {number: frame_at(words[first].start_s) for number, first in firsts if first < len(words)}
