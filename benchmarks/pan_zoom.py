"""Throughput when every frame differs: pan and zoom over a photograph, drawn and encoded, on all cores.

`python -m benchmarks.pan_zoom` prints frames a second at 1080p, encoder included.
"""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

import numpy as np
from PIL import Image

from pipeline.assembly.plan import EncoderPlan
from pipeline.assembly.segments import encode_segment
from pipeline.media.sound.audio import write_wav
from pipeline.model import SAMPLE_RATE_HZ, VideoFormat
from pipeline.rendering.grid import Box
from pipeline.rendering.look import Frame
from pipeline.rendering.motion.composition import Composition
from pipeline.rendering.motion.pan_zoom import Framing, moving_still
from pipeline.rendering.motion.timeline import play
from pipeline.rendering.motion.ycbcr import Picture

_FRAMES = 160
_AREA = Box(0, 0, 1920, 1080)


def main() -> None:
    """Measure and print."""
    workers = os.cpu_count() or 1
    with tempfile.TemporaryDirectory() as folder, ProcessPoolExecutor(workers, get_context("spawn")) as pool:
        paths = [Path(folder) / f"{number}.mp4" for number in range(workers)]
        list(pool.map(film, paths))  # warm
        start = time.perf_counter()
        list(pool.map(film, paths))
        wall_s = time.perf_counter() - start
    print(f"{workers * _FRAMES / wall_s:.0f} frames/s of 1920x1080 on {workers} cores, {_FRAMES} frames each")


def film(path: Path) -> None:
    """Encode five seconds of a zoom into a photograph."""
    clip = path.with_suffix(".wav")
    samples = _FRAMES * SAMPLE_RATE_HZ // VideoFormat().frame_rate
    write_wav(clip, np.zeros((samples, 2), np.float32))
    encode_segment(_frames(), clip=clip, samples=samples, path=path, video_format=VideoFormat(), encoder=EncoderPlan())


def _frames() -> Iterator[Frame]:
    start, end = Framing(x=0.4, y=0.45), Framing(x=0.62, y=0.55, zoom=1.25)
    still = moving_still(photograph(), _AREA, start=start, end=end, frames=_FRAMES)
    ground = Picture.of(Image.new("RGB", _AREA[2:]))
    return play(Composition(ground=ground, elements=[still]), _FRAMES)


def photograph() -> Image.Image:
    """3000x2000 pixels with detail at every scale, like a photograph: noise that decreases with frequency."""
    random = np.random.default_rng(7)
    field = np.zeros((2000, 3000, 3), np.float32)
    for side in (4, 16, 64, 256, 1024):
        noise = random.random((side, side * 3 // 2, 3), np.float32)
        layers = [Image.fromarray(noise[:, :, n]).resize((3000, 2000), Image.Resampling.BICUBIC) for n in range(3)]
        field += np.stack([np.asarray(layer) for layer in layers], axis=-1) / side**0.5
    return Image.fromarray(np.clip(field * (255 / field.max()), 0, 255).astype(np.uint8))


if __name__ == "__main__":
    main()
