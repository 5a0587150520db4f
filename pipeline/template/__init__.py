"""A template: a folder that says which layouts a film may use, how much text they hold, and what a model is told."""

from pipeline.template.ends import End
from pipeline.template.loading import builtin_root, known_templates, load_template, read_template
from pipeline.template.material import LAYOUTS_OF_PICTURES
from pipeline.template.notes import notes_as_text
from pipeline.template.template import PAGE_PARTS, Layout, Template

__all__ = [
    "LAYOUTS_OF_PICTURES",
    "PAGE_PARTS",
    "End",
    "Layout",
    "Template",
    "builtin_root",
    "known_templates",
    "load_template",
    "notes_as_text",
    "read_template",
]
