"""A template: a folder that says which layouts a film may use, how much text they hold, and what a model is told.

loading      a folder, by name, read
schema       what may stand in its template.toml          (limits, ends: in some of the tables)
template     what comes of it
sandbox      where its texts are filled in                (fields: with which names, included: from which files,
             bounds: to which size)
notes        what a model reads                           (material: and what it can be asked to show)
rows         what it asks of the row of a table
sample       what its layouts look like                   (scenes: written in TOML)
"""

from pipeline.template.ends import End
from pipeline.template.loading import (
    file_beside,
    files_in,
    known_templates,
    load_template,
    read_template,
)
from pipeline.template.material import LAYOUTS_OF_PICTURES
from pipeline.template.notes import notes_as_text
from pipeline.template.rows import (
    BRIEF_FIELDS,
    NO,
    TEXTS,
    YES,
    CellProblem,
    Field,
    Play,
    PlayError,
    Sheet,
    Values,
    compile_table,
    compile_text,
    currency_in,
    currency_of,
    day_order,
    names_currency,
    names_in,
)
from pipeline.template.template import PAGE_PARTS, Layout, Template

__all__ = [
    "BRIEF_FIELDS",
    "LAYOUTS_OF_PICTURES",
    "NO",
    "PAGE_PARTS",
    "TEXTS",
    "YES",
    "CellProblem",
    "End",
    "Field",
    "Layout",
    "Play",
    "PlayError",
    "Sheet",
    "Template",
    "Values",
    "compile_table",
    "compile_text",
    "currency_in",
    "currency_of",
    "day_order",
    "file_beside",
    "files_in",
    "known_templates",
    "load_template",
    "names_currency",
    "names_in",
    "notes_as_text",
    "read_template",
]
