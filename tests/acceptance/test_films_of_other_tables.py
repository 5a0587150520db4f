"""Films from third-party tables: a shop's products, its customers, open data. See tests/fixtures/tables.

One film per table; `make soak` makes those of all valid rows.
"""

from __future__ import annotations

import csv
import io
import shutil
from collections import Counter

import pytest

from tests.acceptance import command
from tests.acceptance.command import nightreel
from tests.acceptance.films import small_preset
from tests.standins.tables import FILMS, TABLES, write_template

FLAGS = ("--offline", "--narrator", "silence", "--preset", "small", "--json")
SOAK_S = 3600


def make(workspace, name, *more):
    """The films of a table, and its manifest."""
    texts, fields, flags = FILMS[name]
    small_preset(workspace)
    write_template(workspace, name, texts, fields)
    shutil.copy(TABLES / f"{name}.csv", workspace)
    asked = [part for flag, value in flags.items() for part in (f"--{flag}", value)]
    done = nightreel("run", f"{name}.csv", "--template", name, *asked, *FLAGS, *more, cwd=workspace)
    assert done.complaints == []
    summary = workspace / "output" / name / "summary"
    manifest = (summary / "manifest.csv").read_text(encoding="utf-8-sig")
    # As the table has it.
    separator = ";" if ";" in (TABLES / f"{name}.csv").read_text(encoding="utf-8-sig").splitlines()[0] else ","
    rows = list(csv.DictReader(io.StringIO(manifest), delimiter=separator))
    assert all((summary / row["film_path"]).is_file() for row in rows if row["film_status"] == "completed")
    return done, Counter(row["film_status"] for row in rows)


@pytest.mark.parametrize("name", FILMS)
def test_a_film_is_made_of_a_row_of_a_table_that_others_have_made(tmp_path, name):
    done, statuses = make(tmp_path, name, "--rows", "1")

    assert done.code == 0
    assert statuses == {"completed": 1}


@pytest.mark.soak
@pytest.mark.parametrize(
    ("name", "films", "refused"), [("products", 7, 3), ("customers", 4, 1), ("electricity", 49, 2)]
)
def test_every_good_row_of_a_table_that_others_have_made_is_a_film(tmp_path, monkeypatch, name, films, refused):
    monkeypatch.setattr(command, "DEADLINE_S", SOAK_S)
    done, statuses = make(tmp_path, name)

    assert done.code == 9
    assert statuses == {"completed": films, "refused": refused}
