"""A stand-in for the Edge read-aloud service: the real protocol on loopback, strict, with faults to switch on.

In a test:

    async with EdgeStandIn() as edge:
        edge.enqueue("busy_429")            # the next request meets this fault, the one after succeeds
        narrator = EdgeNarrator(url=edge.url, throttle=…, timeout_s=5.0)

As a program (it prints its URL as the first line, and runs until it is killed):

    python -m tests.standins.edge --port 0 [--fault NAME …] [--next NAME …] [--fault-share 0.33 --seed 1] [--latency 2]

With a share, faults affect that share of the sockets at random. A client that ignores Retry-After is recorded in
`.complaints`. GET /_history reports requests and faults to other processes.

A request that violates the protocol is answered with HTTP 400 or close code 1007, and recorded in `.complaints`.
"""

from __future__ import annotations

import argparse
import asyncio
import hashlib
import json
import re
import sys
import time
from collections import deque
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field
from email.utils import formatdate
from fractions import Fraction
from functools import lru_cache
from xml.etree import ElementTree as ET
from xml.sax.saxutils import escape

import av
import numpy as np
from aiohttp import ClientConnectionResetError, WSCloseCode, WSMsgType, web
from edge_tts import drm
from edge_tts.constants import TRUSTED_CLIENT_TOKEN

from tests.standins.faults import RandomFaults, RetryAfterChecker, history
from tests.standins.loopback import Loopback
from tests.standins.middleboxes import LOGIN_PATH, MIDDLEBOXES, intercepted, login_page

SPEAKING_PATH = "/consumer/speech/synthesize/readaloud/edge/v1"
VOICES_PATH = "/consumer/speech/synthesize/readaloud/voices/list"

# Before the WebSocket handshake, or instead of the list of voices.
REFUSALS = {
    "forbidden_skewed_clock": "403 with a Date in another year: the client corrects its clock and comes back",
    "forbidden_without_date": "403 without a Date",
    "busy_429": "429 with retry-after",
    "bad_gateway_502": "502 with retry-after",
    "busy_503": "503 with retry-after",
    "drop_handshake": "the connection drops instead of an answer",
    **MIDDLEBOXES,
}
# After the handshake, when the text has arrived.
DISTURBANCES = {
    "no_audio": "turn.end without any sound",
    "abort": "the socket drops in the middle of the sound, with no word of goodbye",
    "abort_late": "the socket drops before the last word, in the silence after the one before it",
    "abort_before_audio": "the socket drops before the sound",
    "close_1008": "the socket is closed with 1008 (a policy) instead of the sound",
    "faint_audio": "everything is right, but a thousand times too quiet: more than can be lifted",
    "short_audio": "all boundaries and turn.end, but the sound stops in the middle",
    "stall_before_audio": "nothing more is sent after turn.start",
    "stall_after_audio": "everything is sent but turn.end",
    "other_text": "boundary texts are not the words of the text",
    "no_boundaries": "sound without word boundaries",
    "sentence_boundaries": "one boundary for all of the text, as edge-tts asks for by itself, and none of a word",
    "second_half": "only the second half of the text is spoken, and told",
    "middle_lost": "the words between the first and the last two are neither spoken nor told",
    "single_frame": "a single frame of sound, and nothing else",
    "timeless_words": "all boundaries at the very beginning",
    "disordered_words": "the boundaries after the sound, the last one first",
    "unknown_path": "a message with a path nobody knows",
    "short_binary": "a binary message of one byte",
    "broken_json": "metadata that is not JSON",
    "nested_json": "metadata that is nested a hundred thousand times",
    "endless_words": "a boundary with a text of a megabyte",
    "endless_audio": "twenty megabytes of sound, and then the speech",
    "broken_audio": "bytes that are no MP3",
}
FAULTS = REFUSALS | DISTURBANCES

