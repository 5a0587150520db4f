"""A fork server for the acceptance tests: one process imports everything, then forks once per command.

Starting Python and importing everything takes longer than most of these commands, and there are hundreds. A fork is a
process with its own environment, working directory, streams and session, and exits as any Python program, except for
destroying its modules. Fonts are already open in it, and its workers are forked as usual on Linux. Commands start from
scratch if they run through another program, if their environment affects the start of Python, or on request.
"""

from __future__ import annotations

import atexit
import gc
import importlib
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import KW_ONLY, dataclass
from datetime import datetime
from pathlib import Path
from types import ModuleType
from typing import IO, Any, NoReturn

import psutil
from filelock import FileLock

# The modules that `nightreel make` has loaded when it ends, except drawing code, which `_load` imports; the stand-ins.
LOADED = (
    "anyio._backends._asyncio",
    "anyio._core._signals",
    "av.subtitles.stream",
    "edge_tts",
    "groq.resources.chat",
    "numpy.ma",
    "numpy.random",
    "pipeline.api",
    "pipeline.cli.display",
    "pipeline.cli.session",
    "pipeline.cli.execution",
    "pipeline.music.mix",
    "pipeline.narration.edge",
    "pipeline.narration.espeak",
    "pipeline.publishing.youtube",
    "pipeline.rendering.text.fonts",
    "pipeline.reporting.page",
    "pipeline.script.structured_output",
    "pysubs2",
    "rich._emoji_codes",
    "tests.standins.edge",
    "tests.standins.groq",
    "tests.standins.youtube.__main__",
)
# The folder of its socket: not the tests' temporary folder, since the server may outlive the tests that started it, and
# not a deep one, since socket paths are limited in length.
_PLACE = tempfile.gettempdir()
# The socket of the running server, if there is one.
_address: list[str] = []
# How often the server checks whether its owner is alive.
_LOOK_S = 10
# Longer than starting or stopping it takes.
_SETTLED_S = 120


@contextmanager
def warm(repository: Path, env: Mapping[str, str], *, place: Path, owner: int) -> Iterator[None]:
    """Run the fork server until the block ends. Does nothing on systems without `fork`.

    Processes of a test run that name the same file `place` share one server: the first starts it, the last stops it,
    and otherwise it exits by itself once the process `owner` is gone.
    """
    if not hasattr(os, "fork"):
        yield
        return
    with FileLock(place.with_suffix(".lock"), timeout=_SETTLED_S):
        told = json.loads(place.read_text(encoding="utf-8")) if place.exists() else _begin(repository, env, owner)
        place.write_text(json.dumps({**told, "users": told["users"] + 1}), encoding="utf-8")
    _address.append(told["address"])
    try:
        yield
    finally:
        _address.clear()
        with FileLock(place.with_suffix(".lock"), timeout=_SETTLED_S):
            told = json.loads(place.read_text(encoding="utf-8"))
            told["users"] -= 1
            place.write_text(json.dumps(told), encoding="utf-8")
            if not told["users"]:
                place.unlink()
                _end(psutil.Process(told["pid"]), Path(told["address"]).parent)


