"""Themes: what colours are for, in files that a designer edits, light and dark, and in the colours of a brand.

theme     the value: roles, sizes, what has to be read on what
colours   OKLCH and contrast
loading   from themes/NAME.toml
brand     in colours of somebody's own

Nothing is imported here: who draws needs the value alone.
"""
