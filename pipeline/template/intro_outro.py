"""The first and the last scene of a template's films: which layout they have, and what stands there by default."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from pipeline.errors import did_you_mean
from pipeline.language.writing_systems import display_width
from pipeline.model import SCENES, TextRule, rules_of

# What such a table has beside texts.
LAYOUT = "layout"


@dataclass(frozen=True, kw_only=True)
class SceneDefaults:
    """The scene that opens or closes a film."""

    layout: str
    # (field, text): what stands there unless the brief, or whoever writes, says something else.
    texts: tuple[tuple[str, str], ...] = ()

    def text(self, field: str) -> str:
        """What stands in a field by default; empty: nothing."""
        return dict(self.texts).get(field, "")


def find_table_problems(
    table: Mapping[str, str], layouts: Mapping[str, Mapping[str, int]]
) -> Iterator[tuple[str, str, str]]:
    """What is wrong in such a table: its key, the problem, and what to do. `layouts` are the limits of each."""
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
    """The end that a table describes, which `find_table_problems` finds nothing in."""
    return SceneDefaults(layout=table[LAYOUT], texts=tuple((key, text) for key, text in table.items() if key != LAYOUT))
