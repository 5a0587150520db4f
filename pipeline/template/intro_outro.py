"""The tables [intro] and [outro]: layout and default texts of the first and the last scene."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from pipeline.errors import did_you_mean
from pipeline.language.display_width import display_width
from pipeline.model import SCENES, TextRule, rules_of

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
