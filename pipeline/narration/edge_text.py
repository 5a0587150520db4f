"""Cutting a long text into requests that the Edge service takes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from xml.sax.saxutils import escape

from pipeline.model import join_words
from pipeline.model.text import CLOSING_MARKS, SENTENCE_ENDS

# The service takes 4,096 bytes of escaped text. edge-tts would cut longer ones itself, at spaces in mid-sentence, and
# texts without spaces (Chinese, Japanese) not at all.
MAX_BYTES = 4_000


def requests_for(words: Sequence[str], max_bytes: int = MAX_BYTES) -> Iterator[tuple[str, ...]]:
    """`words` in groups that fit a request, cut at the end of a sentence where one is in the second half.

    A word longer than a request is cut into pieces that fit.
    """
    group: list[str] = []
    size = 0
    for word in _short_words(words, max_bytes):
        room = _size(word) + 1
        while group and size + room > max_bytes:
            cut = _last_sentence_end(group)
            yield tuple(group[:cut])
            group = group[cut:]
            size = sum(_size(kept) + 1 for kept in group)
        group.append(word)
        size += room
    if group:
        yield tuple(group)


def _last_sentence_end(group: Sequence[str]) -> int:
    """How many words to send now."""
    for count in range(len(group), len(group) // 2, -1):
        if group[count - 1].rstrip(CLOSING_MARKS).endswith(tuple(SENTENCE_ENDS)):
            return count
    return len(group)


def _short_words(words: Sequence[str], max_bytes: int) -> Iterator[str]:
    for word in words:
        start, size = 0, 0
        for position, character in enumerate(word):
            size += _size(character)
            if size >= max_bytes:
                yield word[start:position]
                start, size = position, _size(character)
        yield word[start:]


def _size(text: str) -> int:
    """Bytes on the wire."""
    return len(escape(text).encode())


def text_of(group: Sequence[str]) -> str:
    """The text of one request."""
    return join_words(list(group))
