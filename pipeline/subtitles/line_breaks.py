"""The cost of a line or cue break after each word: 0 after a sentence, high inside a phrase.

Punctuation, names and numbers decide most of it in any language. For some languages, small tables of function words
decide the rest: never break after an article, a preposition or an auxiliary, preferably before a preposition or a
conjunction (Netflix Timed Text Style Guide, "Line Treatment").
"""

from __future__ import annotations

import re
from collections.abc import Sequence, Set
from dataclasses import dataclass

from pipeline.language.sentences import sentence_ends
from pipeline.language.text import CLOSING_MARKS, GREEK_QUESTION, OPENING_MARKS, SENTENCE_ENDS
from pipeline.language.words import ends_with_pause, join_words, joins_without_space
from pipeline.model import Word

SENTENCE, BREATH, CLAUSE, PAUSE, OPENING, NEUTRAL = 0.0, 1.0, 2.0, 3.0, 5.0, 8.0
ADJECTIVE, NAME, PHRASE = 14.0, 16.0, 40.0
# A silence of this length between words is perceived as a break, with or without a comma.
_PAUSE_S = 0.25
# After final punctuation, one of this length separates sentences, even before a small letter.
_BREATH_S = 0.4


@dataclass(frozen=True, kw_only=True)
class _FunctionWords:
    """Function words of a language."""

    # Prepositions and conjunctions: a break before them is good, one after them is bad.
    opening: frozenset[str]
    # Articles, possessives, auxiliaries, subject pronouns: a break after them is bad.
    leaning: frozenset[str]
    # Postpositions and particles: a break before them is bad.
    trailing: frozenset[str]


def _words(opening: str, leaning: str, trailing: str = "") -> _FunctionWords:
    return _FunctionWords(
        opening=frozenset(opening.split()), leaning=frozenset(leaning.split()), trailing=frozenset(trailing.split())
    )


