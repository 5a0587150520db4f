"""Random scenes of every kind, generated from the classes in `pipeline.model.SCENES`: in many scripts, empty to full.

A new class is covered without changes here: its texts, lists and numbers come from `pipeline.model.text_fields`. Only
values that must match each other (a passage with its code, values with their marks) have rules below.
"""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from typing import Any, get_args, get_origin, get_type_hints

from hypothesis import strategies as st

from pipeline.language.display_width import display_width, prefix_length
from pipeline.language.words import split_words
from pipeline.model import SCENES, QuizScene, Scene, SpokenLine, Word, items_rule_of
from pipeline.model.text_fields import ListRule, TextRule, rules_of
from pipeline.script.data_checks import find_data_problems


@dataclass(frozen=True, kw_only=True)
class Tongue:
    """Words of a language as in real texts: short, long and in between."""

    words: tuple[str, ...]
    # The longest realistic word, and the widest or highest letter.
    long: str
    large: str
    space: str = " "


def _tongue(words: str, long: str, large: str, space: str = " ") -> Tongue:
    return Tongue(words=tuple(words.split()), long=long, large=large, space=space)


TONGUES = {
    "en": _tongue(
        "a the of hearts pump blood through gills oxygen swimming It’s (two) why?", "electroencephalography", "W"
    ),
    "de": _tongue("Öl die Größe und fließt über Übung", "Donaudampfschifffahrtsgesellschaftskapitän", "Ä"),
    "fr": _tongue("l’été où ça œuvre déjà à — « bien » !", "anticonstitutionnellement", "É"),
    "vi": _tongue("nghiệm của những người Việt ễ ở trường", "nghiêng", "Ễ"),
    "ru": _tongue("и наука жизнь Ёлка что съешь", "достопримечательность", "Щ"),
    "el": _tongue("και η γνώση Ώρα του κόσμου", "ηλεκτροεγκεφαλογράφημα", "Ώ"),
    "ar": _tongue("في سماء العلم كميات متساوية مع 12 إلى", "فأسقيناكموها", "ﷺ"),
    "fa": _tongue("و می‌رود قلب‌ها آب است", "دانش‌آموختگان", "گ"),
    "he": _tongue("של לב שָׁלוֹם מים את 3", "כשלהתראותינו", "ש"),
    "hi": _tongue("और विज्ञान हृदय में क्षत्रिय है", "अंतर्राष्ट्रीयकरण", "ॐ"),
    "th": _tongue("น้ำ ที่ หัวใจ ผู้ใหญ่ ปั๊ม และ", "กรุงเทพมหานครอมรรัตนโกสินทร์", "ญู้", space=""),
    "ja": _tongue("心臓 が 三つ ある。 タコ は 血 を 「送る」", "コンピュータシミュレーション", "鬱", space=""),
    "zh": _tongue("章鱼 有 三颗 心脏， 血液 是 蓝色的。", "中华人民共和国国务院办公厅", "龘", space=""),
    "ko": _tongue("심장 세 개가 있는 문어의 피를", "국제전기통신기본협약가입", "뷁"),
    "": _tongue("one two 3", "https://example.org/a/very/long/address?with=nothing", "M"),
}
# Words that occur in texts of any language.
_STRANGERS = ("😀", "👩‍🔬", "🇯🇵", "→", "CO₂", "日本", "العربية", "ไทย", "naïve", "3,5 %", "№ 7", "C++")
NUMBERS = (0.0, 1.0, -1.0, 1e-6, -1e-6, 0.1, 9.99, 71.0, 100.0, -40.5, 2024.0, 384400.0, 1234567.891, 1e14, -1e14)
_UNITS = ("", "%", "km", "$", "€", "°C", "kWh", "人", "كم")
_PROGRAM = (
    "for attempt in range(5):",
    "    try:",
    "        return call(on=Transient, wait_s=2 ** attempt)",
    "    except OSError as error:  # longer each time",
    "        print('日本語', error)",
    "",
    "x = 1",
    "supercalifragilistic_expialidocious = {'key': [1, 2, 3], 'other': 'a rather long text in quotes'}",
)
# The longest title of a film.
_NAME_CHARS = 60
_MOST_LINES = 16
# As spoken.
_WORD_S, _PAUSE_S, _BEGINS_S = 0.35, 0.9, 0.4


