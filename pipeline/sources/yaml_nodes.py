"""YAML scalars as written, with line numbers."""

from __future__ import annotations

import yaml

# Implicit tags of plain scalars; any other tag is explicit ("!!python/object").
_PLAIN_TAGS = frozenset({"str", "int", "float", "bool", "null", "timestamp", "value", "merge"})


def is_scalar(node: yaml.Node) -> bool:
    """Whether a node is a plain scalar."""
    return isinstance(node, yaml.ScalarNode) and node.tag.removeprefix("tag:yaml.org,2002:") in _PLAIN_TAGS


def scalar_text(node: yaml.Node) -> str:
    """The source text of a scalar (`1984`, `no` and `2026-01-01` stay strings); empty for null."""
    return "" if node.tag == "tag:yaml.org,2002:null" else str(node.value)


def line_of(node: yaml.Node) -> int:
    """The line in the file, from 1. Front matter starts on line 2, and YAML marks count from 0."""
    return int(node.start_mark.line) + 2
