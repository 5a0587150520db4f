"""A real PostgreSQL server on loopback for the tests. Debian: `postgresql`.

It is not durable: no write waits for a disk. As root, it is run as another user, as it requires.
"""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg
import pytest

# Set in CI, where everything must be available; otherwise tests that need it are skipped.
REQUIRED = "POSTGRES_REQUIRED"
PASSWORD = "p@ss: wörd/1"
_CONNECT_S = 30


@dataclass(frozen=True)
class Server:
    """A server with one database, and one user with a password."""

    port: int
    programs: Path
    folder: Path

    @property
    def address(self) -> str:
        """The URL without the password."""
        return f"postgresql://reader@127.0.0.1:{self.port}/postgres"

    def run(self, sql: str) -> None:
        """Execute a statement as superuser."""
        address = {"host": "127.0.0.1", "port": self.port, "user": "reader", "dbname": "postgres"}
        with psycopg.connect(**address, password=PASSWORD) as it:
            it.execute(sql)

    @contextmanager
    def hanging(self) -> Iterator[None]:
        """Stop the processes that serve the open connections, which stay open."""
        address = {"host": "127.0.0.1", "port": self.port, "user": "reader", "dbname": "postgres"}
        with psycopg.connect(**address, password=PASSWORD) as it:
            found = it.execute(
                "SELECT pid FROM pg_stat_activity WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()"
            ).fetchall()
        pids = [pid for (pid,) in found]
        for pid in pids:
            os.kill(pid, signal.SIGSTOP)
        try:
            yield
        finally:
            for pid in pids:
                os.kill(pid, signal.SIGCONT)


def programs() -> Path:
    """The folder of initdb and postgres, which Debian keeps off the path. Skips the test if there is none."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    path = found[-1] if found else Path(shutil.which("initdb") or "")
    if path.name != "initdb":
        if os.environ.get(REQUIRED):
            pytest.fail("PostgreSQL is not installed: postgresql")
        pytest.skip("PostgreSQL is not installed")
    return path.resolve().parent


@contextmanager
def running() -> Iterator[Server]:
    """The server, until the block ends."""
    where = programs()
    user = {"user": "nobody", "group": "nogroup"} if os.name == "posix" and os.geteuid() == 0 else {}
    folder = Path(tempfile.mkdtemp(prefix="nightreel-pg-"))
    try:
        secret = folder / "password"
        secret.write_text(PASSWORD, encoding="utf-8")
        if user:
            for path in (folder, secret):
                shutil.chown(path, **user)
        quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, "cwd": folder, **user}
        making = ("--auth=scram-sha-256", "--username=reader", f"--pwfile={secret}", "--encoding=UTF8", "--no-locale")
        subprocess.run([where / "initdb", *making, "--no-sync", "-D", folder / "data"], check=True, **quiet)
        port = _free_port()
        settings = (
            "fsync=off",
            "listen_addresses=127.0.0.1",
            f"unix_socket_directories={folder}",
            "max_connections=10",
        )
        flags = [part for setting in settings for part in ("-c", setting)]
        server = subprocess.Popen([where / "postgres", "-D", folder / "data", "-p", str(port), *flags], **quiet)
        try:
            ready = [where / "pg_isready", "-h", "127.0.0.1", "-p", str(port), "-t", str(_CONNECT_S)]
            while subprocess.run(ready, **quiet, check=False).returncode:
                assert server.poll() is None, "the server did not start"
            yield Server(port=port, programs=where, folder=folder)
        finally:
            server.send_signal(signal.SIGQUIT)  # immediate shutdown: nothing needs to be kept
            server.wait(timeout=_CONNECT_S)
    finally:
        shutil.rmtree(folder)


def _free_port() -> int:
    with socket.socket() as it:
        it.bind(("127.0.0.1", 0))
        port: int = it.getsockname()[1]
        return port
