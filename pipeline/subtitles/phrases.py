"""Where a reader would like a text to be broken, as a cost after each word: 0 after a sentence, high inside a phrase.

Punctuation, names and numbers say most of it in any language. For a few languages small tables of function words say
the rest: never after an article, a preposition or an auxiliary, rather before a preposition or a conjunction (Netflix
Timed Text Style Guide, "Line Treatment"). A language without a table is broken by the rest.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from pipeline.language.text import CLOSING_MARKS, GREEK_QUESTION, SENTENCE_ENDS, is_abbreviation
from pipeline.language.words import breathes, touch
from pipeline.model import Word

SENTENCE, BREATH, CLAUSE, PAUSE, OPENING, NEUTRAL, NAME, PHRASE = 0.0, 1.0, 2.0, 3.0, 5.0, 8.0, 16.0, 40.0
# A silence of this length between two words is heard as a break, with or without a comma.
_PAUSE_S = 0.25
# After a mark, one of this length is the breath between two items, whatever letter the second begins with.
_BREATH_S = 0.4


@dataclass(frozen=True, kw_only=True)
class _Language:
    # Prepositions and conjunctions: a break before them is good, one after them is bad.
    opening: frozenset[str]
    # Articles, possessives, auxiliaries, subject pronouns: a break after them is bad.
    leaning: frozenset[str]


def _language(opening: str, leaning: str) -> _Language:
    return _Language(opening=frozenset(opening.split()), leaning=frozenset(leaning.split()))


_LANGUAGES = {
    "en": _language(
        "and or but nor so because although though while when where which who whose if unless until since as than that "
        "of in on at to for from with by about into onto over under between through after before during without "
        "against toward towards upon within across around along behind beyond near like inside outside",
        "a an the my your his her its our their this these those some any each every no not very more most all both "
        "i you he she it we they there is are was were be been am has have had do does did will would can could should "
        "may might must one two three four five six seven eight nine ten hundred thousand million billion "
        "i'm it's that's we're they're you're don't doesn't can't isn't",
    ),
    "de": _language(
        "und oder aber denn sondern weil obwohl während wenn wo dass ob als wie damit bevor nachdem bis seit "
        "von in im an am auf zu zum zur für aus mit bei beim nach durch über unter zwischen vor hinter ohne gegen um",
        "der die das den dem des ein eine einen einem einer eines kein keine mein dein sein ihr unser euer dieser "
        "diese dieses jeder jede jedes nicht sehr mehr ich du er sie es wir man ist sind war waren wird werden wurde "
        "hat haben hatte kann können muss müssen soll will",
    ),
    "fr": _language(
        "et ou mais donc car parce que qui quand où si lorsque puisque comme dont "
        "de du des à au aux en dans sur sous pour par avec sans entre vers chez après avant pendant depuis contre",
        "le la les un une mon ton son ma ta sa mes tes ses notre votre leur nos vos leurs ce cet cette ces chaque très "
        "plus ne pas je tu il elle on nous vous ils elles est sont était étaient a ont avait peut peuvent doit se",
    ),
    "es": _language(
        "y e o u pero porque aunque mientras cuando donde que quien si como "
        "de del a al en con por para sin sobre entre hacia hasta desde durante contra según tras",
        "el la los las un una unos unas mi tu su nuestro nuestra sus este esta estos estas ese esa cada muy más no "
        "yo él ella nosotros ellos se lo le es son era eran fue ha han había puede pueden debe",
    ),
    "it": _language(
        "e ed o ma perché quando dove che chi se come mentre anche di del della dei delle a al alla ai in nel nella "
        "con per da dal dalla su sul sulla tra fra senza verso dopo prima durante contro",
        "il lo la i gli le un uno una mio tuo suo sua nostro vostro loro questo questa ogni molto più non "
        "io lui lei noi voi si è sono era erano ha hanno aveva può possono deve",
    ),
    "pt": _language(
        "e ou mas porque embora quando onde que quem se como enquanto "
        "de do da dos das a ao à em no na nos nas com por pelo pela para sem sobre entre até desde durante contra",
        "o os as um uma meu minha seu sua nosso nossa este esta esse essa cada muito mais não "
        "eu ele ela nós eles elas é são era eram foi tem têm tinha pode podem deve",
    ),
    "nl": _language(
        "en of maar want omdat hoewel terwijl wanneer waar die dat als dan zodat "
        "van in op aan te tot voor uit met bij naar door over onder tussen na zonder tegen om",
        "de het een mijn jouw zijn haar ons onze hun deze dit elke niet zeer meer ik jij hij zij ze wij we "
        "is was waren wordt worden werd heeft hebben had kan kunnen moet zal",
    ),
}
_NO_LANGUAGE = _language("", "")

_CLOSERS = re.escape(CLOSING_MARKS)
_SENTENCE_END = re.compile(rf"(?:[{SENTENCE_ENDS}]|{GREEK_QUESTION})[{_CLOSERS}]*$")
_STOPS = re.compile(rf"(?:[{SENTENCE_ENDS}:：]|{GREEK_QUESTION})[{_CLOSERS}]*$")
_CLAUSE_END = re.compile(rf"(?:[,;:，、；：،؛–—]|(?<=\S)-)[{_CLOSERS}]*$")
_BETWEEN_COMMAS = re.compile(r"[,،] [^\W\d]\S*[,،]$")
_NUMBER = re.compile(r"[^\w\s]*\d[\d.,:/]*$")


def break_costs(words: Sequence[Word], language: str) -> list[float]:
    """The cost of a break after each of the words of a `language` (a tag: en, pt-BR); after the last: `SENTENCE`."""
    cores = [_core(word.text) for word in words]
    table = _LANGUAGES.get(language.lower().partition("-")[0], _NO_LANGUAGE)
    costs = []
    for index in range(len(words) - 1):
        word, following = words[index], words[index + 1]
        cost = _text_cost(word.text, following.text)
        if cost == NEUTRAL:
            # Where there are few spaces, one more reason to break at the marks.
            run = touch(word.text, following.text)
            cost = NAME if run else _grammar_cost(cores[index], cores[index + 1], table)
        silence_s = following.start_s - word.end_s
        if silence_s >= _BREATH_S and _STOPS.search(word.text):
            cost = SENTENCE
        elif silence_s >= _PAUSE_S:
            cost = min(cost, PAUSE)
        costs.append(cost)
    return [*costs, SENTENCE] if words else []


def _text_cost(word: str, following: str) -> float:
    """What punctuation, names and numbers say; `NEUTRAL` if they say nothing."""
    if breathes(word):
        return BREATH  # the comma and the full stop of Thai
    if _SENTENCE_END.search(word):
        goes_on = is_abbreviation(word[:-1], following) or following[0].islower()
        return PHRASE if goes_on and word[-1] == "." else SENTENCE
    if _CLAUSE_END.search(word):
        # A word between two commas is a name that is called, or one of a list: it goes with what is before it.
        return OPENING if _BETWEEN_COMMAS.search(f"{word} {following}") else CLAUSE
    if following[0] in "–—":
        return PHRASE  # a dash stays with what it follows
    if _NUMBER.match(word):
        return NAME  # a number and its unit
    return NAME if word[0].isupper() and following[0].isupper() and len(word) > 1 else NEUTRAL


def _grammar_cost(word: str, following: str, table: _Language) -> float:
    if word in table.leaning or word in table.opening:
        return PHRASE
    return OPENING if following in table.opening else NEUTRAL


def _core(word: str) -> str:
    return word.strip("\"'“”‘’«»()[]¿¡").replace("’", "'").lower()
