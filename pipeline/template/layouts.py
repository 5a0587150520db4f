"""The tables [layouts.NAME], [intro] and [outro]: which layouts a film may use, and their limits and default texts.

Validated without pydantic: building twenty-one models would add 0.05 s to every command.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from pipeline.errors import did_you_mean
from pipeline.language.display_width import display_width
from pipeline.model import SCENES, Scene, TextRule, items_rule_of, limits_of, rules_of

ITEMS = "items"
# Required: every film opens with it unless [intro] says otherwise.
_REQUIRED = "title"
_MIN_CHARS, _MAX_CHARS = 4, 2_000
# The least value of `items`: a layout for single items is never wanted.
_MIN_ITEMS = 2

Tables = Mapping[str, Mapping[str, Any]]
# The path of keys, the problem (empty for an unknown key), and a hint.
LimitProblem = tuple[list[str], str, str]


def limits_in(tables: Tables) -> dict[str, dict[str, int]]:
    """The limits of each layout: characters per field, and `items`; defaults filled in, in the order of `SCENES`."""
    return {name: {**_defaults(kind), **tables[name]} for name, kind in SCENES.items() if name in tables}


def find_limit_problem(tables: Tables) -> LimitProblem | None:
    """The first problem. Unknown keys come first, because a misspelt table is reported as missing, too."""
    return next(_unknown_keys(tables), None) or next(_wrong_values(tables), None)


def _unknown_keys(tables: Tables) -> Iterator[LimitProblem]:
    for name, table in tables.items():
        if name not in SCENES:
            yield [name], "", did_you_mean(name, SCENES)
            continue
        known = _defaults(SCENES[name])
        yield from (([name, key], "", did_you_mean(key, known)) for key in table if key not in known)


def _wrong_values(tables: Tables) -> Iterator[LimitProblem]:
    if _REQUIRED not in tables:
        yield [_REQUIRED], "is missing", ""
    for name, table in tables.items():
        for key, value in table.items():
            least, most = _value_range(SCENES[name], key)
            if not isinstance(value, int) or isinstance(value, bool):
                yield [name, key], f"is {value!r}, must be a whole number", ""
            elif value < least:
                yield [name, key], f"is {value}, must be at least {least}", ""
            elif value > most:
                yield [name, key], f"is {value}, must be at most {most}", ""


def _defaults(kind: type[Scene]) -> dict[str, int]:
    row = items_rule_of(kind)
    return {name: rule.max_chars for name, rule in limits_of(kind).items()} | ({ITEMS: row.most} if row else {})


def _value_range(kind: type[Scene], key: str) -> tuple[int, int]:
    row = items_rule_of(kind)
    if key == ITEMS and row:
        return max(_MIN_ITEMS, row.fewest), row.most
    return _MIN_CHARS, _MAX_CHARS


# The key that is not a text field.
LAYOUT = "layout"


@dataclass(frozen=True, kw_only=True)
class SceneDefaults:
    """Layout and default texts of the scene that opens or closes a film."""

    layout: str
    # (field, text): used unless the brief or the script writer sets the field.
    texts: tuple[tuple[str, str], ...] = ()

    def text(self, field: str) -> str:
        """The default text of a field, or an empty one."""
        return dict(self.texts).get(field, "")


def find_table_problems(
    table: Mapping[str, str], layouts: Mapping[str, Mapping[str, int]]
) -> Iterator[tuple[str, str, str]]:
    """Yield (key, problem, hint) for each error in such a table. `layouts` maps names to their limits."""
    name = table.get(LAYOUT, "")
    if name not in layouts:
        yield LAYOUT, f"the template has no layout {name!r}", did_you_mean(name, layouts)
        return
    fields = [field for field, rule in rules_of(SCENES[name]).items() if isinstance(rule, TextRule)]
    for key, text in table.items():
        if key == LAYOUT:
            continue
        if key not in fields:
            yield key, f"a {name} scene has no text {key}", did_you_mean(key, fields)
        elif display_width(text) > (limit := layouts[name].get(key, display_width(text))):
            yield key, f"has {display_width(text)} characters, and {limit} fit", f"See {key} in [layouts.{name}]"


def scene_defaults(table: Mapping[str, str]) -> SceneDefaults:
    """The defaults in a table that `find_table_problems` has accepted."""
    return SceneDefaults(layout=table[LAYOUT], texts=tuple((key, text) for key, text in table.items() if key != LAYOUT))
