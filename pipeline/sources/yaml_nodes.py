"""Values of YAML as they were written, with their lines."""

from __future__ import annotations

import yaml

# What YAML may take a plain value for; anything else was tagged by hand ("!!python/object").
_PLAIN_TAGS = frozenset({"str", "int", "float", "bool", "null", "timestamp", "value", "merge"})


def is_scalar(node: yaml.Node) -> bool:
    """Whether it is a single value."""
    return isinstance(node, yaml.ScalarNode) and node.tag.removeprefix("tag:yaml.org,2002:") in _PLAIN_TAGS


def source_of(node: yaml.Node) -> str:
    """The scalar as it was written (`1984`, `no`, `2026-01-01` are texts here); empty when the value is null."""
    return "" if node.tag == "tag:yaml.org,2002:null" else str(node.value)


def line_of(node: yaml.Node) -> int:
    """Its line in the file, from 1: the front matter starts on the second one, and marks count from 0."""
    return int(node.start_mark.line) + 2
