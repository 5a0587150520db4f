"""eSpeak NG, in a process that speaks one text and ends.

A process, because the library (GPL) keeps global state, is not thread-safe, and says the same text a little differently
the second time. Run as a file, without `site`, and with little of the standard library (re, json and typing take longer
to load than speaking). Where a process may fork, one that has loaded the library forks for each text: `serve`.

    arguments   LIBRARY DATA voices
                LIBRARY DATA speak VOICE RATE_WPM PITCH VOLUME WORD_GAP; the text on stdin, in UTF-8
                LIBRARY DATA serve: a process for each order that comes over the socket on stdin (`_ordered_task`)
                LIBRARY is a path, DATA the folder of its data (empty: its own), VOICE an identifier
    stdout      for "voices", the version in a line, and a line for each voice: identifier, name, and its languages with
                their priority, all parted by tabs
                for "speak", the number of events in a line; a line for each: "word" or "end", the character, the
                second; and a WAV file
    exit        0; 3: the library is not there; 4: it refused. The last line of stderr says why.
"""

# ruff: noqa: ANN401  (what ctypes hands out has no types)

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
# What a host says on its socket when it has loaded the library.
READY = b"ready"
# What it writes behind an answer: the exit code of the process that gave it, and how many bytes before this are what
# that process said on stderr.
ENDING = struct.Struct("<iI")
# The longest order, and the most of stderr that is kept.
_ORDER_BYTES = _SAID_BYTES = 4096
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


class _RefusedError(Exception):
    """The library returned an error."""


class _AtWork:
    """A forked process: its number, the socket of its order, and the pipe of its stderr, which ends when it does."""

    def __init__(self, pid: int, line: int, pipe: int) -> None:
        self.pid, self.line, self.pipe = pid, line, pipe
        # The end of what came through the pipe.
        self.said = b""

    def end(self) -> None:
        """Wait for its end, and tell how that was, if anybody still listens."""
        _, status = os.waitpid(self.pid, 0)
        try:  # noqa: SIM105 - contextlib takes longer to load than a text to be spoken
            os.write(self.line, self.said + ENDING.pack(os.waitstatus_to_exitcode(status), len(self.said)))
        except OSError:
            pass
        os.close(self.line)
        os.close(self.pipe)


def main() -> int:
    """Do the one task of the arguments, or the ordered ones, each in a process of its own."""
    library_path, data_path, *task = sys.argv[1:]
    try:
        library, sample_rate_hz = _load(library_path, data_path)
    except OSError as error:
        sys.stderr.write(f"the eSpeak NG library can't be loaded: {error}\n")
        return NO_LIBRARY
    if task == ["serve"]:
        task = _ordered_task()
    return _do(library, sample_rate_hz, *task)


def _do(library: Any, sample_rate_hz: int, task: str, *how: str) -> int:
    """One task, with a library that has done none yet. Returns the exit code."""
    try:
        if task == "voices":
            _answer([_version(library), *_voices(library)])
        else:
            voice, *parameters = how
            events, sound = _speak(library, sys.stdin.buffer.read(), voice, [int(value) for value in parameters])
            _answer([str(len(events)), *events], _wav(sound, sample_rate_hz))
    except _RefusedError as error:
        sys.stderr.write(f"{error}\n")
        return REFUSED
    return 0


def _load(library_path: str, data_path: str) -> tuple[Any, int]:
    """The library, ready, and its sample rate."""
    library = ctypes.CDLL(library_path)
    sample_rate_hz = library.espeak_Initialize(_SYNCHRONOUS, 0, data_path.encode() or None, 0)
    if sample_rate_hz <= 0:
        raise OSError("its data can't be found")
    return library, sample_rate_hz


