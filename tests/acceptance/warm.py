"""Commands that find their modules loaded: a process that has imported them all forks once for each command.

To start Python and to import what a film needs takes longer than most of these commands do, and there are hundreds. A
fork is a process of its own, with an environment, a folder, streams and a session of its own, and it ends as any Python
does, but for taking apart what was loaded. Fonts, too, are open in it, and workers are forked as they are by any
command on Linux. From nothing begin those that go through another program, those whose environment has a say in how
Python starts, and those that ask for it.
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

# What `nightreel make` has loaded when it is done, but for what draws; and the stand-ins for services.
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
# Where its socket lies: not in the temporary folder of those tests that begin it, since it may outlive them, and not
# deep, since the path of a socket must be short.
_PLACE = tempfile.gettempdir()
# The one that runs, if there is one.
_address: list[str] = []
# How often it looks whether anybody may still ask.
_LOOK_S = 10
# Nobody takes so long to begin or to end it.
_SETTLED_S = 120


@contextmanager
def warm(repository: Path, env: Mapping[str, str], *, place: Path, owner: int) -> Iterator[None]:
    """Such a process, until the block ends. Where nothing can be forked, there is none.

    All processes of a run that name the same file `place` share one: the first begins it, the last ends it, and should
    nobody do so, it ends by itself when the process `owner` is gone.
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
    """Where it is, when it is ready; nobody uses it yet."""
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
    """It and its folder; fails when something that it has forked is left."""
    _, alive = psutil.wait_procs(process.children(recursive=True), timeout=10)
    process.kill()
    shutil.rmtree(folder)
    assert not alive, [each.cmdline() for each in alive]


def can_run(extra: Mapping[str, str]) -> bool:
    """Whether it can be asked to run a command with these variables: not if they are about how Python starts."""
    return bool(_address) and not any(name.startswith(("PYTHON", "LC_", "LANG")) for name in extra)


@dataclass
class Forked:
    """A process that was forked, as `subprocess.Popen` would have it."""

    pid: int
    _: KW_ONLY
    stdout: IO[str]
    stderr: IO[str]
    # Here it is told how it ended.
    told: socket.socket
    returncode: int | None = None

    def poll(self) -> int | None:
        """Its code, if it has ended."""
        with suppress(BlockingIOError, TimeoutError):
            return self.wait(0)
        return None

    def wait(self, timeout: float | None = None) -> int:
        """Its code, when it has ended. Raises `TimeoutError` or `BlockingIOError`."""
        if self.returncode is None:
            self.told.settimeout(timeout)
            self.returncode = _number(self.told)
            self.told.close()
        return self.returncode

    def communicate(self, timeout: float | None = None) -> tuple[str, str]:
        """Its stdout and stderr, when nobody writes to them any more.

        Raises `TimeoutError` for one that takes too long, when it is killed, with its workers.
        """
        with ThreadPoolExecutor(2) as readers:
            said = [readers.submit(_all_of, stream) for stream in (self.stdout, self.stderr)]
            try:
                self.wait(timeout)
                stdout, stderr = (stream.result(timeout) for stream in said)
            except TimeoutError:
                # The streams may be waiting for a worker that it left behind.
                with suppress(ProcessLookupError):
                    os.killpg(self.pid, signal.SIGKILL)
                raise
        return stdout, stderr

    def send_signal(self, number: int) -> None:
        """To the process alone."""
        with suppress(ProcessLookupError):
            os.kill(self.pid, number)

    def kill(self) -> None:
        """End it."""
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
    """Begin what `python -m MODULE ARGUMENTS` would be. Its stderr is lost unless it `is_heard`.

    With `most_file_bytes`, it and its workers can write no larger file.
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
    """The next line, a number. Raises `EOFError` when nobody is there any more to tell it."""
    line = b""
    while not line.endswith(b"\n"):
        line += (some := asked.recv(1))
        if not some:
            raise EOFError(f"whoever waits for the command has died, after {line!r}")
    return int(line)


def _all_of(stream: IO[str]) -> str:
    with stream:
        return stream.read()


def _serve(address: str, owner: int) -> tuple[str, list[str], list[int]]:
    """Fork for each that asks. Comes back only in one that is to be a program, with its name, arguments and streams."""
    # It is nobody's child: whoever has begun it may end before others that use it.
    if os.fork():
        os._exit(0)
    os.setsid()
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody waits for the waiters
    with socket.socket(socket.AF_UNIX) as door:
        door.bind(address)
        door.listen(64)
        sys.stdout.write(f"warm {os.getpid()}\n")
        sys.stdout.flush()
        nothing = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nothing, 1)
        os.close(nothing)
        door.settimeout(_LOOK_S)
        while True:
            try:
                asked, _ = door.accept()
            except TimeoutError:
                if not psutil.pid_exists(owner):
                    shutil.rmtree(Path(address).parent)
                    os._exit(0)
                continue
            asked.setblocking(True)
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
    # As a terminal begins it: where the tests run by `nohup`, or in a script by `&`, all that they start ignores these.
    signal.signal(signal.SIGHUP, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    asked.close()
    talk.close()
    os.environ.clear()
    os.environ.update(order["env"])
    tempfile.tempdir = None  # it is that of these variables now
    os.chdir(order["cwd"])
    if order["most_file_bytes"] is not None:
        import resource  # noqa: PLC0415 - not on Windows

        resource.setrlimit(resource.RLIMIT_FSIZE, (order["most_file_bytes"], resource.RLIM_INFINITY))
    return order["module"], order["arguments"], list(streams)


def _become(module: str, arguments: list[str], streams: list[int]) -> ModuleType:
    """What `python -m MODULE ARGUMENTS` would be now: the module whose `main` is to be called."""
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
    # Workers import the main module of their parent.
    sys.modules["__main__"] = program
    return program


def _load() -> None:
    """Import it all, and draw the first picture of a film: what it is drawn with is open then."""
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
    # No command looks through what was there before it.
    gc.freeze()


def _read_once() -> None:
    """What the first of its kind reads or makes for all that come after it.

    Certificates, fonts of the system, what checks and writes jobs, the page of a batch, and how English is said.
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
    """Its `main`, to the end of the process.

    All that Python does when it ends is done, but for taking apart what was loaded, object by object: in a fork, where
    that means to copy all of it first, it takes longer than most commands.
    """
    code = 1
    try:
        program.main()
        code = 0
    except SystemExit as left:
        code = left.code if isinstance(left.code, int) else int(left.code is not None)
    except BaseException:  # noqa: BLE001 - told as Python tells it
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
