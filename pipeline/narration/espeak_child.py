"""eSpeak NG, in a process of its own that speaks one text and ends.

A fresh process, because the library (GPL) keeps global state, is not thread-safe, and says the same text a little
differently the second time. Run as a file, with the standard library and `espeakng_loader` only, so that it starts
in a few hundredths of a second:

    stdin   {"task": "voices"}  or  {"task": "speak", "voice": identifier, "text": …, "rate_wpm": …,
            "pitch": 0 to 99, "volume": 0 to 200, "word_gap": …}
    stdout  one line of JSON; after it, for "speak", a WAV file
    exit    0; 3: the library is not there; 4: it refused. The last line of stderr says why.
"""

# ruff: noqa: ANN401  (what ctypes hands out has no types)

from __future__ import annotations

import ctypes
import ctypes.util
import io
import json
import sys
import wave
from typing import Any

NO_LIBRARY = 3
REFUSED = 4

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


def main() -> int:
    """Do the one task on stdin."""
    request = json.loads(sys.stdin.buffer.read())
    try:
        library, sample_rate_hz = _load()
    except OSError as error:
        sys.stderr.write(f"the eSpeak NG library can't be loaded: {error}\n")
        return NO_LIBRARY
    try:
        if request["task"] == "voices":
            _answer({"version": _version(library), "voices": _voices(library)})
        else:
            events, sound = _speak(library, request)
            _answer(events, _wav(sound, sample_rate_hz))
    except _RefusedError as error:
        sys.stderr.write(f"{error}\n")
        return REFUSED
    return 0


def _load() -> tuple[Any, int]:
    """The library, ready, and its sample rate: the wheel's if it is installed, else the system's."""
    data: bytes | None
    try:
        import espeakng_loader  # noqa: PLC0415

        path, data = espeakng_loader.get_library_path(), espeakng_loader.get_data_path().encode()
    except (ImportError, RuntimeError):
        path, data = ctypes.util.find_library("espeak-ng"), None
        if path is None:
            raise OSError("not installed") from None
    library = ctypes.CDLL(path)
    sample_rate_hz = library.espeak_Initialize(_SYNCHRONOUS, 0, data, 0)
    if sample_rate_hz <= 0:
        raise OSError("its data can't be found")
    return library, sample_rate_hz


def _version(library: Any) -> str:
    library.espeak_Info.restype = ctypes.c_char_p
    version: bytes = library.espeak_Info(None)
    return version.decode()


def _voices(library: Any) -> list[dict[str, Any]]:
    """All voices: identifier, name, and languages with their priority (lower is better)."""
    library.espeak_ListVoices.restype = ctypes.POINTER(ctypes.POINTER(_Voice))
    listed = library.espeak_ListVoices(None)
    voices, index = [], 0
    while listed[index]:
        voice = listed[index].contents
        voices.append(
            {
                "identifier": voice.identifier.decode(),
                "name": voice.name.decode().strip(),
                "languages": _languages(voice.languages),
            }
        )
        index += 1
    return voices


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


def _speak(library: Any, request: dict[str, Any]) -> tuple[list[tuple[str, int, float]], bytes]:
    """The events ("word" or "end", character position from 0, seconds) and the sound (16 bit, mono)."""
    sound: list[bytes] = []
    events: list[tuple[str, int, float]] = []

    def receive(samples: Any, count: int, reported: Any) -> int:
        if samples and count > 0:
            sound.append(ctypes.string_at(samples, count * 2))
        index = 0
        while reported[index].type != _EVENT_LIST_END:
            event = reported[index]
            if event.type in (_EVENT_WORD, _EVENT_END):
                kind = "word" if event.type == _EVENT_WORD else "end"
                events.append((kind, event.text_position - 1, event.audio_position / 1000))
            index += 1
        return 0

    callback = _Callback(receive)
    library.espeak_SetSynthCallback(callback)
    # An unknown name is refused, and the voice before it stays: never go on without looking.
    _must(library.espeak_SetVoiceByName(request["voice"].encode()), f"there is no voice {request['voice']}")
    for parameter, name in ((_RATE, "rate_wpm"), (_PITCH, "pitch"), (_VOLUME, "volume"), (_WORD_GAP, "word_gap")):
        _must(library.espeak_SetParameter(parameter, request[name], 0), f"it refused the {name}")
    text = request["text"].encode()
    size = ctypes.c_size_t(len(text) + 1)
    _must(library.espeak_Synth(text, size, 0, 1, 0, _CHARS_UTF8, None, None), "it refused the text")
    _must(library.espeak_Synchronize(), "it did not finish")
    return events, b"".join(sound)


def _must(code: int, complaint: str) -> None:
    if code != 0:
        raise _RefusedError(f"{complaint} (code {code})")


def _wav(sound: bytes, sample_rate_hz: int) -> bytes:
    file = io.BytesIO()
    with wave.open(file, "wb") as wav:
        wav.setnchannels(1)
        wav.setsampwidth(2)
        wav.setframerate(sample_rate_hz)
        wav.writeframes(sound)
    return file.getvalue()


def _answer(what: object, attachment: bytes = b"") -> None:
    sys.stdout.buffer.write(json.dumps(what).encode() + b"\n" + attachment)
    sys.stdout.buffer.flush()


if __name__ == "__main__":
    sys.exit(main())
