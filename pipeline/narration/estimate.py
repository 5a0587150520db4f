"""When words are said, worked out from the words alone: longer ones take longer, punctuation takes a breath."""

from __future__ import annotations

from collections.abc import Sequence

from pipeline.language.text import CLOSING_MARKS, SENTENCE_ENDS
from pipeline.model import Word
from pipeline.model.pace import weight

# A calm narrator of English; a word of average length has 4.7 letters and weighs one more for its edges.
WORDS_PER_MIN = 160
_SECONDS_PER_WEIGHT = 60 / WORDS_PER_MIN / 5.7
# Nobody speaks more than so many times as fast as we reckon, and no text lasts so many times as long, and a moment.
_FASTEST, _SLOWEST, _MOMENT_S = 2.5, 10, 30.0
# Heard after a word that ends in one of these.
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
    """Times for `words` said at `WORDS_PER_MIN`, beginning at `start_s`."""
    timed, now = [], start_s
    for word in words:
        end = now + weight(word) * _SECONDS_PER_WEIGHT
        timed.append(Word(text=word, start_s=now, end_s=end))
        now = end + pause_s(word)
    return tuple(timed)


def spread(words: Sequence[str], start_s: float, end_s: float) -> tuple[Word, ...]:
    """Times for `words` that fill the time from `start_s` to `end_s`, pauses between them in proportion."""
    timed = estimate(words)
    length = timed[-1].end_s if timed else 0.0
    scale = (end_s - start_s) / length if length else 0.0
    return tuple(
        Word(text=word.text, start_s=start_s + word.start_s * scale, end_s=start_s + word.end_s * scale)
        for word in timed
    )


def min_duration_s(words: Sequence[str], rate: float) -> float:
    """The shortest time that `words` may take in a voice that is asked for `rate` (1.0: its own)."""
    return estimate(words)[-1].end_s / rate / _FASTEST if words else 0.0


def max_duration_s(words: Sequence[str], rate: float) -> float:
    """The longest: an hour of sound takes gigabytes."""
    return _MOMENT_S + (estimate(words)[-1].end_s * _SLOWEST / rate if words else 0.0)
