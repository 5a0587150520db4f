"""Find text limits of a template that its layouts have no room for, by filling scenes up to them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import cycle, islice
from typing import Any, cast

from pipeline.language.words import join_words, split_words
from pipeline.model import Scene, SceneText, Script, narration_of, texts_of, with_texts
from pipeline.rendering import Look, find_overflowing_texts
from pipeline.template import Layout

# The minimum length of a text.
_MIN_CHARS = 8


@dataclass(frozen=True, kw_only=True)
class Overflow:
    """A limit that is too large for its layout."""

    layout: str
    # "heading", "item", …, or "items" for the number of items.
    field: str
    limit: int
    # The largest limit that fits; 0 if none does.
    fitting: int
    # The aspect ratios in which it is too large, e.g. "9:16".
    shapes: tuple[str, ...]


def find_overflows(layout: Layout, scene: Scene, words: Sequence[str], looks: Mapping[str, Look]) -> Iterator[Overflow]:
    """The limits of a layout that are too large; `scene` is a sample scene, `looks` are by aspect ratio.

    Texts are filled up to their limits with `words` of typical length.
    """
    limits = dict(layout.max_chars)

    def wrong_in(look: Look, limits: Mapping[str, int]) -> set[str]:
        full = fill_scene(scene, limits, layout.max_items, words)
        return _fields(full, find_overflowing_texts(full, look))

    wrong = {name: wrong_in(look, limits) for name, look in looks.items()}
    for field, limit in layout.max_chars:
        shapes = tuple(name for name, fields in wrong.items() if field in fields)
        if not shapes:
            continue

        def fits(chars: int, field: str = field, shapes: Sequence[str] = shapes) -> bool:
            return not any(field in wrong_in(looks[name], {**limits, field: chars}) for name in shapes)

        fitting = _largest(_MIN_CHARS, limit, fits)
        yield Overflow(layout=layout.name, field=field, limit=limit, fitting=fitting, shapes=shapes)
        # Shorten it, so that it does not make other texts overflow.
        limits[field] = fitting or limit
        wrong = {name: wrong_in(look, limits) for name, look in looks.items()} if fitting else wrong


def fill_scene(scene: Scene, limits: Mapping[str, int], items: int, words: Sequence[str]) -> Scene:
    """The scene with the maximum number of items, and every text as long as its limit.

    Fixed texts (code, prices) are left unchanged. All texts start with different words.
    """
    row = getattr(scene, "items", ())
    if row and items:
        scene = cast("Scene", replace(cast("Any", scene), items=tuple(islice(cycle(row), items))))
    shown = [each for each in texts_of(scene) if each.field in limits and not each.rule.is_fixed]
    texts = {each.name: filler_text(limits[each.field], words, begin=number) for number, each in enumerate(shown)}
    return with_texts(scene, texts)


def filler_text(chars: int, words: Sequence[str], *, begin: int = 0) -> str:
    """Filler text of at most `chars` characters, and hardly fewer, starting at one of `words`."""
    chosen: list[str] = []
    room, first = chars, begin % len(words)
    # Near the end, a shorter word than the next one may fit: try all of them.
    tried = 0
    for word in islice(cycle(words), first, None):
        takes = len(join_words([*chosen[-1:], word])) - sum(map(len, chosen[-1:]))
        if takes <= room:
            chosen.append(word)
            room, tried = room - takes, 0
        tried += 1
        if room < 2 or tried > len(words):
            break
    text = join_words(chosen) or words[first][:chars]
    return text[:1].upper() + text[1:]


def script_words(script: Script) -> tuple[str, ...]:
    """The distinct words of a script's narration, in order and without punctuation."""
    spoken = (word.strip(" .,;:!?…“”\"'()") for scene in script.scenes for word in split_words(narration_of(scene)))
    return tuple(dict.fromkeys(word.casefold() for word in spoken if word))


def _fields(scene: Scene, names: Sequence[str]) -> set[str]:
    """The template fields of the texts with these names."""
    by_name: dict[str, SceneText] = {each.name: each for each in texts_of(scene)}
    return {by_name[name].field for name in names}


def _largest(low: int, high: int, fits: Any) -> int:  # noqa: ANN401 - a function of one number
    """The largest number from `low` up to below `high` that fits, by binary search; 0 if not even `low` does."""
    if not fits(low):
        return 0
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if fits(middle) else (low, middle)
    return low
