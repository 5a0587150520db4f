"""The tables [layouts.NAME]: which layouts a film may use, how long their texts may be, how many items they hold.

Not models of pydantic's: twenty-one of them would take every command a twentieth of a second to make.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from pipeline.errors import did_you_mean
from pipeline.model import SCENES, Scene, items_rule_of, limits_of

ITEMS = "items"
# What must be there: every film opens with it unless its template says otherwise.
_NEEDED = "title"
_FEWEST_CHARS, _MOST_CHARS = 4, 2_000
# A scene with one item is never asked for, and a long list may end in one.
_FEWEST_ITEMS = 2

Tables = Mapping[str, Mapping[str, Any]]
# The keys that lead to what is wrong, the problem, what may be meant; an empty problem: there is no such key.
LimitProblem = tuple[list[str], str, str]


def limits_in(tables: Tables) -> dict[str, dict[str, int]]:
    """The longest text of each field, and the most items of those that have some, by layout, in the order of ours."""
    return {name: {**_defaults(kind), **tables[name]} for name, kind in SCENES.items() if name in tables}


def find_limit_problem(tables: Tables) -> LimitProblem | None:
    """The first thing that is wrong. A misspelt table is also a missing one; the misspelling is what helps."""
    return next(_misspelt(tables), None) or next(_wrong_values(tables), None)


def _misspelt(tables: Tables) -> Iterator[LimitProblem]:
    for name, table in tables.items():
        if name not in SCENES:
            yield [name], "", did_you_mean(name, SCENES)
            continue
        known = _defaults(SCENES[name])
        yield from (([name, key], "", did_you_mean(key, known)) for key in table if key not in known)


def _wrong_values(tables: Tables) -> Iterator[LimitProblem]:
    if _NEEDED not in tables:
        yield [_NEEDED], "is missing", ""
    for name, table in tables.items():
        for key, value in table.items():
            least, most = _range(SCENES[name], key)
            if not isinstance(value, int) or isinstance(value, bool):
                yield [name, key], f"is {value!r}, must be a whole number", ""
            elif value < least:
                yield [name, key], f"is {value}, must be at least {least}", ""
            elif value > most:
                yield [name, key], f"is {value}, must be at most {most}", ""


def _defaults(kind: type[Scene]) -> dict[str, int]:
    row = items_rule_of(kind)
    return {name: rule.max_chars for name, rule in limits_of(kind).items()} | ({ITEMS: row.most} if row else {})


def _range(kind: type[Scene], key: str) -> tuple[int, int]:
    row = items_rule_of(kind)
    if key == ITEMS and row:
        return max(_FEWEST_ITEMS, row.fewest), row.most
    return _FEWEST_CHARS, _MOST_CHARS
