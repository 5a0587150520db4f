"""Words become cues: a path through the words of a scene that costs a reader least.

Every way to cut a scene into cues is a path from its first word to its last, and what a cue costs depends on its own
words only: where it ends, how its lines break, how fast it has to be read. The cheapest path is found by dynamic
programming, in time linear in the words. Limits of the Netflix Timed Text Style Guide outweigh all taste.
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
from pipeline.subtitles.wrapping import fit_words, join_phrases

# One unit is about as bad as half a clause end in the middle of a cue.
_PER_CUE = 4.0
_SENTENCE_INSIDE = 9.0
_ONE_WORD = 8.0
# A few letters of a sentence by themselves are gone before they are seen.
_SCRAP, _SCRAP_CHARS = 4.0, 12
_LINE_BREAK = 0.5
_SHORT = 3.0
_TOP_HEAVY = 3.0
_UNEVEN = 6.0
# Once more for a line that is a third of the other, or less: two words over a full line look lost.
_LOST, _LOST_SHARE = 4.0, 1 / 3
_SILENCE_INSIDE_PER_S = 6.0
_OVER_A_LIMIT = 1000.0
# Two cues closer than this are joined up to the gap: a caption that goes for a few frames flickers.
_FLICKER_S = 0.4
# Of an excess: what floating point makes of a limit that is just kept.
_ROUNDING = 1e-9


def make_subtitles(narration: Narration, *, language: str, limits: CueLimits) -> Subtitles:
    """Cues for every scene: all words in order, each cue within the limits as far as the speech allows.

    `language` is a tag like en or pt-BR. Cues and lines break at its phrases when it is one that `phrases` knows, and
    a language with limits of its own has them (see `CueLimits.in_language`).
    A cue begins with its first word, and stays after its last one where there is silence to read it in. Speech that is
    too fast for the limits keeps its order, lines and gaps, and as few characters a second as possible.
    """
    own = limits.in_language(language)
    return Subtitles(scenes=tuple(_cues(clip, language, own) for clip in narration.clips))


# A scene is drawn before the others are spoken, and the films of a campaign have scenes in common.
@lru_cache(maxsize=256)
def _cues(clip: Clip, language: str, limits: CueLimits) -> tuple[Cue, ...]:
    scene = _Scene(clip, language, limits)
    return tuple(scene.cue(start, end) for start, end in scene.cheapest_path())


class _Scene:
    """The words of one scene, measured. A range [first, last) of words is a candidate for a cue."""

    def __init__(self, clip: Clip, language: str, limits: CueLimits) -> None:
        self.limits = limits
        self.end_s = clip.samples / SAMPLE_RATE_HZ
        phrases = join_phrases(clip.words, language, limits.max_chars_per_line)
        self.words, self.continues = fit_words(phrases, limits.max_chars_per_line, language)
        self.breaks = break_costs(self.words, language)
        # Width of the running text up to each word, and of the space before it.
        self.spaces = [0] + [_space(self.words[i - 1], self.words[i]) for i in range(1, len(self.words))]
        self.widths = [0]
        for space, word in zip(self.spaces, self.words, strict=False):
            self.widths.append(self.widths[-1] + space + display_width(word.text))

    def cheapest_path(self) -> list[tuple[int, int]]:
        """The ranges of the cues, in order."""
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
        """The best way to set a range in lines; None: it does not fit."""
        if self.line_width(first, last) <= self.limits.max_chars_per_line:
            return _Lines(starts=(first,), cost=0.0)
        if self.limits.max_lines < 2:
            return None
        best, best_cost = 0, inf
        # Backwards: from the top line that is just filled, until the bottom one overflows.
        for middle in range(last - 1, first, -1):
            top, bottom = self.line_width(first, middle), self.line_width(middle, last)
            if bottom > self.limits.max_chars_per_line:
                break
            if top <= self.limits.max_chars_per_line:
                cost = self.line_break_cost(middle, top, bottom)
                if cost < best_cost:
                    best, best_cost = middle, cost
        return _Lines(starts=(first, best), cost=best_cost) if best else None

    def line_width(self, first: int, last: int) -> float:
        """Width of a range on one line; no line holds two pieces of one word, because a space would part them."""
        if any(self.continues[first + 1 : last]):
            return inf
        return self.widths[last] - self.widths[first] - self.spaces[first]

    def line_break_cost(self, middle: int, top: float, bottom: float) -> float:
        """At a phrase end, the lines about equal, rather the lower one longer: it hides less of the picture."""
        uneven = (top - bottom) / self.limits.max_chars_per_line
        lost = _LOST if min(top, bottom) <= _LOST_SHARE * max(top, bottom) else 0.0
        return self.breaks[middle - 1] * _LINE_BREAK + abs(uneven) * _UNEVEN + max(uneven, 0.0) * _TOP_HEAVY + lost

    def cost(self, first: int, last: int, lines: _Lines) -> float:
        """How much a reader minds this cue."""
        inside = range(first, last - 1)
        silences = [self.words[i + 1].start_s - self.words[i].end_s for i in inside]
        room = self.limits.max_chars_per_line * self.limits.max_lines
        empty = 1 - self.chars(first, last, lines) / room
        return (
            _PER_CUE
            + self.breaks[last - 1]
            + lines.cost
            + _SENTENCE_INSIDE * sum(self.breaks[i] == SENTENCE for i in inside)
            + _SILENCE_INSIDE_PER_S * sum(silence for silence in silences if silence > _FLICKER_S)
            + (_ONE_WORD if last - first == 1 else _SCRAP if self.is_scrap(first, last) else 0.0)
            + _SHORT * empty * empty
            + self.excess(first, last, lines)
        )

    def is_scrap(self, first: int, last: int) -> bool:
        """Whether a range is a few letters, and not a sentence of its own."""
        is_sentence = self.breaks[last - 1] == SENTENCE and (not first or self.breaks[first - 1] == SENTENCE)
        return not is_sentence and self.line_width(first, last) <= _SCRAP_CHARS

    def excess(self, first: int, last: int, lines: _Lines) -> float:
        """The price of breaking a limit, by how far; 0 within the limits."""
        limits, start_s = self.limits, self.words[first].start_s
        room_s = max(min(self.latest_end_s(first, last), start_s + limits.max_duration_s) - start_s, 1e-3)
        too_fast = self.chars(first, last, lines) / room_s / limits.max_chars_per_s - 1
        too_short = 1 - room_s / limits.min_duration_s
        too_long = (self.words[last - 1].end_s - start_s) / limits.max_duration_s - 1
        return sum(_OVER_A_LIMIT * (1 + over) for over in (too_fast, too_short, too_long) if over > _ROUNDING)

    def chars(self, first: int, last: int, lines: _Lines) -> float:
        """What there is to read: all lines, and a character for the break between them."""
        breaks = [0 if start == first else self.spaces[start] for start in lines.starts]
        return self.widths[last] - self.widths[first] - self.spaces[first] - sum(breaks) + len(breaks) - 1

    def latest_end_s(self, first: int, last: int) -> float:
        """When a cue has to be gone: a gap before the next one, at the end of the scene after the last one."""
        if last == len(self.words):
            return self.end_s
        start_s, next_s = self.words[first].start_s, self.words[last].start_s
        # Words faster than the gap: half of what there is for the cue, half for the gap.
        return max(next_s - self.limits.gap_s, (start_s + next_s) / 2)

    def cue(self, first: int, last: int) -> Cue:
        """The range as a cue."""
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
    # Index of the first word of each line.
    starts: tuple[int, ...]
    cost: float


def _space(word: Word, following: Word) -> int:
    """Width of what stands between the two in running text: 1, or 0 where the script has no spaces."""
    return len(join_words([word.text, following.text])) - len(word.text) - len(following.text)
