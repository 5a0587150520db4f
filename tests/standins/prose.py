"""How a stand-in model writes: in the requested language, and only roughly to the requested length, as models do.

In languages other than English it tells the story of `stories.py`, or the notes if the story lacks that language. For a
requested length, it writes the number of words in the prompt plus or minus a random quarter; told the deviation, it
corrects it in part. Sentences vary in length, with short and long words, as in films.
"""

from __future__ import annotations

import json
import random
import re
from itertools import cycle, pairwise
from typing import Any

from pipeline.language.words import join_words, split_words
from tests.standins.stories import SENTENCES, sentences

_ASKED = re.compile(r"that is (\d+) (?:words|characters) of narration in all")
_SCENES = re.compile(r"^- (\d+) to (\d+) scenes", re.MULTILINE)
_LANGUAGE = re.compile(r"\(BCP-47\): ([\w-]+)")
_NOTES = re.compile(r"^-{10}\n(.+?)\n-{10}$", re.MULTILINE | re.DOTALL)
_CORRECTED = re.compile(r"say about (\d+) (?:words|characters) (more|fewer)")

# Shares: the maximum deviation of a first answer, and how much of a correction is applied.
_OFF, _HEEDED = 0.25, (0.75, 1.2)
# Without a requested length: sentences and scenes. And the longest on-screen label, in characters.
_SENTENCES, _SCENES_USUAL, _LABEL = 6, 3, 30


def as_asked(script: dict[str, Any], messages: list[dict[str, str]]) -> dict[str, Any]:
    """Adapt `script` to the language and length that the messages ask for."""
    prompt = "\n".join(message["content"] for message in messages if message["role"] != "assistant")
    told = _LANGUAGE.search(prompt)
    language = told[1] if told else "en"
    tale = sentences(language) or _notes_in(prompt) or SENTENCES["en"]
    asked, scenes = _ASKED.search(prompt), _SCENES.search(prompt)
    if not asked or not scenes:
        return script if language.startswith("en") else _told(script, list(tale[:_SENTENCES]), _SCENES_USUAL)
    # The same request gets the same answer.
    chance = random.Random(json.dumps([script["title"], messages]))
    words = round(int(asked[1]) * chance.uniform(1 - _OFF, 1 + _OFF))
    corrected = _CORRECTED.findall(messages[-1]["content"])
    if corrected:
        (by, which), *_ = corrected
        before = _words_in(json.loads(messages[-2]["content"]))
        words = before + round(int(by) * chance.uniform(*_HEEDED)) * (1 if which == "more" else -1)
    return _told(script, say(max(words, 10), tale, chance), (int(scenes[1]) + int(scenes[2])) // 2)


def _told(script: dict[str, Any], said: list[str], count: int) -> dict[str, Any]:
    """Replace the text of `script` by these sentences, in so many scenes, and all other texts by their language."""
    about = {
        "description": _joined(said[:2]),
        "tags": [_label(said[0]).strip(".。।")],
        "thumbnail_text": _label(said[0]),
    }
    return {**script, **about, "scenes": _scenes(said, count)}


def _notes_in(prompt: str) -> tuple[str, ...]:
    """The sentences of the notes, without Markdown."""
    found = _NOTES.search(prompt)
    lines = [re.sub(r"^(#+|-) |\*\*", "", line).strip() for line in found[1].split("\n")] if found else []
    return tuple(line for line in lines if line)


def say(words: int, tale: tuple[str, ...], chance: random.Random) -> list[str]:
    """Sentences of a story with so many words in all; the last one is cut if necessary."""
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
    """Distribute the sentences over so many scenes, fewer if there are not enough."""
    said = said if len(said) > 1 else said * 2
    count = max(2, min(count, len(said)))
    cuts = [round(n * len(said) / count) for n in range(count + 1)]
    parts = [said[start:end] for start, end in pairwise(cuts)]
    scenes = []
    for number, part in enumerate(parts):
        if number == 0:
            scenes.append(
                {"layout": "title", "heading": _label(part[0]), "kicker": "", "subtitle": "", "say": _joined(part)}
            )
        elif number == count - 1:
            scenes.append({"layout": "closing", "text": _label(part[-1]), "say": _joined(part)})
        elif number % 2 and len(part) >= 3:
            items = [{"text": _label(sentence), "say": sentence} for sentence in part[1:6]]
            items[-1]["say"] = _joined(part[len(items) :])
            scenes.append(
                {"layout": "bullets", "heading": _label(part[0]), "kicker": "", "lead": part[0], "items": items}
            )
        else:
            text = {"text": _label(part[0]), "emphasis": split_words(_label(part[0]))[0].strip()}
            scenes.append({"layout": "statement", "kicker": "", **text, "say": _joined(part)})
    return scenes


def _label(sentence: str) -> str:
    """Its first words, at least one."""
    words = split_words(sentence)
    count = next((n for n in range(len(words), 1, -1) if len(join_words(words[:n])) <= _LABEL), 1)
    return join_words(words[:count]).strip()


def _joined(sentences: list[str]) -> str:
    return join_words([word for sentence in sentences for word in split_words(sentence)])
