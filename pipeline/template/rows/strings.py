"""Parse cells whose notation does not depend on a locale: texts, addresses, pictures, e-mail, colours."""

from __future__ import annotations

import html
import ipaddress
import re
import unicodedata
from pathlib import PurePosixPath, PureWindowsPath
from urllib.parse import urlsplit

from pipeline.language.text import clean_text, quoted
from pipeline.model import is_stock, stock_words
from pipeline.model.file_names import is_reserved_name
from pipeline.template.rows.problem import CellProblem

# Elements whose content is removed, each with its end tag: scripts and styles are not text, and struck-out text
# (<del>€500</del> €450) no longer applies.
_REMOVED = tuple(
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
# A tag, but not "a < b and c > d".
_TAG = re.compile(r"</?[a-zA-Z][a-zA-Z0-9:-]*(?:\s[^<>]*)?/?>|<!\[CDATA\[|\]\]>")
# Escaped tags: HTML embedded in XML, or escaped twice.
_ESCAPED_TAG = re.compile(
    r"&lt;/?(?:p|br?|i|u|s|del|div|span|strong|em|small|font|a|img|[uo]l|li|h[1-6]|t(?:able|r|d)|script|style)"
    r"(?:\s[^<>]{0,400}?)?/?&gt;",
    re.IGNORECASE,
)
_ENTITY = re.compile(r"&(?:[a-zA-Z]{2,8}|#\d{1,6}|#x[0-9a-fA-F]{1,5});")
_EMAIL = re.compile(r"[^\s@<>\"(),:;\[\]\\]{1,64}@(?:[^\W_](?:[\w-]{0,61}[^\W_])?\.)+[^\W\d_]{2,63}")
_HEX = re.compile(r"[0-9a-f]{3}|[0-9a-f]{6}")
_EXTENSIONS = frozenset({".jpg", ".jpeg", ".png", ".webp", ".gif", ".bmp", ".tif", ".tiff", ".avif", ".svg"})
_URL_MAX_CHARS = 2000


def read_text(text: str) -> str:
    """The text on one line, without HTML and SSML tags, and with entities unescaped."""
    if "&" in text and _ESCAPED_TAG.search(text):
        text = html.unescape(text)
    if "<" in text:
        text = _TAG.sub(" ", _without_removed(text))
    return clean_text(_unescaped(text) if "&" in text else text)


def _unescaped(text: str) -> str:
    """The text with entities unescaped, twice if needed: &amp;eacute; is é."""
    once = html.unescape(text)
    return html.unescape(once) if _ENTITY.search(once) else once


def _without_removed(text: str) -> str:
    """The text without scripts, styles, struck-out text and comments.

    Only the part up to the last end tag is searched: otherwise thousands of start tags without an end would each be
    scanned to the end of the cell.
    """
    for whole, end in _REMOVED:
        last = 0
        for found in end.finditer(text):
            last = found.end()
        text = whole.sub(" ", text[:last]) + text[last:]
    return text


def read_paragraphs(text: str) -> str:
    """Like `read_text`, but with paragraphs, which empty lines separate."""
    parts = (read_text(part) for part in re.split(r"(?:\r\n?|\n)[ \t]*(?:\r\n?|\n)", text))
    return "\n\n".join(part for part in parts if part)


def read_url(text: str) -> str:
    """A public http(s) URL. Raises `CellProblem`, also for addresses of this machine or the local network."""
    address = clean_text(text)
    hint = "Write an address that begins with https://"
    try:
        parts = urlsplit(address)
        host = parts.hostname or ""
        _ = parts.port
    except ValueError as error:
        raise CellProblem(f"{address[:60]!r} is not a valid address", hint) from error
    if parts.scheme.lower() not in {"http", "https"} or not host or " " in address:
        raise CellProblem(f"{address[:60]!r} is not a web address", hint)
    if len(address) > _URL_MAX_CHARS:
        raise CellProblem(f"has {len(address):,} characters, at most {_URL_MAX_CHARS:,} fit an address", hint)
    if parts.username or parts.password:
        raise CellProblem("has a user name or a password in its address", "Remove it")
    if _is_private(host):
        raise CellProblem(f"{host[:60]!r} is an address of this machine or network", "Use a public address")
    return address


def read_image(text: str) -> str:
    """A file or a folder ("reef/") below the table's folder, a URL, or a stock search. Raises `CellProblem`."""
    source = clean_text(text)
    if is_stock(source):
        if not stock_words(source):
            raise CellProblem("says nothing to search for", "Write what is to be seen: stock:red fox in snow")
        return source
    if re.match(r"[a-z][a-z0-9+.-]+://", source, re.IGNORECASE):
        return read_url(source)
    posix, windows = PurePosixPath(source), PureWindowsPath(source)
    if posix.is_absolute() or windows.is_absolute() or windows.drive or ".." in windows.parts:
        hint = "Put the picture next to the table, and write its name"
        raise CellProblem(f"{quoted(source[:60])} lies outside the folder of the table", hint)
    if any(map(is_reserved_name, windows.parts)):
        raise CellProblem(f"{quoted(source[:60])} is a device name on Windows", "Give the picture another name")
    if not source.endswith("/") and posix.suffix.casefold() not in _EXTENSIONS:
        raise CellProblem(f"{quoted(source[:60])} has no picture extension", "Use a .jpg, .png or .webp")
    return source


def read_email(text: str) -> str:
    """An e-mail address. Raises `CellProblem`."""
    address = clean_text(text).removeprefix("mailto:")
    if len(address) > 254 or not _EMAIL.fullmatch(address):
        raise CellProblem(f"{address[:60]!r} is not an e-mail address", "Write it like maria@example.org")
    return address


def read_colour(text: str) -> str:
    """A CSS colour as #rrggbb; the # may be missing. Raises `CellProblem`."""
    from PIL import ImageColor  # noqa: PLC0415 - few templates take colours

    colour = clean_text(text).casefold()
    try:
        red, green, blue, *_ = ImageColor.getrgb(f"#{colour}" if _HEX.fullmatch(colour) else colour)
        return f"#{bytes((red, green, blue)).hex()}"
    except ValueError as error:
        raise CellProblem(f"{colour[:40]!r} is not a colour", "Write it like #2f855a") from error


def _is_private(host: str) -> bool:
    host = unicodedata.normalize("NFKC", host).replace("。", ".").rstrip(".")
    if host == "localhost" or host.endswith((".localhost", ".local", ".internal")):
        return True
    try:
        return not ipaddress.ip_address(host).is_global
    except ValueError:
        # 127.1, 0x7f000001 and 2130706433 are IPv4 addresses to many programs, and never host names.
        return bool(re.fullmatch(r"(0x[0-9a-f]+|\d+)(\.(0x[0-9a-f]+|\d+))*", host, re.IGNORECASE))