VOICES = tuple(
    f"{locale}-{name}Neural"
    for locale, names in {
        "en-US": ("Ava", "Andrew", "Emma", "EmmaMultilingual"),
        "en-GB": ("Sonia", "Ryan"),
        "de-DE": ("Katja", "Conrad"),
        "fr-FR": ("Denise", "Henri"),
        "es-ES": ("Elvira", "Alvaro"),
        "pt-BR": ("Francisca", "Antonio"),
        "ja-JP": ("Nanami", "Keita"),
        "zh-CN": ("Xiaoxiao", "Yunxi"),
        "hi-IN": ("Swara", "Madhur"),
    }.items()
    for name in names
)

_RATE_HZ = 24_000
_FRAME_SAMPLES = 576  # MPEG-2 Layer III
_FRAME_BYTES = 144  # 48 kbit/s
_FRAME_TICKS = 240_000  # 24 ms in units of 100 ns
_MAX_TEXT_BYTES = 4_096  # XML-escaped
_NO_DATE = "none"
_UNTIMELY = "forbidden"
# The first second of 2026: the time shown by a skewed clock.
_ANOTHER_YEAR_S = 1_767_225_600.0
# Seconds from 1601, the Windows epoch, to 1970; and the lifetime of a token.
_EPOCHS_S, _TOKEN_S = 11_644_473_600, 300
_FULL_NAME = re.compile(r"Microsoft Server Speech Text to Speech Voice \(([\w-]+), (\w+Neural)\)")
_CONFIG = {
    "context": {
        "synthesis": {
            "audio": {
                "metadataoptions": {"sentenceBoundaryEnabled": "false", "wordBoundaryEnabled": "true"},
                "outputFormat": "audio-24khz-48kbitrate-mono-mp3",
            }
        }
    }
}
# As JavaScript writes the time; the second message has a "Z" after it, as Edge sends it.
_TIMESTAMP = r"[A-Z][a-z]{2} [A-Z][a-z]{2} \d\d \d{4} \d\d:\d\d:\d\d GMT\+0000 \(Coordinated Universal Time\)"
_SSML = "{http://www.w3.org/2001/10/synthesis}"


@dataclass(frozen=True, kw_only=True)
class Request:
    """A request by a client: "handshake", "speak" or "voices"."""

    kind: str
    text: str = ""
    voice: str = ""
    # Rate, pitch and volume as received.
    prosody: tuple[str, str, str] = ("+0%", "+0Hz", "+0%")
    fault: str | None = None


@dataclass(frozen=True, kw_only=True)
class Order:
    """A request to speak a text."""

    request_id: str
    text: str
    voice: str
    # Rate, pitch and volume as received.
    prosody: tuple[str, str, str]


class ProtocolError(Exception):
    """A request that the service would not understand."""