_BY_LANGUAGE = {
    "en": _words(
        "and or but nor so because although though while when where which who whose how why if unless until since as "
        "than that "
        "of in on at to for from with by about into onto over under between through after before during without "
        "against toward towards upon within across around along behind beyond near like inside outside per",
        "a an the my your his her its our their this these those some any each every no not very more most all both "
        "i you he she it we they there is are was were be been am has have had do does did will would can "
        "could should "
        "may might must nearly almost roughly only even just quite rather one two three four five six seven "
        "eight nine ten hundred thousand million billion "
        "i'm it's that's we're they're you're don't doesn't can't isn't",
    ),
    "de": _words(
        "und oder aber denn sondern weil obwohl während wenn wo dass ob als wie damit bevor nachdem bis seit "
        "von in im an am auf zu zum zur für aus mit bei beim nach durch über unter zwischen vor hinter ohne "
        "gegen um pro je",
        "der die das den dem des ein eine einen einem einer eines kein keine mein dein sein ihr unser euer dieser "
        "diese dieses jeder jede jedes nicht sehr mehr ich du er sie es wir man ist sind war waren wird werden wurde "
        "hat haben hatte kann können muss müssen soll will etwa rund ungefähr fast circa ca. knapp nur sogar ganz",
    ),
    "fr": _words(
        "et ou mais donc car parce que qui quand où si lorsque puisque comme dont "
        "de du des à au aux en dans sur sous pour par avec sans entre vers chez après avant pendant depuis contre",
        "le la les un une mon ton son ma ta sa mes tes ses notre votre leur nos vos leurs ce cet cette ces "
        "chaque très "
        "plus ne pas je tu il elle on nous vous ils elles est sont était étaient a ont avait peut peuvent "
        "doit se environ "
        "presque seulement même",
    ),
    "es": _words(
        "y e o u pero porque aunque mientras cuando donde que quien si como "
        "de del a al en con por para sin sobre entre hacia hasta desde durante contra según tras",
        "el la los las un una unos unas mi tu su nuestro nuestra sus este esta estos estas ese esa cada muy más no "
        "yo él ella nosotros ellos se lo le es son era eran fue ha han había puede pueden debe casi unos "
        "solo incluso",
    ),
    "it": _words(
        "e ed o ma perché quando dove che chi se come mentre anche di del della dei delle a al alla ai in nel nella "
        "con per da dal dalla su sul sulla tra fra senza verso dopo prima durante contro",
        "il lo la i gli le un uno una mio tuo suo sua nostro vostro loro questo questa ogni molto più non "
        "io lui lei noi voi si è sono era erano ha hanno aveva può possono deve circa quasi solo anche",
    ),
    "pt": _words(
        "e ou mas porque embora quando onde que quem se como enquanto "
        "de do da dos das a ao à em no na nos nas com por pelo pela para sem sobre entre até desde durante contra",
        "o os as um uma meu minha seu sua nosso nossa este esta esse essa cada muito mais não "
        "eu ele ela nós eles elas é são era eram foi tem têm tinha pode podem deve quase cerca só até",
    ),
    "nl": _words(
        "en of maar want omdat hoewel terwijl wanneer waar die dat als dan zodat "
        "van in op aan te tot voor uit met bij naar door over onder tussen na zonder tegen om",
        "de het een mijn jouw zijn haar ons onze hun deze dit elke niet zeer meer ik jij hij zij ze wij we "
        "is was waren wordt worden werd heeft hebben had kan kunnen moet zal ongeveer bijna ruim alleen zelfs",
    ),
    "sv": _words(
        "och eller men för att om när där som än medan innan efter "
        "av i på till från med utan vid mot mellan över under genom hos åt ur kring sedan",
        "en ett den det de min din sin vår er hans hennes dess deras denna detta dessa varje inte mycket mer "
        "jag du han hon vi ni man är var har hade kan kunde ska skulle måste vill",
    ),
    "da": _words(
        "og eller men for at om når hvor som der end mens før efter "
        "af i på til fra med uden ved mod mellem over under gennem hos om siden",
        "en et den det de min din sin vores jeres hans hendes dets deres denne dette disse hver ikke meget mere "
        "jeg du han hun vi man er var har havde kan kunne skal skulle må vil",
    ),
    "nb": _words(
        "og eller men for at om når hvor som enn mens før etter "
        "av i på til fra med uten ved mot mellom over under gjennom hos siden",
        "en ei et den det de min din sin vår hans hennes dets deres denne dette disse hver ikke veldig mer "
        "jeg du han hun vi man er var har hadde kan kunne skal skulle må vil",
    ),
    "pl": _words(
        "i a o w z u oraz lub albo ale lecz bo że żeby aby gdy kiedy gdzie jak jeśli który która które którzy niż "
        "we ze na po do od ode dla bez nad pod przed przez przy za między wokół około podczas oprócz",
        "nie bardzo ten ta to te tego tej tym jego jej ich mój swój każdy się jest są był była było były "
        "może około prawie tylko nawet",
    ),
    "ru": _words(
        "и а но или что чтобы как когда где если потому который которая которое которые чем пока хотя "
        "в во с со к ко о об у на по до от из без для за над под перед при через между около после из-за",
        "не ни очень самый этот эта это эти его её их мой свой каждый был была было были есть почти только "
        "даже примерно",
    ),
    "uk": _words(
        "і й та а але або що щоб як коли де якщо бо який яка яке які ніж поки хоча "
        "в у з із зі до на по від без для за над під перед при про через між біля після",
        "не ні дуже цей ця це ці його її їх мій свій кожен був була було були є",
    ),
    "cs": _words(
        "a i o u k s v z ale nebo že aby když kde jak jestli který která které než protože zatímco "
        "ve ze ke se na po do od bez pro za nad pod před při přes mezi kolem během podle",
        "ne velmi ten ta to ti tento tato toto jeho její jejich můj svůj každý je jsou byl byla bylo byly může",
    ),
    "el": _words(
        "και ή αλλά γιατί ότι που πως όταν όπου αν από όπως ενώ "
        "σε στο στη στην στον στα στις στους με για χωρίς προς κατά μετά πριν μέχρι",
        "ο η το οι τα τον την του της των τους ένας μια μία ένα αυτός αυτή αυτό κάθε πολύ πιο δεν να θα "
        "είναι ήταν έχει είχε μπορεί",
    ),
    "ar": _words(
        "في من إلى على عن مع بين حتى منذ خلال بعد قبل تحت فوق عند حول دون أو ثم لكن لأن أن إن الذي التي عندما حيث كما",
        "هذا هذه ذلك تلك كل لا لم لن ما قد كان كانت يكون هو هي الساعة",
    ),
    "he": _words(
        "של על אל עם בין עד אחרי לפני תחת מעל ליד בלי או אבל כי אם אשר כאשר כמו את",
        "זה זו אלה כל לא מאוד יותר הוא היא הם היה הייתה היו יש אין",
    ),
    "tr": _words(
        "ve veya ama fakat çünkü",
        "bir bu şu o her çok daha en saat",
        "ile için gibi kadar göre sonra önce de da mi mı mu mü ki",
    ),
    "hi": _words(
        "और या लेकिन मगर क्योंकि कि जो जब जहाँ अगर तो फिर",
        "यह वह ये वे एक हर बहुत सबसे न नहीं मेरा मेरी मेरे",
        "में पर को का की के से ने तक वाला वाली वाले लिए साथ बाद पहले है हैं था थी थे",
    ),
}
_NONE = _words("", "")
# Pronouns that are subjects or objects: "put it | into the sea".
_OBJECTS = {"en": frozenset({"it", "you", "her"}), "de": frozenset({"sie", "es", "ihr"})}
# The word after one of these, before another word, is most likely an adjective, or a noun before one: "the first /
# attempt", "la maison / blanche".
_ARTICLES = _words(
    "",
    "a an the der die das den dem des ein eine einen einem einer le la les un une el los las il lo gli "
    "uno o os as um "
    "uma de het een en ett det ei et ο η το οι τον την του της ένας μια ένα",
).leaning

