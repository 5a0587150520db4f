"""Themes: what colours are for, in files that a designer edits, light and dark, and in the colours of a brand.

theme.py     the value: roles, sizes, what has to be read on what
colours.py   OKLCH and contrast
loading.py   from themes/NAME.toml
brand.py     in colours of somebody's own

Nothing is imported here: who draws needs the value alone.
"""
