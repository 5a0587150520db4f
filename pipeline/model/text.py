"""Text from outside, made safe to say, show and log."""

from __future__ import annotations

import re
import unicodedata

# Invisible and able to mislead: bidirectional overrides and isolates reorder what is read, tag characters and
# zero-width ones hide text. Joiners (U+200C, U+200D) stay: Persian, Indic scripts and emoji are spelt with them.
_HIDDEN = "\u00ad\u061c\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\U000e0000-\U000e007f"
_CONTROL = "\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\ud800-\udfff"
_UNWANTED = re.compile(f"[{_HIDDEN}{_CONTROL}]")
# Line breaks of every kind; no-break and thin spaces stay, they are typography.
_SPACES = re.compile("[ \t\n\x0b\x0c\r\x1c-\x1f\x85\u2028\u2029]+")


def strip_unseen(text: str) -> str:
    """`text` in NFC, without control characters and invisible ones that mislead; line breaks and tabs stay."""
    return unicodedata.normalize("NFC", _UNWANTED.sub("", text))


def clean_text(text: str) -> str:
    """`text` as one line: like `strip_unseen`, and every run of spaces and line breaks is one space."""
    return _SPACES.sub(" ", strip_unseen(text)).strip()
