"""Load a template: a folder that sets the layouts of a film, their text limits, and the prompt for a model.

loading          find a template by name, read its folder
schema           template.toml, validated                 (layouts: some of its tables)
template         the loaded `Template`
sandbox          the Jinja2 sandbox                       (sandbox_limits: size and loop limits, includes: shared files,
                 undefined_names: static check of names)
notes            a brief's notes as Markdown for a prompt
layout_filter    the layouts that a brief has material for
rows             the fields that a template expects of a table's row, and its script.toml
sample           a sample script with every layout        (scene_parsing: a TOML table as a scene)
"""

from pipeline.template.layout_filter import PICTURE_LAYOUTS
from pipeline.template.layouts import SceneDefaults
from pipeline.template.loading import files_in, known_templates, load_template, picture_file, read_template
from pipeline.template.notes import notes_as_markdown
from pipeline.template.rows.compiler import Compiled, FillError, Values, compile_table, compile_text, variables_in
from pipeline.template.rows.dates import day_order
from pipeline.template.rows.field import NO, TEXT_KINDS, YES, Field
from pipeline.template.rows.field_checks import BRIEF_FIELDS
from pipeline.template.rows.money import currency_code, currency_in_header, has_currency
from pipeline.template.rows.problem import CellProblem
from pipeline.template.rows.script_template import ScriptTemplate
from pipeline.template.template import PAGE_PARTS, Layout, Template

__all__ = [
    "BRIEF_FIELDS",
    "NO",
    "PAGE_PARTS",
    "PICTURE_LAYOUTS",
    "TEXT_KINDS",
    "YES",
    "CellProblem",
    "Compiled",
    "Field",
    "FillError",
    "Layout",
    "SceneDefaults",
    "ScriptTemplate",
    "Template",
    "Values",
    "compile_table",
    "compile_text",
    "currency_code",
    "currency_in_header",
    "day_order",
    "files_in",
    "has_currency",
    "known_templates",
    "load_template",
    "notes_as_markdown",
    "picture_file",
    "read_template",
    "variables_in",
]
