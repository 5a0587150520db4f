"""Patterns of rules: what may stand beside a number or a name, in scripts with and without spaces."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import cached_property

# A letter or digit that goes on with a number or a name. Those of scripts without spaces do not, nor does Hangul, whose
# particles follow at once: "気温は20℃です", "5km를". Patterns.
LETTER = r"[^\W\u0e00-\u0eff\u3040-\u30ff\u3105-\u312f\u3400-\u9fff\uac00-\ud7a3\uf900-\ufaff]"


def not_after(marks: str) -> str:
    """A pattern: neither after a letter nor one of `marks`; but after the "in" and "about" of Hebrew ("ב-20")."""
    return rf"(?:(?<=[\u05d0-\u05ea][-\u05be])|(?<!{LETTER}|[{marks}]))"


class Pattern:
    """A pattern that asks for `LETTER`, compiled with the first text that needs it.

    Python 3.11 goes through every character of the ranges in that, 3 ms each time it is compiled. In a text without
    any of these characters `LETTER` is any letter or digit, and most texts are such.
    """

    def __init__(self, pattern: str) -> None:
        self._pattern = pattern

    def finditer(self, text: str) -> Iterator[re.Match[str]]:
        """See `re.Pattern.finditer`."""
        return self._for(text).finditer(text)

    def sub(self, replace: Callable[[re.Match[str]], str], text: str) -> str:
        """See `re.Pattern.sub`."""
        return self._for(text).sub(replace, text)

    def _for(self, text: str) -> re.Pattern[str]:
        return self._with_spaces if _has_spaces(text) else self._in_any_script

    @cached_property
    def _with_spaces(self) -> re.Pattern[str]:
        return re.compile(self._pattern.replace(LETTER, r"\w"))

    @cached_property
    def _in_any_script(self) -> re.Pattern[str]:
        return re.compile(self._pattern)


def _has_spaces(text: str) -> bool:
    """Whether no character of the ranges in `LETTER` is in it (and none of those around them)."""
    return text.isascii() or not any("\u0e00" <= c <= "\u0eff" or "\u3040" <= c <= "\ufaff" for c in set(text))
