"""Resolve the includes of Jinja2 files: within the template's folder, and from the folder that templates share."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache

import jinja2
from jinja2 import meta

# The folder next to the templates with files that several of them include.
SHARED = "shared"


def included_files(files: Mapping[str, str], read_shared: Callable[[str], str | None]) -> dict[str, str]:
    """The shared files (name and text) that `files` include, directly or indirectly.

    `read_shared` returns the text of one, or None if it is missing, which is reported when the template is rendered.
    """
    found: dict[str, str] = {}
    waiting = [name for text in files.values() for name in _includes_in(text)]
    while waiting:
        name = waiting.pop()
        if name in found or not name.startswith(f"{SHARED}/"):
            continue
        text = read_shared(name)
        if text is not None:
            found[name] = text
            waiting += _includes_in(text)
    return dict(sorted(found.items()))


def included_by(file: str, files: Mapping[str, str]) -> Iterator[str]:
    """Yield the file, then all files that it includes, directly or indirectly, each once."""
    found = [file]
    for name in found:  # grows while it is iterated over
        yield name
        more = dict.fromkeys(each for each in _includes_in(files[name]) if each in files)
        found += [each for each in more if each not in found]


@lru_cache(maxsize=128)
def _includes_in(text: str) -> tuple[str, ...]:
    """The files that a text includes; none if it has a syntax error, which is reported elsewhere."""
    try:
        tree = jinja2.Environment(autoescape=False).parse(text)  # noqa: S701 - prompts are not HTML
        return tuple(name for name in meta.find_referenced_templates(tree) if name)
    except (jinja2.TemplateSyntaxError, RecursionError):
        return ()
