"""SVG -> PNG, by resvg (extra `svg`): without scripts, network access, or any other file.

An SVG is a program of sorts. External references are removed first; then it is rendered in a separate process with
limited memory and time, because a few lines can request more than any machine has.
"""

from __future__ import annotations

import re
import subprocess
import sys
from codecs import BOM_UTF8
from pathlib import Path
from xml.etree import ElementTree as ET

from pipeline.errors import InputError, MissingToolError
from pipeline.pictures.vector import child

# The longest side of the picture: for a film of 1,920 pixels, with some motion.
_SIDE_PX = 2560
_MOST_CHARS = 5_000_000
_TIME_S = 20.0
_INSIDE = re.compile(r"#|data:image/(?:png|jpe?g|gif|webp)[;,]", re.IGNORECASE)
_SAVE = "Save it as a PNG, about 2,000 pixels wide"
# What may precede the root element: a declaration, comments, and the document type. Matched one after the other, which
# avoids backtracking: with forty comments in one pattern, each could end at any other's end.
_BEFORE = re.compile(
    rb"\s*(?:<\?xml[^>]*\?>|<!--.*?-->|<!DOCTYPE\s+svg\b[^>[]*(?:\[.*?\]\s*)?>)", re.DOTALL | re.IGNORECASE
)
_DRAWING = re.compile(rb"\s*<(?:\w+:)?svg[\s>]", re.IGNORECASE)
_LOOKED_AT = 4096


def is_svg(start: bytes) -> bool:
    """Whether a file with these first bytes is an SVG."""
    start = start[:_LOOKED_AT].removeprefix(BOM_UTF8)
    at = 0
    while before := _BEFORE.match(start, at):
        at = before.end()
    return _DRAWING.match(start, at) is not None


def draw_svg(data: bytes, *, name: str) -> bytes:
    """Render an SVG as a PNG, its longest side 2,560 pixels. Blocks: it waits for a child process.

    Raises `InputError`, about a drawing called `name`, and `MissingToolError` when resvg is not installed.
    """
    command = [sys.executable, "-P", str(Path(child.__file__)), str(_SIDE_PX)]
    try:
        done = subprocess.run(  # noqa: S603 - ourselves
            command, input=_harmless(data, name).encode(), capture_output=True, timeout=_TIME_S, check=False
        )
    except subprocess.TimeoutExpired:
        raise InputError(f"takes longer than {_TIME_S:g} s to draw", where=name, hint=_SAVE) from None
    if done.returncode == child.NO_LIBRARY:
        hint = 'Install the extra: pip install "nightreel[svg]", or save it as a PNG'
        raise MissingToolError("is an SVG, which needs the extra svg", where=name, hint=hint)
    if done.returncode != 0:
        raise InputError("is an SVG that can't be drawn", where=name, hint=_SAVE)
    return done.stdout


def _harmless(data: bytes, name: str) -> str:
    """The drawing without external references and without entities, whose expansion is unbounded."""
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise InputError("is an SVG that is not UTF-8", where=name, hint=_SAVE) from error
    if len(text) > _MOST_CHARS:
        raise InputError(f"is an SVG of more than {_MOST_CHARS // 10**6} MB", where=name, hint=_SAVE)
    if "<!ENTITY" in text:
        raise InputError("is an SVG with XML entities, which are not supported", where=name, hint=_SAVE)
    try:
        root = ET.fromstring(text)  # noqa: S314 - no entities
        for element in root.iter():
            for key in [key for key in element.attrib if key.rpartition("}")[2] == "href"]:
                if not _INSIDE.match(element.attrib[key].strip()):
                    del element.attrib[key]
        return ET.tostring(root, encoding="unicode")
    except (ET.ParseError, RecursionError, ValueError) as error:
        raise InputError("is an SVG that can't be read", where=name, hint=_SAVE) from error
