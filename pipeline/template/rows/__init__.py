"""The fields that a template expects of a row, and the script.toml that is filled in for each row.

field            `Field`: its constraints, and parsing a cell; `CellProblem` (problem) says how to correct one
field_checks     a template's field declarations, checked against each other
names, numbers, money, dates, strings    parsers for each type of cell, in the notations people use
formatting       values as a film shows and speaks them, by locale
filters          Jinja2 filters: `money`, `date`, `ordinal`, `plural`, `title`, `default`
compiler         TOML tables and texts with Jinja2 expressions, compiled
script_template  script.toml: scenes filled in from the fields
"""

from pipeline.template.rows.compiler import Compiled, FillError, Values, compile_table, compile_text, variables_in
from pipeline.template.rows.dates import day_order
from pipeline.template.rows.field import NO, TEXT_KINDS, YES, Field
from pipeline.template.rows.field_checks import BRIEF_FIELDS
from pipeline.template.rows.money import currency_code, currency_in_header, has_currency
from pipeline.template.rows.problem import CellProblem
from pipeline.template.rows.script_template import ScriptTemplate

__all__ = [
    "BRIEF_FIELDS",
    "NO",
    "TEXT_KINDS",
    "YES",
    "CellProblem",
    "Compiled",
    "Field",
    "FillError",
    "ScriptTemplate",
    "Values",
    "compile_table",
    "compile_text",
    "currency_code",
    "currency_in_header",
    "day_order",
    "has_currency",
    "variables_in",
]
