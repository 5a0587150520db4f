"""Cisco's OpenH264, a second decoder for every H.264 stream, independent of FFmpeg and stricter.

Debian: `libopenh264-7`. Its C interface (codec_api.h, codec_def.h, version 2.3) through ctypes.
"""

from __future__ import annotations

import ctypes
import os
from collections.abc import Iterable, Iterator
from ctypes.util import find_library
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

# Set in CI, where everything must be available; otherwise tests that need it are skipped.
REQUIRED = "PLAYERS_REQUIRED"

# Luma and the two chroma planes.
Pixels = tuple[NDArray[np.uint8], NDArray[np.uint8], NDArray[np.uint8]]

_AVC = 1
_NO_CONCEALMENT = 0
_TRACE_LEVEL, _TRACE_CALLBACK, _KEPT_BACK = 9, 10, 18
_LOG_WARNING = 2


class _Properties(ctypes.Structure):
    _fields_ = (("size", ctypes.c_uint), ("stream_type", ctypes.c_int))


class _Parameters(ctypes.Structure):
    _fields_ = (
        ("file_name", ctypes.c_char_p),
        ("cpu_load", ctypes.c_uint),
        ("target_layer", ctypes.c_ubyte),
        ("concealment", ctypes.c_int),
        ("parse_only", ctypes.c_bool),
        ("properties", _Properties),
    )


class _Picture(ctypes.Structure):
    _fields_ = (
        ("is_ready", ctypes.c_int),
        ("time_in", ctypes.c_ulonglong),
        ("time_out", ctypes.c_ulonglong),
        ("width", ctypes.c_int),
        ("height", ctypes.c_int),
        ("format", ctypes.c_int),
        ("strides", ctypes.c_int * 2),
        ("planes", ctypes.POINTER(ctypes.c_ubyte) * 3),
    )


_Planes = ctypes.POINTER(ctypes.c_ubyte) * 3
_Trace = ctypes.CFUNCTYPE(None, ctypes.c_void_p, ctypes.c_int, ctypes.c_char_p)
_INITIALIZE = 0, ctypes.CFUNCTYPE(ctypes.c_long, ctypes.c_void_p, ctypes.POINTER(_Parameters))
_UNINITIALIZE = 1, ctypes.CFUNCTYPE(ctypes.c_long, ctypes.c_void_p)
_DECODE = (
    4,
    ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_void_p, ctypes.c_char_p, ctypes.c_int, _Planes, ctypes.POINTER(_Picture)),
)
_FLUSH = 5, ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_void_p, _Planes, ctypes.POINTER(_Picture))
_SET_OPTION = 8, ctypes.CFUNCTYPE(ctypes.c_long, ctypes.c_void_p, ctypes.c_int, ctypes.c_void_p)
_GET_OPTION = 9, _SET_OPTION[1]


class StreamError(Exception):
    """The decoder reports an error in a stream."""


def decoded(units: Iterable[bytes], times: Iterable[int]) -> list[Pixels]:
    """The pictures of a stream in presentation order.

    `units` are packets, Annex B, parameter sets first; `times` are their presentation times. Any error and any warning
    is a `StreamError`.
    """
    return [pixels for _, pixels in sorted(pictures(units, times), key=lambda timed: timed[0])]


def pictures(units: Iterable[bytes], times: Iterable[int]) -> Iterator[tuple[int, Pixels]]:
    """The same one by one, as they are decoded, each with its time."""
    library = _library()
    handle = ctypes.c_void_p()
    assert library.WelsCreateDecoder(ctypes.byref(handle)) == 0
    try:
        yield from _Decoder(handle).pictures(units, times)
    finally:
        library.WelsDestroyDecoder(handle)


def require_decoder() -> None:
    """Skips the test if the library is missing, or fails it in CI."""
    if _path() is None:
        if os.environ.get(REQUIRED):
            pytest.fail("OpenH264 is missing. Debian: apt install libopenh264-7")
        pytest.skip("needs OpenH264 (Debian: libopenh264-7)")


class _Decoder:
    def __init__(self, handle: ctypes.c_void_p) -> None:
        self._handle = handle
        self._methods = ctypes.cast(handle, ctypes.POINTER(ctypes.POINTER(ctypes.c_void_p)))[0]
        self._complaints: list[str] = []
        self._trace = _Trace(lambda _context, _level, text: self._complaints.append(text.decode(errors="replace")))
        self._set(_TRACE_LEVEL, ctypes.c_int(_LOG_WARNING))
        self._set(_TRACE_CALLBACK, self._trace)

    def pictures(self, units: Iterable[bytes], times: Iterable[int]) -> Iterator[tuple[int, Pixels]]:
        parameters = _Parameters(target_layer=255, concealment=_NO_CONCEALMENT)
        parameters.properties.size, parameters.properties.stream_type = ctypes.sizeof(_Properties), _AVC
        assert self._call(_INITIALIZE, ctypes.byref(parameters)) == 0
        try:
            for unit, time in zip(units, times, strict=True):
                # It decodes a picture when the next one starts, or when it is flushed.
                yield from self._given(time, _DECODE, unit, len(unit))
                yield from self._given(time, _DECODE, None, 0)
                # Pictures that it holds back for reordering may be overwritten by the next one (its issue 3079).
                while self._kept_back():
                    yield from self._given(time, _FLUSH)
        finally:
            self._call(_UNINITIALIZE)

    def _given(self, time: int, method: tuple[int, type], *arguments: object) -> Iterator[tuple[int, Pixels]]:
        planes, picture = _Planes(), _Picture(time_in=time)
        state = self._call(method, *arguments, planes, ctypes.byref(picture))
        if state or self._complaints:
            raise StreamError(f"the picture at {time}: state {state:#x}, {self._complaints}")
        if picture.is_ready == 1:
            yield picture.time_out, tuple(_plane(picture, planes[number], number) for number in range(3))

    def _kept_back(self) -> int:
        count = ctypes.c_int()
        self._call(_GET_OPTION, _KEPT_BACK, ctypes.byref(count))
        return count.value

    def _set(self, option: int, value: object) -> None:
        self._call(_SET_OPTION, option, ctypes.cast(ctypes.byref(value), ctypes.c_void_p))

    def _call(self, method: tuple[int, type], *arguments: object) -> int:
        place, kind = method
        return kind(self._methods[place])(self._handle, *arguments)


def _plane(picture: _Picture, data: object, number: int) -> NDArray[np.uint8]:
    scale, stride = (2, picture.strides[1]) if number else (1, picture.strides[0])
    rows = np.ctypeslib.as_array(data, (picture.height // scale, stride))
    return rows[:, : picture.width // scale].copy()


@cache
def _path() -> str | None:
    return find_library("openh264") or next(map(str, Path("/usr/lib").glob("*/libopenh264.so.*")), None)


@cache
def _library() -> ctypes.CDLL:
    path = _path()
    assert path, "ask for it first"
    library = ctypes.CDLL(path)
    library.WelsCreateDecoder.restype = ctypes.c_long
    library.WelsDestroyDecoder.restype = None
    return library