@st.composite
def texts(draw: st.DrawFn, language: str, max_chars: int, *, needed: bool = True) -> str:
    """A text of at most this `display_width`: empty, one word, as many as fit, wide ones, or with foreign words."""
    tongue = TONGUES[language]
    manner = draw(st.sampled_from(["words", "full", "short", "long", "large", "strange"] + ["nothing"] * (not needed)))
    if manner == "nothing":
        return ""
    if manner == "large":
        many = tongue.large * max_chars
        return many[: prefix_length(many, draw(st.integers(1, max_chars)))]
    pool = {"long": (*tongue.words, tongue.long, tongue.long), "strange": (*tongue.words, *_STRANGERS)}
    words = st.sampled_from(pool.get(manner, tongue.words))
    count = {"short": st.just(1), "full": st.just(max_chars)}.get(manner, st.integers(1, 12))
    found = draw(words)
    for _ in range(draw(count) - 1):
        longer = found + tongue.space + draw(words)
        if display_width(longer) > max_chars:
            break
        found = longer
    return found[: prefix_length(found, max_chars)].strip()


def numbers() -> st.SearchStrategy[float]:
    """A number that a scene may show; extreme ones more often."""
    return st.sampled_from(NUMBERS) | st.floats(-9e14, 9e14, allow_subnormal=False)


def languages() -> st.SearchStrategy[str]:
    """All on-screen and spoken texts."""
    return st.sampled_from(sorted(TONGUES))


@st.composite
def scenes(draw: st.DrawFn, kind: type[Scene], language: str) -> Scene:
    """A valid scene of a kind, within the limits of its class."""
    values = draw(_things(kind, language))
    scene = _agreeing(draw, kind, values)
    assert not [*find_data_problems(scene)], (scene, [*find_data_problems(scene)])
    return replace(scene, lines=draw(_lines(scene, language)))


@st.composite
def _things(draw: st.DrawFn, kind: type, language: str) -> dict[str, Any]:
    """By field, the content of a scene or of an item."""
    hints, rules, values = get_type_hints(kind), rules_of(kind), {}
    for each in fields(kind):
        rule, hint = rules.get(each.name), hints[each.name]
        if isinstance(rule, TextRule):
            if each.name == "unit":
                values[each.name] = draw(st.sampled_from(_UNITS))
            else:
                length = rule.max_chars or _NAME_CHARS
                values[each.name] = draw(texts(language, length, needed=rule.needed))
        elif isinstance(rule, ListRule):
            values[each.name] = draw(_row(rule, get_args(hint)[0], language))
        elif hint is float:
            values[each.name] = draw(numbers())
        elif (
            get_origin(hint) is not None and each.name not in ("layout", "lines") and isinstance(get_args(hint)[0], str)
        ):
            values[each.name] = draw(st.sampled_from(get_args(hint)))
    return values


@st.composite
def _row(draw: st.DrawFn, rule: ListRule, kind: type, language: str) -> tuple[Any, ...]:
    # Minimum and maximum counts more often, since they break most.
    count = draw(st.sampled_from([rule.fewest, rule.most]) | st.integers(rule.fewest, rule.most))
    if rule.text:
        return tuple(draw(texts(language, rule.text.max_chars, needed=rule.text.needed)) for _ in range(count))
    return tuple(_Loose(kind, draw(_things(kind, language))) for _ in range(count))


@dataclass
class _Loose:
    """An item of a list, before it is matched with its scene."""

    kind: type
    values: dict[str, Any]

    def made(self, **values: Any) -> Any:
        return self.kind(**{**self.values, **values})


def _agreeing(draw: st.DrawFn, kind: type[Scene], values: dict[str, Any]) -> Scene:
    """The scene with its dependent values matched."""
    count = len(values.get("items", ()))
    more = {
        "statement": _statement,
        "section": lambda draw, _: {"number": draw(st.integers(1, 120))},
        "lines": _lines_chart,
        "shares": _shares,
        "table": _table,
        "diagram": _diagram,
        "code": _code,
        "quiz": lambda draw, _: {"answer": draw(st.integers(1, count))},
        "product": lambda draw, _: {"rating": draw(st.floats(0, 5)), "ratings": draw(st.integers(0, 10**7))},
    }.get(kind.layout, lambda *_: {})(draw, values)
    names = {each.name for each in fields(kind)}
    if "point" in names:
        more["point"] = draw(st.integers(0, count))
    if "first" in names:
        more["first"] = draw(st.sampled_from([1, 6, 96]))
    if "picture" in names:
        more["picture"] = "photo.jpg"
    made = {**values, **more}
    for name, value in made.items():
        if isinstance(value, tuple):
            made[name] = tuple(each.made() if isinstance(each, _Loose) else each for each in value)
    return kind(lines=(), **made)


