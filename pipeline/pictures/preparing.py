"""A picture from a camera, phone or browser -> upright, sRGB, at most 4,096 pixels wide or high.

The first frame of several (GIF, WebP, phones' pairs). Transparency is kept; a transparent margin is cropped.
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
from pipeline.pictures.formats import MOST_BYTES, describe_unsupported, detect_format
from pipeline.pictures.saliency import focal_point, subject_of
from pipeline.pictures.vector import draw_svg, is_svg

# A file of a few kilobytes may claim a billion pixels. JPEGs can be decoded at reduced size.
_MOST_PIXELS = {"JPEG": 160_000_000}
_MOST_PIXELS_OF_OTHERS = 50_000_000
# The largest useful size for a film of 3,840 pixels with some motion; and the smallest that can be shown.
_LARGEST_PX, _SMALLEST_PX = 4096, 64
_QUALITY = 93
# Exceptions by Pillow for files that are not what they claim to be.
DECODE_ERRORS = (
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
    """Properties of a prepared picture."""

    sha256: str
    width_px: int
    height_px: int
    focus: tuple[float, float]
    subject: tuple[float, float, float, float]
    has_alpha: bool


def prepare(source: Path, path: Path, *, name: str) -> None:
    """Write the picture in `source` to `path`: a JPEG, or a PNG if it has transparency.

    Raises `InputError`, about a picture called `name`, for a file that is no picture, damaged, too large or too small,
    and `MissingToolError` for an SVG when no renderer is installed.
    """
    data = read_head(source, MOST_BYTES + 1)
    if len(data) > MOST_BYTES:
        raise file_too_large(name)
    if is_svg(data):
        data = draw_svg(data, name=name)
    kind = detect_format(data)
    if kind is None:
        what, hint = describe_unsupported(data)
        raise InputError(what, where=name, hint=hint)
    try:
        # Pillow also warns about pictures that are refused here.
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            image = _decoded(data, kind, name)
    except (Image.DecompressionBombError, MemoryError) as error:
        raise too_many_pixels(name) from error
    except DECODE_ERRORS as error:
        raise undecodable(name) from error
    if kind == "JPEG":
        from pipeline.media.pictures.jpeg import is_intact  # noqa: PLC0415 - FFmpeg, which the precheck does without

        if not is_intact(data):
            what = "is damaged in the middle: colours would be wrong, or parts out of place"
            hint = "Use the original, or download it again; if it looks right, open it and save it again"
            raise InputError(what, where=name, hint=hint)
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
    """Raise `InputError` for a picture that claims too many pixels to decode, or too few to show."""
    if width_px * height_px > _MOST_PIXELS.get(kind, _MOST_PIXELS_OF_OTHERS):
        raise too_many_pixels(name)
    _check_smallest(width_px, height_px, name)


def _check_smallest(width_px: int, height_px: int, name: str) -> None:
    if min(width_px, height_px) < _SMALLEST_PX:
        message = f"{width_px} by {height_px} pixels is too small"
        raise InputError(message, where=name, hint="Use a larger one, 1,600 pixels wide or more")


def too_many_pixels(name: str) -> InputError:
    """The error for too many pixels."""
    return InputError("has too many pixels", where=name, hint="Make it smaller: a width of 4,000 pixels is enough")


def file_too_large(name: str) -> InputError:
    """The error for a file larger than any camera's."""
    return InputError(f"has more than {MOST_BYTES // 1024**2} MB", where=name, hint="Make it smaller")


def undecodable(name: str) -> InputError:
    """The error for a file that starts like a picture, but is none."""
    return InputError("is damaged: it can't be decoded", where=name, hint="Open it, and save it again")


def _decoded(data: bytes, kind: str, name: str) -> Image.Image:
    """Mode RGB, or RGBA if it has transparency."""
    with Image.open(io.BytesIO(data), formats=(kind,)) as image:
        check_size(*image.size, kind=kind, name=name)
        if kind == "JPEG":
            # Decoded at a half, a quarter or an eighth of its size where that is enough.
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
                hint = "Save it with a background, or use another one"
                raise InputError("is completely transparent", where=name, hint=hint)
            plain = plain.crop(box)
        plain.thumbnail((_LARGEST_PX, _LARGEST_PX), Image.Resampling.LANCZOS)
        if not profile or upright.mode not in {"RGB", "RGBA"}:
            return plain
        return _converted(plain, profile) or plain


def _upright(image: Image.Image) -> Image.Image:
    """Rotated by its EXIF orientation; unchanged if that can't be parsed or written back."""
    try:
        return ImageOps.exif_transpose(image)
    except DECODE_ERRORS:
        return image


def _in_rgb(image: Image.Image) -> Image.Image:
    """Convert any mode: palettes, greys, sixteen bits, CMYK."""
    if image.mode.startswith("I;16"):
        image = image.point(lambda level: level / 256).convert("L")
    if image.mode == "CMYK" and image.info.get("icc_profile"):
        return _converted(image, image.info["icc_profile"]) or image.convert("RGB")
    if image.mode in {"RGBA", "LA", "PA", "La", "RGBa"} or "transparency" in image.info:
        return image.convert("RGBA")
    return image.convert("RGB")


def _converted(image: Image.Image, profile: bytes) -> Image.Image | None:
    """Converted to sRGB; None if the profile is invalid, or for another colour model."""
    try:
        embedded = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        mode = "RGBA" if image.mode == "RGBA" else "RGB"
        return ImageCms.profileToProfile(image, embedded, ImageCms.createProfile("sRGB"), outputMode=mode)
    except (ImageCms.PyCMSError, OSError, ValueError, TypeError):
        return None
