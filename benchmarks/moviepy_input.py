"""The input for `moviepy_film.py`, to make the same film: pictures, captions, sound, and their times.

`card-1.png` and so on are the scenes at rest, without captions; `cap-01.png` and so on are the captions, cropped, on a
transparent background; `sound.wav` is the narration of the whole film; `film.json` has sizes, file names and times in
seconds.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from itertools import accumulate
from pathlib import Path

import numpy as np
from PIL import Image

from pipeline.media.sound.audio import read_wav, write_wav
from pipeline.orchestrator.film.segments import SegmentTask
from pipeline.rendering import draw_scene
from pipeline.rendering.captions import CaptionElement, captions
from pipeline.rendering.motion.animation import MOTION_RATE
from pipeline.theme.theme import Theme


def write_moviepy_input(tasks: Sequence[SegmentTask], folder: Path) -> None:
    """Write everything to `folder`, which must not exist."""
    folder.mkdir()
    look = tasks[0].look
    rate = look.format.frame_rate
    starts_s = [start / rate for start in accumulate((task.frames for task in tasks), initial=0)]
    cards = [
        {"file": _card(task, folder / f"card-{number}.png"), "duration_s": task.frames / rate}
        for number, task in enumerate(tasks, start=1)
    ]
    shown = [
        (start_s, element)
        for start_s, task in zip(starts_s, tasks, strict=False)
        for element in captions(task.cues, look)
    ]
    texts = [
        {
            "file": _caption(element, look.theme, folder / f"cap-{number:02d}.png"),
            "start_s": start_s + element.starts / MOTION_RATE,
            "end_s": start_s + element.ends / MOTION_RATE,
            "left": element.behind[0].left,
            "top": element.behind[0].top,
        }
        for number, (start_s, element) in enumerate(shown, start=1)
    ]
    write_wav(folder / "sound.wav", np.concatenate([read_wav(task.clip.path) for task in tasks]))
    film = {
        "width_px": look.format.width_px,
        "height_px": look.format.height_px,
        "fps": rate,
        "cards": cards,
        "captions": texts,
        "sound": "sound.wav",
    }
    (folder / "film.json").write_text(json.dumps(film, indent=1), encoding="utf-8")


def _card(task: SegmentTask, path: Path) -> str:
    """Write the last picture of the scene: everything is drawn, and nothing moves."""
    frames = draw_scene(task.scene, words=task.clip.words, cues=(), frames=task.frames, look=task.look)
    *_, last = frames
    last.picture.to_rgb().save(path)
    return path.name


def _caption(element: CaptionElement, theme: Theme, path: Path) -> str:
    """Write a caption: its plate and its words, none highlighted."""
    (plate,) = element.behind
    image = _ink(plate.mask, theme.plate)
    for letters in element.letters:
        sprite = letters.plain
        image.alpha_composite(_ink(sprite.mask, theme.text), (sprite.left - plate.left, sprite.top - plate.top))
    image.save(path)
    return path.name


def _ink(mask: Image.Image, name: str) -> Image.Image:
    """A colour with `mask` as its alpha channel."""
    image = Image.new("RGBA", mask.size, name)
    image.putalpha(mask)
    return image
