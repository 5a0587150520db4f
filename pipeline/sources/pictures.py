"""The `pictures:` key of the front matter: paths, URLs or stock searches, optionally with alt text and credit.

pictures:
- reef.jpg
- https://example.org/octopus.png
- stock:octopus in a reef
- {file: den.jpg, alt: an octopus in its den, credit: Ana Lima}

pictures: reef/
"""

from __future__ import annotations

from collections.abc import Iterator

import yaml

from pipeline.errors import InputError, did_you_mean
from pipeline.language.text import clean_text
from pipeline.model import MOST_PICTURES, WantedPicture, is_stock, stock_source, stock_words
from pipeline.sources.yaml_nodes import is_scalar, line_of, scalar_text

_MAX_CHARS = {"file": 300, "url": 2000, "alt": 300, "credit": 120}
_HINT = "Write pictures: [reef.jpg, den.jpg], or a line - {file: reef.jpg, alt: what it shows} for each"


def wanted_pictures(node: yaml.Node, where: str) -> tuple[WantedPicture, ...]:
    """The pictures of a front matter, without duplicates. Raises `InputError` with the line of an invalid one."""
    if is_scalar(node) and not scalar_text(node):
        return ()
    if is_scalar(node) and scalar_text(node).rstrip().endswith("/"):
        return (_picture(node, where),)
    if not isinstance(node, yaml.SequenceNode):
        raise InputError("pictures must be a list", where=where, hint=_HINT)
    path = where.rpartition(":")[0]
    found: dict[str, WantedPicture] = {}
    for each in node.value:
        picture = _picture(each, f"{path}:{line_of(each)}")
        found.setdefault(picture.source, picture)
    if len(found) > MOST_PICTURES:
        raise InputError(f"{len(found)} pictures are listed, at most {MOST_PICTURES} are allowed", where=where)
    return tuple(found.values())


def _picture(node: yaml.Node, where: str) -> WantedPicture:
    if is_scalar(node) and scalar_text(node):
        return WantedPicture(source=picture_name(_limited("url", clean_text(scalar_text(node)), where), ""))
    if not isinstance(node, yaml.MappingNode):
        raise InputError("a picture must be a file, a URL or a mapping", where=where, hint=_HINT)
    given = dict(_keys(node, where))
    sources = [given[key] for key in ("file", "url") if given.get(key)]
    if len(sources) != 1:
        raise InputError("a picture needs either file or url", where=where, hint=_HINT)
    alt = given.get("alt", "")
    return WantedPicture(source=picture_name(sources[0], alt), description=alt, credit=given.get("credit", ""))


def picture_name(source: str, description: str) -> str:
    """The name by which scenes refer to a picture: as written; for a stock search, normalised, or the alt text."""
    if not is_stock(source):
        return source
    return stock_source(stock_words(source) or stock_words(stock_source(description)))


def _keys(node: yaml.MappingNode, where: str) -> Iterator[tuple[str, str]]:
    for key_node, value in node.value:
        key = str(key_node.value)
        if key not in _MAX_CHARS:
            raise InputError(f"unknown key {key!r} of a picture", where=where, hint=did_you_mean(key, _MAX_CHARS))
        if not is_scalar(value):
            raise InputError(f"{key} of a picture must be a text", where=where, hint=_HINT)
        yield key, _limited(key, clean_text(scalar_text(value)), where)


def _limited(key: str, text: str, where: str) -> str:
    if len(text) > _MAX_CHARS[key]:
        raise InputError(f"{key} has {len(text):,} characters; at most {_MAX_CHARS[key]} are allowed", where=where)
    return text
