"""Talking to the Edge service: one request, one handshake, the list of voices."""

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
_MOST_TICKS = 86_400 * _TICKS_PER_S
# A request has at most 4 kB of text. Of its sound this is three quarters of an hour; of the texts of its events, many
# times all of it.
_MOST_BYTES = 16_000_000
_MOST_CHARS = 40_000
# The real list has some 300 kB.
_LONGEST_LIST_BYTES = 4_000_000
_SPEAKING_PATH, _VOICES_PATH = "/edge/v1", "/voices/list"

# The service takes a change of pitch in Hertz; what a percent is depends on the voice. Ours are women's, around 200 Hz.
_USUAL_PITCH_HZ = 200

# A handshake asks for nothing that its id would have to tell from something else.
_CONNECTION_ID = "0" * 32

# Whom the running task talks to; None: edge-tts is used by somebody else.
_service: ContextVar[EdgeClient | None] = ContextVar("edge_service", default=None)


class _AddressOfTask(str):
    """Takes the place of the constant `edge_tts.communicate.WSS_URL`, which edge-tts formats at each request.

    edge-tts has no parameter for the address. Setting its constant to ours would send every other narrator of the
    process there too; this value is set once, and reads as what the running task has asked for, else as it always did.
    """

    __slots__ = ()

    def __format__(self, spec: str) -> str:
        service = _service.get()
        return format(service.url if service else str(self), spec)


class _SkewOfTask(float):
    """Takes the place of `edge_tts.drm.DRM.clock_skew_seconds`: how far this machine's clock is behind the service's.

    edge-tts adds it to the time, and adds to it when a service shows another time: for the whole process. The time
    that one service shows is nothing for another to go by; so each keeps its own.
    """

    __slots__ = ()

    def __radd__(self, time_s: float) -> float:
        service = _service.get()
        return time_s + (service.skew_s if service else float(self))

    def __add__(self, more_s: float) -> _SkewOfTask:
        service = _service.get()
        if service is None:
            return _SkewOfTask(float(self) + more_s)
        service.skew_s += more_s
        return self


