"""A picture as cameras, phones and browsers leave it -> upright, in sRGB, at most 4,096 pixels wide or high.

The first picture of several (GIF, WebP, phones' pairs). What shows through stays so; a margin of nothing is cut off.
"""

from __future__ import annotations

import hashlib
import io
import struct
import warnings
import zlib
from pathlib import Path
from typing import NamedTuple

from PIL import Image, ImageCms, ImageOps

from pipeline.errors import InputError
from pipeline.files import read_head
from pipeline.pictures.formats import MOST_BYTES, kind_of, suffix_hint
from pipeline.pictures.saliency import focal_point, subject_of
from pipeline.pictures.vector import draw_svg, is_svg

# A file of a few kilobytes may say it has a billion pixels. Those of a JPEG need not all be decoded.
_MOST_PIXELS = {"JPEG": 160_000_000}
_MOST_PIXELS_OF_OTHERS = 50_000_000
# What a film of 3,840 pixels can show, and a little to move in; and what is too small to be shown.
_LARGEST_PX, _SMALLEST_PX = 4096, 64
_QUALITY = 93
# What Pillow raises for files that are not what they say they are.
BROKEN = (
    OSError,
    SyntaxError,
    ValueError,
    EOFError,
    TypeError,
    ArithmeticError,
    LookupError,
    struct.error,
    zlib.error,
)
_FOCUS_PX = 512


class Examined(NamedTuple):
    """What there is to know about a prepared picture."""

    sha256: str
    width_px: int
    height_px: int
    focus: tuple[float, float]
    subject: tuple[float, float, float, float]
    has_alpha: bool


def prepare(source: Path, path: Path, *, name: str) -> None:
    """Write the picture in `source` to `path`: a JPEG, or a PNG if anything shows through it.

    Raises `InputError`, about a picture called `name`, for what is no picture, is broken, too large or too small, and
    `MissingToolError` for a drawing that nothing here can draw.
    """
    data = read_head(source, MOST_BYTES + 1)
    if len(data) > MOST_BYTES:
        raise too_heavy(name)
    if is_svg(data):
        data = draw_svg(data, name=name)
    kind = kind_of(data)
    if kind is None:
        what, hint = suffix_hint(data)
        raise InputError(what, where=name, hint=hint)
    try:
        # Pillow warns of what is refused here.
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            image = _decoded(data, kind, name)
    except (Image.DecompressionBombError, MemoryError) as error:
        raise too_many(name) from error
    except BROKEN as error:
        raise broken(name) from error
    if kind == "JPEG":
        from pipeline.media.pictures.jpeg import is_intact  # noqa: PLC0415 - FFmpeg, which a glance does without

        if not is_intact(data):
            raise damaged(name)
    _check_smallest(*image.size, name)
    if image.mode == "RGBA":
        image.save(path, "PNG", compress_level=3)
    else:
        image.save(path, "JPEG", quality=_QUALITY, subsampling=0)


def examine(path: Path) -> Examined:
    """Size, contents, focal point and subject of a prepared picture."""
    with Image.open(path, formats=("JPEG", "PNG")) as image:
        width, height = image.size
        image.draft("RGB", (_FOCUS_PX, _FOCUS_PX))
        image.thumbnail((_FOCUS_PX, _FOCUS_PX))
        focus, subject, has_alpha = focal_point(image), subject_of(image), image.mode == "RGBA"
    return Examined(hashlib.sha256(path.read_bytes()).hexdigest(), width, height, focus, subject, has_alpha)


def check_size(width_px: int, height_px: int, *, kind: str, name: str) -> None:
    """Raise `InputError` for a picture that says it has more pixels than are decoded, or too few to be shown."""
    if width_px * height_px > _MOST_PIXELS.get(kind, _MOST_PIXELS_OF_OTHERS):
        raise too_many(name)
    _check_smallest(width_px, height_px, name)


def _check_smallest(width_px: int, height_px: int, name: str) -> None:
    if min(width_px, height_px) < _SMALLEST_PX:
        told = f"{width_px} by {height_px} pixels are too few to be shown"
        raise InputError(told, where=name, hint="Find a larger one, 1,600 pixels wide or more")


def too_many(name: str) -> InputError:
    """For one with more pixels than are decoded."""
    return InputError("has too many pixels", where=name, hint="Make it smaller: 4,000 pixels wide are enough")


def too_heavy(name: str) -> InputError:
    """For a larger file than cameras make."""
    return InputError(f"has more than {MOST_BYTES // 1024**2} MB", where=name, hint="Make it smaller")


def broken(name: str) -> InputError:
    """For one that begins as a picture, and is none."""
    return InputError("is broken: it can't be decoded", where=name, hint="Open it, and save it again")


def damaged(name: str) -> InputError:
    """For one that can be decoded, but not to what it was."""
    hint = "Take the original, or fetch it again; if it looks as it should, open it and save it again"
    return InputError(
        "is damaged in its middle: colours would be false, or parts in the wrong place", where=name, hint=hint
    )


def _decoded(data: bytes, kind: str, name: str) -> Image.Image:
    """Mode RGB, or RGBA if anything shows through."""
    with Image.open(io.BytesIO(data), formats=(kind,)) as image:
        check_size(*image.size, kind=kind, name=name)
        if kind == "JPEG":
            # Decoded at a half, a quarter or an eighth where that is more than enough.
            image.draft(None, (_LARGEST_PX, _LARGEST_PX))
        image.load()
        profile = image.info.get("icc_profile")
        upright = _upright(image)
        plain = _in_rgb(upright)
        if plain.mode == "RGBA" and plain.getchannel("A").getextrema()[0] == 255:
            plain = plain.convert("RGB")
        if plain.mode == "RGBA":
            box = plain.getchannel("A").getbbox()
            if box is None:
                hint = "Save it with a background, or find another one"
                raise InputError("is transparent all over: there is nothing to see", where=name, hint=hint)
            plain = plain.crop(box)
        plain.thumbnail((_LARGEST_PX, _LARGEST_PX), Image.Resampling.LANCZOS)
        return _in_srgb(plain, profile if upright.mode in {"RGB", "RGBA"} else None)


def _upright(image: Image.Image) -> Image.Image:
    """As the camera was held; as it lies where what the file says of that can't be read, or set down again."""
    try:
        return ImageOps.exif_transpose(image)
    except BROKEN:
        return image


def _in_rgb(image: Image.Image) -> Image.Image:
    """Whatever the mode was: palettes, greys, sixteen bits, printing inks."""
    if image.mode.startswith("I;16"):
        image = image.point(lambda level: level / 256).convert("L")
    if image.mode == "CMYK" and image.info.get("icc_profile"):
        converted = _converted(image, image.info["icc_profile"])
        return converted or image.convert("RGB")
    if image.mode in {"RGBA", "LA", "PA", "La", "RGBa"} or "transparency" in image.info:
        return image.convert("RGBA")
    return image.convert("RGB")


def _in_srgb(image: Image.Image, profile: bytes | None) -> Image.Image:
    if not profile:
        return image
    return _converted(image, profile) or image


def _converted(image: Image.Image, profile: bytes) -> Image.Image | None:
    """In sRGB; None: the profile is none, or one for other colours."""
    try:
        theirs = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        mode = "RGBA" if image.mode == "RGBA" else "RGB"
        return ImageCms.profileToProfile(image, theirs, ImageCms.createProfile("sRGB"), outputMode=mode)
    except (ImageCms.PyCMSError, OSError, ValueError, TypeError):
        return None