@dataclass
class EdgeStandIn(Loopback):
    """The server. `faults` affect all requests, or a share of them; each `enqueue`d fault one request, before those."""

    port: int = 0
    faults: list[str] = field(default_factory=list)
    fault_share: float = 1.0
    seed: int = 0
    # Delay before the sound, in seconds.
    latency_s: float = 0.0
    retry_after: str = "0"
    # How far its clock is ahead of this machine's, in seconds: tokens for another time are rejected.
    ahead_s: float = 0.0
    # Voices that return no sound for any text.
    silent_voices: frozenset[str] = frozenset()
    history: list[Request] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._queue: deque[str | None] = deque()
        self._chance = RandomFaults(self.seed)
        self._retry_after = RetryAfterChecker()

    @property
    def url(self) -> str:
        """The WebSocket URL, for NIGHTREEL_EDGE__URL."""
        return f"ws://127.0.0.1:{self.port}{SPEAKING_PATH}"

    @property
    def spoken(self) -> list[str]:
        """The requested texts, in order."""
        return [request.text for request in self.history if request.kind == "speak"]

    def enqueue(self, *faults: str | None) -> None:
        """Script the next requests: one fault each, None for none."""
        for fault in faults:
            if fault is not None and fault not in FAULTS:
                raise ValueError(f"no such fault: {fault}")
            self._queue.append(fault)

    def application(self) -> web.Application:
        """See `Loopback`."""
        _sounds()  # encoded once, before the first request
        app = web.Application()
        app.on_response_prepare.append(_without_date)
        app.router.add_get(SPEAKING_PATH, self._speaking)
        app.router.add_get(VOICES_PATH, self._voices)
        app.router.add_get(LOGIN_PATH, self._portal)
        app.router.add_get("/_history", self._history)
        return app

    async def _portal(self, _request: web.Request) -> web.Response:
        return login_page()

    async def _history(self, _request: web.Request) -> web.Response:
        return web.json_response(history(map(asdict, self.history), self.complaints))

    def _arrives(self) -> None:
        if complaint := self._retry_after.complaint():
            self.complaints.append(complaint)

    async def _voices(self, request: web.Request) -> web.StreamResponse:
        self._arrives()
        try:
            _check_list_request(request)
        except ProtocolError as error:
            self.complaints.append(str(error))
            return web.Response(status=400, text=str(error))
        fault = self._take(REFUSALS, None) or self._untimely(request)
        self.history.append(Request(kind="voices", fault=fault))
        if fault is not None:
            return await self._refusal(request, fault)
        return web.json_response(
            [
                {
                    "Name": f"Microsoft Server Speech Text to Speech Voice ({name[:5]}, {name[6:]})",
                    "ShortName": name,
                    "Gender": "Female",
                    "Locale": name[:5],
                    "SuggestedCodec": "audio-24khz-48kbitrate-mono-mp3",
                    "FriendlyName": f"Microsoft {name[6:]} Online (Natural)",
                    "Status": "GA",
                    "VoiceTag": {"ContentCategories": ["General"], "VoicePersonalities": ["Friendly"]},
                }
                for name in VOICES
            ]
        )

    async def _speaking(self, request: web.Request) -> web.StreamResponse:
        self._arrives()
        try:
            _check_handshake(request)
        except ProtocolError as error:
            self.complaints.append(str(error))
            return web.Response(status=400, text=str(error))
        drawn = None if self.fault_share >= 1 else self._chance.draw(self.faults, self.fault_share)
        if fault := self._take(REFUSALS, drawn) or self._untimely(request):
            self.history.append(Request(kind="handshake", fault=fault))
            return await self._refusal(request, fault)
        socket = web.WebSocketResponse(compress=True)
        await socket.prepare(request)
        try:
            await self._converse(socket, request, drawn)
        except ProtocolError as error:
            self.complaints.append(str(error))
            await socket.close(code=WSCloseCode.INVALID_TEXT, message=str(error)[:100].encode())
        except ClientConnectionResetError:
            pass  # the client has disconnected: its film was given to another voice
        return socket

    def _take(self, kind: dict[str, str], drawn: str | None) -> str | None:
        """The fault for this moment, if one of this kind is due; `drawn` if it is random."""
        if self._queue:
            if self._queue[0] in kind or (self._queue[0] is None and kind is DISTURBANCES):
                return self._queue.popleft()
            return None
        if self.fault_share < 1:
            return drawn if drawn in kind else None
        return next((fault for fault in self.faults if fault in kind), None)

    def _time_s(self) -> float:
        """The time on its clock."""
        return time.time() + self.ahead_s

    def _untimely(self, request: web.Request) -> str | None:
        """How a request with a token for another time is answered."""
        return None if request.query["Sec-MS-GEC"] in _tokens(self._time_s()) else _UNTIMELY

    async def _refusal(self, request: web.Request, fault: str) -> web.StreamResponse:
        """An HTTP response instead of the handshake."""
        if fault in MIDDLEBOXES:
            return await intercepted(request, fault)
        if fault == "drop_handshake":
            _drop(request)
        if fault == "forbidden_skewed_clock":
            # Permanently: a client that sends the same time again is rejected again.
            self.ahead_s = _ANOTHER_YEAR_S - time.time()
        if fault.startswith("forbidden"):
            date = _NO_DATE if fault == "forbidden_without_date" else formatdate(self._time_s(), usegmt=True)
            return web.Response(status=403, headers={"Date": date})
        if fault == "drop_handshake":
            return web.Response(status=500)  # nobody reads it
        status = int(fault[-3:])
        self._retry_after.tell(self.retry_after)
        return web.Response(status=status, headers={"Retry-After": self.retry_after})

    async def _converse(self, socket: web.WebSocketResponse, request: web.Request, drawn: str | None) -> None:
        """Two text messages from the client, then the speech; a client that disconnects silently only probed."""
        first = await socket.receive()
        if first.type in {WSMsgType.CLOSE, WSMsgType.CLOSING, WSMsgType.CLOSED}:
            self.history.append(Request(kind="handshake"))
            return
        _check_config(_text_of(first))
        order = _read_ssml(_text_of(await socket.receive()))
        request_id = order.request_id
        fault = self._take(DISTURBANCES, drawn)
        self.history.append(
            Request(kind="speak", text=order.text, voice=order.voice, prosody=order.prosody, fault=fault)
        )
        await socket.send_str(_message(request_id, "turn.start", {"context": {"serviceTag": request_id}}))
        if fault == "stall_before_audio":
            await socket.receive()  # until the client gives up
            return
        if fault == "abort_before_audio":
            _drop(request)
            return
        if fault == "close_1008":
            await socket.close(code=WSCloseCode.POLICY_VIOLATION)
            return
        await socket.send_str(_message(request_id, "response", {"audio": {"type": "inline", "streamId": request_id}}))
        await asyncio.sleep(self.latency_s)
        if fault != "no_audio" and order.voice in set(VOICES) - self.silent_voices:
            await self._send_speech(socket, request, order, fault)
        if fault == "stall_after_audio":
            await socket.receive()
        elif fault not in {"abort", "abort_late"}:
            await socket.send_str(_message(request_id, "turn.end", {}))
            await socket.close()

    async def _send_speech(
        self, socket: web.WebSocketResponse, request: web.Request, order: Order, fault: str | None
    ) -> None:
        """Per word its boundary and its sound, then silence."""
        words, request_id = _left_by(fault, _words_of(order.text)), order.request_id
        if fault == "single_frame":
            await socket.send_bytes(_binary(request_id, _sounds()[0][0], broken=False))
            return
        rate = 1 + int(order.prosody[0].rstrip("%")) / 100
        await _send_nonsense(socket, request_id, fault)
        sent, kept = 0, list[str]()
        for number, (word, (start, end)) in enumerate(zip(words, _timing(words, rate), strict=True)):
            if fault == "abort" and number == len(words) // 2:
                _drop(request)
                return
            if fault == "abort_late" and number == len(words) - 1:
                await socket.send_bytes(_binary(request_id, _sounds()[1] * 15, broken=False))
                _drop(request)
                return
            said = _reported(word, number, fault)
            told = _boundary(request_id, said, *((0, 0) if fault == "timeless_words" else (start, end)))
            if said and fault == "disordered_words":
                kept.append(told)
            elif said:
                await socket.send_str(told)
            if fault == "short_audio" and number >= len(words) // 2:
                continue
            sound = _frames(sent, start, end, faint=fault == "faint_audio")
            await socket.send_bytes(_binary(request_id, sound, broken=fault == "broken_audio"))
            sent = end
        if fault == "sentence_boundaries":
            kept.append(_boundary(request_id, order.text, 4, sent, kind="SentenceBoundary"))
        for told in reversed(kept):
            await socket.send_str(told)
        await socket.send_bytes(_binary(request_id, _sounds()[1] * 35, broken=fault == "broken_audio"))
        # The real service's last binary message: no Content-Type, no sound.
        await socket.send_bytes(_binary(request_id, b"", broken=False))