def _statement(draw: st.DrawFn, values: dict[str, Any]) -> dict[str, Any]:
    words = values["text"].split()
    return {"emphasis": draw(st.sampled_from(["", *words]))}


def _lines_chart(draw: st.DrawFn, values: dict[str, Any]) -> dict[str, Any]:
    count = len(values["marks"])
    return {
        "items": tuple(
            each.made(values=tuple(draw(st.lists(numbers(), min_size=count, max_size=count))))
            for each in values["items"]
        )
    }


def _shares(_: st.DrawFn, values: dict[str, Any]) -> dict[str, Any]:
    first, *others = values["items"]
    return {
        "items": (
            first.made(value=abs(first.values["value"]) + 1e-6),
            *(each.made(value=abs(each.values["value"])) for each in others),
        )
    }


def _table(draw: st.DrawFn, values: dict[str, Any]) -> dict[str, Any]:
    count = len(values["columns"])
    said = st.sampled_from([cell for each in values["items"] for cell in each.values["cells"]] + ["1,234", "−0.5", ""])
    return {
        "items": tuple(
            each.made(cells=tuple(draw(st.lists(said, min_size=count, max_size=count)))) for each in values["items"]
        )
    }


def _diagram(draw: st.DrawFn, values: dict[str, Any]) -> dict[str, Any]:
    count = len(values["items"])
    ways = [(start, end) for start in range(1, count + 1) for end in range(1, count + 1) if start != end]
    ways = draw(st.permutations(ways))
    links = zip(values["links"], ways, strict=False)
    return {"links": tuple(link.made(start=start, end=end) for link, (start, end) in links)}


def _code(draw: st.DrawFn, values: dict[str, Any]) -> dict[str, Any]:
    lines = [draw(st.sampled_from(_PROGRAM[:5])), *draw(st.lists(st.sampled_from(_PROGRAM), max_size=_MOST_LINES - 1))]
    while len(lines) > 1 and (len("\n".join(lines)) > 1200 or not lines[-1]):
        lines.pop()
    passages = []
    for each in values["items"]:
        first = draw(st.integers(1, len(lines)))
        passages.append(each.kind(first=first, last=draw(st.integers(first, len(lines)))))
    return {
        "code": "\n".join(lines),
        "language": draw(st.sampled_from(["python", "", "toml"])),
        "items": tuple(passages),
    }


@st.composite
def _lines(draw: st.DrawFn, scene: Scene, language: str) -> tuple[SpokenLine, ...]:
    """The narration: perhaps an introduction, then one line per item."""
    said = texts(language, 120)
    things = len(getattr(scene, "items", ())) + isinstance(scene, QuizScene)
    lead = [SpokenLine(text=draw(said))] if draw(st.booleans()) or not things else []
    row = items_rule_of(type(scene))
    if row is None:
        return (
            (*lead, SpokenLine(text=draw(said), reveals=0)) if draw(st.booleans()) else (SpokenLine(text=draw(said)),)
        )
    spoken = range(things) if row.all_spoken or draw(st.booleans()) else range(things // 2)
    lines = (*lead, *(SpokenLine(text=draw(said), reveals=number) for number in spoken))
    return lines or (SpokenLine(text=draw(said)),)


def spoken(
    scene: Scene, *, begins_s: float = _BEGINS_S, word_s: float = _WORD_S, pause_s: float = _PAUSE_S
) -> tuple[Word, ...]:
    """The words of a scene with a steady voice, with a pause after each line."""
    words, now = [], begins_s
    for line in scene.lines:
        for text in split_words(line.text):
            words.append(Word(text=text, start_s=now, end_s=now + word_s))
            now += word_s
        now += pause_s
    return tuple(words)


KINDS = tuple(SCENES.values())
