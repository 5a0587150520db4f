"""SQL queries as tables: SQLite, PostgreSQL and other databases that SQLAlchemy supports. Read-only, streamed.

Sources are SQLAlchemy URLs ("postgresql://reader@db.example.org/crm") or SQLite files. The password of a URL appears in
no message and is not stored.
"""

from __future__ import annotations

import re
from collections.abc import Generator, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from functools import partial
from itertools import chain
from pathlib import Path
from threading import Event
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, quote_plus

from pipeline.errors import InputError, MissingToolError, SourceError
from pipeline.sources.tables.cell_values import to_cell
from pipeline.sources.tables.table import Table, TableOptions, TableRow, check_width, named_columns
from pipeline.sources.textfile import check_regular_file
from pipeline.sources.urls import redacted

if TYPE_CHECKING:
    from sqlalchemy import URL, Connection

from collections.abc import Callable
from concurrent.futures import Future
from queue import SimpleQueue
from threading import Thread
from typing import TypeVar

# Rows fetched and handed over at once. Few, because they may contain photos; psycopg fetches as many by default.
_FETCH_ROWS = 100
_CONNECT_TIMEOUT_S = 15
# The share of the time limit after which databases end a query themselves: their message names the reason.
_OWN_SHARE = 0.9
# Steps of SQLite's virtual machine, some milliseconds, between two checks whether the query is still needed.
_SQLITE_STEPS = 100_000
# SQLSTATE of a query that PostgreSQL has ended.
_QUERY_CANCELED = "57014"
# Drivers for URLs that name none: psycopg 3, where SQLAlchemy's default is psycopg2.
_DRIVERS = {"postgresql": "postgresql+psycopg", "postgres": "postgresql+psycopg"}
# Matches a comment up to its first end: a lazy `.*?` would backtrack exponentially over many comments.
_COMMENT = r"--[^\n]*\n|/\*[^*]*\*+(?:[^*/][^*]*\*+)*/"
_SELECT = re.compile(rf"(?:\s|{_COMMENT}|\()*(select|with|table|values)\b", re.IGNORECASE)
_BUSY_HINT = "A table may be locked, or the query slow: try again, or raise source.timeout_s in nightreel.toml"
# A join without a condition multiplies its tables.
_SIZE_HINT = "Check its joins and conditions, or raise source.most_mb in nightreel.toml"
_QUERY_HINT = "Write --query 'SELECT name, price FROM customers', or source.query in nightreel.toml"
# URL schemes of other things, which SQLAlchemy would take for a database.
_OTHER_SCHEMES = frozenset({"data", "file", "ftp", "ftps", "gs", "s3", "sftp", "smb", "ws", "wss"})
_EXTRA = 'pip install "nightreel[db]"'
_DRIVER_HINT = "Install it, and name it in the URL: pip install pymysql for mysql+pymysql://…"


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
    query = _Query(url=_url(source, options.password), options=options, name=name)
    with closing(query.batches()) as batches:
        names = [str(column) for column in next(batches)]
    check_width(names, name)
    columns, duplicates = named_columns(names)
    return Table(
        path=name,
        columns=columns,
        duplicates=duplicates,
        rows=partial(_rows, query, columns),
        description=f"a query of {query.url.get_backend_name()}",
    )


def _rows(query: _Query, columns: Sequence[str]) -> Iterator[TableRow]:
    with closing(query.batches()) as batches:
        next(batches)
        taken = 0
        for number, row in enumerate(chain.from_iterable(batches), start=1):
            cells = dict(zip(columns, map(to_cell, row), strict=True))
            taken += sum(map(len, cells.values()))
            if taken > query.options.most_bytes:
                problem = f"the query returned more than {query.options.most_bytes / 1e6:,.0f} MB"
                raise SourceError(problem, where=query.name, hint=_SIZE_HINT)
            yield TableRow(number=number, line=number, cells=cells)


