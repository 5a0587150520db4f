"""Which template a row gets: the one that a column names, the first rule that holds, or its share by weight."""

from __future__ import annotations

import hashlib
import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pipeline.language.text import clean_text
from pipeline.sources.tables import Table
from pipeline.template import CellProblem, Compiled, FillError, Values, compile_table, variables_in

_WHERE = "campaign.templates"
_HOLDS = "yes"


@dataclass(frozen=True, kw_only=True)
class TemplateRule:
    """A template, and which rows get it."""

    template: str
    # Jinja2 over the columns; empty: its share of the rows for which no other rule holds.
    when: str = ""
    weight: float = 1.0


class TemplateAssignment:
    """The rules of one campaign. Raises `InputError` for one that is broken, or that names no column."""

    def __init__(self, table: Table, parts: Sequence[TemplateRule]) -> None:
        self._names = column_names(table.columns)
        self._rules = [(part.template, self._compiled(part.when)) for part in parts if part.when]
        looked_at = {
            name for part in parts if part.when for name in variables_in(f"{{% if {part.when} %}}{{% endif %}}")
        }
        self._columns = {name: column for name, column in self._names.items() if name in looked_at}
        self._shares = [part for part in parts if not part.when]

    def template(self, cells: Mapping[str, str], name: str) -> str:
        """The template of a row that is called `name`; empty: no rule is for it. Raises `CellProblem`."""
        if self._rules:
            said = {known: clean_text(cells.get(column, "")) for known, column in self._columns.items()}
            values = Values(said, "en")
            for template, rule in self._rules:
                try:
                    if rule.filled(values, place=f"the rule for {template}") == _HOLDS:
                        return template
                except FillError as error:
                    raise CellProblem(str(error), "Mend the cells that the rule looks at") from error
        return _drawn(self._shares, name)

    def _compiled(self, when: str) -> Compiled:
        return compile_table({"when": when, "text": _HOLDS}, where=_WHERE, known=list(self._names))


def column_names(columns: Sequence[str]) -> dict[str, str]:
    """Columns by what they are called in a rule: "First Name" is first_name, and of two alike it is the first."""
    names: dict[str, str] = {}
    for column in columns:
        known = re.sub(r"\W+", "_", column.casefold()).strip("_")
        names.setdefault(f"column_{known}" if not known or known[0].isdecimal() else known, column)
    return names


def _drawn(parts: Sequence[TemplateRule], name: str) -> str:
    """The part that wins the row: the same on each day, whatever the other rows are.

    Each part draws a number of its own for the row, and the weighted largest wins (rendezvous hashing). So a part that
    is added, or gets more weight, takes rows to itself, and none is moved between the others.
    """
    best = max(parts, key=lambda part: _luck(part.template, name) / part.weight, default=None)
    return best.template if best else ""


def _luck(template: str, name: str) -> float:
    """The logarithm of a number between 0 and 1 that nobody can foresee: never 0, and always the same."""
    digest = hashlib.sha256(f"{template}\n{name}".encode(errors="surrogatepass")).digest()
    return math.log((int.from_bytes(digest[:7], "big") + 0.5) / 2**56)
