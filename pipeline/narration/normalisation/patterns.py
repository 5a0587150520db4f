"""Regular expressions of the rules: what may stand beside a number or a name, in scripts with and without spaces."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import cached_property

# Letters and digits that would continue a number or a name. Scripts without spaces are excluded, and so is Hangul,
# whose particles follow directly: "気温は20℃です", "5km를".
LETTER = r"[^\W\u0e00-\u0eff\u3040-\u30ff\u3105-\u312f\u3400-\u9fff\uac00-\ud7a3\uf900-\ufaff]"


def not_after(marks: str) -> str:
    """A lookbehind: after neither a letter nor one of `marks`; but after Hebrew prefixes with a hyphen ("ב-20")."""
    return rf"(?:(?<=[\u05d0-\u05ea][-\u05be])|(?<!{LETTER}|[{marks}]))"


class Pattern:
    """A lazily compiled regular expression that contains `LETTER`.

    Python 3.11 takes 3 ms to compile its character ranges. Most texts have no characters in them, and are matched with
    the variant in which `LETTER` is any letter or digit.
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
        return self._spaced if _is_spaced(text) else self._any_script

    @cached_property
    def _spaced(self) -> re.Pattern[str]:
        return re.compile(self._pattern.replace(LETTER, r"\w"))

    @cached_property
    def _any_script(self) -> re.Pattern[str]:
        return re.compile(self._pattern)


def _is_spaced(text: str) -> bool:
    """Whether the text has no character in the ranges of `LETTER`, nor in those between them."""
    return text.isascii() or not any("\u0e00" <= c <= "\u0eff" or "\u3040" <= c <= "\ufaff" for c in set(text))
