"""Phrases set apart for a voice that needs spaces to know what is a word.

eSpeak reads a run of Japanese without spaces letter by letter ("Chinese character, Chinese character, …"), three times
as long and with one place for all of it. With a space after each phrase it reads words, and says where each one is.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from itertools import accumulate

from pipeline.model.phrases import phrase_spans
from pipeline.narration.spoken import SpokenText


def part_phrases(said: SpokenText, language: str) -> SpokenText:
    """`said` with a space before every phrase of its words; `language` is a tag like ja."""
    firsts = (said.places[first] for first, _ in phrase_spans(said.words, language))
    starts = {place[0] for place in firsts if place and place[0] > 0 and not said.text[place[0] - 1].isspace()}
    text = "".join(f" {character}" if at in starts else character for at, character in enumerate(said.text))
    added = Counter(starts)
    shifts = list(accumulate(added[at] for at in range(len(said.text) + 1)))
    # A word ends before the space that follows it.
    places = tuple(
        (place[0] + shifts[place[0]], place[1] + shifts[place[1] - 1]) if place else None for place in said.places
    )
    return replace(said, text=text, places=places)
