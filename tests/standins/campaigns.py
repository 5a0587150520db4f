"""A campaign template that greets people, for tests of tables."""

from __future__ import annotations

TEMPLATE = """
title = "Hello"
key = "id"
[layouts.title]
heading = 30
kicker = 30
subtitle = 30
[layouts.statement]
text = 60
kicker = 20
[fields.id]
[fields.name]
required = true
max_chars = 20
"""