def _reported(word: str, number: int, fault: str | None) -> str:
    """The text of a word's boundary; empty if it has none."""
    if fault in {"no_boundaries", "sentence_boundaries"}:
        return ""
    return f"other{number}" if fault == "other_text" else word.strip(".,;:!?\"'()“”。、？！，")


def _left_by(fault: str | None, words: list[str]) -> list[str]:
    """The words that are spoken."""
    if fault == "second_half":
        return words[len(words) // 2 :]
    return [words[0], *words[-2:]] if fault == "middle_lost" else words


async def _send_nonsense(socket: web.WebSocketResponse, request_id: str, fault: str | None) -> None:
    """Messages before the speech that are unknown, malformed or too large."""
    if fault == "short_binary":
        await socket.send_bytes(b"\0")
    if fault == "unknown_path":
        await socket.send_str(_message(request_id, "turn.surprise", {}))
    if fault == "broken_json":
        await socket.send_str(f"X-RequestId:{request_id}\r\nPath:audio.metadata\r\n\r\n{{")
    if fault == "nested_json":
        await socket.send_str(f"X-RequestId:{request_id}\r\nPath:audio.metadata\r\n\r\n{'[' * 100_000}")
    if fault == "endless_words":
        await socket.send_str(_boundary(request_id, "and " * 250_000, 0, 1))
    for _ in range(30 if fault == "endless_audio" else 0):
        await socket.send_bytes(_binary(request_id, _sounds()[1] * 5_000, broken=False))


async def _without_date(request: web.Request, response: web.StreamResponse) -> None:
    """Remove aiohttp's Date header where the fault requires it."""
    if response.headers.get("Date") == _NO_DATE:
        del response.headers["Date"]


# Formats of Edge's identification parameters.
_CREDENTIALS = {
    # The token and its version: up to edge-tts 7.2.8, and since 7.3.0. `_tokens` computes them.
    "Sec-MS-GEC": r"[0-9A-F]{64}|[0-9A-F]{16}-[0-9A-F]{64}",
    "Sec-MS-GEC-Version": r"[12]-\d+(\.\d+){3}",
}
_BROWSER = {"User-Agent": r"Mozilla/5\.0 .* Edg/.*", "Cookie": r"muid=[0-9A-F]{32};?"}


def _tokens(time_s: float) -> set[str]:
    """All tokens for this time, plus or minus a token's lifetime, since the service tolerates slightly wrong clocks."""
    times_s = [time_s + off_s for off_s in (-_TOKEN_S, 0, _TOKEN_S)]
    ticks = [int(at_s + _EPOCHS_S) // _TOKEN_S * _TOKEN_S * 10_000_000 for at_s in times_s]
    plain = {hashlib.sha256(f"{each}{TRUSTED_CLIENT_TOKEN}".encode()).hexdigest().upper() for each in ticks}
    # How the newer token is computed is not published.
    newer = getattr(drm, "generate_sec_ms_gec_v2", None)
    return plain | ({newer(at_s) for at_s in times_s} if newer else set())


def _check_handshake(request: web.Request) -> None:
    """Check query and headers of a request to speak."""
    _check_query(request, {"TrustedClientToken": TRUSTED_CLIENT_TOKEN, "ConnectionId": r"[0-9a-f]{32}", **_CREDENTIALS})
    _check_headers(
        request,
        {
            **_BROWSER,
            "Origin": r"chrome-extension://jdiccldimpdaibmpdkjnbmckianbfold",
            "Sec-WebSocket-Version": "13",
            "Sec-WebSocket-Extensions": r"permessage-deflate\b.*",
        },
    )


def _check_list_request(request: web.Request) -> None:
    """Check query and headers of a request for the list of voices."""
    _check_query(request, {"trustedclienttoken": TRUSTED_CLIENT_TOKEN, **_CREDENTIALS})
    _check_headers(request, _BROWSER)


def _check_query(request: web.Request, shapes: Mapping[str, str]) -> None:
    for name, shape in shapes.items():
        if not re.fullmatch(shape, request.query.get(name, "")):
            raise ProtocolError(f"query {name} is {request.query.get(name)!r}")
    if ("-" in request.query["Sec-MS-GEC"]) is not request.query["Sec-MS-GEC-Version"].startswith("2-"):
        raise ProtocolError("the token is of another version than it says")


def _check_headers(request: web.Request, shapes: Mapping[str, str]) -> None:
    for name, shape in shapes.items():
        if not re.fullmatch(shape, request.headers.get(name, "")):
            raise ProtocolError(f"header {name} is {request.headers.get(name)!r}")


def _text_of(message: object) -> str:
    if getattr(message, "type", None) is not WSMsgType.TEXT:
        raise ProtocolError(f"expected a text message, got {getattr(message, 'type', None)!r}")
    return str(message.data)  # type: ignore[attr-defined]


def _parse(message: str) -> tuple[dict[str, str], str]:
    """Split a message into header lines and body."""
    head, found, body = message.partition("\r\n\r\n")
    if not found:
        raise ProtocolError("a message without an empty line")
    return dict(line.split(":", 1) for line in head.split("\r\n")), body  # type: ignore[misc]


def _check_config(message: str) -> None:
    headers, body = _parse(message)
    if headers.get("Path") != "speech.config" or headers.get("Content-Type") != "application/json; charset=utf-8":
        raise ProtocolError(f"the first message is {headers}")
    if not re.fullmatch(_TIMESTAMP, headers.get("X-Timestamp", "")):
        raise ProtocolError(f"the first message is {headers}")
    if json.loads(body) != _CONFIG:
        raise ProtocolError(f"speech.config is {body}")


def _read_ssml(message: str) -> Order:
    """Parse the SSML."""
    headers, body = _parse(message)
    if headers.get("Path") != "ssml" or headers.get("Content-Type") != "application/ssml+xml":
        raise ProtocolError(f"the second message is {headers}")
    is_named = re.fullmatch(r"[0-9a-f]{32}", headers.get("X-RequestId", ""))
    if not is_named or not re.fullmatch(f"{_TIMESTAMP}Z", headers.get("X-Timestamp", "")):
        raise ProtocolError(f"the second message is {headers}")
    try:
        speak = ET.fromstring(body)
        (voice,) = speak
        (prosody,) = voice
    except (ET.ParseError, ValueError) as error:
        raise ProtocolError(f"not one voice with one prosody: {error}") from error
    name = _FULL_NAME.fullmatch(voice.get("name", ""))
    if [speak.tag, voice.tag, prosody.tag] != [f"{_SSML}speak", f"{_SSML}voice", f"{_SSML}prosody"] or len(prosody):
        raise ProtocolError("custom SSML")
    if name is None or set(prosody.keys()) != {"pitch", "rate", "volume"}:
        raise ProtocolError(f"voice {voice.attrib}, prosody {prosody.attrib}")
    text = prosody.text or ""
    if not text.strip():
        raise ProtocolError("no text")
    if len(escape(text).encode()) > _MAX_TEXT_BYTES:
        raise ProtocolError(f"{len(escape(text).encode())} bytes of text")
    how = (prosody.get("rate", ""), prosody.get("pitch", ""), prosody.get("volume", ""))
    if not all(map(re.fullmatch, (r"[+-]\d+%", r"[+-]\d+Hz", r"[+-]\d+%"), how)):
        raise ProtocolError(f"prosody {how}")
    return Order(request_id=headers["X-RequestId"], text=text, voice=f"{name[1]}-{name[2]}", prosody=how)


def _message(request_id: str, path: str, body: object) -> str:
    head = f"X-RequestId:{request_id}\r\nContent-Type:application/json; charset=utf-8\r\nPath:{path}"
    return f"{head}\r\n\r\n{json.dumps(body, ensure_ascii=False)}"


def _boundary(request_id: str, text: str, start: int, end: int, *, kind: str = "WordBoundary") -> str:
    """One boundary per message: clients read only the first. Times in 100 ns; the text is XML-escaped."""
    data = {
        "Offset": start * _FRAME_TICKS,
        "Duration": (end - start) * _FRAME_TICKS,
        "text": {"Text": escape(text), "Length": len(text), "BoundaryType": kind},
    }
    return _message(request_id, "audio.metadata", {"Metadata": [{"Type": kind, "Data": data}]})


def _binary(request_id: str, sound: bytes, *, broken: bool) -> bytes:
    kind = "Content-Type:audio/mpeg\r\n" if sound else ""
    head = f"X-RequestId:{request_id}\r\n{kind}X-StreamId:{request_id}\r\nPath:audio\r\n".encode()
    return len(head).to_bytes(2, "big") + head + (b"\x55" * len(sound) if broken else sound)


def _drop(request: web.Request) -> None:
    """Abort the connection without a close frame, as a network failure does."""
    if request.transport is not None:
        request.transport.abort()


def _words_of(text: str) -> list[str]:
    """Words as the service reports them: split at spaces; in Chinese and Japanese, two characters each."""
    return [word for chunk in text.split() for word in re.findall(r"[\u3040-\u9fff]{1,2}[^\u3040-\u9fff]*|.+", chunk)]


def _timing(words: list[str], rate: float) -> Iterator[tuple[int, int]]:
    """First and one past the last MP3 frame (24 ms) of each word, with a pause after each sentence."""
    now = 4
    for word in words:
        end = now + round((4 + 3 * min(len(word), 400)) / rate)
        yield now, end
        now = end + (20 if word[-1] in ".!?。！？" else 3)


def _frames(sent: int, start: int, end: int, *, faint: bool = False) -> bytes:
    """Silence up to a word, and the word."""
    voiced, silent = _sounds(gain=0.001 if faint else 1.0)
    return silent * (start - sent) + b"".join(voiced[number % len(voiced)] for number in range(end - start))


@lru_cache(maxsize=2)
def _sounds(*, gain: float = 1.0) -> tuple[tuple[bytes, ...], bytes]:
    """MP3 frames of a voice-like sound (a buzz with syllables), and one of silence.

    Encoded without a bit reservoir, so that frames are independent and any order of them is a valid stream.
    """
    at = np.arange(_RATE_HZ) / _RATE_HZ
    buzz = sum(np.sin(2 * np.pi * 125 * harmonic * at) / harmonic for harmonic in range(1, 24))
    voice = gain * 0.12 * buzz * (0.65 + 0.35 * np.sin(2 * np.pi * 5 * at))
    voiced = _encode(voice)[4:36]
    silent = _encode(np.zeros(_RATE_HZ))[10]
    return tuple(voiced), silent


def _encode(wave: np.ndarray) -> list[bytes]:
    """MPEG-2 Layer III, 24 kHz, mono, 48 kbit/s: the format of the service."""
    encoder = av.CodecContext.create("libmp3lame", "w")
    encoder.sample_rate, encoder.bit_rate = _RATE_HZ, 48_000
    encoder.layout, encoder.format, encoder.time_base = "mono", "fltp", Fraction(1, _RATE_HZ)
    encoder.options = {"reservoir": "0"}
    packets = []
    for start in range(0, len(wave) - _FRAME_SAMPLES, _FRAME_SAMPLES):
        block = wave[start : start + _FRAME_SAMPLES].astype(np.float32).reshape(1, -1)
        frame = av.AudioFrame.from_ndarray(block, format="fltp", layout="mono")
        frame.sample_rate, frame.pts = _RATE_HZ, start
        packets += encoder.encode(frame)
    frames = [bytes(packet) for packet in packets]
    assert all(len(frame) == _FRAME_BYTES and frame[:2] == b"\xff\xf3" for frame in frames)
    return frames


async def _serve(asked: argparse.Namespace) -> None:
    async with EdgeStandIn(
        port=asked.port,
        faults=asked.fault,
        fault_share=asked.fault_share,
        seed=asked.seed,
        latency_s=asked.latency,
        retry_after=asked.retry_after,
    ) as standin:
        standin.enqueue(*asked.next)
        sys.stdout.write(f"{standin.url}\n")
        sys.stdout.flush()
        await asyncio.Event().wait()


def main() -> None:
    """Serve until killed."""
    parser = argparse.ArgumentParser(description="A stand-in for the Edge read-aloud service, on loopback.")
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--fault", action="append", default=[], choices=sorted(FAULTS), help="meets every request")
    parser.add_argument("--next", action="append", default=[], choices=sorted(FAULTS), help="meets one request")
    parser.add_argument("--retry-after", default="0", help="seconds, for those who come when it is busy")
    parser.add_argument("--fault-share", type=float, default=1.0, help="of the sockets, met by a fault by chance")
    parser.add_argument("--seed", type=int, default=0, help="of that chance")
    parser.add_argument("--latency", type=float, default=0.0, help="seconds before the sound")
    asyncio.run(_serve(parser.parse_args()))


if __name__ == "__main__":
    main()
