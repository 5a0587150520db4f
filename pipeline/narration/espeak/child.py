"""eSpeak NG in a child process that speaks one text and exits.

A process of its own, because the library (GPL) keeps global state, is not thread-safe, and speaks the same text
slightly differently the second time. Run as a script, without `site` and with little of the standard library (importing
re, json and typing takes longer than speaking). On Linux, a process that has loaded the library forks for each text:
`serve`.

    arguments   LIBRARY DATA voices
                LIBRARY DATA speak VOICE RATE_WPM PITCH VOLUME WORD_GAP; the text on stdin, in UTF-8
                LIBRARY DATA serve: fork for each task received over the socket on stdin (`_serve`)
                LIBRARY is a path, DATA its data folder (empty: the default), VOICE an identifier
    stdout      for "voices", a line with the version, then a line per voice: identifier, name, and its languages with
                their priorities, separated by tabs
                for "speak", a line with the number of events; a line per event: "word" or "end", character
                position, seconds; then a WAV file
    exit code   0; 3: the library is missing; 4: it returned an error. The last line of stderr says why.
"""

# ruff: noqa: ANN401  (ctypes objects have no types)

from __future__ import annotations

import ctypes
import os
import struct
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any

NO_LIBRARY = 3
REFUSED = 4
# What the fork server sends when it has loaded the library.
READY = b"ready"
# Ends the output of a forked process: its exit code, and how many bytes before this are its stderr.
TRAILER = struct.Struct("<iI")
# Maximum size of a task message, and of the end of stderr that is kept.
_TASK_BYTES = _STDERR_BYTES = 4096
# From prctl.h and signal.h.
_PR_SET_PDEATHSIG, _SIGKILL = 1, 9

# From speak_lib.h.
_SYNCHRONOUS = 2
_CHARS_UTF8 = 1
_RATE, _VOLUME, _PITCH, _WORD_GAP = 1, 2, 3, 7
_EVENT_LIST_END, _EVENT_WORD, _EVENT_END = 0, 1, 5


class _EventId(ctypes.Union):
    _fields_ = (("number", ctypes.c_int), ("name", ctypes.c_char_p), ("string", ctypes.c_char * 8))


class _Event(ctypes.Structure):
    _fields_ = (
        ("type", ctypes.c_int),
        ("unique_identifier", ctypes.c_uint),
        ("text_position", ctypes.c_int),  # in characters, from 1
        ("length", ctypes.c_int),
        ("audio_position", ctypes.c_int),  # in milliseconds
        ("sample", ctypes.c_int),
        ("user_data", ctypes.c_void_p),
        ("id", _EventId),
    )


class _Voice(ctypes.Structure):
    _fields_ = (
        ("name", ctypes.c_char_p),
        ("languages", ctypes.POINTER(ctypes.c_char)),
        ("identifier", ctypes.c_char_p),
        ("gender", ctypes.c_ubyte),
        ("age", ctypes.c_ubyte),
        ("variant", ctypes.c_ubyte),
        ("xx1", ctypes.c_ubyte),
        ("score", ctypes.c_int),
        ("spare", ctypes.c_void_p),
    )


_Callback = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.POINTER(ctypes.c_short), ctypes.c_int, ctypes.POINTER(_Event))


class _LibraryError(Exception):
    """The library returned an error."""


class _Worker:
    """A forked process: its pid, the socket of its task, and the pipe of its stderr, which is closed when it exits."""

    def __init__(self, pid: int, connection: int, pipe: int) -> None:
        self.pid, self.connection, self.pipe = pid, connection, pipe
        # The last bytes that came through the pipe.
        self.stderr = b""

    def end(self) -> None:
        """Wait for its exit and send the trailer, if the other end still listens."""
        _, status = os.waitpid(self.pid, 0)
        try:  # noqa: SIM105 - importing contextlib takes longer than speaking
            os.write(self.connection, self.stderr + TRAILER.pack(os.waitstatus_to_exitcode(status), len(self.stderr)))
        except OSError:
            pass
        os.close(self.connection)
        os.close(self.pipe)


def main() -> int:
    """Run the task given as arguments, or serve tasks, each in a forked process."""
    library_path, data_path, *task = sys.argv[1:]
    try:
        library, sample_rate_hz = _load(library_path, data_path)
    except OSError as error:
        sys.stderr.write(f"the eSpeak NG library can't be loaded: {error}\n")
        return NO_LIBRARY
    if task == ["serve"]:
        task = _serve()
    return _run_task(library, sample_rate_hz, *task)


def _run_task(library: Any, sample_rate_hz: int, task: str, *arguments: str) -> int:
    """Run one task with a freshly loaded library. Returns the exit code."""
    try:
        if task == "voices":
            _write([_version(library), *_voices(library)])
        else:
            voice, *parameters = arguments
            events, sound = _speak(library, sys.stdin.buffer.read(), voice, [int(value) for value in parameters])
            _write([str(len(events)), *events], _wav(sound, sample_rate_hz))
    except _LibraryError as error:
        sys.stderr.write(f"{error}\n")
        return REFUSED
    return 0


def _load(library_path: str, data_path: str) -> tuple[Any, int]:
    """The initialised library and its sample rate."""
    library = ctypes.CDLL(library_path)
    sample_rate_hz = library.espeak_Initialize(_SYNCHRONOUS, 0, data_path.encode() or None, 0)
    if sample_rate_hz <= 0:
        raise OSError("its data can't be found")
    return library, sample_rate_hz


