"""Whoever opens a folder is told what lies in it."""

from __future__ import annotations

import ast
import re
from pathlib import Path

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
