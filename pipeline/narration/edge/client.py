"""A client of the Edge service: a speech request, a handshake, the list of voices."""

from __future__ import annotations

import json
import ssl
from collections.abc import Awaitable, Callable, Iterator
from contextlib import aclosing, contextmanager
from contextvars import ContextVar
from typing import Any, TypeVar

import aiohttp
import anyio

from pipeline.errors import TransientError
from pipeline.language.text import clean_text
from pipeline.model import Prosody, Word
from pipeline.narration.edge.errors import LATER, ServiceBusyError, refusal_of, translated_errors
from pipeline.narration.narrator import Voice
from pipeline.tls import tls_context

T = TypeVar("T")

_TICKS_PER_S = 10_000_000
_MAX_TICKS = 86_400 * _TICKS_PER_S
# Limits of one answer. A request has at most 4 kB of text: this many bytes are three quarters of an hour of audio, this
# many characters of events many times the text.
_MAX_BYTES = 16_000_000
_MAX_CHARS = 40_000
# The real list has some 300 kB.
_MAX_LIST_BYTES = 4_000_000
_SPEAKING_PATH, _VOICES_PATH = "/edge/v1", "/voices/list"

# The service takes pitch changes in hertz; what a percent is depends on the voice. The defaults are women's, around
# 200 Hz.
_BASE_PITCH_HZ = 200

# A handshake sends no requests that its id would have to identify.
_CONNECTION_ID = "0" * 32

# The client of the running task; None: edge-tts is used by other code.
_current: ContextVar[EdgeClient | None] = ContextVar("edge_service", default=None)


class _TaskUrl(str):
    """Replaces the constant `edge_tts.communicate.WSS_URL`, which edge-tts formats for each request.

    edge-tts has no parameter for the URL. Overwriting its constant would redirect every other client in the process;
    this value is set once and formats as the URL of the running task's client, if it has one, else as the original.
    """

    __slots__ = ()

    def __format__(self, spec: str) -> str:
        service = _current.get()
        return format(service.url if service else str(self), spec)


class _TaskSkew(float):
    """Replaces `edge_tts.drm.DRM.clock_skew_seconds`: how far this machine's clock is behind the service's.

    edge-tts adds it to the time, and adjusts it when a service reports another time, for the whole process. The clock
    of one service says nothing about another's, so each client keeps its own skew.
    """

    __slots__ = ()

    def __radd__(self, time_s: float) -> float:
        service = _current.get()
        return time_s + (service.skew_s if service else float(self))

    def __add__(self, more_s: float) -> _TaskSkew:
        service = _current.get()
        if service is None:
            return _TaskSkew(float(self) + more_s)
        service.skew_s += more_s
        return self


