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

_ASKED = re.compile(r"that is (\d+) (?:words|characters) of narration in all")
_SCENES = re.compile(r"^- (\d+) to (\d+) scenes", re.MULTILINE)
_LANGUAGE = re.compile(r"\(BCP-47\): (\w+)")
_CORRECTED = re.compile(r"say about (\d+) (?:words|characters) (more|fewer)")

# How far off a first answer is, and how much of a correction is made: shares.
_OFF, _HEEDED = 0.25, (0.75, 1.2)

_TEXTS = {
    "en": (
        "Rain falls. Nobody asks why. Look at a puddle after a storm, and you see the whole sky lying on the "
        "street. Every drop began as vapour, far too small to see. It rose because warm air is lighter than "
        "cold air. Up there it cools, and the invisible becomes a cloud. But a cloud weighs as much as a herd "
        "of elephants. So why does it not come down? The answer hides in the size of the droplets. Each is so "
        "tiny that the slightest breath of wind holds it up. They bump into one another, and they merge. A "
        "million of them make a single raindrop. Then, suddenly, gravity wins. What you hear on the roof "
        "tonight travelled for nine days. It crossed an ocean, a desert and two borders. Part of it was in a "
        "river that your great-grandmother could have swum in. Water is never new. It only changes its "
        "address. Think of that when you next forget your umbrella. Scientists measure it with buckets, radar "
        "and remarkable patience. The oldest method is still the best one. A jar, a ruler, and somebody who "
        "gets up early. In the mountains, the same water waits as snow until spring. Farmers downstream "
        "depend on that delay, because crops are thirsty in summer rather than in winter. Take the delay "
        "away, and rivers flood in March and run dry in August. That is happening already. It is a slow "
        "change, which is precisely why we overlook it. Pour a glass of water. Hold it to the light. "
        "Everything in it has been somewhere else."
    ),
    "de": (
        "Es regnet. Kaum jemand fragt, warum. Nach einem Gewitter liegt der ganze Himmel auf der Straße. "
        "Jeder Tropfen war einmal unsichtbarer Dampf. Er stieg auf, weil warme Luft leichter ist als kalte. "
        "Dort oben kühlt er ab, und aus dem Unsichtbaren wird eine Wolke. Eine Wolke wiegt so viel wie eine "
        "Herde Elefanten. Warum fällt sie dann nicht herunter? Die Antwort steckt in der Größe der Tröpfchen. "
        "Schon der leiseste Luftzug hält sie in der Schwebe. Dann gewinnt die Schwerkraft. Was heute Nacht "
        "auf das Dach trommelt, war neun Tage unterwegs. Wasser ist niemals neu, es zieht nur um. "
        "Wissenschaftlerinnen messen es mit Eimern, Radar und erstaunlicher Geduld."
    ),
    "es": (
        "Llueve. Casi nadie pregunta por qué. Después de la tormenta, el cielo entero cabe en un charco. Cada "
        "gota fue antes un vapor invisible. Subió porque el aire caliente pesa menos que el frío. Allá arriba "
        "se enfría, y lo invisible se convierte en nube. Una nube pesa tanto como una manada de elefantes. "
        "¿Por qué no se cae? La respuesta está en el tamaño de las gotas. El viento más suave las sostiene. "
        "De pronto, gana la gravedad. Lo que suena esta noche en el tejado viajó durante nueve días. El agua "
        "nunca es nueva: solo cambia de dirección."
    ),
    "ja": (
        "雨が降ります。なぜ降るのか、誰も聞きません。嵐のあとの水たまりには、空がまるごと映っています。一粒一"
        "粒は、目に見えない水蒸気でした。暖かい空気は冷たい空気より軽いので、上へ昇ります。そこで冷やされて、"
        "見えなかったものが雲になります。雲の重さは、象の群れと同じくらいです。では、なぜ落ちてこないのでしょ"
        "うか。答えは、粒の大きさにあります。やがて、重力が勝ちます。水は決して新しくなりません。ただ、住む場"
        "所を変えるだけです。"
    ),
}
_SENTENCES = {language: tuple(re.findall(r"\S[^.?!。]*[.?!。]", text)) for language, text in _TEXTS.items()}


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
    said = _say(max(words, 10), _SENTENCES.get(language[1] if language else "en", _SENTENCES["en"]), chance)
    return {**script, "scenes": _scenes(said, (int(scenes[1]) + int(scenes[2])) // 2)}


def _say(words: int, sentences: tuple[str, ...], chance: random.Random) -> list[str]:
    """Sentences of so many words in all; the last one breaks off where it must."""
    said: list[str] = []
    for sentence in cycle(chance.sample(sentences, len(sentences))):
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
