"""Assigns a template to each row: the first matching rule, else by weight."""

from __future__ import annotations

import hashlib
import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pipeline.language.text import clean_text
from pipeline.sources.tables import Table
from pipeline.template import CellProblem, FillError, Values, compile_table, variables_in

_WHERE = "campaign.templates"
_TRUE = "yes"


@dataclass(frozen=True, kw_only=True)
class TemplateRule:
    """A template, and the rows that get it."""

    template: str
    # Jinja2 condition over the columns; empty: by weight, for rows that match no condition.
    when: str = ""
    weight: float = 1.0


class TemplateAssignment:
    """The template rules of a campaign. Raises `InputError` for an invalid rule or one that names an unknown column."""

    def __init__(self, table: Table, rules: Sequence[TemplateRule]) -> None:
        self._names = column_names(table.columns)
        conditional = [rule for rule in rules if rule.when]
        tables = [(rule.template, {"when": rule.when, "text": _TRUE}) for rule in conditional]
        known = list(self._names)
        self._conditions = [(name, compile_table(table, where=_WHERE, known=known)) for name, table in tables]
        used = {name for rule in conditional for name in variables_in(f"{{% if {rule.when} %}}{{% endif %}}")}
        self._columns = {name: column for name, column in self._names.items() if name in used}
        self._weighted = [rule for rule in rules if not rule.when]

    def template(self, cells: Mapping[str, str], name: str) -> str:
        """The template of the row identified by `name`; empty: no rule applies. Raises `CellProblem`."""
        if self._conditions:
            values = Values({name: clean_text(cells.get(column, "")) for name, column in self._columns.items()}, "en")
            for template, condition in self._conditions:
                try:
                    if condition.filled(values, place=f"the rule for {template}") == _TRUE:
                        return template
                except FillError as error:
                    raise CellProblem(str(error), "Correct the cells that the rule uses") from error
        return _weighted_choice(self._weighted, name)


def column_names(columns: Sequence[str]) -> dict[str, str]:
    """Columns by their variable name in rules: "First Name" is first_name. Of equal names, the first column wins."""
    names: dict[str, str] = {}
    for column in columns:
        name = re.sub(r"\W+", "_", column.casefold()).strip("_")
        names.setdefault(f"column_{name}" if not name or name[0].isdecimal() else name, column)
    return names


def _weighted_choice(rules: Sequence[TemplateRule], name: str) -> str:
    """The template for the row `name` by weighted rendezvous hashing: stable, and independent of other rows.

    When a template is added or its weight increased, rows move to it only; none move between the other templates.
    """
    best = max(rules, key=lambda rule: _log_uniform(rule.template, name) / rule.weight, default=None)
    return best.template if best else ""


def _log_uniform(template: str, name: str) -> float:
    """The logarithm of a hash in the open interval (0, 1)."""
    digest = hashlib.sha256(f"{template}\n{name}".encode(errors="surrogatepass")).digest()
    return math.log((int.from_bytes(digest[:7], "big") + 0.5) / 2**56)
