"""Messages of the Edge service, and how they are interpreted."""

import asyncio
import io
import json
import traceback
from xml.sax.saxutils import escape

import aiohttp
import anyio
import av
import numpy as np
import pytest
from aiohttp import web
from multidict import CIMultiDict

from pipeline.errors import TransientError
from pipeline.narration.edge import _speech, _truncated
from pipeline.narration.edge.client import EdgeClient, _event
from pipeline.narration.edge.errors import refusal_of
from pipeline.narration.spoken_text import normalise_text
from tests.standins.loopback import GetServer


@pytest.mark.parametrize("asked", ["90", "Sat, 21 Nov 2026 00:01:30 GMT"])
def test_retry_after_may_be_seconds_or_a_date(asked):
    headers = CIMultiDict({"Retry-After": asked, "Date": "Sat, 21 Nov 2026 00:00:00 GMT"})

    error = refusal_of(aiohttp.ClientResponseError(None, (), status=503, headers=headers))

    assert (type(error), error.retry_after_s) == (TransientError, 90)


@pytest.mark.parametrize("address", ["http://me:mi-ne/x@127.0.0.1:9", "me:mi-ne@h"])
async def test_the_password_of_a_proxy_is_in_no_traceback(address, monkeypatch):
    monkeypatch.setenv("https_proxy", address)

    with pytest.raises(TransientError) as caught:
        await EdgeClient("wss://voices.example/edge/v1").voices(5)

    assert "mi-ne" not in "".join(traceback.format_exception(caught.value))


@pytest.mark.parametrize(
    ("offset", "duration"), [(float("nan"), 0), (0, float("nan")), (float("-inf"), 0), (10**400, 0), (0, -(10**400))]
)
def test_implausible_word_times_are_refused(offset, duration):
    with pytest.raises(ValueError, match="implausible time"):
        _event("tea", offset, duration)


def test_minutes_of_audio_for_one_word_are_refused_before_they_fill_the_memory():
    file = io.BytesIO()
    with av.open(file, "w", format="mp3") as container:
        stream = container.add_stream("libmp3lame", rate=8_000)
        stream.layout = "mono"
        for second in range(120):
            frame = av.AudioFrame.from_ndarray(np.zeros((1, 8_000), np.float32), format="fltp", layout="mono")
            frame.sample_rate, frame.pts = 8_000, second * 8_000
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))

    with pytest.raises(TransientError, match="endless audio"):
        _speech(normalise_text("Tea."), file.getvalue(), (), 1.0)


@pytest.mark.parametrize("letter", ["a", "漢", "&", "𝄞"])
def test_an_endless_word_is_truncated_to_fit_a_request_since_edge_tts_splits_only_at_spaces(letter):
    text = _truncated(letter * 6_000)

    assert 3_500 < len(escape(text).encode()) <= 4_096
    assert _truncated("Tea & milk.") == "Tea & milk."


class VoicesOf(GetServer):
    """A service that answers requests for its voices with `pieces`, and closes the response if it `ends`."""

    def __init__(self, *pieces, ends=True):
        self.pieces, self.ends = pieces, ends

    def routes(self):
        return {"/readaloud/voices/list": self._list}

    async def _list(self, request):
        response = web.StreamResponse()
        await response.prepare(request)
        for piece in self.pieces:
            await response.write(piece)
        if not self.ends:
            await asyncio.Event().wait()
        return response


async def voices_of(service, timeout_s=5.0):
    # No service can make the client wait forever.
    with anyio.fail_after(20):
        async with service:
            return await EdgeClient(service.url("/readaloud/edge/v1").replace("http", "ws")).voices(timeout_s)


async def test_voice_names_can_not_carry_terminal_escapes():
    listed = [{"ShortName": "en-US-\x1b[2JAvaNeural", "Locale": "en-US", "Gender": "Female", "FriendlyName": "A\nva"}]

    (voice,) = await voices_of(VoicesOf(json.dumps(listed).encode()))

    assert voice.name.isprintable()
    assert voice.title.isprintable()


@pytest.mark.parametrize(
    ("service", "told"),
    [
        (VoicesOf(b"[", ends=False), "no answer within 0.3 s"),
        (VoicesOf(*[b" " * 1_000_000] * 5, ends=False), "can't be understood"),
        (VoicesOf(b"<html>"), "can't be understood"),
        (VoicesOf(b'{"voices": []}'), "can't be understood"),
        (VoicesOf(b"[" * 100_000), "can't be understood"),
    ],
    ids=["no end of waiting", "no end of bytes", "no JSON", "another shape", "no end of depth"],
)
async def test_an_invalid_list_of_voices_fails_within_the_timeout(service, told):
    with pytest.raises(TransientError, match=told):
        await voices_of(service, timeout_s=0.3 if "within" in told else 5.0)