_CLOSING = re.escape(CLOSING_MARKS)
_SENTENCE_END = re.compile(rf"(?:[{SENTENCE_ENDS}]|{GREEK_QUESTION})[{_CLOSING}]*$")
_FINAL_MARK = re.compile(rf"(?:[{SENTENCE_ENDS}:：]|{GREEK_QUESTION})[{_CLOSING}]*$")
_CLAUSE_END = re.compile(rf"(?:[,;:，、；：،؛–—]|(?<=\S)-)[{_CLOSING}]*$")
_BETWEEN_COMMAS = re.compile(r"[,،] [^\W\d]\S*[,،]$")
_NUMBER = re.compile(r"[^\w\s]*\d[\d.,:/–-]*$")
_SHORT_NUMBER = re.compile(r"\d{1,3}\W*$")
_YEAR = re.compile(r"(?:1[5-9]|20)\d\d(?:[–-]\d{2,4})?$")
# Punctuation separated by spaces, as in French: "« Quoi ? »".
_CLOSING_TOKEN = re.compile(rf"[{SENTENCE_ENDS}:;,%‰°€$£{_CLOSING}]+$")
_OPENING_TOKEN = re.compile(rf"[¿¡{re.escape(OPENING_MARKS.strip(CLOSING_MARKS))}]+$")


