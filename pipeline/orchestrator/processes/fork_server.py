"""The code of the fork server and its workers. `fork_pool.py` is the other end of their sockets."""

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
# Signals that end a command. (Windows has no SIGHUP, and no fork server.)
ENDING = tuple(getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name))
# Size of the length prefix of a worker's messages.
LENGTH_BYTES = 8
# Buffer size for one order.
_ORDER_BYTES = 64
# The default upper bound of file descriptors in Linux.
_MOST_FILES = 1 << 20


def serve(orders: int, load: Callable[[], None], mask: Iterable[int]) -> NoReturn:
    """Take orders over a socket (a file descriptor) until it is closed; then kill all workers and exit.

    `mask` are the signals that were blocked before the fork.
    """
    try:
        for number in ENDING:
            # The command handles these signals, and then ends its workers.
            signal.signal(number, signal.SIG_IGN)
        signal.pthread_sigmask(signal.SIG_SETMASK, mask)
        # Imported modules are never freed: garbage collection would only cost time.
        gc.disable()
        _close_files_but(orders)
        with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET, fileno=orders) as connection:
            _take_orders(connection, load)
    finally:
        # Skip the exit handlers, which belong to the command.
        os._exit(0)


def _take_orders(orders: socket.socket, load: Callable[[], None]) -> None:
    children: set[int] = set()
    has_loaded = False
    while True:
        order, files, _, _ = socket.recv_fds(orders, _ORDER_BYTES, 1)
        children -= _reap()
        if order in {LOAD, FORK} and not has_loaded:
            load()
            has_loaded = True
        if order == FORK:
            # Keep shared memory shared: workers' garbage collectors must not touch it either.
            gc.freeze()
            pid = os.fork()
            if not pid:
                orders.close()
                _work(socket.socket(socket.AF_UNIX, socket.SOCK_STREAM, fileno=files[0]))
            os.close(files[0])
            children.add(pid)
        elif not order:
            break
        elif order != LOAD and int(order) in children:
            os.kill(int(order), signal.SIGKILL)
    for pid in children:
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)


def _reap() -> set[int]:
    """The children that have died since. Only now can their process ids be reused."""
    pids = set()
    with contextlib.suppress(ChildProcessError):
        while pid := os.waitpid(-1, os.WNOHANG)[0]:
            pids.add(pid)
    return pids


def _work(requests: socket.socket) -> NoReturn:
    """The main loop of a worker: run tasks from a socket until it is closed."""
    gc.enable()
    try:
        with requests.makefile("rwb") as stream:
            _send(stream, os.getpid().to_bytes(4, "big"))
            while True:
                try:
                    work, arguments = pickle.load(stream)  # noqa: S301 - from the command
                except EOFError:
                    break
                _send(stream, _run(work, arguments))
    finally:
        os._exit(0)


def _run(work: Callable[..., object], arguments: tuple[object, ...]) -> bytes:
    """Run a task; return the pickled (True, result) or (False, exception)."""
    try:
        response = True, work(*arguments)
        return pickle.dumps(response, pickle.HIGHEST_PROTOCOL)
    except BaseException as error:  # noqa: BLE001 - raised again in the command
        return pickle.dumps((False, error), pickle.HIGHEST_PROTOCOL)


def _send(stream: BufferedRWPair, message: bytes) -> None:
    stream.write(len(message).to_bytes(LENGTH_BYTES, "big"))
    stream.write(message)
    stream.flush()


def _close_files_but(kept: int) -> None:
    """Close all inherited files but one, and connect standard input, output and error to the null device."""
    os.closerange(3, kept)
    os.closerange(kept + 1, _MOST_FILES)
    nothing = os.open(os.devnull, os.O_RDWR)
    os.dup2(nothing, 0)
    os.dup2(nothing, 1)
    sys.stdin = os.fdopen(nothing)
    sys.stdout, sys.stderr = os.fdopen(os.dup(nothing), "w"), os.fdopen(os.dup(nothing), "w")