def _begin(repository: Path, env: Mapping[str, str], owner: int) -> dict[str, Any]:
    """Start the server and wait until it is ready; returns its address and process id, without users."""
    address = str(Path(tempfile.mkdtemp(prefix="warm", dir=_PLACE)) / "socket")
    command = [sys.executable, "-m", "tests.acceptance.warm", address, str(owner)]
    # As the command itself does, before it loads numpy.
    alone = {**env, "OPENBLAS_NUM_THREADS": "1"}
    with subprocess.Popen(command, cwd=repository, env=alone, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        ready, _, pid = process.stdout.readline().decode().partition(" ")
    assert ready == "warm"
    return {"address": address, "pid": int(pid), "users": 0}


def _end(process: psutil.Process, folder: Path) -> None:
    """Stop the server and delete its folder; fails when one of its forks is still running."""
    _, alive = psutil.wait_procs(process.children(recursive=True), timeout=10)
    process.kill()
    shutil.rmtree(folder)
    assert not alive, [each.cmdline() for each in alive]


def can_run(extra: Mapping[str, str]) -> bool:
    """Whether a fork can run a command with these variables: not if they affect how Python starts."""
    return bool(_address) and not any(name.startswith(("PYTHON", "LC_", "LANG")) for name in extra)


@dataclass
class Forked:
    """A forked process, with the interface of `subprocess.Popen`."""

    pid: int
    _: KW_ONLY
    stdout: IO[str]
    stderr: IO[str]
    # Delivers the exit code.
    told: socket.socket
    returncode: int | None = None

    def poll(self) -> int | None:
        """Return the exit code, or None while the process is running."""
        with suppress(BlockingIOError, TimeoutError):
            return self.wait(0)
        return None

    def wait(self, timeout: float | None = None) -> int:
        """Wait for the exit code. Raises `TimeoutError` or `BlockingIOError`."""
        if self.returncode is None:
            self.told.settimeout(timeout)
            self.returncode = _number(self.told)
            self.told.close()
        return self.returncode

    def communicate(self, timeout: float | None = None) -> tuple[str, str]:
        """Read stdout and stderr to their end.

        Raises `TimeoutError` after killing a process that takes too long, with its workers.
        """
        with ThreadPoolExecutor(2) as readers:
            said = [readers.submit(_all_of, stream) for stream in (self.stdout, self.stderr)]
            try:
                self.wait(timeout)
                stdout, stderr = (stream.result(timeout) for stream in said)
            except TimeoutError:
                # A leftover worker may keep the streams open.
                with suppress(ProcessLookupError):
                    os.killpg(self.pid, signal.SIGKILL)
                raise
        return stdout, stderr

    def send_signal(self, number: int) -> None:
        """Signal the process, but not its children."""
        with suppress(ProcessLookupError):
            os.kill(self.pid, number)

    def kill(self) -> None:
        """Kill the process, but not its children."""
        self.send_signal(signal.SIGKILL)


def start(
    module: str,
    arguments: Sequence[str],
    *,
    cwd: Path,
    env: Mapping[str, str],
    is_heard: bool = True,
    most_file_bytes: int | None = None,
) -> Forked:
    """Start the equivalent of `python -m MODULE ARGUMENTS` in a fork. Its stderr is discarded unless `is_heard`.

    `most_file_bytes` limits the size of files that it and its workers can write.
    """
    place = {"cwd": str(cwd.resolve()), "env": dict(env), "most_file_bytes": most_file_bytes}
    order = json.dumps({"module": module, "arguments": arguments, **place})
    (out, into_out), (err, into_err) = os.pipe(), os.pipe()
    if not is_heard:
        os.close(into_err)
        into_err = os.open(os.devnull, os.O_WRONLY)
    asked = socket.socket(socket.AF_UNIX)
    try:
        asked.connect(_address[0])
        socket.send_fds(asked, [b"."], [into_out, into_err])
        asked.sendall(f"{order}\n".encode())
        pid = _number(asked)
    finally:
        os.close(into_out)
        os.close(into_err)
    stdout, stderr = (os.fdopen(stream, encoding="utf-8") for stream in (out, err))
    return Forked(pid, stdout=stdout, stderr=stderr, told=asked)


def _number(asked: socket.socket) -> int:
    """Read the next line, an integer. Raises `EOFError` when the connection is closed."""
    line = b""
    while not line.endswith(b"\n"):
        line += (some := asked.recv(1))
        if not some:
            raise EOFError(f"the process that waits for the command has died, after {line!r}")
    return int(line)


def _all_of(stream: IO[str]) -> str:
    with stream:
        return stream.read()


def _serve(address: str, owner: int) -> tuple[str, list[str], list[int]]:
    """Fork for each request. Returns only in the fork, with the module, arguments and streams of the command."""
    # A daemon, because the process that started it may end before others that use it.
    if os.fork():
        os._exit(0)
    os.setsid()
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # the waiting processes are reaped automatically
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(address)
        listener.listen(64)
        sys.stdout.write(f"warm {os.getpid()}\n")
        sys.stdout.flush()
        nothing = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nothing, 1)
        os.close(nothing)
        listener.settimeout(_LOOK_S)
        while True:
            try:
                asked, _ = listener.accept()
            except TimeoutError:
                if not psutil.pid_exists(owner):
                    shutil.rmtree(Path(address).parent)
                    os._exit(0)
                continue
            asked.setblocking(True)
            if os.fork():
                asked.close()
                continue
            listener.close()
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            break
    # One process waits for the command and reports its exit code, as a shell would.
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
    # The defaults of a terminal: under `nohup`, or in the background of a script, child processes ignore these signals.
    signal.signal(signal.SIGHUP, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    asked.close()
    talk.close()
    os.environ.clear()
    os.environ.update(order["env"])
    tempfile.tempdir = None  # determined anew from these variables
    os.chdir(order["cwd"])
    if order["most_file_bytes"] is not None:
        import resource  # noqa: PLC0415 - not on Windows

        resource.setrlimit(resource.RLIMIT_FSIZE, (order["most_file_bytes"], resource.RLIM_INFINITY))
    return order["module"], order["arguments"], list(streams)


def _become(module: str, arguments: list[str], streams: list[int]) -> ModuleType:
    """Set up streams and `sys.argv` as for `python -m MODULE ARGUMENTS`, and return the module with `main`."""
    nothing = os.open(os.devnull, os.O_RDONLY)
    for number, source in enumerate((nothing, *streams)):
        os.dup2(source, number)
        os.close(source)
    sys.stdin = open(0, encoding=sys.stdin.encoding, closefd=False)  # noqa: SIM115 - until it ends
    sys.stdout = open(1, "w", encoding=sys.stdout.encoding, errors=sys.stdout.errors, closefd=False)  # noqa: SIM115
    sys.stderr = open(2, "w", 1, encoding=sys.stderr.encoding, errors=sys.stderr.errors, closefd=False)  # noqa: SIM115
    sys.__stdin__, sys.__stdout__, sys.__stderr__ = sys.stdin, sys.stdout, sys.stderr
    program = importlib.import_module(module)
    if hasattr(program, "__path__"):
        program = importlib.import_module(f"{module}.__main__")
    assert program.__file__ is not None
    sys.argv = [program.__file__, *arguments]
    # multiprocessing workers import the main module of their parent.
    sys.modules["__main__"] = program
    return program


def _load() -> None:
    """Import everything, and draw the first picture of a film, which opens its fonts."""
    for module in LOADED:
        importlib.import_module(module)
    from PIL import Image  # noqa: PLC0415

    from pipeline.model import Script, SpokenLine, TitleScene, VideoFormat  # noqa: PLC0415
    from pipeline.orchestrator.film.segments import preload_worker_modules  # noqa: PLC0415
    from pipeline.rendering import Look, draw_scene, find_overflowing_texts, font_digest  # noqa: PLC0415
    from pipeline.rendering.thumbnail.drawing import draw_thumbnail  # noqa: PLC0415
    from pipeline.template import load_template  # noqa: PLC0415

    Image.preinit()
    load_template("explainer", search=())
    preload_worker_modules()
    lines = (SpokenLine(text="Tea cools."),)
    scene = TitleScene(lines=lines, heading="Why tea cools")
    script = Script(title="Why tea cools", language="en", scenes=(scene,))
    for width_px, height_px in ((1920, 1080), (1280, 720), (426, 240)):
        look = Look(title="Why tea cools", format=VideoFormat(width_px=width_px, height_px=height_px))
        find_overflowing_texts(scene, look)
        list(draw_scene(scene, words=(), cues=(), frames=1, look=look))
        for number in (1, 2, 3):
            draw_thumbnail(script, look, number)
        font_digest(script, look)
    _read_once()
    # Keeps the commands' garbage collector from scanning these objects.
    gc.freeze()


def _read_once() -> None:
    """Fill caches that live as long as a process.

    Certificates, system fonts, validators and serialisers of jobs, the report template, English normalisation rules.
    """
    from pipeline.errors import DamagedError  # noqa: PLC0415
    from pipeline.model import Batch, Job  # noqa: PLC0415
    from pipeline.narration.spoken_text import normalise_text  # noqa: PLC0415
    from pipeline.rendering.text.coverage import font_coverage  # noqa: PLC0415
    from pipeline.reporting import page  # noqa: PLC0415
    from pipeline.state import timestamps  # noqa: PLC0415
    from pipeline.state.checkpoints import documents  # noqa: PLC0415
    from pipeline.tls import tls_context  # noqa: PLC0415

    tls_context()
    font_coverage()
    page.environment().get_template("report.html.jinja")
    normalise_text("1 km, $1, 2000-01-01", "en")
    for kind in (Batch, Job):
        with suppress(DamagedError):
            documents.from_json(b'{"schema": 1}', kind, Path(), where="")
        timestamps.fields_with(Path, kind)
        timestamps.fields_with(datetime, kind)


def _run(program: ModuleType) -> NoReturn:
    """Call its `main`, then exit as Python does, but without destroying modules.

    In a fork, that would copy every page first, and take longer than most commands.
    """
    code = 1
    try:
        program.main()
        code = 0
    except SystemExit as left:
        code = left.code if isinstance(left.code, int) else int(left.code is not None)
    except BaseException:  # noqa: BLE001 - printed as Python does
        sys.excepthook(*sys.exc_info())
    finally:
        threading._shutdown()  # type: ignore[attr-defined]
        atexit._run_exitfuncs()
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


if __name__ == "__main__":
    _load()
    _run(_become(*_serve(sys.argv[1], int(sys.argv[2]))))
