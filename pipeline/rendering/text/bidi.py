"""Bidirectional text: embedding levels and visual order.

The Unicode bidirectional algorithm (UAX #9) for single lines, without explicit embeddings and isolates, whose control
characters are stripped before (`strip_invisible`, `typeset`). One isolate is added: a number with a unit in Latin
letters, which the algorithm alone would separate in an Arabic line ("C° 95").
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from typing import TypeVar

from pipeline.language.typography import QUANTITY
from pipeline.language.writing_systems import has_right_to_left

T = TypeVar("T")

# Paired brackets (a part of BidiBrackets.txt).
_PAIRS = dict(zip("([{⟨（［｛「『【《〈", ")]}⟩）］｝」』】》〉", strict=True))
# The level of isolated quantities, which run left to right.
_ISOLATE_LEVEL = 2
_NEUTRAL = frozenset({"B", "S", "WS", "ON"})
_NUMBERS = frozenset({"EN", "AN"})


def embedding_levels(text: str, *, right_to_left: bool) -> list[int]:
    """The embedding level of each character of a line, odd for right to left. `right_to_left`: the base direction."""
    base = int(right_to_left)
    if not right_to_left and not has_right_to_left(text):
        return [0] * len(text)
    edge = "R" if right_to_left else "L"
    original = [unicodedata.bidirectional(character) or "L" for character in text]
    # X5c: an isolate counts as a neutral for its surroundings.
    quantities = {index for match in QUANTITY.finditer(text) for index in range(*match.span())}
    outside = ["ON" if index in quantities else kind for index, kind in enumerate(original)]
    kinds = _resolve_weak_types(outside, edge)
    _resolve_brackets(text, kinds, edge)
    _resolve_neutrals(kinds, edge)
    found = [
        _ISOLATE_LEVEL if index in quantities else base + _implicit_level(kind, base)
        for index, kind in enumerate(kinds)
    ]
    for index in range(len(text) - 1, -1, -1):  # L1: trailing white space gets the base level
        if original[index] not in {"WS", "BN"}:
            break
        found[index] = base
    return found


def visual_order(items: Sequence[T], item_levels: Sequence[int]) -> list[T]:
    """Items in logical order reordered from left to right (rule L2)."""
    ordered = list(zip(items, item_levels, strict=True))
    for level in range(max(item_levels, default=0), 0, -1):
        start = 0
        while start < len(ordered):
            end = start
            while end < len(ordered) and ordered[end][1] >= level:
                end += 1
            ordered[start:end] = ordered[start:end][::-1]
            start = max(end, start + 1)
    return [item for item, _ in ordered]


def _implicit_level(kind: str, base: int) -> int:
    """The level above `base` by rules I1 and I2."""
    if base:
        return 0 if kind == "R" else 1
    return {"L": 0, "R": 1}.get(kind, 2)


def _resolve_weak_types(original: Sequence[str], edge: str) -> list[str]:
    """Rules W1 to W7: nonspacing marks, numbers, separators and terminators."""
    kinds = list(original)
    for index, kind in enumerate(kinds):  # W1; boundary neutrals (BN) likewise
        if kind in {"NSM", "BN"}:
            kinds[index] = kinds[index - 1] if index else edge
    _retype_numbers(kinds, "AL", "AN", edge)  # W2
    kinds = ["R" if kind == "AL" else kind for kind in kinds]  # W3
    for index in range(1, len(kinds) - 1):  # W4
        before, kind, after = kinds[index - 1 : index + 2]
        if before == after and ((kind == "ES" and before == "EN") or (kind == "CS" and before in _NUMBERS)):
            kinds[index] = before
    for start, end in _spans_of(kinds, {"ET"}):  # W5
        if "EN" in kinds[max(0, start - 1) : start] + kinds[end : end + 1]:
            kinds[start:end] = ["EN"] * (end - start)
    kinds = ["ON" if kind in {"ES", "ET", "CS"} else kind for kind in kinds]  # W6
    _retype_numbers(kinds, "L", "L", edge)  # W7
    return kinds


def _retype_numbers(kinds: list[str], strong: str, become: str, edge: str) -> None:
    """European numbers whose last strong type is `strong` become `become`."""
    last = edge
    for index, kind in enumerate(kinds):
        if kind in {"L", "R", "AL"}:
            last = kind
        elif kind == "EN" and last == strong:
            kinds[index] = become


def _resolve_brackets(text: str, kinds: list[str], edge: str) -> None:
    """Rule N0: both brackets of a pair get the direction of their content."""
    for opened, closed in _bracket_pairs(text, kinds):
        inside = {_as_strong(kind) for kind in kinds[opened + 1 : closed]} - {""}
        before = next(filter(None, map(_as_strong, reversed(kinds[:opened]))), edge)
        if inside:
            kinds[opened] = kinds[closed] = edge if edge in inside else before


def _bracket_pairs(text: str, kinds: Sequence[str]) -> list[tuple[int, int]]:
    pairs: list[tuple[int, int]] = []
    waiting: list[tuple[str, int]] = []
    for index, character in enumerate(text):
        if kinds[index] != "ON":
            continue
        if character in _PAIRS:
            waiting.append((_PAIRS[character], index))
            continue
        match = next((at for at in range(len(waiting) - 1, -1, -1) if waiting[at][0] == character), None)
        if match is not None:
            pairs.append((waiting[match][1], index))
            del waiting[match:]
    return sorted(pairs)


def _resolve_neutrals(kinds: list[str], edge: str) -> None:
    """Rules N1 and N2: neutrals between equal directions get that direction, others that of the line."""
    for start, end in _spans_of(kinds, _NEUTRAL):
        before = _as_strong(kinds[start - 1]) if start else edge
        after = _as_strong(kinds[end]) if end < len(kinds) else edge
        kinds[start:end] = [before if before == after else edge] * (end - start)


def _as_strong(kind: str) -> str:
    """The strong direction of a type, numbers counting as R; "" for neutrals."""
    return "R" if kind in _NUMBERS else kind if kind in {"L", "R"} else ""


def _spans_of(kinds: Sequence[str], wanted: frozenset[str] | set[str]) -> list[tuple[int, int]]:
    """Start and end of each run of these types."""
    found: list[tuple[int, int]] = []
    for index, kind in enumerate(kinds):
        if kind in wanted:
            if found and found[-1][1] == index:
                found[-1] = (found[-1][0], index + 1)
            else:
                found.append((index, index + 1))
    return found
