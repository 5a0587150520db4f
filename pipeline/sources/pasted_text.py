"""Notes that were pasted from word processors and chats: their bullets become those of Markdown.

Without that, a list is one long sentence. Bold is made bold in every script. What only their own fonts show is left
out. Code stays as it is.
"""

from __future__ import annotations

import re

# Signs that begin an item, whatever stands behind them; and below one, a dash or a letter of Word's with a gap behind.
_BULLET = re.compile(r"[ \t]*[•·▪▫◦‣●○■□➢➤❖✓✔⁃∙\uf0b7\uf0a7\uf0d8\uf0fc][ \t\u00a0]*(?=\S)")
_LETTER = re.compile(r"[ \t]*(?:[o§üØ](?:\t|[ \u00a0]{2,})|–[ \t\u00a0])[ \t\u00a0]*(?=\S)")
# Pictures that begin lines below each other: one by itself is a picture.
_PICTURE = re.compile(r"[ \t]*(?:[✅☑✔❌➡👉🔹🔸🔷🔶⭐🟢🔵▶]\ufe0f?|[0-9]\ufe0f\u20e3)[ \t\u00a0]+(?=\S)")
_FENCE = re.compile(r"[ \t]{0,3}(`{3,}|~{3,})")
# Bold in scripts without spaces between words: beside a letter, a mark makes it none to Markdown ("を**2.36℃**上回り").
# A space that nobody writes stands beside it until the notes are read.
BESIDE_BOLD = "\u205f"
_BOLD = re.compile(r"(?<![*\\])\*\*(?=[^\s*])[^*\n]{1,200}(?<!\s)\*\*(?!\*)")
# A millisecond to compile: with the first text that has any bold.
_WIDE = r"[\u0e00-\u0eff\u3000-\u30ff\u3400-\u9fff\uac00-\ud7a3\uff00-\uffef]"
# Private characters, and what stands where an object was.
_OWN = re.compile("[\ue000-\uf8ff\ufffc]")


def as_markdown(text: str) -> str:
    """Notes with lists that Markdown knows."""
    lines = text.split("\n")
    written: list[str] = []
    fence, was_item = "", False
    for at, line in enumerate(lines):
        if found := _FENCE.match(line):
            fence = "" if fence and found[1].startswith(fence) else fence or found[1]
        item = None if fence else _item(lines, at, was_item=was_item)
        was_item = item is not None or (was_item and not line.strip())
        written.append(line if fence else _bold(_OWN.sub("", line if item is None else f"- {item}")))
    return "\n".join(written)


def _bold(line: str) -> str:
    return _BOLD.sub(rf"{BESIDE_BOLD}\g<0>{BESIDE_BOLD}", line) if "**" in line and re.search(_WIDE, line) else line


def _item(lines: list[str], at: int, *, was_item: bool) -> str | None:
    """What a line says as an item of a list; None: it is none."""
    line = lines[at]
    if found := _BULLET.match(line) or (_LETTER.match(line) if was_item else None):
        return line[found.end() :]
    beside = (lines[each] for each in (at - 1, at + 1) if 0 <= each < len(lines))
    if (found := _PICTURE.match(line)) and any(map(_PICTURE.match, beside)):
        return line[found.end() :]
    return None
