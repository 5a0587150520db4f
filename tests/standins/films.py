"""Small films made by the real encoder: a second of 320x180 takes some milliseconds."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from pipeline.assembly import EncoderPlan, encode_segment, join_segments
from pipeline.media.pictures.encode import Drawn
from pipeline.media.sound.audio import write_wav
from pipeline.media.sound.loudness import normalise_loudness
from pipeline.model import (
    SCENE_QUANTUM_SAMPLES,
    Cue,
    Package,
    Segment,
    Subtitles,
    VideoFormat,
    Word,
)
from pipeline.rendering.motion.ycbcr import Picture
from pipeline.subtitles import to_srt, to_vtt

SMALL = VideoFormat(width_px=320, height_px=180)
PLAN = EncoderPlan()
SILENT_EDGE_SAMPLES = 2_400


def voice(quanta: int, *, seed: int = 0) -> NDArray[np.float32]:
    """Sound with the spectrum of speech, `quanta` scene quanta long, at -15 LUFS, silent for 50 ms at both ends."""
    samples = quanta * SCENE_QUANTUM_SAMPLES
    noise = np.random.default_rng(seed).normal(size=samples)
    spectrum = np.fft.rfft(noise)
    frequency_hz = np.fft.rfftfreq(samples, 1 / 48_000)
    spectrum *= np.exp(-(((np.log2(np.maximum(frequency_hz, 1)) - np.log2(500)) / 1.2) ** 2))
    wave = np.fft.irfft(spectrum, samples)
    wave[:SILENT_EDGE_SAMPLES] = wave[-SILENT_EDGE_SAMPLES:] = 0
    stereo = np.repeat((wave / np.abs(wave).max())[:, None], 2, axis=1).astype(np.float32)
    return normalise_loudness(stereo)[0]


def card(picture: Image.Image, hold: int) -> Drawn:
    """A picture without any reference, held for so many frames."""
    return Picture.of(picture), hold, ((0, 0, picture.width, picture.height),)


def cards(frames: int, video_format: VideoFormat = SMALL, *, hold: int = 4, hue: int = 40) -> list[Drawn]:
    """Pictures with a growing bar, each held for `hold` frames, together `frames` long."""
    width, height = video_format.width_px, video_format.height_px
    pictures = []
    for at in range(0, frames, hold):
        picture = Image.new("RGB", (width, height), (12, 16, hue))
        bar = (width // 10, height // 3, width // 10 + 1 + at * width // (2 * frames), height // 2)
        ImageDraw.Draw(picture).rectangle(bar, fill=(240, 240, 250))
        pictures.append(card(picture, min(hold, frames - at)))
    return pictures


def make_segment(
    folder: Path,
    name: str,
    *,
    sound: NDArray[np.float32],
    frames: Sequence[Drawn] | None = None,
    video_format: VideoFormat = SMALL,
    encoder: EncoderPlan = PLAN,
) -> Segment:
    """The segment `name`.mp4 in `folder`, with its clip beside it."""
    clip = folder / f"{name}.wav"
    write_wav(clip, sound)
    length = video_format.frames_of(len(sound))
    encode_segment(
        cards(length, video_format) if frames is None else frames,
        clip=clip,
        samples=len(sound),
        path=folder / f"{name}.mp4",
        video_format=video_format,
        encoder=encoder,
    )
    return Segment(path=folder / f"{name}.mp4", frames=length)


def make_film(folder: Path, *, lengths: Sequence[int] = (3, 4)) -> Path:
    """film.mp4 in `folder`, with scenes of `lengths` scene quanta."""
    segments = [
        make_segment(folder, f"scene-{number}", sound=voice(quanta, seed=number))
        for number, quanta in enumerate(lengths)
    ]
    join_segments(segments, path=folder / "film.mp4", title="A small film")
    return folder / "film.mp4"


def spoken_cue(text: str, start_s: float, end_s: float) -> Cue:
    """A cue with the lines of `text`, one word each."""
    lines = tuple((Word(text=line, start_s=start_s, end_s=end_s),) for line in text.split("\n"))
    return Cue(start_s=start_s, end_s=end_s, lines=lines)


def make_package(folder: Path, video: Path, subtitles: Subtitles, lengths: Sequence[int]) -> Package:
    """`video`, and the files delivered beside it in `folder`; `lengths` are the samples of each scene."""
    package = Package(
        video=video,
        srt=folder / "film.srt",
        vtt=folder / "film.vtt",
        thumbnail=folder / "film.jpg",
        metadata=folder / "film.json",
    )
    package.srt.write_text(to_srt(subtitles, lengths), encoding="utf-8")
    package.vtt.write_text(to_vtt(subtitles, lengths), encoding="utf-8")
    Image.linear_gradient("L").resize((1280, 720)).convert("RGB").save(package.thumbnail, "JPEG")
    package.metadata.write_text('{"title": "A small film"}', encoding="utf-8")
    return package
