"""The real URLs of services, which all other tests override."""

from __future__ import annotations

import pytest
from edge_tts import constants
from google.oauth2 import credentials
from groq import AsyncGroq

from pipeline.limits import RetryPolicy
from pipeline.narration.edge import client
from pipeline.narration.edge.client import EdgeClient
from pipeline.pictures.stock.pexels import PexelsSource
from pipeline.pictures.stock.photos import ServiceOptions
from pipeline.pictures.stock.pixabay import PixabaySource
from pipeline.publishing.youtube import device, login
from pipeline.publishing.youtube.calls import METHODS, Calls
from pipeline.script.chat.failures import Service
from pipeline.script.chat.groq import GroqTransport
from pipeline.script.chat.openai_compatible import OpenAICompatibleTransport
from pipeline.settings import Settings
from pipeline.settings.services import PRESETS
from pipeline.state.ledgers.quota import Allowance
from tests.standins.groq import LIVE_MODELS
from tests.standins.openai import MODELS
from tests.standins.throttles import throttle
from tests.standins.youtube.quota import BUCKETS, COSTS
from tests.standins.youtube.rules import discovery

OURS = Settings()
SERVICE = Service(name="groq", key_hint="", model_hint="", address_hint="")


def described(method: str) -> dict:
    collection, _, verb = method.partition(".")
    return discovery()["resources"][collection]["methods"][verb]


@pytest.mark.parametrize("method", METHODS)
def test_every_method_of_youtubes_is_called_where_google_says(method):
    told, (verb, _) = described(method), METHODS[method]
    calls = Calls(
        http=None, login=None, quota=None, pauses=None, root_url=OURS.youtube.root_url, where="", how_to_log_in="",
        retry=RetryPolicy(attempts=1, wait_initial_s=0, wait_max_s=0, retry_after_max_s=0), clock=None,
    )  # fmt: skip
    simple = told.get("mediaUpload", {}).get("protocols", {}).get("simple", {}).get("path")
    wanted = discovery()["rootUrl"] + (simple.removeprefix("/") if simple else told["path"])

    address = calls.url(method, {"part": "snippet,status"})

    assert (verb, address) == (told["httpMethod"], f"{wanted}?part=snippet,status")


def test_chunks_are_a_multiple_of_what_google_says():
    assert OURS.youtube.chunk_kib % 256 == 0


def test_logins_are_made_and_renewed_where_google_says():
    ours = OURS.youtube
    assert ours.token_url == credentials._GOOGLE_OAUTH2_TOKEN_ENDPOINT == "https://oauth2.googleapis.com/token"
    assert ours.auth_url == "https://accounts.google.com/o/oauth2/v2/auth"
    assert ours.device_url == "https://oauth2.googleapis.com/device/code"
    for method in METHODS:
        assert login.SCOPE in described(method)["scopes"]
        # What a device may not, is told (device.py).
        assert device.SCOPE in described(method)["scopes"] or method.startswith("captions.")


def test_what_calls_cost_is_what_google_says():
    ours = Allowance(
        uploads_per_day=OURS.youtube.uploads_per_day,
        units_per_day=OURS.youtube.units_per_day,
        costs=OURS.youtube.cost_by_method,
    )
    assert (ours.uploads_per_day, ours.units_per_day) == (100, 10_000)
    for method in METHODS:
        units = 0 if method in BUCKETS else COSTS.get(method, 1)
        assert ours.price(method) == {"uploads": int(method == "videos.insert"), "units": units}


async def test_groq_is_asked_where_its_own_library_asks():
    async with (
        GroqTransport(SERVICE, api_key="gsk_key", base_url=OURS.groq.base_url, timeout_s=1).open() as line,
        AsyncGroq(api_key="gsk_key") as theirs,
    ):
        assert line._client.base_url == theirs.base_url == "https://api.groq.com"
    assert set(OURS.groq.models) <= LIVE_MODELS


@pytest.mark.parametrize(
    ("name", "address"),
    [
        ("deepseek", "https://api.deepseek.com/chat/completions"),
        ("openai", "https://api.openai.com/v1/chat/completions"),
        ("openrouter", "https://openrouter.ai/api/v1/chat/completions"),
        ("ollama", "http://localhost:11434/v1/chat/completions"),
        ("llamacpp", "http://localhost:8080/v1/chat/completions"),
    ],
)
def test_services_that_everybody_knows_are_where_they_say(name, address):
    preset = PRESETS[name]

    assert OpenAICompatibleTransport(SERVICE, api_key="", base_url=preset["base_url"])._url == address
    assert "" in MODELS[name] or set(preset.get("models", ())) <= set(MODELS[name])


async def test_edge_is_asked_where_its_own_library_asks(monkeypatch):
    asked = []

    async def listed(address, _tls):
        asked.append(address)
        return ()

    monkeypatch.setattr(client, "_list_voices", listed)
    service = EdgeClient(OURS.edge.url)

    assert await service.voices(1.0) == ()
    assert service.url == constants.WSS_URL
    assert service.url.startswith("wss://speech.platform.bing.com/consumer/speech/synthesize/readaloud/edge/v1?Trusted")
    assert asked == [constants.VOICE_LIST]


@pytest.mark.parametrize(
    ("source", "settings", "address"),
    [
        (PexelsSource, OURS.pexels, "https://api.pexels.com"),
        (PixabaySource, OURS.pixabay, "https://pixabay.com"),
    ],
)
def test_photos_are_searched_where_they_are(source, settings, address):
    options = ServiceOptions(
        root_url=settings.root_url, api_key="key", throttle=throttle("photos"), timeout_s=1, set_key=""
    )

    assert settings.root_url == address
    assert source(options).also_allowed == {f"{address.removeprefix('https://')}:443"}
