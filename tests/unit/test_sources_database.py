"""SQL sources: read-only, no password in messages, one-line errors."""

from __future__ import annotations

import socket
import sqlite3
from contextlib import closing
from datetime import date
from decimal import Decimal
from threading import Timer
from threading import enumerate as enumerate_threads
from time import monotonic, process_time

import pytest

from pipeline.errors import InputError, MissingToolError, SourceError
from pipeline.sources.tables import Number, TableOptions, cell_defect, open_table
from pipeline.sources.tables.cell_values import to_cell
from pipeline.sources.urls import redacted


@pytest.fixture
def people(tmp_path):
    path = tmp_path / "crm.sqlite"
    with closing(sqlite3.connect(path)) as database, database:
        database.execute("CREATE TABLE people (name TEXT, price REAL, photo BLOB, born TEXT)")
        database.execute("INSERT INTO people VALUES ('Bo', 1299.5, x'ff00', '2026-11-03'), ('O:Neill', 3, NULL, NULL)")
    return path


def rows(source, query, **form):
    return list(open_table(source, TableOptions(query=query, **form)).rows())


def test_database_values_become_cells_and_binary_data_is_a_defect(people):
    bo, other = rows(people, "SELECT * FROM people")

    assert dict(other.cells) == {"name": "O:Neill", "price": "3", "photo": "", "born": ""}
    assert isinstance(bo.cells["price"], Number)
    assert cell_defect(bo.cells["photo"]) == "holds 2 bytes of binary data"


@pytest.mark.parametrize(
    ("value", "cell"),
    [
        (Decimal("12.00"), "12.00"),
        (Decimal("NaN"), ""),
        (1e22, "10000000000000000000000"),
        (float("inf"), ""),
        (date(2026, 1, 2), "2026-01-02"),
        ({"a": [1, "ü"]}, '{"a": [1, "ü"]}'),
        (True, "true"),
        (2**70, "1180591620717411303424"),
    ],
)
def test_python_values_become_plain_cells(value, cell):
    assert to_cell(value) == cell


def test_an_sqlite_file_can_be_given_as_a_url(people):
    assert len(rows(f"sqlite:///{people.as_posix()}", "SELECT name FROM people")) == 2


def test_a_colon_in_a_query_is_no_parameter(people):
    (row,) = rows(people, "SELECT name FROM people WHERE name = 'O:Neill';")
    assert row.cells["name"] == "O:Neill"


@pytest.mark.parametrize(
    "query", ["DELETE FROM people", "DROP TABLE people", "ATTACH 'x' AS y", "PRAGMA user_version=1"]
)
def test_statements_that_write_are_refused(people, query):
    with pytest.raises(InputError, match="the query must begin with SELECT"):
        rows(people, query)


def test_comments_before_a_query_are_skipped_in_linear_time(people):
    since = process_time()
    with pytest.raises(InputError, match="the query must begin with SELECT"):
        rows(people, "/**/" * 2000 + "DELETE FROM people")
    assert process_time() - since < 1

    assert len(rows(people, "/* DELETE */ -- or not\n/**/ SELECT * FROM people")) == 2


def test_a_query_that_writes_after_with_fails_in_the_database(people):
    with pytest.raises(SourceError, match="the database reported"):
        rows(people, "WITH x AS (SELECT 1) DELETE FROM people")
    assert len(rows(people, "SELECT * FROM people")) == 2


@pytest.mark.parametrize("address", ["ftp://example.org/people.csv", "file:///etc/passwd", "S3://bucket/people.csv"])
def test_urls_of_other_schemes_are_refused(address):
    with pytest.raises(InputError, match="is not a supported source") as caught:
        rows(address, "SELECT 1")
    assert "https://" in str(caught.value)


def test_a_database_without_a_query_is_refused(people):
    with pytest.raises(InputError, match="needs a query") as caught:
        rows(people, "")
    assert "--query" in str(caught.value)


def test_a_missing_sqlite_file_is_not_created(tmp_path):
    with pytest.raises(SourceError, match="no such file"):
        rows(tmp_path / "none.sqlite", "SELECT 1")
    assert not list(tmp_path.iterdir())


