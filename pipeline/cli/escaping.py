"""Text from outside, made safe for a terminal: titles, paths and messages are anybody's, and any file may be edited."""

from __future__ import annotations

import codecs
import json
import re
import sys
from collections.abc import Sequence

from rich.markup import escape

from pipeline.language.text import clean_text

# What joins pictures into one, and marks them as coloured: terminals disagree about the cells.
_JOINING = re.compile("[\u200d\ufe0e\ufe0f]")
# What JSON leaves as it is, and a terminal or a reader of lines does not: control characters, breaks, hidden marks.
_UNSEEN = re.compile(
    "[\x7f-\x9f\u00ad\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\U000e0000-\U000e007f]"
)
# What some encodings lack, and others write in another way than readers of JSON expect (RFC 8259: UTF-8).
_NOT_ASCII = re.compile("[^\x00-\x7e]")


def printable(text: str) -> str:
    """`text` on one line, without anything that moves the cursor or is wider in one terminal than in another."""
    return _JOINING.sub("", clean_text(text))


def escaped(text: str) -> str:
    """The same for a text with mark-up around it: brackets stay brackets."""
    return escape(printable(text))


def plain_json(document: str) -> str:
    """A JSON document with its control characters and hidden ones written as escapes: the same values.

    Where stdout is not UTF-8, as through a pipe on Windows, all that is not ASCII is.
    """
    is_utf_8 = codecs.lookup(getattr(sys.stdout, "encoding", None) or "ascii").name == "utf-8"
    return (_UNSEEN if is_utf_8 else _NOT_ASCII).sub(lambda found: json.dumps(found[0])[1:-1], document)


def first_titles(titles: Sequence[str], count: int) -> str:
    """The first of `count` titles: "A, B, C and 5 more"."""
    more = count - len(titles)
    return ", ".join(titles) + (f" and {more} more" if more > 0 else "")
