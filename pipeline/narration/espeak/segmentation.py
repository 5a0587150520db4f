"""Phrases set apart for a voice that needs spaces to know what is a word.

eSpeak reads a run of Japanese without spaces letter by letter ("Chinese character, Chinese character, …"), three times
as long and with one place for all of it. With a space after each phrase it reads words, and says where each one is.
In Thai, where a space ends a clause, it hears the end of a word only: a comma tells it.
"""

from __future__ import annotations

from dataclasses import replace
from itertools import accumulate

from pipeline.language.phrases import phrase_spans
from pipeline.language.words import ends_with_pause
from pipeline.narration.spoken_text import SpokenText


def separate_phrases(said: SpokenText, language: str) -> SpokenText:
    """`said` with a space before every phrase of its words; `language` is a tag like ja."""
    # What is put before a character of the text, by its index.
    added: dict[int, str] = {}
    for first, _ in phrase_spans(said.words, language):
        place = said.places[first]
        if place and place[0] > 0 and not said.text[place[0] - 1].isspace():
            added[place[0]] = " "
    for word, place in zip(said.words, said.places, strict=True):
        if place and ends_with_pause(word) and said.text[place[1] - 1] == " ":
            added[place[1] - 1] = ","
    text = "".join(added.get(at, "") + character for at, character in enumerate(said.text))
    shifts = list(accumulate(len(added.get(at, "")) for at in range(len(said.text))))
    places = tuple(
        (place[0] + shifts[place[0]], place[1] + shifts[place[1] - 1]) if place else None for place in said.places
    )
    return replace(said, text=text, places=places)