class EdgeClient:
    """The service at `url` (None: the real one). Every method ends in time, and fails with a `ProviderError`."""

    def __init__(self, url: str | None) -> None:
        from edge_tts import communicate  # noqa: PLC0415  (only who speaks with Edge pays for loading it)
        from edge_tts.drm import DRM  # noqa: PLC0415

        module: Any = communicate
        # edge-tts has no parameter for it, either. Whoever else uses edge-tts in this process loses no trust by it.
        module._SSL_CTX = self._tls = tls_context()  # noqa: SLF001
        if not isinstance(module.WSS_URL, _AddressOfTask):
            module.WSS_URL = _AddressOfTask(module.WSS_URL)
        if not isinstance(DRM.clock_skew_seconds, _SkewOfTask):
            DRM.clock_skew_seconds = _SkewOfTask(DRM.clock_skew_seconds)
        self.skew_s = 0.0
        real = str(module.WSS_URL)
        # edge-tts appends "&…": an address without a query gets the query of the real one.
        self.url = real if url is None else url if "?" in url else f"{url}?{real.partition('?')[2]}"

    async def speak(self, text: str, voice: str, prosody: Prosody, timeout_s: float) -> tuple[bytes, tuple[Word, ...]]:
        """The sound (MP3) and the word events of a text that fits one request."""
        from edge_tts import Communicate  # noqa: PLC0415

        audio = bytearray()
        events: list[Word] = []
        # Once the socket is open edge-tts waits for ever.
        with self._talking(timeout_s), anyio.fail_after(timeout_s):
            # Their notation: a sign, whole numbers, a unit.
            request = Communicate(
                text,
                voice,
                boundary="WordBoundary",
                rate=f"{prosody.rate_percent:+d}%",
                volume=f"{prosody.volume_percent:+d}%",
                pitch=f"{round(_USUAL_PITCH_HZ * prosody.pitch_percent / 100):+d}Hz",
            )
            async with aclosing(request.stream()) as stream:
                left_bytes, left_chars = _MOST_BYTES, _MOST_CHARS
                async for chunk in stream:
                    if chunk["type"] == "audio":
                        left_bytes -= len(chunk["data"])
                        audio += chunk["data"]
                    else:
                        # An event without a text is one more, too.
                        left_chars -= len(chunk["text"]) + 1
                    if chunk["type"] == "WordBoundary":  # one of a sentence tells of no word
                        events.append(_event(chunk["text"], chunk["offset"], chunk["duration"]))
                    if left_bytes < 0 or left_chars < 0:
                        raise TransientError("edge sent more than the text can be", hint=LATER)
        return bytes(audio), tuple(events)

    async def handshake(self, timeout_s: float) -> None:
        """Open a socket and close it. Raises `ServiceBusyError` for a service that is there, but busy or unwell."""
        with self._talking(timeout_s), anyio.fail_after(timeout_s):
            try:
                await _with_right_clock(self._open)
            except aiohttp.WSServerHandshakeError as error:
                refusal = refusal_of(error)
                if not isinstance(refusal, TransientError):
                    raise
                raise ServiceBusyError(refusal.message, retry_after_s=refusal.retry_after_s) from error

    async def voices(self, timeout_s: float) -> tuple[Voice, ...]:
        """All voices; none if the service can't be asked for them at this address."""
        base, found, query = self.url.partition(f"{_SPEAKING_PATH}?")
        if not found:
            return ()
        address = (
            f"http{base.removeprefix('ws')}{_VOICES_PATH}?{query.replace('TrustedClientToken', 'trustedclienttoken')}"
        )
        with self._talking(timeout_s), anyio.fail_after(timeout_s):
            return await _with_right_clock(lambda: _list_voices(address, self._tls))

    async def _open(self) -> None:
        from edge_tts.constants import WSS_HEADERS  # noqa: PLC0415
        from edge_tts.drm import DRM  # noqa: PLC0415

        address = f"{self.url}&ConnectionId={_CONNECTION_ID}&{_credentials()}"
        async with (
            aiohttp.ClientSession(trust_env=True) as session,
            session.ws_connect(address, compress=15, headers=DRM.headers_with_muid(WSS_HEADERS), ssl=self._tls),
        ):
            pass

    @contextmanager
    def _talking(self, timeout_s: float) -> Iterator[None]:
        """The block talks to this service; what goes wrong in it becomes an error of ours."""
        token = _service.set(self)
        try:
            with translated_errors(timeout_s):
                yield
        finally:
            _service.reset(token)


async def _list_voices(address: str, tls: ssl.SSLContext) -> tuple[Voice, ...]:
    from edge_tts.constants import VOICE_HEADERS  # noqa: PLC0415
    from edge_tts.drm import DRM  # noqa: PLC0415

    async with (
        aiohttp.ClientSession(trust_env=True, raise_for_status=True) as session,
        # What another address says is no list of this service's.
        session.get(
            f"{address}&{_credentials()}",
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
    """All of it. Raises `ValueError` for more than anybody would read."""
    body = bytearray()
    async for piece in response.content.iter_any():
        body += piece
        if len(body) > _LONGEST_LIST_BYTES:
            raise ValueError("a list that does not end")
    return bytes(body)


def _credentials() -> str:
    """What the service wants to see in the query: a token made of the time."""
    from edge_tts.constants import SEC_MS_GEC_VERSION  # noqa: PLC0415
    from edge_tts.drm import DRM  # noqa: PLC0415

    return f"Sec-MS-GEC={DRM.generate_sec_ms_gec()}&Sec-MS-GEC-Version={SEC_MS_GEC_VERSION}"


async def _with_right_clock(call: Callable[[], Awaitable[T]]) -> T:
    """`call`, once more if the service refused the token: this machine's clock may be wrong, and the answer says so."""
    from edge_tts.drm import DRM  # noqa: PLC0415

    try:
        return await call()
    except aiohttp.ClientResponseError as error:
        if error.status != 403:
            raise
        DRM.handle_client_response_error(error)
    return await call()


def _event(text: str, offset: float, duration: float) -> Word:
    # Python reads NaN and numbers of any length in JSON.
    if not (-_MOST_TICKS < offset < _MOST_TICKS and -_MOST_TICKS < duration < _MOST_TICKS):
        raise ValueError("a word at no time")
    return Word(text=text, start_s=offset / _TICKS_PER_S, end_s=(offset + max(0, duration)) / _TICKS_PER_S)