def test_an_invalid_query_is_reported_in_one_line(people):
    with pytest.raises(SourceError) as caught:
        rows(people, "SELECT nobody FROM people")
    assert str(caught.value).startswith(f"{people}: the database reported: no such column: nobody")


def test_missing_drivers_and_unsupported_databases_are_reported():
    with pytest.raises(MissingToolError, match=r"driver for mysql.*pip install pymysql"):
        rows("mysql://me:s3cret@127.0.0.1/crm", "SELECT 1")
    with pytest.raises(InputError, match="SQLAlchemy does not support 'xyz'"):
        rows("xyz://me:s3cret@127.0.0.1/crm", "SELECT 1")


COUNT_FOR_EVER = "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) "


def test_a_locked_database_is_given_up_after_the_time_limit(people):
    since = monotonic()
    with closing(sqlite3.connect(people, isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        with pytest.raises(
            SourceError, match=r"(database is locked|did not answer within 0\.2 s)\. .*raise source\.timeout_s"
        ):
            rows(people, "SELECT * FROM people", timeout_s=0.2)

    assert monotonic() - since < 20
    assert len(rows(people, "SELECT * FROM people")) == 2


def test_a_lock_that_is_released_in_time_is_waited_for(people):
    with closing(sqlite3.connect(people, isolation_level=None, check_same_thread=False)) as other:
        other.execute("BEGIN EXCLUSIVE")
        release = Timer(0.2, other.rollback)
        release.start()
        try:
            assert len(rows(people, "SELECT * FROM people")) == 2
        finally:
            release.join()


def test_a_query_that_never_answers_is_ended(people):
    with pytest.raises(SourceError, match=r"did not answer within 0\.1 s\. .*raise source\.timeout_s") as caught:
        rows(people, COUNT_FOR_EVER + "SELECT count(*) FROM n", timeout_s=0.1)

    assert "\n" not in str(caught.value)
    assert not [thread for thread in enumerate_threads() if thread.name == "database"]


def test_a_query_that_returns_rows_without_end_is_ended(people):
    with pytest.raises(SourceError, match=r"the query returned more than 1 MB\. .*raise source\.most_mb"):
        rows(people, COUNT_FOR_EVER + "SELECT x, hex(zeroblob(500)) FROM n", most_bytes=1_000_000)


@pytest.mark.parametrize("scheme", ["postgresql", "postgresql+psycopg"])
def test_a_server_that_accepts_and_says_nothing_is_given_up(scheme):
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        with pytest.raises(SourceError, match=r"did not answer within 0\.2 s"):
            rows(f"{scheme}://me@127.0.0.1:{port}/crm", "SELECT 1", timeout_s=0.2)


def test_no_error_or_cause_contains_the_password():
    with pytest.raises(SourceError) as caught:
        rows("postgresql://me:s3cret%40x@127.0.0.1:1/crm", "SELECT 1")
    error = caught.value
    while error is not None:
        assert "s3cret" not in f"{error!r} {error}"
        error = error.__cause__


@pytest.mark.parametrize(
    ("url", "redacted_url"),
    [
        ("postgresql://me:s3cret@db.example.org:5432/crm", "postgresql://me@db.example.org:5432/crm"),
        ("postgresql://me:s3cr@t@h/crm?password=x&sslmode=require", "postgresql://me@h/crm?sslmode=require"),
        ("https://me:s3cret@example.org/rows?page=2&api_key=x", "https://example.org/rows?page=2"),
        ("https://b.example.org/x.csv?X-Amz-Signature=ab&v=1", "https://b.example.org/x.csv?v=1"),
        ("postgresql://me:s3/cr?e#t@h:5432/crm", "postgresql://me@h:5432/crm"),
        ("https://me:s3/cret@example.org/rows", "https://…"),
        ("https://example.org/@me?to=a@b", "https://example.org/@me?to=a@b"),
        ("sqlite:////srv/crm.sqlite", "sqlite:////srv/crm.sqlite"),
        ("postgresql://[::1/crm", "postgresql://…"),
        ("customers.csv", "customers.csv"),
    ],
)
def test_urls_are_redacted_for_messages(url, redacted_url):
    assert redacted(url) == redacted_url
