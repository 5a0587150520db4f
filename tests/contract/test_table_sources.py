"""The contract of all table sources: unchanged cells, streaming, rereading, clear errors."""

from __future__ import annotations

import csv
import io
import json
import sqlite3
import threading
import tracemalloc
from contextlib import closing
from itertools import islice
from pathlib import Path

import openpyxl
import psycopg
import pytest
from anyio import to_thread

from pipeline.errors import SourceError
from pipeline.limits import RetryPolicy
from pipeline.sources import fetch_pages
from pipeline.sources.tables import BrokenRow, TableOptions, TableRow, cell_defect, open_pages, open_table
from pipeline.sources.urls import Endpoint
from tests.standins import postgres
from tests.standins.row_service import KEY, RowService

QUERY = "SELECT * FROM people ORDER BY place"
NAMES = ("place", "name", "note")
PEOPLE = [
    ("1", "Jürgen", "two\nlines"),
    ("2", "ሰላም 👩‍🚀", 'a "quote", a; b'),
    ("3", "محمد", "{{ 7 * 7 }}"),
    ("4", "नमस्ते", ""),
    ("5", "Zoë", "=1+1"),
    ("6", "../../etc/passwd", "x" * 5000),
    ("7", "con", "\\N"),
]
IMPATIENT = RetryPolicy(attempts=3, wait_initial_s=0, wait_max_s=0, retry_after_max_s=1)


class Kind:
    """A kind of table: how one is written, and what it can't hold."""

    # Whether a cell may hold a byte that is no text, and whether a row may have more cells than there are columns.
    holds_nul = True
    may_be_ragged = False

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.form = TableOptions()

    async def open(self, rows, names=NAMES):
        """The table of these rows."""
        source = await to_thread.run_sync(self.write, names, rows)
        return await to_thread.run_sync(open_table, source, self.form)

    async def open_missing(self):
        return await to_thread.run_sync(open_table, self.folder / f"missing{self.suffix}", self.form)


class Delimited(Kind):
    suffix, delimiter = ".csv", ","
    may_be_ragged = True

    def write(self, names, rows):
        path = self.folder / f"people{self.suffix}"
        with path.open("w", encoding="utf-8", newline="") as file:
            csv.writer(file, delimiter=self.delimiter).writerows([names, *rows])
        return path


class Tabs(Delimited):
    suffix, delimiter = ".tsv", "\t"


class Lines(Kind):
    suffix = ".jsonl"

    def write(self, names, rows):
        path = self.folder / f"people{self.suffix}"
        with path.open("w", encoding="utf-8") as file:
            file.writelines(json.dumps(dict(zip(names, row, strict=True)), ensure_ascii=False) + "\n" for row in rows)
        return path


class Array(Kind):
    suffix = ".json"

    def write(self, names, rows):
        path = self.folder / f"people{self.suffix}"
        with path.open("w", encoding="utf-8") as file:
            file.write("[")
            for number, row in enumerate(rows):
                file.write(",\n" * bool(number) + json.dumps(dict(zip(names, row, strict=True))))
            file.write("]")
        return path


class Workbook(Kind):
    suffix = ".xlsx"
    holds_nul = False
    may_be_ragged = True

    def write(self, names, rows):
        path = self.folder / f"people{self.suffix}"
        book = openpyxl.Workbook(write_only=True)
        sheet = book.create_sheet("People")
        sheet.append(names)
        for row in rows:
            # A text that begins like a formula is a text: "=1+1" as people type it with an apostrophe.
            sheet.append([self._cell(sheet, value) for value in row])
        book.save(path)
        book.close()
        return path

    @staticmethod
    def _cell(sheet, value):
        cell = openpyxl.cell.WriteOnlyCell(sheet, value)
        if isinstance(value, str):
            cell.data_type = "s"
        return cell


class SQLite(Kind):
    suffix = ".sqlite"

    def __init__(self, folder):
        super().__init__(folder)
        self.form = TableOptions(query=QUERY)

    def write(self, names, rows):
        path = self.folder / f"people{self.suffix}"
        with closing(sqlite3.connect(path)) as database, database:
            database.execute(f"CREATE TABLE people ({', '.join(f'{name} TEXT' for name in names)})")
            marks = ", ".join("?" * len(names))
            database.executemany(f"INSERT INTO people VALUES ({marks})", rows)
        return path


