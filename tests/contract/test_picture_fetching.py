"""Downloading pictures: from public addresses only, and within size limits."""

from __future__ import annotations

import re
import socket

import aiohttp
import pytest

from pipeline.errors import PermanentError, TransientError
from pipeline.pictures import fetching
from pipeline.pictures.fetching import fetch
from pipeline.pictures.formats import detect_format
from pipeline.public_http import PublicResolver, is_public_address
from tests.standins.picture_server import PictureServer

pytestmark = pytest.mark.anyio
LOOPBACK = frozenset({"127.0.0.1"})


@pytest.mark.parametrize(
    ("path", "kind"), [("/photo.jpg", "JPEG"), ("/photo.webp", "WEBP"), ("/to?/photo.jpg", "JPEG")]
)
async def test_a_picture_is_fetched_also_where_an_address_leads_on(tmp_path, path, kind):
    async with PictureServer() as server:
        await fetch(server.url(path), tmp_path / "got", also_allowed=LOOPBACK)

    assert detect_format((tmp_path / "got").read_bytes()) == kind


@pytest.mark.parametrize(
    ("path", "error", "told"),
    [
        ("/page", PermanentError, "is a page, not a picture"),
        ("/large", PermanentError, "more than 25 MB"),
        ("/endless", PermanentError, "more than 25 MB"),
        ("/packed", PermanentError, "compressed"),
        ("/gone", PermanentError, "answered 404"),
        ("/busy", TransientError, "answered 503"),
        ("/round", PermanentError, "redirects more than 5 times"),
        ("/to?file:///etc/passwd", PermanentError, "only http and https"),
        ("/to?ftp://127.0.0.1/photo.jpg", PermanentError, "only http and https"),
        ("/to?http://[::1/photo.jpg", PermanentError, "redirects to an invalid URL"),
        ("/to?http://10.0.0.1/photo.jpg", PermanentError, "10.0.0.1 is a private address"),
    ],
)
async def test_what_is_no_picture_or_too_much_is_refused_with_what_to_do(tmp_path, path, error, told):
    async with PictureServer() as server:
        with pytest.raises(error, match=told) as raised:
            await fetch(server.url(path), tmp_path / "got", also_allowed=LOOPBACK)

    assert type(raised.value) is error
    assert raised.value.hint
    assert not (tmp_path / "got").exists()


async def test_a_drawing_is_fetched_as_it_is(tmp_path):
    async with PictureServer() as server:
        await fetch(server.url("/drawing.svg"), tmp_path / "got", also_allowed={f"127.0.0.1:{server.port}"})

    assert (tmp_path / "got").read_bytes().startswith(b"<svg")


@pytest.mark.parametrize("lead", ["/to?http://127.0.0.1:9/photo.jpg", "/to?http://127.0.0.2/photo.jpg"])
async def test_who_is_allowed_by_its_port_may_not_lead_to_another(tmp_path, lead):
    async with PictureServer() as server:
        with pytest.raises(PermanentError, match="is a private address"):
            await fetch(server.url(lead), tmp_path / "got", also_allowed={f"127.0.0.1:{server.port}"})


async def test_a_server_that_does_not_answer_is_given_up(tmp_path, monkeypatch):
    monkeypatch.setattr(fetching, "_TIMEOUT", aiohttp.ClientTimeout(total=0.2))
    async with PictureServer() as server:
        with pytest.raises(TransientError, match="timed out"):
            await fetch(server.url("/slow"), tmp_path / "got", also_allowed=LOOPBACK)


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "2130706433", "0x7f000001", "127.1", "[::ffff:127.0.0.1]"])
async def test_this_machine_is_not_asked_whatever_it_is_called(tmp_path, host):
    async with PictureServer() as server:
        with pytest.raises((PermanentError, TransientError)) as raised:
            await fetch(f"http://{host}:{server.port}/photo.jpg", tmp_path / "got")

        assert server.asked == []
    # Not everything that systems take for an address is one by the rules for addresses in links.
    assert re.search(
        "private address|host not found|neither a host name nor a complete IP address|is not a valid URL",
        str(raised.value),
    )


@pytest.mark.parametrize("host", ["2130706433", "127.1", "0177.0.0.1", "127.0.0.1.", "0"])
async def test_a_number_that_the_system_takes_for_an_address_does_not_reach_the_http_client(tmp_path, host):
    with pytest.raises(PermanentError, match="neither a host name nor a complete IP address"):
        await fetch(f"http://{host}:9/photo.jpg", tmp_path / "got")


@pytest.mark.parametrize("allowed", [{"localhost"}, {"127.0.0.1", "::1"}], ids=["by its name", "by its address"])
async def test_a_host_of_the_settings_is_asked_by_its_name_and_past_the_proxy(tmp_path, monkeypatch, allowed):
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    async with PictureServer() as server:
        await fetch(f"http://localhost:{server.port}/photo.jpg", tmp_path / "got", also_allowed=allowed)

    assert detect_format((tmp_path / "got").read_bytes()) == "JPEG"


async def test_a_server_that_is_not_there_and_a_name_that_nobody_has_may_be_tried_again(tmp_path, monkeypatch):
    async def unknown(*_, **__):
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    with pytest.raises(TransientError, match="can't be reached: Connect call failed"):
        await fetch("http://127.0.0.1:9/photo.jpg", tmp_path / "got", also_allowed=LOOPBACK)
    monkeypatch.setattr(aiohttp.ThreadedResolver, "resolve", unknown)
    with pytest.raises(TransientError, match="host not found"):
        await fetch("http://photos.example.org/photo.jpg", tmp_path / "got")


@pytest.mark.parametrize("credentials", ["me:secret", "secret", ":secret"])
async def test_an_address_with_a_password_is_not_asked(tmp_path, credentials):
    with pytest.raises(PermanentError, match="credentials") as raised:
        await fetch(f"https://{credentials}@example.org/a.jpg", tmp_path / "got")

    assert "secret" not in str(raised.value)


async def test_a_name_that_stands_for_a_private_address_too_is_not_resolved(monkeypatch):
    async def both(*_):
        return [
            {"hostname": "x", "host": host, "port": 80, "family": socket.AF_INET, "proto": 0, "flags": 0}
            for host in hosts
        ]

    resolver = PublicResolver((), hint="")
    monkeypatch.setattr(resolver._resolver, "resolve", both)
    hosts = ["93.184.216.34"]
    assert [each["host"] for each in await resolver.resolve("example.org", 80)] == hosts

    hosts = ["93.184.216.34", "169.254.169.254"]
    with pytest.raises(PermanentError, match="is a private address"):
        await resolver.resolve("rebound.example.org", 80)


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.0", "224.0.0.1",
        "255.255.255.255", "::1", "::", "fe80::1", "fe80::1%eth0", "fd00::1", "ff02::1", "::ffff:10.0.0.1",
        "64:ff9b::7f00:1", "2002:7f00:1::", "2001:0:5db8:d822::fefe:fefe", "4000::1", "fd00:ec2::254", "fec0::1",
        "3fff::1", "192.88.99.1", "::ffff:192.88.99.1", "no address",
    ],
)  # fmt: skip
def test_private_addresses_are_known_however_they_are_wrapped(address):
    assert not is_public_address(address)


@pytest.mark.parametrize(
    "address", ["93.184.216.34", "1.1.1.1", "2606:4700:4700::1111", "::ffff:1.1.1.1", "64:ff9b::101:101"]
)
def test_public_addresses_are_public(address):
    assert is_public_address(address)
