"""Themes: colour roles, sizes and motion in TOML files that a designer edits, each with a dark and a light palette.

theme     the value: roles, sizes, required contrasts; the theme that films have by default
colours   OKLCH, blending, WCAG contrast
loading   from themes/NAME.toml
brand     recoloured for a brand

Nothing is imported here: rendering needs the value alone, without pydantic.
"""
