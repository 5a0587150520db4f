"""What the nursery does, and the workers that it forks: see `fork_pool.py`, which speaks to both."""

from __future__ import annotations

import contextlib
import gc
import os
import pickle
import signal
import socket
import sys
from collections.abc import Callable, Iterable
from io import BufferedRWPair
from typing import NoReturn

FORK, LOAD = b"fork", b"load"
# What ends a command; Windows has no SIGHUP, and no nursery.
ENDING = tuple(getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name))
# Of the bytes before a message of a worker that tell its length.
LENGTH_BYTES = 8
# An order and one file come in so many bytes.
_ORDER_BYTES = 64
# Linux gives no file a higher number, unless it is told to.
_MOST_FILES = 1 << 20


def serve(orders: int, load: Callable[[], None], mask: Iterable[int]) -> NoReturn:
    """Do as told over the socket of this number, until nobody is there to tell; then end, and all workers with it.

    `mask` are the signals that were blocked before the fork.
    """
    try:
        for number in ENDING:
            # These are for the command, which then ends its workers.
            signal.signal(number, signal.SIG_IGN)
        signal.pthread_sigmask(signal.SIG_SETMASK, mask)
        # What it loads stays, and nobody looks through it for what could be freed.
        gc.disable()
        _close_files_but(orders)
        with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET, fileno=orders) as told:
            _obey(told, load)
    finally:
        # Nothing that the command does at its end is done again here.
        os._exit(0)


def _obey(told: socket.socket, load: Callable[[], None]) -> None:
    children: set[int] = set()
    has_loaded = False
    while True:
        order, files, _, _ = socket.recv_fds(told, _ORDER_BYTES, 1)
        children -= _ended()
        if order in {LOAD, FORK} and not has_loaded:
            load()
            has_loaded = True
        if order == FORK:
            # Memory that is shared stays so: workers do not look through it either.
            gc.freeze()
            pid = os.fork()
            if not pid:
                told.close()
                _serve(socket.socket(socket.AF_UNIX, socket.SOCK_STREAM, fileno=files[0]))
            os.close(files[0])
            children.add(pid)
        elif not order:
            break
        elif order != LOAD and int(order) in children:
            os.kill(int(order), signal.SIGKILL)
    for pid in children:
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)


def _ended() -> set[int]:
    """The children that have died since. Only now their numbers may become others'."""
    pids = set()
    with contextlib.suppress(ChildProcessError):
        while pid := os.waitpid(-1, os.WNOHANG)[0]:
            pids.add(pid)
    return pids


def _serve(asked: socket.socket) -> NoReturn:
    """Do the work that is asked for over a socket, until nobody is there to ask."""
    gc.enable()
    try:
        with asked.makefile("rwb") as stream:
            _send(stream, os.getpid().to_bytes(4, "big"))
            while True:
                try:
                    work, arguments = pickle.load(stream)  # noqa: S301 - from the command
                except EOFError:
                    break
                _send(stream, _answer(work, arguments))
    finally:
        os._exit(0)


def _answer(work: Callable[..., object], arguments: tuple[object, ...]) -> bytes:
    """Whether the work went well, and what it gave or raised."""
    try:
        answer = True, work(*arguments)
        return pickle.dumps(answer, pickle.HIGHEST_PROTOCOL)
    except BaseException as error:  # noqa: BLE001 - it is raised where the work was asked for
        return pickle.dumps((False, error), pickle.HIGHEST_PROTOCOL)


def _send(stream: BufferedRWPair, message: bytes) -> None:
    stream.write(len(message).to_bytes(LENGTH_BYTES, "big"))
    stream.write(message)
    stream.flush()


def _close_files_but(kept: int) -> None:
    """What workers print is lost, and there is nothing for them to read; all else that is open is the command's."""
    os.closerange(3, kept)
    os.closerange(kept + 1, _MOST_FILES)
    nothing = os.open(os.devnull, os.O_RDWR)
    os.dup2(nothing, 0)
    os.dup2(nothing, 1)
    sys.stdin = os.fdopen(nothing)
    sys.stdout, sys.stderr = os.fdopen(os.dup(nothing), "w"), os.fdopen(os.dup(nothing), "w")