def _serve() -> list[str]:
    """Fork for each task message. Returns the task in the forked process, which then runs it like a newly started one.

    A message is the words of a task, separated by NUL, with a socket that becomes stdin and stdout of the forked
    process; the server appends a `TRAILER` to its output. If the other end closes the socket early, the process is
    killed. When the client is gone, this process and all that it forked exit.
    """
    import select  # noqa: PLC0415  (for the server only)
    import signal  # noqa: PLC0415
    import socket  # noqa: PLC0415

    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        # Signals are for the command, which then closes its sockets.
        signal.signal(number, signal.SIG_IGN)
    messages, poll = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET, fileno=0), select.poll()
    poll.register(0, select.POLLIN)
    # By file descriptor: each worker twice, by its socket and by its pipe.
    workers: dict[int, _Worker] = {}
    messages.send(READY)
    while True:
        # One event at a time: handling it may close the descriptor of another.
        file, _ = poll.poll()[0]
        if file == 0:
            message, connections, _, _ = socket.recv_fds(messages, _TASK_BYTES, 1)
            if not message:
                os._exit(0)
            worker = _fork(connections[0], workers)
            if worker is None:
                messages.detach()
                return message.decode().split("\0")
            workers[worker.connection] = workers[worker.pipe] = worker
            # POLLHUP is always reported.
            poll.register(worker.connection, 0)
            poll.register(worker.pipe, select.POLLIN)
            continue
        worker = workers[file]
        if file == worker.connection:
            os.kill(worker.pid, signal.SIGKILL)
        elif chunk := os.read(file, _STDERR_BYTES):
            worker.stderr = (worker.stderr + chunk)[-_STDERR_BYTES:]
            continue
        for known in (worker.connection, worker.pipe):
            poll.unregister(known)
            del workers[known]
        worker.end()


def _fork(connection: int, others: Iterable[int]) -> _Worker | None:
    """Fork a process with this socket as stdin and stdout, closing the others' files; None in the forked process."""
    server = os.getpid()
    pipe, stderr = os.pipe()
    pid = os.fork()
    if pid:
        os.close(stderr)
        return _Worker(pid, connection, pipe)
    # The kernel kills it when the server dies.
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, _SIGKILL)
    if os.getppid() != server:
        os._exit(1)
    for number, file in enumerate((connection, connection, stderr)):
        os.dup2(file, number)
    for file in (connection, pipe, stderr, *others):
        os.close(file)
    return None


def _version(library: Any) -> str:
    library.espeak_Info.restype = ctypes.c_char_p
    version: bytes = library.espeak_Info(None)
    return version.decode()


def _voices(library: Any) -> list[str]:
    """An output line per voice."""
    library.espeak_ListVoices.restype = ctypes.POINTER(ctypes.POINTER(_Voice))
    listed = library.espeak_ListVoices(None)
    lines, index = [], 0
    while listed[index]:
        voice = listed[index].contents
        parts = [voice.identifier.decode(), voice.name.decode().strip()]
        for tag, priority in _languages(voice.languages):
            parts += [tag, str(priority)]
        lines.append("\t".join(parts))
        index += 1
    return lines


def _languages(packed: Any) -> list[tuple[str, int]]:
    """Unpack pairs of a priority byte and a NUL-terminated tag, up to a zero priority."""
    languages, position = [], 0
    while (priority := packed[position][0]) != 0:
        tag = b""
        while (character := packed[position + 1 + len(tag)]) != b"\0":
            tag += character
        languages.append((tag.decode(), priority))
        position += len(tag) + 2
    return languages


def _speak(library: Any, text: bytes, voice: str, parameters: list[int]) -> tuple[list[str], bytes]:
    """An output line per event (character positions from 0), and the audio (16 bit, mono)."""
    sound: list[bytes] = []
    events: list[str] = []

    def receive(samples: Any, count: int, reported: Any) -> int:
        if samples and count > 0:
            sound.append(ctypes.string_at(samples, count * 2))
        index = 0
        while reported[index].type != _EVENT_LIST_END:
            event = reported[index]
            if event.type in (_EVENT_WORD, _EVENT_END):
                kind = "word" if event.type == _EVENT_WORD else "end"
                events.append(f"{kind} {event.text_position - 1} {event.audio_position / 1000}")
            index += 1
        return 0

    callback = _Callback(receive)
    library.espeak_SetSynthCallback(callback)
    # The library rejects an unknown name but keeps the previous voice, so the result must be checked.
    _check(library.espeak_SetVoiceByName(voice.encode()), f"there is no voice {voice}")
    for parameter, value in zip((_RATE, _PITCH, _VOLUME, _WORD_GAP), parameters, strict=True):
        _check(library.espeak_SetParameter(parameter, value, 0), f"it refused parameter {parameter} = {value}")
    size = ctypes.c_size_t(len(text) + 1)
    _check(library.espeak_Synth(text, size, 0, 1, 0, _CHARS_UTF8, None, None), "it refused the text")
    _check(library.espeak_Synchronize(), "it did not finish")
    return events, b"".join(sound)


def _check(code: int, message: str) -> None:
    if code != 0:
        raise _LibraryError(f"{message} (code {code})")


def _wav(sound: bytes, sample_rate_hz: int) -> bytes:
    form = struct.pack("<4sIHHIIHH", b"fmt ", 16, 1, 1, sample_rate_hz, 2 * sample_rate_hz, 2, 16)
    data = struct.pack("<4sI", b"data", len(sound)) + sound
    return struct.pack("<4sI4s", b"RIFF", 4 + len(form) + len(data), b"WAVE") + form + data


def _write(lines: list[str], attachment: bytes = b"") -> None:
    sys.stdout.buffer.write("".join(f"{line}\n" for line in lines).encode() + attachment)
    sys.stdout.buffer.flush()


if __name__ == "__main__":
    # Skips Python's cleanup at exit, which takes as long as speaking.
    os._exit(main())
