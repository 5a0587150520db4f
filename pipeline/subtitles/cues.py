"""Segmentation of a scene's words into cues, by dynamic programming over costs for the reader.

Every segmentation is a path from the first word to the last. The cost of a cue depends on its own words only: where it
ends, where its lines break, how fast it has to be read. The cheapest path is found in time linear in the words.
Breaking a limit of the Netflix Timed Text Style Guide costs more than everything else.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from math import inf

from pipeline.language.display_width import display_width
from pipeline.language.words import join_words
from pipeline.model import SAMPLE_RATE_HZ, Clip, Cue, Narration, Subtitles, Word
from pipeline.subtitles.limits import CueLimits
from pipeline.subtitles.line_breaks import SENTENCE, break_costs
from pipeline.subtitles.wrapping import join_phrases, split_long_words

# The unit: a break after a clause costs 2 (see `line_breaks`).
_PER_CUE = 4.0
# More than another cue with an awkward line break costs: an answer is not seen before its question is asked.
_SENTENCE_INSIDE = 13.0
_ONE_WORD = 8.0
# A last word like "it." looks worse alone than a phrase that is broken before it.
_TINY, _TINY_CHARS = 24.0, 4
# A cue of a few letters of a sentence is gone before it is seen.
_FRAGMENT, _FRAGMENT_CHARS = 4.0, 12
# Of a break between cues, and of one between lines, which is seen whole: a cue rather ends with its clause.
_CUE_BREAK, _LINE_BREAK = 1.5, 0.75
_SHORT = 3.0
_TOP_HEAVY = 3.0
_UNEVEN = 6.0
# For a single word on the bottom line, or a line at most a third as long as the other: they look lost.
_ORPHAN, _ORPHAN_SHARE = 4.0, 1 / 3
_SILENCE_INSIDE_PER_S = 6.0
_OVER_A_LIMIT = 1000.0
# A cue that ends this shortly before the next one is extended to it: captions that vanish for a few frames flicker.
_FLICKER_S = 0.4
# Tolerance for rounding errors at exactly kept limits.
_TOLERANCE = 1e-9


def make_subtitles(narration: Narration, *, language: str, limits: CueLimits) -> Subtitles:
    """Cues for every scene: all words in order, within the limits as far as the speech allows.

    `language` is a tag like en or pt-BR: it decides where cues and lines break (see `line_breaks`), and some languages
    have limits of their own (see `CueLimits.for_language`). A cue starts with its first word and stays on in the
    silence after its last one as long as reading it takes. Speech that is too fast for the limits keeps its order,
    lines and gaps, with as few characters per second as possible.
    """
    limits = limits.for_language(language)
    return Subtitles(scenes=tuple(_cues(clip, language, limits) for clip in narration.clips))


# Cached because scenes are drawn before the others are spoken, and films of a campaign share scenes.
@lru_cache(maxsize=256)
def _cues(clip: Clip, language: str, limits: CueLimits) -> tuple[Cue, ...]:
    scene = _Scene(clip, language, limits)
    return tuple(scene.cue(start, end) for start, end in scene.cheapest_path())


class _Scene:
    """The words of one scene with their widths. A range [first, last) of words is a candidate for a cue."""

    def __init__(self, clip: Clip, language: str, limits: CueLimits) -> None:
        self.limits = limits
        self.end_s = clip.samples / SAMPLE_RATE_HZ
        tokens = join_phrases(clip.words, language, limits.max_chars_per_line)
        self.words, self.continues = split_long_words(tokens, limits.max_chars_per_line, language)
        self.breaks = break_costs(self.words, language)
        # Width of the space before each word, and of the running text up to it.
        self.spaces = [0] + [_space(self.words[i - 1], self.words[i]) for i in range(1, len(self.words))]
        self.widths = [0]
        for space, word in zip(self.spaces, self.words, strict=False):
            self.widths.append(self.widths[-1] + space + display_width(word.text))

    def cheapest_path(self) -> list[tuple[int, int]]:
        """The ranges of the cues, in order, with the lowest total cost."""
        count = len(self.words)
        costs, previous = [0.0] + [inf] * count, [0] * (count + 1)
        for last in range(1, count + 1):
            for first in range(last - 1, -1, -1):
                lines = self.lines(first, last)
                if lines is None:
                    break
                cost = costs[first] + self.cost(first, last, lines)
                if cost < costs[last]:
                    costs[last], previous[last] = cost, first
        path: list[tuple[int, int]] = []
        while count:
            path.append((previous[count], count))
            count = previous[count]
        return path[::-1]

    def lines(self, first: int, last: int) -> _Lines | None:
        """The cheapest line breaks of a range; None if it does not fit."""
        if self.line_width(first, last) <= self.limits.max_chars_per_line:
            return _Lines(starts=(first,), cost=0.0)
        if self.limits.max_lines < 2:
            return None
        best, best_cost = 0, inf
        # Backwards, until the bottom line overflows.
        for middle in range(last - 1, first, -1):
            top, bottom = self.line_width(first, middle), self.line_width(middle, last)
            if bottom > self.limits.max_chars_per_line:
                break
            if top <= self.limits.max_chars_per_line:
                cost = self.line_break_cost(middle, last, top, bottom)
                if cost < best_cost:
                    best, best_cost = middle, cost
        return _Lines(starts=(first, best), cost=best_cost) if best else None

    def line_width(self, first: int, last: int) -> float:
        """Width of a range on one line; infinite if it has two pieces of one word, which need a line break between."""
        if any(self.continues[first + 1 : last]):
            return inf
        return self.widths[last] - self.widths[first] - self.spaces[first]

    def line_break_cost(self, middle: int, last: int, top: float, bottom: float) -> float:
        """Lower after a phrase and for balanced lines; a top line that is longer costs more: it hides more picture."""
        uneven = (top - bottom) / self.limits.max_chars_per_line
        is_one_word = last - middle == 1 and self.spaces[middle] > 0
        orphan = _ORPHAN if is_one_word or min(top, bottom) <= _ORPHAN_SHARE * max(top, bottom) else 0.0
        orphan = _TINY if is_one_word and bottom <= _TINY_CHARS else orphan
        return self.breaks[middle - 1] * _LINE_BREAK + abs(uneven) * _UNEVEN + max(uneven, 0.0) * _TOP_HEAVY + orphan

    def cost(self, first: int, last: int, lines: _Lines) -> float:
        """The cost of a cue for the reader."""
        inside = range(first, last - 1)
        silences = [self.words[i + 1].start_s - self.words[i].end_s for i in inside]
        room = self.limits.max_chars_per_line * self.limits.max_lines
        empty = 1 - self.chars(first, last, lines) / room
        return (
            _PER_CUE
            + _CUE_BREAK * self.breaks[last - 1]
            + lines.cost
            + _SENTENCE_INSIDE * sum(self.breaks[i] == SENTENCE for i in inside)
            + _SILENCE_INSIDE_PER_S * sum(silence for silence in silences if silence > _FLICKER_S)
            + self.fragment_cost(first, last)
            + _SHORT * empty * empty
            + self.excess(first, last, lines)
        )

    def fragment_cost(self, first: int, last: int) -> float:
        """The cost of a cue of a few letters that are not a sentence of their own, or of one word."""
        is_sentence = self.breaks[last - 1] == SENTENCE and (not first or self.breaks[first - 1] == SENTENCE)
        width = self.line_width(first, last)
        if last - first == 1:
            return _TINY if width <= _TINY_CHARS and not is_sentence else _ONE_WORD
        return _FRAGMENT if width <= _FRAGMENT_CHARS and not is_sentence else 0.0

    def excess(self, first: int, last: int, lines: _Lines) -> float:
        """The cost of exceeding limits, growing with the excess; 0 within them."""
        limits, start_s = self.limits, self.words[first].start_s
        room_s = max(min(self.latest_end_s(first, last), start_s + limits.max_duration_s) - start_s, 1e-3)
        too_fast = self.chars(first, last, lines) / room_s / limits.max_chars_per_s - 1
        too_short = 1 - room_s / limits.min_duration_s
        too_long = (self.words[last - 1].end_s - start_s) / limits.max_duration_s - 1
        return sum(_OVER_A_LIMIT * (1 + over) for over in (too_fast, too_short, too_long) if over > _TOLERANCE)

    def chars(self, first: int, last: int, lines: _Lines) -> float:
        """Characters to read: all lines, and one for the line break."""
        breaks = [0 if start == first else self.spaces[start] for start in lines.starts]
        return self.widths[last] - self.widths[first] - self.spaces[first] - sum(breaks) + len(breaks) - 1

    def latest_end_s(self, first: int, last: int) -> float:
        """The latest end of a cue: a gap before the next one, or the end of the scene."""
        if last == len(self.words):
            return self.end_s
        start_s, next_s = self.words[first].start_s, self.words[last].start_s
        # If there is less than twice the gap until the next cue, each gets half of it.
        return max(next_s - self.limits.gap_s, (start_s + next_s) / 2)

    def cue(self, first: int, last: int) -> Cue:
        """The cue of a range."""
        lines = self.lines(first, last)
        assert lines is not None
        start_s, latest_s = self.words[first].start_s, self.latest_end_s(first, last)
        read_s = max(self.limits.min_duration_s, self.chars(first, last, lines) / self.limits.max_chars_per_s)
        end_s = max(self.words[last - 1].end_s, start_s + read_s)
        if last < len(self.words) and latest_s - end_s < _FLICKER_S:
            end_s = latest_s
        end_s = min(end_s, latest_s, start_s + self.limits.max_duration_s)
        ends = (*lines.starts[1:], last)
        texts = tuple(tuple(self.words[top:end]) for top, end in zip(lines.starts, ends, strict=True))
        return Cue(start_s=start_s, end_s=end_s, lines=texts)


@dataclass(frozen=True, kw_only=True)
class _Lines:
    """Line breaks of a cue."""

    # Index of the first word of each line.
    starts: tuple[int, ...]
    cost: float


def _space(word: Word, following: Word) -> int:
    """Width of the space between two words in running text: 1, or 0 in scripts without spaces."""
    return len(join_words([word.text, following.text])) - len(word.text) - len(following.text)
