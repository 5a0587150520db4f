"""Package docstrings list their modules, and imports have no cycles."""

from __future__ import annotations

import ast
import re
from graphlib import TopologicalSorter
from importlib import import_module
from pathlib import Path
from pkgutil import walk_packages
from re import _parser as parser

import grimp
import pytest

import pipeline

HOUSE = Path(pipeline.__file__).parent
CONTRIBUTING = HOUSE.parent / "CONTRIBUTING.md"
# Fewer are seen at a glance.
MANY = 6


def modules(folder):
    files = {file.stem for file in folder.glob("*.py") if not file.stem.startswith("__")}
    return files | {file.parent.name for file in folder.glob("*/__init__.py")}


def folders():
    return [file.parent for file in sorted(HOUSE.rglob("__init__.py")) if len(modules(file.parent)) >= MANY]


@pytest.mark.parametrize("folder", folders(), ids=lambda folder: folder.relative_to(HOUSE.parent).as_posix())
def test_a_folder_names_all_that_lies_in_it(folder):
    code = (folder / "__init__.py").read_text(encoding="utf-8")
    if folder == HOUSE:
        told = CONTRIBUTING.read_text(encoding="utf-8")
    elif folder.name == "cli":
        # Commands are modules of their own, and each is hung in by its import.
        told = code
    else:
        told = ast.get_docstring(ast.parse(code)) or ""

    assert {name for name in modules(folder) if not re.search(rf"\b{name}\b", told)} == set()


def test_no_module_leads_back_to_itself_not_even_by_an_import_within_a_function():
    graph = grimp.build_graph("pipeline", exclude_type_checking_imports=True, cache_dir=None)
    below = {module: graph.find_modules_directly_imported_by(module) for module in graph.modules}

    # Raises `CycleError`, which names the circle.
    from_below = list(TopologicalSorter(below).static_order())

    assert len(from_below) > 500


def test_no_pattern_has_possessive_quantifiers_which_python_gets_wrong_before_3_11_5():
    """gh-106052: under 3.11.2, that of Debian 12, a text with two sentences was one."""
    names = [name for _, name, _ in walk_packages(pipeline.__path__, "pipeline.") if not name.endswith("__main__")]
    found = {
        f"{name}.{attribute}": value
        for name in names
        for attribute, value in vars(import_module(name)).items()
        if isinstance(value, re.Pattern)
    }

    assert len(found) > 100
    assert [name for name, pattern in found.items() if not _holds_everywhere(pattern)] == []


def test_a_possessive_quantifier_is_seen_wherever_it_stands():
    assert not _holds_everywhere(re.compile("(?:a|(b++)c)"))
    assert not _holds_everywhere(re.compile("x(?>ab)"))
    assert _holds_everywhere(re.compile(r"[+]+\++(?:a|b)*?"))


def _holds_everywhere(pattern):
    return not {"POSSESSIVE_REPEAT", "ATOMIC_GROUP"} & set(_operations(parser.parse(pattern.pattern, pattern.flags)))


def _operations(parsed):
    """The names of all that a parsed pattern does, whatever it stands in."""
    if isinstance(parsed, parser.SubPattern | list | tuple):
        for part in parsed:
            yield from _operations(part)
    else:
        yield str(parsed)
