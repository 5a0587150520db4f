"""Painted pictures: a coast at dusk, a lighthouse (portrait), a cut-out shoe, a white wall."""

from __future__ import annotations

import io
import struct
import zlib
from functools import cache
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFilter

from pipeline.model import Still
from pipeline.pictures import examine_picture, prepare_picture
from tests.standins.shared_folder import shared_folder

# The name used in scenes.
PHOTO = "photo.jpg"


def coast(width: int = 1800, height: int = 1200) -> Image.Image:
    """A sky from blue to orange, a sun at the right, three ridges and the sea."""
    y = np.linspace(0, 1, height)[:, None, None]
    top, low = np.array([38, 58, 110.0]), np.array([248, 176, 110.0])
    sky = np.broadcast_to(top + (low - top) * np.clip(y / 0.62, 0, 1) ** 1.4, (height, width, 3)).copy()
    image = Image.fromarray(sky.astype(np.uint8))
    draw = ImageDraw.Draw(image)
    x, at, r = 0.72 * width, 0.48 * height, 0.06 * height
    draw.ellipse((x - r, at - r, x + r, at + r), fill=(255, 240, 205))
    image = image.filter(ImageFilter.GaussianBlur(2))
    draw = ImageDraw.Draw(image)
    for number, (base, colour) in enumerate(((0.58, (118, 88, 112)), (0.64, (76, 60, 88)), (0.70, (38, 36, 60)))):
        along = np.linspace(0, 1, 120)
        wave = np.sin(along * (7 + 3 * number) + 1.7 * number) * 0.03 + np.sin(along * 23 + number) * 0.012
        ridge = [(a * width, (base + w) * height) for a, w in zip(along, wave, strict=True)]
        draw.polygon([(0, height), *ridge, (width, height)], fill=colour)
    draw.rectangle((0, 0.78 * height, width, height), fill=(24, 34, 62))
    for number in range(40):
        line = 0.785 * height + number**1.5 * height * 0.0009
        spread = 0.02 * width + number * 0.004 * width
        draw.line((x - spread, line, x + spread * 0.8, line), fill=(236, 176, 128), width=max(1, number // 8))
    return image


def png_of(width: int, height: int) -> bytes:
    """A PNG of a few bytes that claims to have this size."""
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    chunks = [(b"IHDR", head), (b"IDAT", zlib.compress(b"\0" * 100)), (b"IEND", b"")]
    body = b"".join(
        struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data)) for name, data in chunks
    )
    return b"\x89PNG\r\n\x1a\n" + body


def write_hostile(folder: Path) -> None:
    """bomb.png (3.6 billion pixels), page.png (HTML), torn.jpg (truncated) and dot.png (one pixel)."""
    (folder / "bomb.png").write_bytes(png_of(60_000, 60_000))
    (folder / "page.png").write_bytes(b"<!doctype html><title>Sign in</title>")
    (folder / "dot.png").write_bytes(png_of(1, 1))
    whole = io.BytesIO()
    coast(400, 260).save(whole, "JPEG")
    (folder / "torn.jpg").write_bytes(whole.getvalue()[: whole.tell() // 2])


def lighthouse(width: int = 900, height: int = 1350) -> Image.Image:
    """A red and white tower at the left third, a boat far away."""
    image = coast(height, height).crop((0, 0, width, height)).point(lambda level: min(255, round(level * 1.12)))
    draw = ImageDraw.Draw(image)
    x, wide, top, foot = 0.36 * width, 0.07 * width, 0.24 * height, 0.80 * height
    for number in range(7):
        upper, lower = (top + (foot - top) * (number + end) / 7 for end in (0, 1))
        fill = (206, 52, 44) if number % 2 else (248, 244, 236)
        grow = wide * (0.7 + 0.06 * number)
        draw.polygon(
            [(x - grow, upper), (x + grow, upper), (x + grow * 1.06, lower), (x - grow * 1.06, lower)], fill=fill
        )
    draw.rectangle((x - wide * 0.6, top - 0.05 * height, x + wide * 0.6, top), fill=(255, 220, 130))
    draw.polygon(
        [(x - wide, top - 0.05 * height), (x, top - 0.09 * height), (x + wide, top - 0.05 * height)], fill=(60, 30, 40)
    )
    return image


def shoe(width: int = 1200, height: int = 800) -> Image.Image:
    """Mode RGBA, on transparent ground."""
    image = Image.new("RGBA", (width * 2, height * 2))
    draw = ImageDraw.Draw(image)
    w, h = width * 2, height * 2
    body = [
        (0.08, 0.70),
        (0.14, 0.52),
        (0.34, 0.38),
        (0.44, 0.22),
        (0.52, 0.24),
        (0.62, 0.42),
        (0.90, 0.52),
        (0.94, 0.70),
    ]
    draw.polygon([(a * w, b * h) for a, b in body], fill=(0, 112, 116, 255))
    draw.rounded_rectangle((0.07 * w, 0.69 * h, 0.95 * w, 0.79 * h), radius=0.05 * h, fill=(244, 244, 240, 255))
    for number in range(3):
        a = 0.46 + 0.05 * number
        draw.line(
            (a * w, (0.34 + 0.06 * number) * h, (a + 0.07) * w, (0.38 + 0.06 * number) * h), fill=(255,) * 4, width=22
        )
    return image.resize((width, height), Image.Resampling.LANCZOS)


def wall(width: int = 1600, height: int = 1000) -> Image.Image:
    """The brightest possible picture: the hardest background for light text."""
    return Image.new("RGB", (width, height), (255, 255, 255))


def still_of(image: Image.Image, folder: Path, name: str, *, credit: str = "") -> Still:
    """A picture prepared for a film, below `folder`."""
    source, path = folder / f"{name}.png", folder / f"{name}.still"
    image.save(source)
    prepare_picture(source, path, name)
    seen = examine_picture(path)
    return Still(
        name=name,
        path=path,
        sha256=seen.sha256,
        width_px=seen.width_px,
        height_px=seen.height_px,
        focus=seen.focus,
        subject=seen.subject,
        credit=credit,
        has_alpha=seen.has_alpha,
    )


@cache
def photo_of_tests() -> Still:
    """The picture in scenes of `typical` and in random scenes."""
    return still_of(coast(), shared_folder("photo"), PHOTO, credit="Anna Beer")


@cache
def mirrored_photo_of_tests() -> Still:
    """The picture mirrored, under the same name."""
    image = coast().transpose(Image.Transpose.FLIP_LEFT_RIGHT)
    return still_of(image, shared_folder("mirrored"), PHOTO, credit="Anna Beer")
