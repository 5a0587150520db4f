"""Commands that find their modules loaded: a process that has imported them all forks once for each command.

To start Python and to import what a film needs takes longer than most of these commands do, and there are hundreds. A
fork is a process of its own, with an environment, a folder and streams of its own, and it ends as any Python does. Its
worker processes begin from nothing, as always. So do commands that are started to be watched or killed (`Running`,
`Quiet`), those that `before` prepares, and those whose environment has a say in how Python starts.
"""

from __future__ import annotations

import gc
import importlib
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from pathlib import Path

# What `nightreel make` has loaded when it is done.
LOADED = (
    "anyio._backends._asyncio",
    "pipeline.api",
    "pipeline.cli.display",
    "pipeline.cli.session",
    "pipeline.cli.work",
    "pipeline.narration.espeak",
    "pipeline.rendering.fonts",
)
# The one that runs, if there is one.
_address: list[str] = []


@contextmanager
def warm(repository: Path, env: Mapping[str, str]) -> Iterator[None]:
    """Such a process, until the block ends. Where nothing can be forked, there is none."""
    if not hasattr(os, "fork"):
        yield
        return
    with tempfile.TemporaryDirectory(prefix="warm") as folder:
        address = str(Path(folder) / "socket")
        command = [sys.executable, "-m", "tests.acceptance.warm", address]
        process = subprocess.Popen(command, cwd=repository, env=env, stdout=subprocess.PIPE)
        try:
            assert process.stdout is not None
            assert process.stdout.readline() == b"warm\n"
            _address.append(address)
            yield
        finally:
            _address.clear()
            process.kill()
            process.communicate()


def can_run(extra: Mapping[str, str]) -> bool:
    """Whether it can be asked to run a command with these variables: not if they are about how Python starts."""
    return bool(_address) and not any(name.startswith(("PYTHON", "LC_", "LANG")) for name in extra)


def run(arguments: Sequence[str], *, cwd: Path, env: Mapping[str, str], deadline_s: float) -> tuple[int, str, str]:
    """Exit code, stdout and stderr of `nightreel ARGUMENTS`, when nobody writes to them any more."""
    order = json.dumps({"arguments": arguments, "cwd": str(cwd.resolve()), "env": dict(env)})
    (out, into_out), (err, into_err) = os.pipe(), os.pipe()
    with socket.socket(socket.AF_UNIX) as asked, ThreadPoolExecutor(2) as readers:
        told = [readers.submit(_all_of, stream) for stream in (out, err)]
        try:
            asked.settimeout(deadline_s)
            asked.connect(_address[0])
            socket.send_fds(asked, [b"."], [into_out, into_err])
        finally:
            os.close(into_out)
            os.close(into_err)
        with asked.makefile("rw", encoding="utf-8") as talk:
            print(order, file=talk, flush=True)
            process_id = int(talk.readline())
            try:
                code = int(talk.readline())
                stdout, stderr = (stream.result(deadline_s) for stream in told)
            except TimeoutError:
                # And its worker processes: the streams may be waiting for one that it left behind.
                with suppress(ProcessLookupError):
                    os.killpg(process_id, signal.SIGKILL)
                raise
    return code, stdout, stderr


def _all_of(stream: int) -> str:
    with open(stream, encoding="utf-8") as file:
        return file.read()


def _serve(address: str) -> tuple[list[str], list[int]]:
    """Fork for each that asks. Comes back only in a process that is to be a command, with its arguments and streams."""
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody waits for the waiters
    with socket.socket(socket.AF_UNIX) as door:
        door.bind(address)
        door.listen()
        sys.stdout.write("warm\n")
        sys.stdout.flush()
        while True:
            asked, _ = door.accept()
            if os.fork():
                asked.close()
                continue
            door.close()
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            break
    # One process waits for the command and tells how it ended, as a shell would.
    _, streams, _, _ = socket.recv_fds(asked, 1, 2)
    talk = asked.makefile("rw", encoding="utf-8")
    order = json.loads(talk.readline())
    process_id = os.fork()
    if process_id:
        for stream in streams:
            os.close(stream)
        print(process_id, file=talk, flush=True)
        _, status = os.waitpid(process_id, 0)
        print(os.waitstatus_to_exitcode(status), file=talk, flush=True)
        os._exit(0)
    os.setsid()
    asked.close()
    talk.close()
    os.environ.clear()
    os.environ.update(order["env"])
    os.chdir(order["cwd"])
    return order["arguments"], list(streams)


def _become_command(arguments: list[str], streams: list[int]) -> None:
    """What `python -m pipeline ARGUMENTS` would be now."""
    nothing = os.open(os.devnull, os.O_RDONLY)
    for number, source in enumerate((nothing, *streams)):
        os.dup2(source, number)
        os.close(source)
    sys.stdin = open(0, encoding=sys.stdin.encoding, closefd=False)  # noqa: SIM115 - until it ends
    sys.stdout = open(1, "w", encoding=sys.stdout.encoding, errors=sys.stdout.errors, closefd=False)  # noqa: SIM115
    sys.stderr = open(2, "w", 1, encoding=sys.stderr.encoding, errors=sys.stderr.errors, closefd=False)  # noqa: SIM115
    sys.__stdin__, sys.__stdout__, sys.__stderr__ = sys.stdin, sys.stdout, sys.stderr
    sys.argv = [str(Path(entry.__file__)), *arguments]
    # Workers import the main module of their parent.
    sys.modules["__main__"] = entry


if __name__ == "__main__":
    import pipeline.__main__ as entry

    for _module in LOADED:
        importlib.import_module(_module)
    gc.freeze()  # no command looks through what was there before it
    _become_command(*_serve(sys.argv[1]))
    entry.main()
