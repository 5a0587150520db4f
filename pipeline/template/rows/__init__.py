"""The fields that a template expects of a row, and the script.toml that is filled in for each row.

field            `Field`: its constraints, and parsing a cell; `CellProblem` (problem) says how to correct one
field_checks     a template's field declarations, checked against each other
names, numbers, money, dates, strings    parsers for each type of cell, in the notations people use
formatting       values as a film shows and speaks them, by locale
filters          Jinja2 filters: `money`, `date`, `ordinal`, `plural`, `title`, `default`
compiler         TOML tables and texts with Jinja2 expressions, compiled
script_template  script.toml: scenes filled in from the fields
"""