@dataclass(frozen=True, kw_only=True)
class _Query:
    """A query of a database and its limits."""

    url: URL
    options: TableOptions
    # The source in messages.
    name: str

    def batches(self) -> Generator[Sequence[Any]]:
        """The column names, then the rows, some at a time. Raises `SourceError`, also for a database that hangs."""
        try:
            yield from limit_waits(self._execute, self.options.timeout_s)
        except TimeoutError as error:
            problem = f"the database did not answer within {self.options.timeout_s:g} s"
            raise SourceError(problem, where=self.name, hint=_BUSY_HINT) from error

    def _execute(self, abandoned: Event) -> Generator[Sequence[Any]]:
        """Run the query in a read-only transaction that is never committed."""
        from sqlalchemy import create_engine, exc, text  # noqa: PLC0415 - optional dependency
        from sqlalchemy.pool import NullPool  # noqa: PLC0415

        # Without `hide_parameters`, SQLAlchemy's errors would quote values.
        try:
            engine = create_engine(
                self.url, poolclass=NullPool, connect_args=self._connect_args(), hide_parameters=True
            )
            with engine.connect() as connection:
                self._prepare(connection, abandoned)
                # Colons are escaped: the query has no bind parameters.
                statement = text(self.options.query.strip().rstrip(";").replace(":", r"\:"))
                streaming = connection.execution_options(stream_results=True, yield_per=_FETCH_ROWS)
                with closing(streaming.execute(statement)) as result:
                    yield list(result.keys())
                    yield from result.partitions(_FETCH_ROWS)
        except ModuleNotFoundError as error:
            hint = _EXTRA if self.url.get_backend_name() == "postgresql" else _DRIVER_HINT
            raise MissingToolError(f"the driver for {self.url.drivername} is not installed", hint=hint) from error
        except exc.NoSuchModuleError as error:
            raise InputError(f"SQLAlchemy does not support {self.url.drivername!r}", where=self.name) from error
        except (exc.SQLAlchemyError, OSError, ValueError) as error:
            cause = getattr(error, "orig", None) or error
            reason = _without_password(str(cause), str(self.url.password or ""))
            raise SourceError(f"the database reported: {reason}", where=self.name, hint=_hint(cause)) from None

    def _connect_args(self) -> dict[str, object]:
        match self.url.get_backend_name():
            case "postgresql" | "mysql" | "mariadb":
                return {"connect_timeout": _CONNECT_TIMEOUT_S}
            case "sqlite":
                return {"timeout": self.options.timeout_s * _OWN_SHARE}
            case _:
                return {}

    def _prepare(self, connection: Connection, abandoned: Event) -> None:
        """Prevent the query, and functions that it calls, from writing, and end it once nobody waits for it."""
        match connection.dialect.name:
            case "postgresql":
                connection.execution_options(postgresql_readonly=True)
                limit_ms = max(1, int(self.options.timeout_s * _OWN_SHARE * 1000))
                connection.exec_driver_sql(f"SET LOCAL statement_timeout = {limit_ms}")
            case "sqlite":
                connection.exec_driver_sql("PRAGMA query_only = ON")
                connection.exec_driver_sql("PRAGMA trusted_schema = OFF")
                driver: Any = connection.connection.driver_connection
                driver.set_progress_handler(abandoned.is_set, _SQLITE_STEPS)
            case "mysql" | "mariadb":
                connection.exec_driver_sql("SET TRANSACTION READ ONLY")
            case _:
                pass  # protected only by the missing commit


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


def _without_password(reason: str, password: str) -> str:
    """An error message without the password, plain or percent-encoded."""
    for form in {password, quote(password), quote_plus(password)} - {""}:
        reason = reason.replace(form, "***")
    return reason


def _hint(error: BaseException) -> str:
    if getattr(error, "sqlstate", "") == _QUERY_CANCELED or getattr(error, "sqlite_errorname", "") == "SQLITE_BUSY":
        return _BUSY_HINT
    if "password" in str(error).casefold():
        return "Set NIGHTREEL_SOURCE__PASSWORD, or ask the database administrator"
    return ""


T = TypeVar("T")

# How long an iteration that ends waits for its items to be closed.
_CLOSE_S = 1


def limit_waits(items: Callable[[Event], Generator[T]], timeout_s: float) -> Iterator[T]:
    """The `items`, generated in a thread of their own. Raises `TimeoutError` if one takes longer than `timeout_s`.

    No driver limits every wait (looking up a host, connecting, a query, the next rows), and a thread can't be killed.
    One that is stuck is left behind, as a daemon, which keeps no process alive. The event that the generator function
    gets is set once its items are no longer needed.
    """
    requests: SimpleQueue[Future[T | None] | None] = SimpleQueue()
    abandoned = Event()

    def serve() -> None:
        with closing(items(abandoned)) as generated:
            while request := requests.get():
                try:
                    request.set_result(next(generated, None))
                except BaseException as error:  # noqa: BLE001 - raised again by the caller
                    request.set_exception(error)

    thread = Thread(target=serve, name="database", daemon=True)
    thread.start()
    try:
        while True:
            request: Future[T | None] = Future()
            requests.put(request)
            if (item := request.result(timeout_s)) is None:
                return
            yield item
    finally:
        abandoned.set()
        requests.put(None)
        thread.join(_CLOSE_S)
