"""Word timestamps estimated from the text alone: longer words take longer, punctuation adds a pause."""

from __future__ import annotations

from collections.abc import Sequence

from pipeline.language.text import CLOSING_MARKS, SENTENCE_ENDS
from pipeline.model import Word
from pipeline.model.pace import weight

# A calm English narrator; the average word has 4.7 letters and weighs one more for its boundaries.
WORDS_PER_MIN = 160
_SECONDS_PER_WEIGHT = 60 / WORDS_PER_MIN / 5.7
# Bounds of plausible speech: at most 2.5 times as fast as the estimate, at most 10 times as slow and 30 s more.
_MAX_SPEEDUP, _MAX_SLOWDOWN, _MARGIN_S = 2.5, 10, 30.0
# Pauses after words that end in these marks.
_PAUSES_S = {
    **dict.fromkeys(SENTENCE_ENDS, 0.42),
    **dict.fromkeys(";:；：", 0.25),
    **dict.fromkeys("–—", 0.2),
    **dict.fromkeys(",،、，", 0.18),
}


def pause_s(word: str) -> float:
    """The silence after a word, in seconds."""
    return _PAUSES_S.get(word.rstrip(CLOSING_MARKS)[-1:], 0.0)


def estimate(words: Sequence[str], *, start_s: float = 0.0) -> tuple[Word, ...]:
    """`words` with the times of speech at `WORDS_PER_MIN` that begins at `start_s`."""
    timed, now = [], start_s
    for word in words:
        end = now + weight(word) * _SECONDS_PER_WEIGHT
        timed.append(Word(text=word, start_s=now, end_s=end))
        now = end + pause_s(word)
    return tuple(timed)


def distribute(words: Sequence[str], start_s: float, end_s: float) -> tuple[Word, ...]:
    """`words` with estimated times scaled to fill `start_s` to `end_s`, pauses included."""
    timed = estimate(words)
    length = timed[-1].end_s if timed else 0.0
    scale = (end_s - start_s) / length if length else 0.0
    return tuple(
        Word(text=word.text, start_s=start_s + word.start_s * scale, end_s=start_s + word.end_s * scale)
        for word in timed
    )


def min_duration_s(words: Sequence[str], rate: float) -> float:
    """The shortest plausible duration of `words` at a speaking `rate` (1.0: the voice's own)."""
    return estimate(words)[-1].end_s / rate / _MAX_SPEEDUP if words else 0.0


def max_duration_s(words: Sequence[str], rate: float) -> float:
    """The longest plausible duration; a limit, since an hour of sound takes gigabytes."""
    return _MARGIN_S + (estimate(words)[-1].end_s * _MAX_SLOWDOWN / rate if words else 0.0)
