"""Static check of a Jinja2 file for undefined names and attributes.

`brief` is a `Brief`, so `{{ brief.titel }}` can be reported when the template is loaded, not at night after the film is
made. Types are taken from the dataclasses and followed through attributes and `for` loops; what can't be inferred
(filters, macros, `set`) is left to `StrictUndefined` when it is rendered.
"""

from __future__ import annotations

import types
from collections.abc import Iterator, Mapping
from dataclasses import is_dataclass
from functools import lru_cache
from typing import NamedTuple, Union, get_args, get_origin, get_type_hints

from jinja2 import Environment, meta, nodes

from pipeline.errors import did_you_mean


class UndefinedName(NamedTuple):
    """A name or attribute that a Jinja2 file uses and that does not exist."""

    line: int
    message: str
    hint: str


def find_undefined_name(source: str, environment: Environment, context: Mapping[str, object]) -> UndefinedName | None:
    """The first undefined name in `source`; `context` maps the available names to their types."""
    tree = environment.parse(source)
    undeclared = meta.find_undeclared_variables(tree) - set(context) - set(environment.globals)
    for name in tree.find_all(nodes.Name):
        if name.name in undeclared:
            return UndefinedName(name.lineno, f"unknown name {name.name!r}", did_you_mean(name.name, context))
    return next(_undefined_attributes(tree, dict(context)), None)


def _undefined_attributes(node: nodes.Node, scope: dict[str, object]) -> Iterator[UndefinedName]:
    if isinstance(node, nodes.For) and isinstance(node.target, nodes.Name):
        yield from _undefined_attributes(node.iter, scope)
        scope = {**scope, node.target.name: _element(_type_of(node.iter, scope))}
    if isinstance(node, nodes.Getattr):
        known = _fields(_type_of(node.node, scope))
        if known and node.attr not in known:
            owner = f"{node.node.name}." if isinstance(node.node, nodes.Name) else ""
            yield UndefinedName(node.lineno, f"unknown field {owner}{node.attr}", did_you_mean(node.attr, known))
    for child in node.iter_child_nodes():
        yield from _undefined_attributes(child, scope)


def _type_of(node: nodes.Node, scope: Mapping[str, object]) -> object:
    """The inferred type of an expression, or None."""
    if isinstance(node, nodes.Name):
        return scope.get(node.name)
    if isinstance(node, nodes.Getattr):
        return _fields(_type_of(node.node, scope)).get(node.attr)
    return None


def _element(annotation: object) -> object:
    """The element type of a `tuple[X, ...]`, or None."""
    arguments = get_args(annotation)
    return arguments[0] if get_origin(annotation) is tuple and arguments[1:] == (Ellipsis,) else None


@lru_cache(maxsize=64)
def _fields(annotation: object) -> dict[str, object]:
    """The attributes of a dataclass, or of all members of a union, with their types; empty for other types."""
    if get_origin(annotation) in {types.UnionType, Union}:
        return {name: kind for member in get_args(annotation) for name, kind in _fields(member).items()}
    if not (isinstance(annotation, type) and is_dataclass(annotation)):
        return {}
    methods = dict.fromkeys(name for name in dir(annotation) if not name.startswith("_"))
    return {**methods, **get_type_hints(annotation)}
