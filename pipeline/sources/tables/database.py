"""SQL queries as tables: SQLite, PostgreSQL and other databases that SQLAlchemy supports. Read-only, streamed.

Sources are SQLAlchemy URLs ("postgresql://reader@db.example.org/crm") or SQLite files. The password of a URL appears in
no message and is not stored.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote, quote_plus

from pipeline.errors import InputError, MissingToolError, SourceError
from pipeline.sources.tables.cell_values import to_cell
from pipeline.sources.tables.encoding import check_regular_file
from pipeline.sources.tables.table import Table, TableOptions, TableRow, check_width, named_columns
from pipeline.sources.urls import redacted

if TYPE_CHECKING:
    from sqlalchemy import URL, Connection, CursorResult

# Rows fetched at once from a server-side cursor.
_FETCH_ROWS = 500
_CONNECT_TIMEOUT_S = 15
# Drivers for URLs that name none: psycopg 3, where SQLAlchemy's default is psycopg2.
_DRIVERS = {"postgresql": "postgresql+psycopg", "postgres": "postgresql+psycopg"}
# Matches a comment up to its first end: a lazy `.*?` would backtrack exponentially over many comments.
_COMMENT = r"--[^\n]*\n|/\*[^*]*\*+(?:[^*/][^*]*\*+)*/"
_SELECT = re.compile(rf"(?:\s|{_COMMENT}|\()*(select|with|table|values)\b", re.IGNORECASE)
_QUERY_HINT = "Write --query 'SELECT name, price FROM customers', or source.query in nightreel.toml"
# URL schemes of other things, which SQLAlchemy would take for a database.
_OTHER_SCHEMES = frozenset({"data", "file", "ftp", "ftps", "gs", "s3", "sftp", "smb", "ws", "wss"})
_EXTRA = 'pip install "nightreel[db]"'


def open_database(source: Path | str, options: TableOptions) -> Table:
    """See `TableOpener`. A `Path` is an SQLite file, a string a URL."""
    name = redacted(source)
    if isinstance(source, str) and source.partition(":")[0].casefold() in _OTHER_SCHEMES:
        hint = "Give a file, an https:// URL, or a database URL and --query"
        raise InputError("is not a supported source", where=name, hint=hint)
    if not options.query:
        raise InputError("is a database and needs a query", where=name, hint=_QUERY_HINT)
    if not _SELECT.match(options.query):
        raise InputError("the query must begin with SELECT or WITH", where="--query", hint=_QUERY_HINT)
    url = _url(source, options.password)
    with _execute(url, options.query, name) as result:
        names = list(result.keys())
    check_width(names, name)
    columns, duplicates = named_columns(names)
    rows = partial(_rows, url, options.query, name, columns)
    return Table(
        path=name, columns=columns, duplicates=duplicates, rows=rows, description=f"a query of {url.get_backend_name()}"
    )


def _rows(url: URL, query: str, name: str, columns: Sequence[str]) -> Iterator[TableRow]:
    with _execute(url, query, name) as result:
        for number, row in enumerate(result, start=1):
            cells = dict(zip(columns, map(to_cell, row), strict=True))
            yield TableRow(number=number, line=number, cells=cells)


@contextmanager
def _execute(url: URL, query: str, name: str) -> Iterator[CursorResult[tuple[object, ...]]]:
    """Run the query in a read-only transaction that is never committed."""
    from sqlalchemy import create_engine, exc, text  # noqa: PLC0415 - optional dependency
    from sqlalchemy.pool import NullPool  # noqa: PLC0415

    password = str(url.password or "")
    try:
        # Without `hide_parameters`, SQLAlchemy's errors would quote values.
        engine = create_engine(url, poolclass=NullPool, connect_args=_connect_args(url), hide_parameters=True)
        with engine.connect() as connection:
            _make_read_only(connection)
            # Colons are escaped: the query has no bind parameters.
            statement = text(query.strip().rstrip(";").replace(":", r"\:"))
            streaming = connection.execution_options(stream_results=True, yield_per=_FETCH_ROWS)
            with closing(streaming.execute(statement)) as result:
                yield result
    except ModuleNotFoundError as error:
        hint = f"{_EXTRA}, or install the driver itself"
        raise MissingToolError(f"the driver for {url.drivername} is not installed", hint=hint) from error
    except exc.NoSuchModuleError as error:
        raise InputError(f"SQLAlchemy does not support {url.drivername!r}", where=name) from error
    except (exc.SQLAlchemyError, OSError, ValueError) as error:
        reason = str(getattr(error, "orig", None) or error)
        problem = f"the database reported: {_without_password(reason, password)}"
        raise SourceError(problem, where=name, hint=_hint(reason)) from None


def _url(source: Path | str, password: str) -> URL:
    try:
        from sqlalchemy import URL, exc, make_url  # noqa: PLC0415 - optional dependency
    except ModuleNotFoundError as error:
        raise MissingToolError("reading databases requires SQLAlchemy, which is not installed", hint=_EXTRA) from error
    if isinstance(source, Path):
        check_regular_file(source)
        # By default, SQLite would create a missing database.
        return URL.create("sqlite", database=source.absolute().as_uri(), query={"mode": "ro", "uri": "true"})
    try:
        url = make_url(source)
    except (exc.ArgumentError, ValueError) as error:
        del error  # it may quote the URL
        raise InputError("is not a valid database URL", where=redacted(source)) from None
    if url.get_backend_name() == "sqlite" and url.database and not url.database.startswith("file:"):
        return _url(Path(url.database), "")
    if password and not url.password:
        url = url.set(password=password)
    return url.set(drivername=_DRIVERS.get(url.drivername, url.drivername))


def _connect_args(url: URL) -> dict[str, object]:
    has_timeout = url.get_backend_name() in {"postgresql", "mysql", "mariadb"}
    return {"connect_timeout": _CONNECT_TIMEOUT_S} if has_timeout else {}


def _make_read_only(connection: Connection) -> None:
    """Prevent the query, and functions that it calls, from writing."""
    match connection.dialect.name:
        case "postgresql":
            connection.execution_options(postgresql_readonly=True)
        case "sqlite":
            connection.exec_driver_sql("PRAGMA query_only = ON")
            connection.exec_driver_sql("PRAGMA trusted_schema = OFF")
        case "mysql" | "mariadb":
            connection.exec_driver_sql("SET TRANSACTION READ ONLY")
        case _:
            pass  # protected only by the missing commit


def _without_password(reason: str, password: str) -> str:
    """An error message without the password, plain or percent-encoded."""
    for form in {password, quote(password), quote_plus(password)} - {""}:
        reason = reason.replace(form, "***")
    return reason


def _hint(reason: str) -> str:
    if "password" in reason.casefold():
        return "Set NIGHTREEL_SOURCE__PASSWORD, or ask the database administrator"
    return ""