class EdgeClient:
    """Client of the service at `url` (None: the real one). All methods have a timeout and raise `ProviderError`s."""

    def __init__(self, url: str | None) -> None:
        from edge_tts import communicate  # noqa: PLC0415  (loaded on first use)
        from edge_tts.drm import DRM  # noqa: PLC0415

        module: Any = communicate
        # edge-tts has no parameter for this either. Other users of edge-tts in the process lose no trust by it.
        module._SSL_CTX = self._tls = tls_context()  # noqa: SLF001
        if not isinstance(module.WSS_URL, _TaskUrl):
            module.WSS_URL = _TaskUrl(module.WSS_URL)
        if not isinstance(DRM.clock_skew_seconds, _TaskSkew):
            DRM.clock_skew_seconds = _TaskSkew(DRM.clock_skew_seconds)
        self.skew_s = 0.0
        real = str(module.WSS_URL)
        # edge-tts appends "&…": a URL without a query gets the query of the real one.
        self.url = real if url is None else url if "?" in url else f"{url}?{real.partition('?')[2]}"

    async def speak(self, text: str, voice: str, prosody: Prosody, timeout_s: float) -> tuple[bytes, tuple[Word, ...]]:
        """The audio (MP3) and the word events of a text that fits one request."""
        from edge_tts import Communicate  # noqa: PLC0415

        audio = bytearray()
        events: list[Word] = []
        # edge-tts itself has no timeout once the socket is open.
        with self._in_use(timeout_s), anyio.fail_after(timeout_s):
            # In the service's notation: a sign, an integer, a unit.
            request = Communicate(
                text,
                voice,
                boundary="WordBoundary",
                rate=f"{prosody.rate_percent:+d}%",
                volume=f"{prosody.volume_percent:+d}%",
                pitch=f"{round(_BASE_PITCH_HZ * prosody.pitch_percent / 100):+d}Hz",
            )
            async with aclosing(request.stream()) as stream:
                bytes_left, chars_left = _MAX_BYTES, _MAX_CHARS
                async for chunk in stream:
                    if chunk["type"] == "audio":
                        bytes_left -= len(chunk["data"])
                        audio += chunk["data"]
                    else:
                        # An event without a text counts too.
                        chars_left -= len(chunk["text"]) + 1
                    if chunk["type"] == "WordBoundary":  # others mark sentences
                        events.append(_event(chunk["text"], chunk["offset"], chunk["duration"]))
                    if bytes_left < 0 or chars_left < 0:
                        raise TransientError("edge sent more than the text can take", hint=LATER)
        return bytes(audio), tuple(events)

    async def handshake(self, timeout_s: float) -> None:
        """Open a WebSocket and close it. Raises `ServiceBusyError` if the service is up but busy or failing."""
        with self._in_use(timeout_s), anyio.fail_after(timeout_s):
            try:
                await _with_clock_correction(self._open)
            except aiohttp.WSServerHandshakeError as error:
                refusal = refusal_of(error)
                if not isinstance(refusal, TransientError) or error.status < 429:
                    raise
                raise ServiceBusyError(refusal.message, retry_after_s=refusal.retry_after_s) from error

    async def voices(self, timeout_s: float) -> tuple[Voice, ...]:
        """All voices; empty if this URL has no endpoint for them."""
        base, found, query = self.url.partition(f"{_SPEAKING_PATH}?")
        if not found:
            return ()
        url = f"http{base.removeprefix('ws')}{_VOICES_PATH}?{query.replace('TrustedClientToken', 'trustedclienttoken')}"
        with self._in_use(timeout_s), anyio.fail_after(timeout_s):
            return await _with_clock_correction(lambda: _list_voices(url, self._tls))

    async def _open(self) -> None:
        from edge_tts.constants import WSS_HEADERS  # noqa: PLC0415
        from edge_tts.drm import DRM  # noqa: PLC0415

        url = f"{self.url}&ConnectionId={_CONNECTION_ID}&{_credentials()}"
        async with (
            aiohttp.ClientSession(trust_env=True) as session,
            session.ws_connect(url, compress=15, headers=DRM.headers_with_muid(WSS_HEADERS), ssl=self._tls),
        ):
            pass

    @contextmanager
    def _in_use(self, timeout_s: float) -> Iterator[None]:
        """Make this the current client of the task for the block, and translate its errors."""
        token = _current.set(self)
        try:
            with translated_errors(timeout_s):
                yield
        finally:
            _current.reset(token)


async def _list_voices(url: str, tls: ssl.SSLContext) -> tuple[Voice, ...]:
    from edge_tts.constants import VOICE_HEADERS  # noqa: PLC0415
    from edge_tts.drm import DRM  # noqa: PLC0415

    async with (
        aiohttp.ClientSession(trust_env=True, raise_for_status=True) as session,
        # The list of another host would not be this service's.
        session.get(
            f"{url}&{_credentials()}",
            headers=DRM.headers_with_muid(VOICE_HEADERS),
            ssl=tls,
            allow_redirects=False,
        ) as response,
    ):
        return tuple(
            Voice(
                name=clean_text(str(voice["ShortName"])),
                language=clean_text(str(voice["Locale"])),
                gender=clean_text(str(voice.get("Gender", ""))).lower(),
                title=clean_text(str(voice.get("FriendlyName", ""))),
            )
            for voice in json.loads(await _body(response))
        )


async def _body(response: aiohttp.ClientResponse) -> bytes:
    """The whole body. Raises `ValueError` above `_MAX_LIST_BYTES`."""
    body = bytearray()
    async for chunk in response.content.iter_any():
        body += chunk
        if len(body) > _MAX_LIST_BYTES:
            raise ValueError("endless list")
    return bytes(body)


def _credentials() -> str:
    """Query parameters that the service requires: a token derived from the time."""
    from edge_tts.constants import SEC_MS_GEC_VERSION  # noqa: PLC0415
    from edge_tts.drm import DRM  # noqa: PLC0415

    return f"Sec-MS-GEC={DRM.generate_sec_ms_gec()}&Sec-MS-GEC-Version={SEC_MS_GEC_VERSION}"


async def _with_clock_correction(call: Callable[[], Awaitable[T]]) -> T:
    """`call`, retried once after a 403: the token may be wrong because of clock skew, which the answer shows."""
    from edge_tts.drm import DRM  # noqa: PLC0415

    try:
        return await call()
    except aiohttp.ClientResponseError as error:
        if error.status != 403:
            raise
        DRM.handle_client_response_error(error)
    return await call()


def _event(text: str, offset: float, duration: float) -> Word:
    # Python's JSON parser accepts NaN and numbers of any length.
    if not (-_MAX_TICKS < offset < _MAX_TICKS and -_MAX_TICKS < duration < _MAX_TICKS):
        raise ValueError("implausible time of a word")
    return Word(text=text, start_s=offset / _TICKS_PER_S, end_s=(offset + max(0, duration)) / _TICKS_PER_S)
