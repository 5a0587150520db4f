"""The rows of a query: SQLite, PostgreSQL and whatever else SQLAlchemy speaks to. Read only, a few rows at a time.

Addresses are SQLAlchemy's, "postgresql://reader@db.example.org/crm"; a file of SQLite is one as well. What an address
holds as a password is in no message, and in nothing that is kept.
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
from pipeline.sources.tables.cell_values import cell_of
from pipeline.sources.tables.encoding import check_regular_file
from pipeline.sources.tables.table import Table, TableOptions, TableRow, check_width, named_columns
from pipeline.sources.urls import redacted

if TYPE_CHECKING:
    from sqlalchemy import URL, Connection, CursorResult

# The server keeps the rest.
_AT_ONCE = 500
_CONNECT_S = 15
# The driver that is used where an address names none: SQLAlchemy's own choice is not ours.
_DRIVERS = {"postgresql": "postgresql+psycopg", "postgres": "postgresql+psycopg"}
# A comment ends at its first end: of thirty, each could end with any other.
_COMMENT = r"--[^\n]*\n|/\*[^*]*\*+(?:[^*/][^*]*\*+)*/"
_READS = re.compile(rf"(?:\s|{_COMMENT}|\()*(select|with|table|values)\b", re.IGNORECASE)
_QUERY_HINT = "Write --query 'SELECT name, price FROM customers', or source.query in nightreel.toml"
# What people know addresses of, and no database is called by.
_OTHER_ADDRESSES = frozenset({"data", "file", "ftp", "ftps", "gs", "s3", "sftp", "smb", "ws", "wss"})
_EXTRA = 'pip install "nightreel[db]"'


def open_database(source: Path | str, form: TableOptions) -> Table:
    """See `TableOpener`. A `Path` is a file of SQLite; a text is an address."""
    name = redacted(source)
    if isinstance(source, str) and source.partition(":")[0].casefold() in _OTHER_ADDRESSES:
        hint = "Give a file, an address that begins with https://, or a database and --query"
        raise InputError("is no address that rows are read from", where=name, hint=hint)
    if not form.query:
        raise InputError("is a database, and nothing is asked of it", where=name, hint=_QUERY_HINT)
    if not _READS.match(form.query):
        raise InputError("only reads: the query must begin with SELECT or WITH", where="--query", hint=_QUERY_HINT)
    url = _url(source, form.password)
    with _answer(url, form.query, name) as answer:
        names = list(answer.keys())
    check_width(names, name)
    columns, doubled = named_columns(names)
    rows = partial(_rows, url, form.query, name, columns)
    return Table(path=name, columns=columns, doubled=doubled, rows=rows, form=f"a query of {url.get_backend_name()}")


def _rows(url: URL, query: str, name: str, columns: Sequence[str]) -> Iterator[TableRow]:
    with _answer(url, query, name) as answer:
        for number, row in enumerate(answer, start=1):
            cells = dict(zip(columns, map(cell_of, row), strict=True))
            yield TableRow(number=number, line=number, cells=cells)


@contextmanager
def _answer(url: URL, query: str, name: str) -> Iterator[CursorResult[tuple[object, ...]]]:
    """What the database answers; nothing is ever committed."""
    from sqlalchemy import create_engine, exc, text  # noqa: PLC0415 - of an extra
    from sqlalchemy.pool import NullPool  # noqa: PLC0415

    password = str(url.password or "")
    try:
        # Its own log would have the address and the values.
        engine = create_engine(url, poolclass=NullPool, connect_args=_connecting(url), hide_parameters=True)
        with engine.connect() as connection:
            _read_only(connection)
            # A colon in a query is one: nothing is filled in.
            asked = text(query.strip().rstrip(";").replace(":", r"\:"))
            streaming = connection.execution_options(stream_results=True, yield_per=_AT_ONCE)
            with closing(streaming.execute(asked)) as answer:
                yield answer
    except ModuleNotFoundError as error:
        raise _no_driver(url) from error
    except exc.NoSuchModuleError as error:
        raise InputError(f"SQLAlchemy knows no {url.drivername!r}", where=name) from error
    except (exc.SQLAlchemyError, OSError, ValueError) as error:
        reason = str(getattr(error, "orig", None) or error)
        raise SourceError(f"the database says: {_without(reason, password)}", where=name, hint=_hint(reason)) from None


def _url(source: Path | str, password: str) -> URL:
    try:
        from sqlalchemy import URL, exc, make_url  # noqa: PLC0415 - of an extra
    except ModuleNotFoundError as error:
        raise MissingToolError("databases are read by SQLAlchemy, which is not installed", hint=_EXTRA) from error
    if isinstance(source, Path):
        check_regular_file(source)
        # Neither made nor written: SQLite would begin a database of any name.
        return URL.create("sqlite", database=source.absolute().as_uri(), query=_SQLITE_READS)
    try:
        url = make_url(source)
    except (exc.ArgumentError, ValueError) as error:
        del error  # it may quote the address
        raise InputError("is no address of a database", where=redacted(source)) from None
    if url.get_backend_name() == "sqlite" and url.database and not url.database.startswith("file:"):
        return _url(Path(url.database), "")
    if password and not url.password:
        url = url.set(password=password)
    return url.set(drivername=_DRIVERS.get(url.drivername, url.drivername))


_SQLITE_READS = {"mode": "ro", "uri": "true"}


def _connecting(url: URL) -> dict[str, object]:
    return {"connect_timeout": _CONNECT_S} if url.get_backend_name() in {"postgresql", "mysql", "mariadb"} else {}


def _read_only(connection: Connection) -> None:
    """So that a query can change nothing, whatever it calls."""
    match connection.dialect.name:
        case "postgresql":
            connection.execution_options(postgresql_readonly=True)
        case "sqlite":
            connection.exec_driver_sql("PRAGMA query_only = ON")
            connection.exec_driver_sql("PRAGMA trusted_schema = OFF")
        case "mysql" | "mariadb":
            connection.exec_driver_sql("SET TRANSACTION READ ONLY")
        case _:
            pass  # no more than what is never committed


def _no_driver(url: URL) -> MissingToolError:
    return MissingToolError(f"there is no driver for {url.drivername}", hint=f"{_EXTRA}, or install the driver itself")


def _without(reason: str, password: str) -> str:
    """What a database says, without the password, however it is written."""
    for form in {password, quote(password), quote_plus(password)} - {""}:
        reason = reason.replace(form, "***")
    return reason


def _hint(reason: str) -> str:
    if "password" in reason.casefold():
        return "Set NIGHTREEL_SOURCE__PASSWORD, or ask whoever keeps the database"
    return ""
