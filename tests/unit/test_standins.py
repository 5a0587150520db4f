"""The stand-ins themselves, as far as other tests rely on them."""

import uuid

import aiohttp
import pytest
from edge_tts import drm
from edge_tts.communicate import date_to_string, mkssml, ssml_headers_plus_data
from edge_tts.constants import SEC_MS_GEC_VERSION, TRUSTED_CLIENT_TOKEN, WSS_HEADERS
from edge_tts.data_classes import TTSConfig

from tests.standins.edge import EdgeStandIn
from tests.standins.faults import RandomFaults

VOICE = TTSConfig("en-US-AvaNeural", "+0%", "+0%", "+0Hz", "WordBoundary")
CONFIG = (
    f"X-Timestamp:{date_to_string()}\r\nContent-Type:application/json; charset=utf-8\r\nPath:speech.config\r\n\r\n"
    '{"context":{"synthesis":{"audio":{"metadataoptions":{"sentenceBoundaryEnabled":"false","wordBoundaryEnabled":'
    '"true"},"outputFormat":"audio-24khz-48kbitrate-mono-mp3"}}}}\r\n'
)


def ssml(text, timestamp=None):
    return ssml_headers_plus_data(uuid.uuid4().hex, timestamp or date_to_string(), mkssml(VOICE, text))


def test_faults_by_chance_come_from_their_seed():
    def drawn(seed):
        chance = RandomFaults(seed)
        return [chance.draw(["late", "broken"], 0.5) for _ in range(20)]

    assert drawn(1) == drawn(1) != drawn(2)
    assert set(drawn(1)) == {None, "late", "broken"}


@pytest.mark.parametrize(
    ("config", "order", "complaint"),
    [
        (CONFIG, ssml("One."), None),
        (CONFIG, ssml("  "), "no text"),
        (CONFIG, ssml("One.", "2026-11-28T18:00:00Z"), "the second message is"),
        (CONFIG.replace("GMT+0000", "GMT"), ssml("One."), "the first message is"),
        (CONFIG.replace('"true"', '"false"'), ssml("One."), "speech.config is"),
        (CONFIG, ssml("One.<break/>"), "custom SSML"),
        (CONFIG, ssml("One & two."), "not one voice with one prosody"),
        (CONFIG, ssml("é" * 2049), "4098 bytes of text"),
    ],
    ids=["right", "blank", "ISO time", "time without offset", "no words", "custom SSML", "bad XML", "too long"],
)
async def test_the_voice_service_is_as_strict_as_the_real_one(config, order, complaint):
    query = {
        "TrustedClientToken": TRUSTED_CLIENT_TOKEN,
        "ConnectionId": uuid.uuid4().hex,
        "Sec-MS-GEC": drm.DRM.generate_sec_ms_gec(),
        "Sec-MS-GEC-Version": SEC_MS_GEC_VERSION,
    }
    headers = drm.DRM.headers_with_muid(WSS_HEADERS)
    async with (
        EdgeStandIn() as edge,
        aiohttp.ClientSession() as session,
        session.ws_connect(edge.url, params=query, headers=headers, compress=15) as socket,
    ):
        await socket.send_str(config)
        await socket.send_str(order)
        first = await socket.receive()

        if complaint is None:
            assert "Path:turn.start" in first.data
            assert edge.complaints == []
        else:
            assert socket.close_code == aiohttp.WSCloseCode.INVALID_TEXT
            assert edge.complaints[0].startswith(complaint)
