"""A template: a folder that says which layouts a film may use, how much text they hold, and what a model is told."""

from pipeline.template.ends import End
from pipeline.template.loading import (
    builtin_root,
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
    CellProblem,
    Field,
    Play,
    PlayError,
    Sheet,
    Values,
    compile_table,
    compile_text,
    names_in,
)
from pipeline.template.template import PAGE_PARTS, Layout, Template

__all__ = [
    "BRIEF_FIELDS",
    "LAYOUTS_OF_PICTURES",
    "PAGE_PARTS",
    "CellProblem",
    "End",
    "Field",
    "Layout",
    "Play",
    "PlayError",
    "Sheet",
    "Template",
    "Values",
    "builtin_root",
    "compile_table",
    "compile_text",
    "file_beside",
    "files_in",
    "known_templates",
    "load_template",
    "names_in",
    "notes_as_text",
    "read_template",
]
