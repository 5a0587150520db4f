"""Word segmentation for eSpeak: spaces between phrases in languages that write none.

eSpeak spells out a run of Japanese without spaces ("Chinese character, Chinese character, …"), three times as long and
with a single event for all of it. With a space after each phrase it reads words and reports each one. In Thai, where a
space ends a clause, it takes the space for the end of a word only; a comma makes it pause.
"""

from __future__ import annotations

from dataclasses import replace
from itertools import accumulate

from pipeline.language.phrases import phrase_spans
from pipeline.language.words import ends_with_pause
from pipeline.narration.spoken_text import SpokenText


def separate_phrases(spoken: SpokenText, language: str) -> SpokenText:
    """`spoken` with a space before every phrase; `language` is a tag like ja."""
    # Inserted characters, by the index that they precede.
    inserted: dict[int, str] = {}
    for first, _ in phrase_spans(spoken.words, language):
        place = spoken.places[first]
        if place and place[0] > 0 and not spoken.text[place[0] - 1].isspace():
            inserted[place[0]] = " "
    for word, place in zip(spoken.words, spoken.places, strict=True):
        if place and ends_with_pause(word) and spoken.text[place[1] - 1] == " ":
            inserted[place[1] - 1] = ","
    text = "".join(inserted.get(at, "") + character for at, character in enumerate(spoken.text))
    shifts = list(accumulate(len(inserted.get(at, "")) for at in range(len(spoken.text))))
    places = tuple(
        (place[0] + shifts[place[0]], place[1] + shifts[place[1] - 1]) if place else None for place in spoken.places
    )
    return replace(spoken, text=text, places=places)
