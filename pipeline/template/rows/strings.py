"""Texts, addresses, colours: what is written one way everywhere. Each checks a cell that is not empty."""

from __future__ import annotations

import html
import ipaddress
import re
import unicodedata
from pathlib import PurePosixPath, PureWindowsPath
from urllib.parse import urlsplit

from pipeline.language.text import clean_text
from pipeline.model import is_stock, stock_words
from pipeline.model.file_names import is_reserved_name
from pipeline.template.rows.problem import CellProblem

# A tag, and not "a < b and c > d". What stands in a script or a style was never meant for a reader, and what is struck
# out (<del>€500</del> €450) holds no more.
# Each with what ends it.
_UNSEEN = tuple(
    (re.compile(f"{begin}.*?{end}", re.IGNORECASE | re.DOTALL), re.compile(end, re.IGNORECASE))
    for begin, end in (
        (r"<script\b[^<>]*>", r"</script\s*>"),
        (r"<style\b[^<>]*>", r"</style\s*>"),
        (r"<del\b[^<>]*>", r"</del\s*>"),
        (r"<s>", r"</s\s*>"),
        (r"<strike\b[^<>]*>", r"</strike\s*>"),
        ("<!--", "-->"),
    )
)
_TAG = re.compile(r"</?[a-zA-Z][a-zA-Z0-9:-]*(?:\s[^<>]*)?/?>|<!\[CDATA\[|\]\]>")
# Entities that stand for tags: HTML that was packed into XML, or into HTML again.
_PACKED = re.compile(
    r"&lt;/?(?:p|br?|i|u|s|del|div|span|strong|em|small|font|a|img|[uo]l|li|h[1-6]|t(?:able|r|d)|script|style)"
    r"(?:\s[^<>]{0,400}?)?/?&gt;",
    re.IGNORECASE,
)
_ENTITY = re.compile(r"&(?:[a-zA-Z]{2,8}|#\d{1,6}|#x[0-9a-fA-F]{1,5});")
_EMAIL = re.compile(r"[^\s@<>\"(),:;\[\]\\]{1,64}@(?:[^\W_](?:[\w-]{0,61}[^\W_])?\.)+[^\W\d_]{2,63}")
_HEX = re.compile(r"#?(?:[0-9a-fA-F]{3}|[0-9a-fA-F]{6})")
_RGB = re.compile(r"rgb\(\s*(\d{1,3})\s*,\s*(\d{1,3})\s*,\s*(\d{1,3})\s*\)", re.IGNORECASE)
# The sixteen that HTML 4 names.
_COLOURS = {
    "black": "#000000", "silver": "#c0c0c0", "gray": "#808080", "grey": "#808080", "white": "#ffffff",
    "maroon": "#800000", "red": "#ff0000", "purple": "#800080", "fuchsia": "#ff00ff", "green": "#008000",
    "lime": "#00ff00", "olive": "#808000", "yellow": "#ffff00", "navy": "#000080", "blue": "#0000ff",
    "teal": "#008080", "aqua": "#00ffff", "orange": "#ffa500",
}  # fmt: skip
_PICTURES = frozenset({".jpg", ".jpeg", ".png", ".webp", ".gif", ".bmp", ".tif", ".tiff", ".avif", ".svg"})
_ADDRESS_MAX_CHARS = 2000


def read_text(text: str) -> str:
    """One line of text: tags of HTML and SSML are left out, entities are what they stand for."""
    if "&" in text and _PACKED.search(text):
        text = html.unescape(text)
    if "<" in text:
        text = _TAG.sub(" ", _without_unseen(text))
    return clean_text(_unescaped(text) if "&" in text else text)


def _unescaped(text: str) -> str:
    """Entities are what they stand for, also where two programs have written them, &amp;eacute; for é."""
    once = html.unescape(text)
    return html.unescape(once) if _ENTITY.search(once) else once


def _without_unseen(text: str) -> str:
    """Without scripts, styles and comments.

    Nothing is looked for behind the last end of its kind: ten thousand that begin and never end would each be followed
    to the end of the cell.
    """
    for whole, end in _UNSEEN:
        last = 0
        for found in end.finditer(text):
            last = found.end()
        text = whole.sub(" ", text[:last]) + text[last:]
    return text


