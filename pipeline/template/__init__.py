"""Load a template: a folder that sets the layouts of a film, their text limits, and the prompt for a model.

loading          find a template by name, read its folder
schema           template.toml, validated                 (layout_limits, intro_outro: some of its tables)
template         the loaded `Template`
sandbox          the Jinja2 sandbox                       (sandbox_limits: size and loop limits, includes: shared files,
                 undefined_names: static check of names)
notes            a brief's notes as Markdown for a prompt
layout_filter    the layouts that a brief has material for
rows             the fields that a template expects of a table's row, and its script.toml
sample           a sample script with every layout        (scene_parsing: a TOML table as a scene)
"""

from pipeline.template.intro_outro import End
from pipeline.template.layout_filter import LAYOUTS_OF_PICTURES
from pipeline.template.loading import (
    file_beside,
    files_in,
    known_templates,
    load_template,
    read_template,
)
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
