"""Python runs this at the start of every process that has this folder on PYTHONPATH: it writes down who uses a network.

A line of JSON per process and per event goes to the file NETWORK_LOG. Children that were to start without it are
started with it.
"""

import json
import os
import socket
import subprocess
import sys

_EVENTS = ("socket.connect", "socket.bind", "socket.getaddrinfo", "socket.gethostbyname", "socket.sendto")
_EVENTS += ("socket.sendmsg", "socket.gethostbyaddr", "socket.getnameinfo")
# On Windows, asyncio wakes itself through a pair of these; there only their use counts.
_EVENTS += () if sys.platform == "win32" else ("socket.__new__",)
# Between processes, and between a process and its kernel.
_LOCAL = {int(getattr(socket, name)) for name in ("AF_UNIX", "AF_NETLINK") if hasattr(socket, name)}


def _write(**what: object) -> None:
    line = json.dumps({"pid": os.getpid(), **what}) + "\n"
    log = os.open(os.environ["NETWORK_LOG"], os.O_WRONLY | os.O_APPEND | os.O_CREAT)
    os.write(log, line.encode())
    os.close(log)


def _watch(event: str, arguments: tuple[object, ...]) -> None:
    if event not in _EVENTS:
        return
    family = arguments[1] if event == "socket.__new__" else getattr(arguments[0], "family", None)
    if family is None or int(family) not in _LOCAL:
        _write(event=event, of=str(arguments[1:]))


class _Watched(subprocess.Popen):
    """A child that sees this file: the options that would keep it from it are left out."""

    def __init__(self, args: object, *more: object, **options: object) -> None:
        if isinstance(args, list | tuple) and args and args[0] == sys.executable:
            args = [args[0], *("-P" if each == "-I" else each for each in args[1:] if each != "-S")]
        super().__init__(args, *more, **options)


if "NETWORK_LOG" in os.environ:
    subprocess.Popen = _Watched
    sys.addaudithook(_watch)
    _write(began=sys.orig_argv[1:])
    if hasattr(os, "register_at_fork"):
        os.register_at_fork(after_in_child=lambda: _write(began=["fork of", *sys.orig_argv[1:]]))