def read_paragraphs(text: str) -> str:
    """The same, in paragraphs: an empty line parts them here as there."""
    parts = (read_text(part) for part in re.split(r"(?:\r\n?|\n)[ \t]*(?:\r\n?|\n)", text))
    return "\n\n".join(part for part in parts if part)


def read_url(text: str) -> str:
    """An address on the web, to be shown or fetched. Raises `CellProblem`, also for one of this machine or network."""
    address = clean_text(text)
    hint = "Write an address that begins with https://"
    try:
        parts = urlsplit(address)
        host = parts.hostname or ""
        _ = parts.port
    except ValueError as error:
        raise CellProblem(f"{address[:60]!r} is no address", hint) from error
    if parts.scheme.lower() not in {"http", "https"} or not host or " " in address:
        raise CellProblem(f"{address[:60]!r} is no address on the web", hint)
    if len(address) > _ADDRESS_MAX_CHARS:
        raise CellProblem(f"has {len(address):,} characters, at most {_ADDRESS_MAX_CHARS:,} fit an address", hint)
    if parts.username or parts.password:
        raise CellProblem("has a name or a password in its address", "Take it out")
    if _is_private(host):
        raise CellProblem(f"{host[:60]!r} is an address of this machine or network", "Give one that everybody can open")
    return address


def read_image(text: str) -> str:
    """A file or a folder ("reef/") below that of the table, an address, or a search. Raises `CellProblem`."""
    source = clean_text(text)
    if is_stock(source):
        if not stock_words(source):
            raise CellProblem("says nothing to search for", "Write what is to be seen: stock:red fox in snow")
        return source
    if re.match(r"[a-z][a-z0-9+.-]+://", source, re.IGNORECASE):
        return read_url(source)
    posix, windows = PurePosixPath(source), PureWindowsPath(source)
    if posix.is_absolute() or windows.is_absolute() or windows.drive or ".." in windows.parts:
        hint = "Put the picture beside the table, and write its name"
        raise CellProblem(f"{source[:60]!r} lies outside the folder of the table", hint)
    if any(map(is_reserved_name, windows.parts)):
        raise CellProblem(f"{source[:60]!r} is no file on Windows, but a device", "Give the picture another name")
    if not source.endswith("/") and posix.suffix.casefold() not in _PICTURES:
        raise CellProblem(f"{source[:60]!r} is no picture by its name", "Give a .jpg, .png or .webp")
    return source


def read_email(text: str) -> str:
    """An address for mail. Raises `CellProblem`."""
    address = clean_text(text).removeprefix("mailto:")
    if len(address) > 254 or not _EMAIL.fullmatch(address):
        raise CellProblem(f"{address[:60]!r} is no e-mail address", "Write it like maria@example.org")
    return address


def read_colour(text: str) -> str:
    """A colour as #rrggbb. Raises `CellProblem`."""
    colour = clean_text(text).casefold()
    if colour in _COLOURS:
        return _COLOURS[colour]
    if found := _RGB.fullmatch(colour):
        parts = [int(part) for part in found.groups()]
        if max(parts) <= 255:
            return "#{:02x}{:02x}{:02x}".format(*parts)
    if _HEX.fullmatch(colour):
        digits = colour.removeprefix("#")
        return "#" + ("".join(digit * 2 for digit in digits) if len(digits) == 3 else digits)
    raise CellProblem(f"{colour[:40]!r} is no colour", "Write it like #2f855a")


def _is_private(host: str) -> bool:
    host = unicodedata.normalize("NFKC", host).replace("。", ".").rstrip(".")
    if host == "localhost" or host.endswith((".localhost", ".local", ".internal")):
        return True
    try:
        return not ipaddress.ip_address(host).is_global
    except ValueError:
        # 127.1, 0x7f000001 and 2130706433 are addresses to many programs, and names to none.
        return bool(re.fullmatch(r"(0x[0-9a-f]+|\d+)(\.(0x[0-9a-f]+|\d+))*", host, re.IGNORECASE))
