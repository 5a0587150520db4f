"""Make untrusted text safe for terminals and JSON readers: titles, paths and messages come from outside."""

from __future__ import annotations

import codecs
import json
import re
import sys

from pipeline.language.text import clean_text

# Zero-width joiners and variation selectors of emoji: terminals disagree about their width.
_JOINING = re.compile("[\u200d\ufe0e\ufe0f]")
# Characters that json.dumps leaves as they are: control characters, line separators, invisible marks.
_UNSEEN = re.compile(
    "[\x7f-\x9f\u00ad\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\U000e0000-\U000e007f]"
)
# Escaped where stdout is not UTF-8, which readers of JSON expect (RFC 8259).
_NOT_ASCII = re.compile("[^\x00-\x7e]")


def printable(text: str) -> str:
    """`text` on one line, without control characters and characters of ambiguous width."""
    return _JOINING.sub("", clean_text(text))


def escaped(text: str) -> str:
    """`printable` text, with the brackets of rich's mark-up escaped."""
    from rich.markup import escape  # slow to import

    return escape(printable(text))


def plain_json(document: str) -> str:
    """An equal JSON document with control and invisible characters escaped.

    If stdout is not UTF-8, as in a pipe on Windows, all non-ASCII characters are escaped.
    """
    is_utf_8 = codecs.lookup(getattr(sys.stdout, "encoding", None) or "ascii").name == "utf-8"
    return (_UNSEEN if is_utf_8 else _NOT_ASCII).sub(lambda found: json.dumps(found[0])[1:-1], document)