def break_costs(words: Sequence[Word], language: str) -> list[float]:
    """The cost of a break after each word, in a `language` (a tag: en, pt-BR); after the last one `SENTENCE`."""
    cores = [_core(word.text) for word in words]
    code = language.lower().partition("-")[0]
    table, objects = _BY_LANGUAGE.get(code, _NONE), _OBJECTS.get(code, frozenset())
    costs = []
    ends = _sentence_final_words(words, language)
    numbered = _numbered_names(words, cores, ends, table)
    for index in range(len(words) - 1):
        word, following = words[index], words[index + 1]
        # Separate closing punctuation belongs to the word before it.
        is_punctuation = index > 0 and _CLOSING_TOKEN.match(word.text) is not None
        text = words[index - 1].text + word.text if is_punctuation else word.text
        is_attached = _CLOSING_TOKEN.match(following.text) or _OPENING_TOKEN.match(word.text)
        has_unit = index - 1 not in numbered and cores[index + 1] not in table.opening
        cost = PHRASE if is_attached else _text_cost(text, following.text, is_end=index in ends, has_unit=has_unit)
        if index in numbered:
            cost = NAME
        if cost == NEUTRAL:
            # In scripts without spaces, prefer breaks at punctuation.
            is_unspaced = joins_without_space(word.text, following.text)
            cost = NAME if is_unspaced else _grammar_cost(cores[index], cores[index + 1], table)
            is_object = cores[index] in objects and index and cores[index - 1] not in table.opening
            if is_object and cores[index + 1] in table.opening:
                cost = OPENING
            is_adjective = index > 0 and cores[index - 1] in _ARTICLES & table.leaning
            cost = ADJECTIVE if cost == NEUTRAL and is_adjective else cost
        silence_s = following.start_s - word.end_s
        if word.text.endswith(".") and index not in ends:
            pass  # the voice took an abbreviation for the end of a sentence
        elif silence_s >= _BREATH_S and _FINAL_MARK.search(word.text):
            cost = SENTENCE
        elif silence_s >= _PAUSE_S:
            cost = min(cost, PAUSE)
        costs.append(cost)
    return [*costs, SENTENCE] if words else []


def _sentence_final_words(words: Sequence[Word], language: str) -> set[int]:
    """The indices of the words that end a sentence, except the last."""
    texts = [word.text for word in words]
    whole, position = join_words(texts), 0
    at: dict[int, int] = {}
    for index, text in enumerate(texts):
        position = whole.index(text, position) + len(text)
        at[position - len(text) + len(text.rstrip())] = index
    return {at[end] for end in sentence_ends(whole, language) if end in at}


def _numbered_names(words: Sequence[Word], cores: Sequence[str], ends: Set[int], table: _FunctionWords) -> set[int]:
    """The indices of names with a number: "in Apollo 11", "1959: Lunik 3", but not "Exactly 40 metres"."""
    return {
        index
        for index in range(1, len(words) - 1)
        if words[index].text[0].isupper()
        and words[index].text[-1].isalnum()
        and index - 1 not in ends
        and cores[index] not in table.opening | table.leaning
        and _SHORT_NUMBER.match(words[index + 1].text)
    }


def _text_cost(word: str, following: str, *, is_end: bool, has_unit: bool) -> float:
    """The cost by punctuation, names and numbers; `NEUTRAL` if they don't decide it.

    `has_unit`: whether the word after a number is its unit.
    """
    if ends_with_pause(word):
        return BREATH  # Thai writes a space for both comma and full stop
    if is_end or _SENTENCE_END.search(word):
        return SENTENCE if is_end else PHRASE if word[-1] == "." else CLAUSE  # "Why?" she asked
    if _CLAUSE_END.search(word):
        # A word between two commas is a vocative or an item of a list: it goes with what precedes it.
        return OPENING if _BETWEEN_COMMAS.search(f"{word} {following}") else CLAUSE
    if following[0] in "–—":
        return PHRASE  # a dash stays with the word before it
    if has_unit and _NUMBER.match(word) and not _YEAR.match(word):
        return PHRASE  # a number and its unit
    return NAME if word[0].isupper() and following[0].isupper() and len(word) > 1 else NEUTRAL


def _grammar_cost(word: str, following: str, table: _FunctionWords) -> float:
    if word in table.leaning or word in table.opening or following in table.trailing:
        return PHRASE
    return OPENING if following in table.opening else NEUTRAL


def _core(word: str) -> str:
    return word.strip("\"'“”‘’«»()[]¿¡").replace("’", "'").lower()
