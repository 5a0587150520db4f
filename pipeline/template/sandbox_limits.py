"""What texts and lists may grow to while a template is filled in, and how often it may go round.

A template of somebody else's may double a text forty times, or go round in circles in circles. Whatever makes something
longer is measured before it is made; whatever repeats is counted.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sized
from itertools import islice
from typing import Any

from jinja2 import filters
from jinja2.exceptions import SecurityError
from jinja2.nodes import EvalContext
from jinja2.utils import pass_eval_context

# A prompt with long notes has some ten thousand characters; YouTube takes 5,000 bytes of description.
MOST_CHARS = 200_000
# Of loops and calls, all in all, and of one `range`.
MOST_ROUNDS, MOST_IN_RANGE = 100_000, 1_000
# Of anything that makes room: `center`, `indent`, `ljust`.
MOST_WIDTH = 1_000
# "%9999d" and "{:>9999}": four digits, or a number from elsewhere, for a width.
_WIDE = re.compile(r"%[^%a-zA-Z]*(?:\d{4}|\*)|\{[^}]*:[^}]*(?:\d{4}|\{)")
# Jinja2's filters that make much out of little and that no text needs; `random`: the same film every time.
UNUSED = ("batch", "pprint", "random", "slice", "tojson", "urlize", "wordwrap", "xmlattr")
# Methods of texts that do so.
_GROWING = frozenset({"encode", "expandtabs", "format_map", "translate"})


def measured(value: Any) -> Any:  # noqa: ANN401 - Jinja2 knows no types
    """The value. Raises `SecurityError` where it holds more than a text may, however deep."""
    left, waiting = MOST_CHARS, [value]
    while waiting:
        each = waiting.pop()
        left -= 1 + (len(each) if isinstance(each, Sized) else 0)
        if left < 0:
            raise too_long()
        if isinstance(each, Mapping):
            waiting += each.values()
        elif isinstance(each, list | tuple):
            waiting += each
    return value


def too_long() -> SecurityError:
    """What is said of a text that will not end."""
    return SecurityError(f"the text is longer than {MOST_CHARS:,} characters")


def concatenated(parts: Iterable[str]) -> str:
    """What lies between two tags. Raises `SecurityError`, as all of these do."""
    found = list(parts)
    if sum(map(len, found)) > MOST_CHARS:
        raise too_long()
    return "".join(found)


def chained(parts: Iterable[object]) -> str:
    """A ~ b ~ c."""
    return concatenated([str(part) for part in parts])


def small_range(*limits: int) -> range:
    """`range`, of a thousand rounds at most."""
    rounds = range(*limits)
    if len(rounds) > MOST_IN_RANGE:
        raise SecurityError(f"range() of more than {MOST_IN_RANGE:,} rounds")
    return rounds


def check_call(method: Callable[..., object], given: tuple[object, ...]) -> None:
    """Before a method of a text or a number is called."""
    # Jinja2 puts a function of its own around `format` and `format_map`.
    method = getattr(method, "__wrapped__", method)
    owner, name = getattr(method, "__self__", None), getattr(method, "__name__", "")
    if not isinstance(owner, str | bytes | int | float):
        return
    if name in _GROWING or any(isinstance(each, int) and abs(each) > MOST_WIDTH for each in given):
        raise SecurityError(f"{name}() is not for templates, or not with numbers above {MOST_WIDTH:,}")
    if name == "format" and isinstance(owner, str):
        _check_pattern(owner)
    if name == "replace" and isinstance(owner, str):
        _check_replaced(owner, *map(str, given[:2]))
    if name == "join" and given:
        _check_joined(given[0], str(owner))


def _check_pattern(pattern: str) -> None:
    if _WIDE.search(pattern):
        raise SecurityError("a format of more than 999 characters")


def _check_replaced(text: str, old: str = "", new: str = "") -> None:
    if len(text) + text.count(old) * len(new) > MOST_CHARS:
        raise too_long()


def _check_joined(parts: Any, between: str) -> None:  # noqa: ANN401
    if isinstance(parts, Sized) and len(parts) * len(between) > MOST_CHARS:
        raise too_long()
    measured(parts)


def _center(value: object, width: int = 80) -> str:
    return str(value).center(min(width, MOST_WIDTH))


def _format(value: object, *args: object, **named: object) -> str:
    _check_pattern(str(value))
    return filters.do_format(str(value), *args, **named)


def _indent(value: object, width: int | str = 4, first: bool = False, blank: bool = False) -> str:  # noqa: FBT001, FBT002
    text, wide = str(value), len(width) if isinstance(width, str) else width
    if (text.count("\n") + 1) * wide > MOST_CHARS:
        raise too_long()
    return filters.do_indent(text, width, first, blank)


@pass_eval_context
def _join(context: EvalContext, value: Iterable[Any], d: str = "", attribute: str | int | None = None) -> str:
    parts = list(islice(value, MOST_CHARS))
    _check_joined(parts, d)
    return filters.sync_do_join(context, parts, d, attribute)


@pass_eval_context
def _replace(context: EvalContext, value: object, old: str, new: str, count: int | None = None) -> str:
    _check_replaced(str(value), str(old), str(new))
    return filters.do_replace(context, str(value), old, new, count)


def _list(value: Iterable[object]) -> list[object]:
    found = list(islice(value, MOST_CHARS))
    measured(found)
    return found


def _sum(value: Iterable[Any]) -> object:
    return sum(value)


BOUNDED: Mapping[str, Callable[..., object]] = {
    "center": _center,
    "format": _format,
    "indent": _indent,
    "join": _join,
    "list": _list,
    "replace": _replace,
    "sum": _sum,
}
