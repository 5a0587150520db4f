"""The `pictures:` of a front matter: paths, addresses, or either with what it shows and whose it is.

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
from pipeline.sources.yaml_nodes import is_scalar, line_of, source_of

_MAX_CHARS = {"file": 300, "url": 2000, "alt": 300, "credit": 120}
_HINT = "Write pictures: [reef.jpg, den.jpg], or a line - {file: reef.jpg, alt: what it shows} for each"


def wanted_pictures(node: yaml.Node, where: str) -> tuple[WantedPicture, ...]:
    """What a front matter asks for, each once. Raises `InputError` with the line of whatever is wrong."""
    if is_scalar(node) and not source_of(node):
        return ()
    if is_scalar(node) and source_of(node).rstrip().endswith("/"):
        return (_picture(node, where),)
    if not isinstance(node, yaml.SequenceNode):
        raise InputError("pictures must be a list", where=where, hint=_HINT)
    path = where.rpartition(":")[0]
    found: dict[str, WantedPicture] = {}
    for each in node.value:
        picture = _picture(each, f"{path}:{line_of(each)}")
        found.setdefault(picture.source, picture)
    if len(found) > MOST_PICTURES:
        raise InputError(f"{len(found)} pictures are wanted, at most {MOST_PICTURES} can be had", where=where)
    return tuple(found.values())


def _picture(node: yaml.Node, where: str) -> WantedPicture:
    if is_scalar(node) and source_of(node):
        return picture_named(source_of(node), where)
    if not isinstance(node, yaml.MappingNode):
        raise InputError("a picture must be a file, an address or a group of keys", where=where, hint=_HINT)
    given = dict(_keys(node, where))
    sources = [given[key] for key in ("file", "url") if given.get(key)]
    if len(sources) != 1:
        raise InputError("a picture needs a file or a url, one of the two", where=where, hint=_HINT)
    alt = given.get("alt", "")
    return WantedPicture(source=source_as_named(sources[0], alt), description=alt, credit=given.get("credit", ""))


def picture_named(text: str, where: str) -> WantedPicture:
    """A picture of which nothing is told but its name."""
    return WantedPicture(source=source_as_named(_limited("url", clean_text(text), where), ""))


def source_as_named(source: str, description: str) -> str:
    """How scenes name a picture: as it is written, but one to search for by its words, or else by what it shows."""
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
        yield key, _limited(key, clean_text(source_of(value)), where)


def _limited(key: str, text: str, where: str) -> str:
    if len(text) > _MAX_CHARS[key]:
        raise InputError(f"{key} has {len(text):,} characters, at most {_MAX_CHARS[key]} fit", where=where)
    return text
