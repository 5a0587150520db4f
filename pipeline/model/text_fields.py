"""Declares the displayed texts of scene classes, and reads or replaces the texts of a scene by name.

heading            a text of the scene
item_2             the second entry of a list of texts
item_2_title       a text of the second entry of a list of objects
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields, replace
from types import MappingProxyType
from typing import Any, NamedTuple, TypeVar, cast, get_args, get_type_hints

# Key in the metadata of dataclass fields.
_RULE = "shown"
T = TypeVar("T")


@dataclass(frozen=True, kw_only=True)
class TextRule:
    """Constraints of a displayed text."""

    # Default limit of the layout in characters, which a template may override; 0: the text has no limit of its own.
    max_chars: int = 0
    needed: bool = False
    # A full sentence, not a label.
    is_sentence: bool = False
    in_capitals: bool = False
    # Never translated: code, a price.
    is_fixed: bool = False
    # If it equals the film's title, its translation must equal the translated title.
    is_film_name: bool = False


@dataclass(frozen=True, kw_only=True)
class ListRule:
    """Constraints of a list of texts, or of objects with texts; `one` is the singular in names."""

    one: str
    fewest: int
    most: int
    # The rule of each entry, if they are plain texts.
    text: TextRule | None = None
    # Whether every entry must be revealed by a line of narration.
    all_spoken: bool = False


class SceneText(NamedTuple):
    """A displayed text of a scene."""

    # "item_2_title", and the name without numbers, by which templates limit it.
    name: str
    field: str
    text: str
    rule: TextRule


def text_field(max_chars: int = 0, *, needed: bool = False, **rules: bool) -> Any:  # noqa: ANN401 - it stands for a default
    """A dataclass field for a text; the default is empty unless it is `needed`. `rules` as in `TextRule`."""
    rule = TextRule(max_chars=max_chars, needed=needed, **rules)
    return field(metadata={_RULE: rule}) if needed else field(default="", metadata={_RULE: rule})


def kicker_field(max_chars: int = 40) -> Any:  # noqa: ANN401 - likewise
    """A dataclass field for the kicker, the few words in capitals above a heading."""
    return text_field(max_chars, in_capitals=True)


def list_field(one: str, fewest: int, most: int, text: TextRule | None = None, *, all_spoken: bool = False) -> Any:  # noqa: ANN401 - likewise
    """A dataclass field for a list, without a default; see `ListRule`."""
    return field(metadata={_RULE: ListRule(one=one, fewest=fewest, most=most, text=text, all_spoken=all_spoken)})


# Caches: campaigns look these up millions of times.
_KNOWN: dict[type, Mapping[str, TextRule | ListRule]] = {}
_LIMITED: dict[type, Mapping[str, TextRule]] = {}
_NUMBERED: dict[type, tuple[tuple[str, str], ...]] = {}


def limits_of(kind: type) -> Mapping[str, TextRule]:
    """The rules of the texts that have a limit of their own, by name without numbers ("heading", "item_title")."""
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
    """The rules of a scene class (or of a class inside it) by field."""
    if kind not in _KNOWN:
        rules = {each.name: each.metadata[_RULE] for each in fields(kind) if _RULE in each.metadata}
        _KNOWN[kind] = MappingProxyType(rules)
    return _KNOWN[kind]


def items_rule_of(kind: type) -> ListRule | None:
    """The rule of the `items` of a scene class; None: it has none."""
    rule = rules_of(kind).get("items")
    return rule if isinstance(rule, ListRule) else None


def texts_of(thing: object) -> Iterator[SceneText]:
    """All displayed texts of a scene, in field order."""
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
    """A copy of a scene with texts replaced by name; others are kept."""
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
    """The displayed numbers of a scene: chart values, a rating."""
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
    """The fields that contain a number, numbers, or objects with numbers, each with its type."""
    for each in fields(kind):
        rule = rules_of(kind).get(each.name)
        if each.type in {"float", "tuple[float, ...]"}:
            yield each.name, "float" if each.type == "float" else "floats"
        elif isinstance(rule, ListRule) and not rule.text:
            yield each.name, "things"
