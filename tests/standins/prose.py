"""How a stand-in for a model keeps to a length: as models do, which is about.

It writes as many words as the prompt asks for, give or take a quarter, by chance; told how many are too many or too
few, it does about that. The sentences are of many lengths, with short words and long ones, as in films.
"""

from __future__ import annotations

import json
import random
import re
from itertools import cycle, pairwise
from typing import Any

from pipeline.model import join_words, split_words
from tests.standins.tales import SENTENCES, sentences

_ASKED = re.compile(r"that is (\d+) (?:words|characters) of narration in all")
_SCENES = re.compile(r"^- (\d+) to (\d+) scenes", re.MULTILINE)
_LANGUAGE = re.compile(r"\(BCP-47\): (\w+)")
_CORRECTED = re.compile(r"say about (\d+) (?:words|characters) (more|fewer)")

# How far off a first answer is, and how much of a correction is made: shares.
_OFF, _HEEDED = 0.25, (0.75, 1.2)


def as_long_as_asked(script: dict[str, Any], messages: list[dict[str, str]]) -> dict[str, Any]:
    """`script` with scenes that say about as much as the messages ask for; as it is if they ask for no length."""
    prompt = "\n".join(message["content"] for message in messages if message["role"] != "assistant")
    asked, scenes = _ASKED.search(prompt), _SCENES.search(prompt)
    if not asked or not scenes:
        return script
    # The same question is answered alike.
    chance = random.Random(json.dumps([script["title"], messages]))
    words = round(int(asked[1]) * chance.uniform(1 - _OFF, 1 + _OFF))
    corrected = _CORRECTED.findall(messages[-1]["content"])
    if corrected:
        (by, which), *_ = corrected
        before = _words_in(json.loads(messages[-2]["content"]))
        words = before + round(int(by) * chance.uniform(*_HEEDED)) * (1 if which == "more" else -1)
    language = _LANGUAGE.search(prompt)
    said = say(max(words, 10), sentences(language[1] if language else "en") or SENTENCES["en"], chance)
    return {**script, "scenes": _scenes(said, (int(scenes[1]) + int(scenes[2])) // 2)}


def say(words: int, tale: tuple[str, ...], chance: random.Random) -> list[str]:
    """Sentences of a tale, so many words in all; the last one breaks off where it must."""
    said: list[str] = []
    for sentence in cycle(chance.sample(tale, len(tale))):
        some = split_words(sentence)[:words]
        said.append(join_words(some))
        words -= len(some)
        if words <= 0:
            return said
    raise AssertionError


def _words_in(script: dict[str, Any]) -> int:
    return sum(len(split_words(text)) for text in _said(script))


def _said(value: Any) -> list[str]:
    if isinstance(value, list):
        return [text for each in value for text in _said(each)]
    if not isinstance(value, dict):
        return []
    own = [text for name, text in value.items() if name in {"say", "lead"}]
    return own + [text for each in value.values() for text in _said(each)]


def _scenes(said: list[str], count: int) -> list[dict[str, Any]]:
    """The sentences spread over so many scenes, fewer if there are not enough."""
    count = max(2, min(count, len(said)))
    cuts = [round(n * len(said) / count) for n in range(count + 1)]
    parts = [said[start:end] for start, end in pairwise(cuts)]
    scenes = []
    for number, part in enumerate(parts):
        if number == 0:
            scenes.append({"layout": "title", "heading": "Rain", "kicker": "", "subtitle": "", "say": _joined(part)})
        elif number == count - 1:
            scenes.append({"layout": "closing", "text": "Water is never new.", "say": _joined(part)})
        elif number % 2 and len(part) >= 3:
            items = [{"text": f"Thing {n}", "say": sentence} for n, sentence in enumerate(part[1:6], start=1)]
            items[-1]["say"] = _joined(part[len(items) :])
            scenes.append({"layout": "bullets", "heading": "Things", "kicker": "", "lead": part[0], "items": items})
        else:
            text = {"text": "It only changes its address.", "emphasis": "changes"}
            scenes.append({"layout": "statement", "kicker": "", **text, "say": _joined(part)})
    return scenes


def _joined(sentences: list[str]) -> str:
    return join_words([word for sentence in sentences for word in split_words(sentence)])
