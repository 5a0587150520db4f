"""What a scene shows, read off its class: its texts by name, what holds for each, and how they are replaced.

heading            a text of the scene
item_2             the second of a row of texts
item_2_title       a text of the second of a row of things
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields, replace
from types import MappingProxyType
from typing import Any, NamedTuple, TypeVar, cast, get_args, get_type_hints

# Where a class says how something is shown, dataclasses keep it under this name.
_RULE = "shown"
T = TypeVar("T")


@dataclass(frozen=True, kw_only=True)
class TextRule:
    """What holds for a text that is shown."""

    # The longest that a layout holds unless its template says otherwise, in characters; 0: that of another text.
    max_chars: int = 0
    needed: bool = False
    # A whole sentence, and not a label.
    is_sentence: bool = False
    in_capitals: bool = False
    # Says the same in every language: code, a price.
    is_fixed: bool = False
    # Where it is the name of the film, it is so in every language.
    is_film_name: bool = False


@dataclass(frozen=True, kw_only=True)
class ListRule:
    """What holds for a row of texts, or of things with texts; `one` is what each is called."""

    one: str
    fewest: int
    most: int
    # Of each, where they are plain texts.
    text: TextRule | None = None
    # Whether each has to appear with a line of narration.
    all_spoken: bool = False


class SceneText(NamedTuple):
    """A text of a scene."""

    # "item_2_title", and the same without numbers, as templates limit it.
    name: str
    field: str
    text: str
    rule: TextRule


def text_field(max_chars: int = 0, *, needed: bool = False, **rules: bool) -> Any:  # noqa: ANN401 - it stands for a default
    """The default of a field that holds a text: empty, unless it is `needed`. `rules` as in `TextRule`."""
    rule = TextRule(max_chars=max_chars, needed=needed, **rules)
    return field(metadata={_RULE: rule}) if needed else field(default="", metadata={_RULE: rule})


def kicker_field(max_chars: int = 40) -> Any:  # noqa: ANN401 - likewise
    """The default of the few words in capitals above a heading."""
    return text_field(max_chars, in_capitals=True)


def list_field(one: str, fewest: int, most: int, text: TextRule | None = None, *, all_spoken: bool = False) -> Any:  # noqa: ANN401 - likewise
    """The default of a field that holds a row; see `ListRule`. None is given: it has to be named."""
    return field(metadata={_RULE: ListRule(one=one, fewest=fewest, most=most, text=text, all_spoken=all_spoken)})


# The rules of the classes that were asked for: campaigns ask for them a million times.
_KNOWN: dict[type, Mapping[str, TextRule | ListRule]] = {}
_LIMITED: dict[type, Mapping[str, TextRule]] = {}
_NUMBERED: dict[type, tuple[tuple[str, str], ...]] = {}


def limits_of(kind: type) -> Mapping[str, TextRule]:
    """By field ("heading", "item", "item_title"), what holds for each text of a scene that has a limit of its own."""
    if kind not in _LIMITED:
        _LIMITED[kind] = MappingProxyType(_limits_of(kind))
    return _LIMITED[kind]


def _limits_of(kind: type) -> dict[str, TextRule]:
    found: dict[str, TextRule] = {}
    hints = get_type_hints(kind)
    for name, rule in rules_of(kind).items():
        if isinstance(rule, TextRule):
            found[name] = rule
        elif rule.text:
            found[rule.one] = rule.text
        else:
            (each, *_) = get_args(hints[name])
            found |= {f"{rule.one}_{inner}": of for inner, of in limits_of(each).items()}
    return {name: rule for name, rule in found.items() if rule.max_chars}


def rules_of(kind: type) -> Mapping[str, TextRule | ListRule]:
    """By field, what holds for what a scene (or a thing in it) shows."""
    if kind not in _KNOWN:
        rules = {each.name: each.metadata[_RULE] for each in fields(kind) if _RULE in each.metadata}
        _KNOWN[kind] = MappingProxyType(rules)
    return _KNOWN[kind]


def items_rule_of(kind: type) -> ListRule | None:
    """What holds for the items of a scene; None: it has none."""
    rule = rules_of(kind).get("items")
    return rule if isinstance(rule, ListRule) else None


def texts_of(thing: object) -> Iterator[SceneText]:
    """All texts that a scene shows, in the order of its fields."""
    return _texts(thing, "", "")


def _texts(thing: object, name: str, kind: str) -> Iterator[SceneText]:
    for key, rule in rules_of(type(thing)).items():
        value = getattr(thing, key)
        if isinstance(rule, TextRule):
            yield SceneText(name + key, kind + key, value, rule)
            continue
        for number, each in enumerate(value, start=1):
            at, of = f"{name}{rule.one}_{number}", kind + rule.one
            if rule.text:
                yield SceneText(at, of, each, rule.text)
            else:
                yield from _texts(each, f"{at}_", f"{of}_")


def with_texts(thing: T, texts: Mapping[str, str], *, name: str = "") -> T:
    """The same scene with other texts, by name; one that is not given stays."""
    changed: dict[str, Any] = {}
    for key, rule in rules_of(type(thing)).items():
        value = getattr(thing, key)
        if isinstance(rule, TextRule):
            changed[key] = texts.get(name + key, value)
            continue
        places = [f"{name}{rule.one}_{number}" for number in range(1, len(value) + 1)]
        if rule.text:
            changed[key] = tuple(texts.get(at, each) for at, each in zip(places, value, strict=True))
        else:
            changed[key] = tuple(with_texts(each, texts, name=f"{at}_") for at, each in zip(places, value, strict=True))
    return cast("T", replace(cast("Any", thing), **changed))


def numbers_of(thing: Any) -> Iterator[float]:  # noqa: ANN401 - any dataclass
    """The numbers that a scene shows beside its texts: values of charts, a rating."""
    if type(thing) not in _NUMBERED:
        _NUMBERED[type(thing)] = tuple(_numbered(type(thing)))
    for name, kind in _NUMBERED[type(thing)]:
        value = getattr(thing, name)
        if kind == "things":
            yield from (number for one in value for number in numbers_of(one))
        elif kind == "float" and value:
            yield value
        elif kind == "floats":
            yield from value


def _numbered(kind: type) -> Iterator[tuple[str, str]]:
    """The fields that hold numbers, one or several, or things that may."""
    for each in fields(kind):
        rule = rules_of(kind).get(each.name)
        if each.type in {"float", "tuple[float, ...]"}:
            yield each.name, "float" if each.type == "float" else "floats"
        elif isinstance(rule, ListRule) and not rule.text:
            yield each.name, "things"
