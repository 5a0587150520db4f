"""Jinja2 files that include others: those of the template's own folder, and what all templates share."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache

import jinja2
from jinja2 import meta

# The folder beside the templates that holds what several of them include.
SHARED = "shared"


def included_files(files: Mapping[str, str], read_shared: Callable[[str], str | None]) -> dict[str, str]:
    """The shared files (name and text) that `files` include, directly or by way of another one.

    `read_shared` gives the text of one; None: there is none, which shows when the template is filled in.
    """
    found: dict[str, str] = {}
    waiting = [name for text in files.values() for name in _named_in(text)]
    while waiting:
        name = waiting.pop()
        if name in found or not name.startswith(f"{SHARED}/"):
            continue
        text = read_shared(name)
        if text is not None:
            found[name] = text
            waiting += _named_in(text)
    return dict(sorted(found.items()))


def included_by(file: str, files: Mapping[str, str]) -> Iterator[str]:
    """The file, then all that are in `files` and that it includes, each once."""
    seen = dict.fromkeys([file])
    waiting = [file]
    while waiting:
        name = waiting.pop(0)
        yield name
        more = [each for each in _named_in(files[name]) if each in files and each not in seen]
        seen |= dict.fromkeys(more)
        waiting += more


@lru_cache(maxsize=128)
def _named_in(text: str) -> tuple[str, ...]:
    """The files that a text names in its tags; none if it is broken, which is told elsewhere."""
    try:
        tree = jinja2.Environment(autoescape=False).parse(text)  # noqa: S701 - prompts are no HTML
        return tuple(name for name in meta.find_referenced_templates(tree) if name)
    except (jinja2.TemplateSyntaxError, RecursionError):
        return ()
