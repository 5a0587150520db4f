"""A scene played: laid out, moved, with its captions over it and its transition before it."""

from __future__ import annotations

from collections.abc import Iterator

from pipeline.model import Cue, Scene, Transition, Word
from pipeline.rendering import captions, layouts
from pipeline.rendering.look import Frame, Look
from pipeline.rendering.motion import bursts, timeline, transitions


def draw_scene(
    scene: Scene,
    *,
    words: tuple[Word, ...],
    cues: tuple[Cue, ...],
    frames: int,
    look: Look,
    after: Scene | None = None,
    transition: Transition = "cut",
    opens: bool = False,
) -> Iterator[Frame]:
    """The different pictures of a scene, each with its hold; the holds add up to `frames` at the look's rate.

    `words` are the timed words of the scene's narration and say when items appear; `cues` are drawn as captions if
    the look asks for it. Neighbouring frames differ. All frames share one picture that is drawn on in place: each is
    valid until the next is asked for. The same arguments and fonts give the same pixels. With a `transition`, the scene
    comes from the last picture of the scene `after` which it stands, without its captions. One that `opens` a film has
    begun before its first picture, which players and feeds show while nothing plays.
    """
    composition = layouts.lay_out(scene, words, look)
    if look.manner.amount == "none":
        composition = bursts.in_bursts(composition, timeline.motion_frames(frames, look.format.frame_rate))
    elif opens:
        composition = bursts.begun(composition)
    overlay = captions.captions(cues, look, on_picture=composition.is_picture)
    rate = look.format.frame_rate
    played = timeline.play(composition.under(overlay), frames, frame_rate=rate)
    if after is None or transition == "cut":
        yield from played
        return
    before = timeline.last_picture(layouts.lay_out(after, (), look))
    stage = timeline.play(composition.stage(), frames, frame_rate=rate)
    mirrored = look.right_to_left
    yield from transitions.entering(played, before, transition, frame_rate=rate, right_to_left=mirrored, stage=stage)