class Postgres(Kind):
    holds_nul = False

    def __init__(self, folder, server):
        super().__init__(folder)
        self.server = server
        self.form = TableOptions(query=QUERY, password=postgres.PASSWORD)

    def write(self, names, rows):
        self.server.run("DROP TABLE IF EXISTS people")
        self.server.run(f"CREATE TABLE people ({', '.join(f'{name} TEXT' for name in names)})")
        address = {"host": "127.0.0.1", "port": self.server.port, "user": "reader", "dbname": "postgres"}
        with (
            psycopg.connect(**address, password=postgres.PASSWORD) as database,
            database.cursor() as cursor,
            cursor.copy("COPY people FROM STDIN") as copy,
        ):
            for row in rows:
                copy.write_row(row)
        return self.server.address

    async def open_missing(self):
        form = TableOptions(query="SELECT * FROM missing", password=postgres.PASSWORD)
        return await to_thread.run_sync(open_table, self.server.address, form)


class Service(Kind):
    path = "/link"

    async def open(self, rows, names=NAMES):
        rows = [dict(zip(names, row, strict=True)) for row in rows]
        async with RowService(rows, per_page=max(3, len(rows) // 5)) as service:
            return await self._fetched(service.url(self.path))

    async def _fetched(self, address):
        endpoint = Endpoint(address=address, api_key=KEY, allowed={"127.0.0.1"})
        folder = self.folder / "pages"
        await to_thread.run_sync(lambda: folder.mkdir(exist_ok=True))
        pages = await fetch_pages(endpoint, folder, self.form, retry=IMPATIENT)
        return await to_thread.run_sync(lambda: open_pages(pages, self.form, name=address))

    async def open_missing(self):
        async with RowService([]) as service:
            return await self._fetched(service.url("/none"))


class ServiceOfLines(Service):
    path = "/lines"


class ServiceOfTables(Service):
    path = "/table"


@pytest.fixture(scope="module")
def server():
    with postgres.running() as running:
        yield running


KINDS = [Delimited, Tabs, Lines, Array, Workbook, SQLite, Postgres, Service, ServiceOfLines, ServiceOfTables]


@pytest.fixture(params=KINDS, ids=lambda kind: kind.__name__)
def kind(request, tmp_path):
    if request.param is Postgres:
        return Postgres(tmp_path, request.getfixturevalue("server"))
    return request.param(tmp_path)


async def rows_of(table):
    return await to_thread.run_sync(lambda: list(table.rows()))


async def test_columns_and_cells_are_read_unchanged(kind):
    table = await kind.open(PEOPLE)

    assert table.columns == NAMES
    assert [tuple(row.cells.values()) for row in await rows_of(table)] == PEOPLE


async def test_rows_have_numbers_and_lines(kind):
    table = await kind.open(PEOPLE)

    rows = await rows_of(table)
    assert [row.number for row in rows] == list(range(1, len(PEOPLE) + 1))
    lines = [row.line for row in rows]
    assert lines == sorted(set(lines))


async def test_a_table_can_be_read_repeatedly_from_its_beginning(kind):
    table = await kind.open(PEOPLE)

    first = await to_thread.run_sync(lambda: list(islice(table.rows(), 2)))
    assert await rows_of(table) == await rows_of(table)
    assert (await rows_of(table))[:2] == first


async def test_memory_does_not_grow_with_the_rows(kind):
    note = "a note that many have " * 40
    table = await kind.open([(f"{number:06}", "Bo", note) for number in range(1500)])

    def read():
        list(islice(table.rows(), 5))  # what is loaded only now
        tracemalloc.start()
        count = sum(1 for _ in table.rows())
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return count, peak

    count, peak = await to_thread.run_sync(read)
    assert count == 1500
    # All of them have 1.4 MB. A database is asked for 100 at once, a service for a fifth of all.
    limit = 1_100_000 if isinstance(kind, Service) else 650_000
    # A file is read 8 KB at a time, and since Python 3.14 128 KB; a workbook has two open.
    assert peak < limit + 2 * (io.DEFAULT_BUFFER_SIZE - 8192)


async def test_columns_with_the_same_name_are_renamed(kind):
    if isinstance(kind, Delimited | Workbook):
        table = await kind.open([("1", "a", "b")], names=("place", "name", "name"))
    elif isinstance(kind, SQLite | Postgres):
        kind.form = TableOptions(query="SELECT name, note AS name FROM people", password=kind.form.password)
        table = await kind.open([("1", "a", "b")])
        assert table.columns == ("name", "name (2)")
    else:
        return  # an object has a key once
    assert table.duplicates == {"name"}
    assert list((await rows_of(table))[0].cells.values())[-2:] == ["a", "b"]


async def test_a_row_with_too_many_cells_is_broken_and_the_next_one_is_read(kind):
    if not kind.may_be_ragged:
        return  # it can't hold one
    table = await kind.open([("1", "Bo", "x", "more"), ("2", "Ann", "y")])

    broken, good = await rows_of(table)
    assert isinstance(broken, BrokenRow)
    assert broken.problem == "has 4 cells for 3 columns"
    assert isinstance(good, TableRow)


async def test_a_cell_with_a_null_character_has_a_defect(kind):
    if not kind.holds_nul:
        return  # it refuses to hold one
    table = await kind.open([("1", "B\0o", "x")])

    (row,) = await rows_of(table)
    assert cell_defect(row.cells["name"]) == "contains a null byte, and may be truncated"


async def test_an_unreadable_source_is_reported_in_one_line(kind):
    with pytest.raises(SourceError) as caught:
        await kind.open_missing()
    assert caught.value.where
    assert "\n" not in str(caught.value)
    assert postgres.PASSWORD not in str(caught.value)
    assert KEY not in str(caught.value)


async def test_queries_of_postgresql_can_not_write(server, tmp_path):
    people = Postgres(tmp_path, server)
    await people.open(PEOPLE)
    people.form = TableOptions(
        query="WITH gone AS (DELETE FROM people RETURNING name) SELECT name FROM gone", password=postgres.PASSWORD
    )

    with pytest.raises(SourceError, match="the database reported"):
        await to_thread.run_sync(lambda: list(open_table(server.address, people.form).rows()))
    people.form = TableOptions(query=QUERY, password=postgres.PASSWORD)
    assert len(await rows_of(await people.open(PEOPLE))) == len(PEOPLE)


async def test_a_wrong_password_is_reported_without_quoting_it(server):
    form = TableOptions(query="SELECT 1", password="wr0ng-one")

    with pytest.raises(SourceError) as caught:
        await to_thread.run_sync(open_table, server.address, form)
    assert "password authentication failed" in str(caught.value)
    assert "NIGHTREEL_SOURCE__PASSWORD" in str(caught.value)
    assert "wr0ng-one" not in f"{caught.value!r}{caught.value}{caught.value.__cause__}"


async def test_the_types_of_postgresql_become_cells(server):
    query = "SELECT 12.50::numeric AS sum, date '2026-11-03' AS day, true AS sure, array[1, 2] AS many, null AS none"
    form = TableOptions(query=query, password=postgres.PASSWORD)

    (row,) = await to_thread.run_sync(lambda: list(open_table(server.address, form).rows()))
    assert list(row.cells.values()) == ["12.50", "2026-11-03", "true", "[1, 2]", ""]


def opening_fails(server, query, timeout_s):
    form = TableOptions(query=query, password=postgres.PASSWORD, timeout_s=timeout_s)
    with pytest.raises(SourceError) as caught:
        open_table(server.address, form)
    return str(caught.value)


def test_a_locked_table_is_given_up_and_the_server_no_longer_waits_for_it(server):
    server.run("CREATE TABLE IF NOT EXISTS locked (name TEXT)")
    address = {"host": "127.0.0.1", "port": server.port, "user": "reader", "dbname": "postgres"}
    with psycopg.connect(**address, password=postgres.PASSWORD) as other:
        other.execute("LOCK TABLE locked")
        message = opening_fails(server, "SELECT name FROM locked", timeout_s=1)
        waiting = other.execute("SELECT count(*) FROM pg_locks WHERE NOT granted").fetchone()

    assert message.endswith("raise source.timeout_s in nightreel.toml")
    assert waiting == (0,)


def test_a_server_that_hangs_during_a_query_is_given_up(server):
    form = TableOptions(query="SELECT * FROM generate_series(1, 2000)", password=postgres.PASSWORD, timeout_s=2)
    rows = open_table(server.address, form).rows()
    assert next(rows).cells == {"generate_series": "1"}
    with server.hanging(), pytest.raises(SourceError, match="the database did not answer within 2 s"):
        list(rows)
    for thread in threading.enumerate():
        if thread.name == "database":
            thread.join()