def _ordered_task() -> list[str]:
    """Fork for each order; return its task in the forked process, which goes on as one that was started for it.

    An order is the words of a task, parted by zeros, and a socket, which is the stdin and stdout of its process;
    `ENDING` comes last. When a socket is closed before, its process is killed. When nobody is there any more who could
    order, this process and all that it forked end.
    """
    import select  # noqa: PLC0415  (these three for a host only)
    import signal  # noqa: PLC0415
    import socket  # noqa: PLC0415

    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        # These are for the command, which then closes its sockets.
        signal.signal(number, signal.SIG_IGN)
    orders, poll = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET, fileno=0), select.poll()
    poll.register(0, select.POLLIN)
    # Each twice: by its socket and by its pipe.
    at_work: dict[int, _AtWork] = {}
    orders.send(READY)
    while True:
        # One at a time: what is done about one may close another.
        file, _ = poll.poll()[0]
        if file == 0:
            order, lines, _, _ = socket.recv_fds(orders, _ORDER_BYTES, 1)
            if not order:
                os._exit(0)
            work = _fork(lines[0], at_work)
            if work is None:
                orders.detach()
                return order.decode().split("\0")
            at_work[work.line] = at_work[work.pipe] = work
            # That the other end is closed is told unasked.
            poll.register(work.line, 0)
            poll.register(work.pipe, select.POLLIN)
            continue
        work = at_work[file]
        if file == work.line:
            os.kill(work.pid, signal.SIGKILL)
        elif some := os.read(file, _SAID_BYTES):
            work.said = (work.said + some)[-_SAID_BYTES:]
            continue
        for known in (work.line, work.pipe):
            poll.unregister(known)
            del at_work[known]
        work.end()


def _fork(line: int, others: Iterable[int]) -> _AtWork | None:
    """A process with this socket as stdin and stdout, without the files of others; None in the process itself."""
    host = os.getpid()
    pipe, stderr = os.pipe()
    pid = os.fork()
    if pid:
        os.close(stderr)
        return _AtWork(pid, line, pipe)
    # It is killed when the host ends, however that ends.
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, _SIGKILL)
    if os.getppid() != host:
        os._exit(1)
    for number, file in enumerate((line, line, stderr)):
        os.dup2(file, number)
    for file in (line, pipe, stderr, *others):
        os.close(file)
    return None


def _version(library: Any) -> str:
    library.espeak_Info.restype = ctypes.c_char_p
    version: bytes = library.espeak_Info(None)
    return version.decode()


def _voices(library: Any) -> list[str]:
    """A line for each voice."""
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
    """Unpack a priority byte and a zero-terminated tag, again and again, up to a zero priority."""
    languages, position = [], 0
    while (priority := packed[position][0]) != 0:
        tag = b""
        while (character := packed[position + 1 + len(tag)]) != b"\0":
            tag += character
        languages.append((tag.decode(), priority))
        position += len(tag) + 2
    return languages


def _speak(library: Any, text: bytes, voice: str, parameters: list[int]) -> tuple[list[str], bytes]:
    """A line for each event (characters count from 0), and the sound (16 bit, mono)."""
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
    # An unknown name is refused, and the voice before it stays: never go on without looking.
    _must(library.espeak_SetVoiceByName(voice.encode()), f"there is no voice {voice}")
    for parameter, value in zip((_RATE, _PITCH, _VOLUME, _WORD_GAP), parameters, strict=True):
        _must(library.espeak_SetParameter(parameter, value, 0), f"it refused parameter {parameter} = {value}")
    size = ctypes.c_size_t(len(text) + 1)
    _must(library.espeak_Synth(text, size, 0, 1, 0, _CHARS_UTF8, None, None), "it refused the text")
    _must(library.espeak_Synchronize(), "it did not finish")
    return events, b"".join(sound)


def _must(code: int, complaint: str) -> None:
    if code != 0:
        raise _RefusedError(f"{complaint} (code {code})")


def _wav(sound: bytes, sample_rate_hz: int) -> bytes:
    form = struct.pack("<4sIHHIIHH", b"fmt ", 16, 1, 1, sample_rate_hz, 2 * sample_rate_hz, 2, 16)
    data = struct.pack("<4sI", b"data", len(sound)) + sound
    return struct.pack("<4sI4s", b"RIFF", 4 + len(form) + len(data), b"WAVE") + form + data


def _answer(lines: list[str], attachment: bytes = b"") -> None:
    sys.stdout.buffer.write("".join(f"{line}\n" for line in lines).encode() + attachment)
    sys.stdout.buffer.flush()


if __name__ == "__main__":
    # Without the clearing up that Python does at its end: it takes as long as speaking.
    os._exit(main())
