"""What a template asks of a row, and the film that it makes of one without any model.

field      a field and what holds for it; a cell becomes its value, or a `CellProblem` with what to do (`problem`)
declared   whether the fields of a template go together
names, numbers, money, dates, plain    the kinds of values, in the forms in which people write them
shown      values as a film shows and says them, by language
filters    `money`, `date`, `ordinal`, `plural`, `title`, `default`
press      texts and tables with Jinja2 in them, compiled
play       script.toml: scenes whose texts are filled in from the fields
"""

from pipeline.template.rows.dates import day_order
from pipeline.template.rows.declared import BRIEF_FIELDS
from pipeline.template.rows.field import NO, TEXTS, YES, CellProblem, Field
from pipeline.template.rows.money import currency_in, currency_of, names_currency
from pipeline.template.rows.play import Play
from pipeline.template.rows.press import PlayError, Sheet, Values, compile_table, compile_text, names_in

__all__ = [
    "BRIEF_FIELDS",
    "NO",
    "TEXTS",
    "YES",
    "CellProblem",
    "Field",
    "Play",
    "PlayError",
    "Sheet",
    "Values",
    "compile_table",
    "compile_text",
    "currency_in",
    "currency_of",
    "day_order",
    "names_currency",
    "names_in",
]
