"""A template: a folder that says which layouts a film may use, how much text they hold, and what a model is told."""

from pipeline.template.loading import builtin_root, known_templates, load_template
from pipeline.template.template import LAYOUTS_OF_PICTURES, Layout, Template, notes_as_text

__all__ = [
    "LAYOUTS_OF_PICTURES",
    "Layout",
    "Template",
    "builtin_root",
    "known_templates",
    "load_template",
    "notes_as_text",
]
