"""Normalises text that was pasted from word processors and chats: their bullets become Markdown list markers.

Otherwise a list would be read as one long sentence. Bold is made to work in scripts without spaces. Private-use
characters are removed. Code is unchanged.
"""

from __future__ import annotations

import re

# Bullet characters; and, only after such an item, a dash or a letter of Word's symbol fonts followed by a gap.
_BULLET = re.compile(r"[ \t]*[•·▪▫◦‣●○■□➢➤❖✓✔⁃∙\uf0b7\uf0a7\uf0d8\uf0fc][ \t\u00a0]*(?=\S)")
_LETTER = re.compile(r"[ \t]*(?:[o§üØ](?:\t|[ \u00a0]{2,})|–[ \t\u00a0])[ \t\u00a0]*(?=\S)")
# Emoji as bullets, on consecutive lines. A single one is just an emoji.
_PICTURE = re.compile(r"[ \t]*(?:[✅☑✔❌➡👉🔹🔸🔷🔶⭐🟢🔵▶]\ufe0f?|[0-9]\ufe0f\u20e3)[ \t\u00a0]+(?=\S)")
_FENCE = re.compile(r"[ \t]{0,3}(`{3,}|~{3,})")
# In scripts without spaces, ** between a letter and punctuation is no emphasis in CommonMark ("を**2.36℃**上回り").
# A rare space character is inserted next to it, and removed after parsing.
BOLD_GUARD = "\u205f"
_BOLD = re.compile(r"(?<![*\\])\*\*(?=[^\s*])[^*\n]{1,200}(?<!\s)\*\*(?!\*)")
# Takes a millisecond to compile, so it is compiled on first use.
_WIDE = r"[\u0e00-\u0eff\u3000-\u30ff\u3400-\u9fff\uac00-\ud7a3\uff00-\uffef]"
# Private-use characters, and the object replacement character.
_PRIVATE_USE = re.compile("[\ue000-\uf8ff\ufffc]")


def normalise_pasted(text: str) -> str:
    """The notes with Markdown list markers."""
    lines = text.split("\n")
    written: list[str] = []
    fence, was_item = "", False
    for at, line in enumerate(lines):
        if found := _FENCE.match(line):
            fence = "" if fence and found[1].startswith(fence) else fence or found[1]
        item = None if fence else _item(lines, at, was_item=was_item)
        was_item = item is not None or (was_item and not line.strip())
        written.append(line if fence else _bold(_PRIVATE_USE.sub("", line if item is None else f"- {item}")))
    return "\n".join(written)


def _bold(line: str) -> str:
    return _BOLD.sub(rf"{BOLD_GUARD}\g<0>{BOLD_GUARD}", line) if "**" in line and re.search(_WIDE, line) else line


def _item(lines: list[str], at: int, *, was_item: bool) -> str | None:
    """The text of a list item; None: the line is not one."""
    line = lines[at]
    if found := _BULLET.match(line) or (_LETTER.match(line) if was_item else None):
        return line[found.end() :]
    beside = (lines[each] for each in (at - 1, at + 1) if 0 <= each < len(lines))
    if (found := _PICTURE.match(line)) and any(map(_PICTURE.match, beside)):
        return line[found.end() :]
    return None
