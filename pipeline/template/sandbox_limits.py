"""Limits of the Jinja2 sandbox: the size of texts and lists, and the number of iterations and calls.

A third-party template may double a text forty times, or nest loops. Operations that enlarge a value check its size
before they create it; iterations and calls are counted.
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
MAX_CHARS = 200_000
# Iterations and calls of one rendering, and the length of one `range`.
MAX_STEPS, MAX_RANGE = 100_000, 1_000
# The width of padding: `center`, `indent`, `ljust`.
MAX_WIDTH = 1_000
# "%9999d" and "{:>9999}": a width of four digits, or one given by an argument.
_WIDE_FORMAT = re.compile(r"%[^%a-zA-Z]*(?:\d{4}|\*)|\{[^}]*:[^}]*(?:\d{4}|\{)")
# Removed filters: they enlarge values, and no text needs them; `random` would make films differ.
REMOVED_FILTERS = ("batch", "pprint", "random", "slice", "tojson", "urlize", "wordwrap", "xmlattr")
# String methods that enlarge values.
_ENLARGING = frozenset({"encode", "expandtabs", "format_map", "translate"})


def check_size(value: Any) -> Any:  # noqa: ANN401 - Jinja2 is untyped
    """Return the value. Raises `SecurityError` if it holds more than `MAX_CHARS`, nested values included."""
    left, waiting = MAX_CHARS, [value]
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
    """The error for a text longer than `MAX_CHARS`."""
    return SecurityError(f"the text is longer than {MAX_CHARS:,} characters")


def bounded_concat(parts: Iterable[str]) -> str:
    """Jinja2's `concat`, with a size limit. Raises `SecurityError`, like all functions here."""
    found = list(parts)
    if sum(map(len, found)) > MAX_CHARS:
        raise too_long()
    return "".join(found)


def bounded_tilde(parts: Iterable[object]) -> str:
    """The operator `~`: parts joined as texts, with a size limit."""
    return bounded_concat([str(part) for part in parts])


def bounded_range(*limits: int) -> range:
    """`range`, with at most `MAX_RANGE` numbers."""
    numbers = range(*limits)
    if len(numbers) > MAX_RANGE:
        raise SecurityError(f"range() of more than {MAX_RANGE:,} numbers")
    return numbers


def check_call(method: Callable[..., object], given: tuple[object, ...]) -> None:
    """Check a call of a method of a text or a number before it is made. Raises `SecurityError`."""
    # Jinja2 wraps `format` and `format_map`.
    method = getattr(method, "__wrapped__", method)
    owner, name = getattr(method, "__self__", None), getattr(method, "__name__", "")
    if not isinstance(owner, str | bytes | int | float):
        return
    if name in _ENLARGING or any(isinstance(each, int) and abs(each) > MAX_WIDTH for each in given):
        raise SecurityError(f"{name}() is not for templates, or not with numbers above {MAX_WIDTH:,}")
    if name == "format" and isinstance(owner, str):
        _check_pattern(owner)
    if name == "replace" and isinstance(owner, str):
        _check_replaced(owner, *map(str, given[:2]))
    if name == "join" and given:
        _check_joined(given[0], str(owner))


def _check_pattern(pattern: str) -> None:
    if _WIDE_FORMAT.search(pattern):
        raise SecurityError("a format of more than 999 characters")


def _check_replaced(text: str, old: str = "", new: str = "") -> None:
    if len(text) + text.count(old) * len(new) > MAX_CHARS:
        raise too_long()


def _check_joined(parts: Any, between: str) -> None:  # noqa: ANN401
    if isinstance(parts, Sized) and len(parts) * len(between) > MAX_CHARS:
        raise too_long()
    check_size(parts)


def _center(value: object, width: int = 80) -> str:
    return str(value).center(min(width, MAX_WIDTH))


def _format(value: object, *args: object, **named: object) -> str:
    _check_pattern(str(value))
    return filters.do_format(str(value), *args, **named)


def _indent(value: object, width: int | str = 4, first: bool = False, blank: bool = False) -> str:  # noqa: FBT001, FBT002
    text, wide = str(value), len(width) if isinstance(width, str) else width
    if (text.count("\n") + 1) * wide > MAX_CHARS:
        raise too_long()
    return filters.do_indent(text, width, first, blank)


@pass_eval_context
def _join(context: EvalContext, value: Iterable[Any], d: str = "", attribute: str | int | None = None) -> str:
    parts = list(islice(value, MAX_CHARS))
    _check_joined(parts, d)
    return filters.sync_do_join(context, parts, d, attribute)


@pass_eval_context
def _replace(context: EvalContext, value: object, old: str, new: str, count: int | None = None) -> str:
    _check_replaced(str(value), str(old), str(new))
    return filters.do_replace(context, str(value), old, new, count)


def _list(value: Iterable[object]) -> list[object]:
    found = list(islice(value, MAX_CHARS))
    check_size(found)
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
