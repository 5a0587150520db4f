"""TLS trust: the system's certificates and those of browsers."""

from __future__ import annotations

import asyncio
import ssl
from contextlib import asynccontextmanager, suppress

import certifi
import pytest

from pipeline.errors import ProviderError, TransientError
from pipeline.model import Prosody
from pipeline.narration.edge.client import EdgeClient
from pipeline.publishing.youtube.http import open_http
from pipeline.script.chat.failures import Service
from pipeline.script.chat.groq import GroqTransport
from pipeline.tls import tls_context
from tests.standins.tls import CERTIFICATE, serving


@pytest.fixture
def machine(tmp_path, monkeypatch):
    """What this machine trusts: a file that can be written."""
    folder, file = tmp_path / "certificates", tmp_path / "machine.pem"
    folder.mkdir()
    file.touch()
    monkeypatch.setenv("SSL_CERT_FILE", str(file))
    monkeypatch.setenv("SSL_CERT_DIR", str(folder))
    tls_context.cache_clear()
    yield file
    tls_context.cache_clear()


@asynccontextmanager
async def company_server(folder):
    """A server with a certificate that no browser knows."""

    asked = []

    async def answer(reader, writer):
        asked.append(writer)
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}")
        await writer.drain()
        writer.close()

    async with await asyncio.start_server(answer, "127.0.0.1", 0, ssl=serving(folder)) as server:
        yield f"https://127.0.0.1:{server.sockets[0].getsockname()[1]}/", asked


def test_a_python_that_finds_no_certificates_trusts_whom_browsers_trust(machine):
    theirs = ssl.create_default_context(cafile=certifi.where()).get_ca_certs()

    assert ssl.create_default_context().get_ca_certs() == []
    assert len(tls_context().get_ca_certs()) == len(theirs) > 50


async def test_a_certificate_that_only_this_machine_knows_is_trusted(machine, tmp_path):
    machine.write_text(CERTIFICATE, encoding="ascii")

    async with company_server(tmp_path) as (url, _), open_http(where="youtube", timeout_s=10) as http:
        assert (await http.send("GET", url, headers={})).status == 200


async def list_voices(url):
    await EdgeClient(f"{url.replace('https', 'wss')}edge/v1").voices(5)


async def speak(url):
    await EdgeClient(f"{url.replace('https', 'wss')}edge/v1").speak("Hello.", "en-US-AvaNeural", Prosody(), 5)


async def write(url):
    transport = GroqTransport(
        Service(name="groq", key_hint="", model_hint="", address_hint=""), api_key="key", base_url=url, timeout_s=5
    )
    async with transport.open() as line:
        await line.post({"model": "model", "messages": []})


@pytest.mark.parametrize("ask", [list_voices, speak, write])
async def test_libraries_with_their_own_trust_store_use_ours(machine, tmp_path, ask):
    machine.write_text(CERTIFICATE, encoding="ascii")

    async with company_server(tmp_path) as (url, asked):
        # What it answers is nothing for them.
        with suppress(ProviderError):
            await ask(url)

    assert asked


async def test_an_untrusted_certificate_is_reported(machine, tmp_path):
    async with company_server(tmp_path) as (url, _), open_http(where="youtube", timeout_s=10) as http:
        with pytest.raises(TransientError, match=r"no connection \(its certificate is not trusted\)"):
            await http.send("GET", url, headers={})
