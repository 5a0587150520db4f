"""Captions cover all speech, in a ten-hour film, too."""

from __future__ import annotations

import pytest

from pipeline.media.span import Span
from pipeline.quality.caption_coverage import longest_uncaptioned
from pipeline.quality.expected import TimedText

HOURS_S = 36_000.0


class Counted(list):
    """A list that counts how often something is read from it."""

    reads = 0

    def __getitem__(self, at):
        self.reads += 1
        return super().__getitem__(at)

    def __iter__(self):
        for each in super().__iter__():
            self.reads += 1
            yield each


def cues(*times):
    return [TimedText(start_s=start_s, end_s=end_s, text="Tea cools.") for start_s, end_s in times]


def test_caption_coverage_of_ten_hours_is_linear():
    spoken = Counted(Span(start_s=at, end_s=at + 5.0) for at in range(0, int(HOURS_S), 6))
    shown = cues(*((at + 0.1, at + 1.9) for at in range(0, int(HOURS_S), 2) if not 20_000 <= at < 20_006))

    found = longest_uncaptioned(shown, spoken, [-16.0] * int(HOURS_S), HOURS_S)

    assert (found.start_s, found.end_s) == (19_999.9, 20_003)
    assert spoken.reads < 20 * len(shown)


def test_overlapping_cues_count_once():
    levels = Counted([-16.0] * int(HOURS_S))
    spoken = [Span(start_s=0.0, end_s=HOURS_S)]

    found = longest_uncaptioned(cues(*((at, HOURS_S) for at in range(100, 20_000))), spoken, levels, HOURS_S)

    assert (found.start_s, found.end_s) == (0, 100)
    assert levels.reads < 10


def test_cues_may_come_in_any_order():
    shown = cues((30, 40), (0, 10), (2, 25), (41, 50))

    found = longest_uncaptioned(shown, [Span(start_s=5.0, end_s=48.0)], [-16.0] * 50, 50.0)

    assert (found.start_s, found.end_s) == (25, 30)


def test_what_is_much_quieter_than_the_captioned_speech_needs_no_captions():
    levels = [-16.0] * 12 + [-30.0] * 8 + [-16.0] * 20

    found = longest_uncaptioned(cues((0, 12), (20, 40)), [Span(start_s=0.0, end_s=40.0)], levels, 40.0)

    assert found.length_s == 0


@pytest.mark.parametrize(("shown", "spoken_s"), [((0, 10), 8), ((0, 0.3), 0)], ids=["in a song", "for a moment"])
def test_where_the_captioned_speech_is_not_recognised_nothing_is_missing(shown, spoken_s):
    found = longest_uncaptioned(cues(shown), [Span(start_s=spoken_s, end_s=30.0)], [-16.0] * 30, 30.0)

    assert found.length_s == 0
