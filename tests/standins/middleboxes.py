"""What captive portals, proxies and broken middleboxes answer in place of a service."""

from __future__ import annotations

import asyncio

from aiohttp import web

MIDDLEBOXES = {
    "portal_page": "200 with the login page of a captive portal",
    "portal_redirect": "302 to that page",
    "proxy_407": "407: a proxy that wants a login",
    "damaged_gzip": "200 with bytes that are not the gzip they claim to be",
    "huge_headers": "200 with ten megabytes of headers",
    "not_http": "the greeting of a mail server",
}
# Not by a captive portal, but by a CDN that takes the client for a robot.
BLOCKED = {"blocked": "403 with a page"}
LOGIN_PATH = "/portal/login"
_PAGE = "<html>Please log in to the network</html>"
_HEADER = b"X-Filler: " + b"a" * 1_000 + b"\r\n"


async def intercepted(request: web.Request, fault: str) -> web.StreamResponse:
    """The answer to a request that a middlebox has intercepted. What is not valid HTTP ends the connection."""
    if fault == "portal_redirect":
        return web.Response(status=302, headers={"Location": LOGIN_PATH})
    if fault == "blocked":
        return web.Response(status=403, text="<html>You have been blocked</html>", content_type="text/html")
    if fault == "proxy_407":
        headers = {"Proxy-Authenticate": "Basic"}
        return web.Response(status=407, text=_PAGE, content_type="text/html", headers=headers)
    if fault == "damaged_gzip":
        headers = {"Content-Encoding": "gzip"}
        return web.Response(body=b"no gzip" * 100, content_type="application/json", headers=headers)
    if fault == "huge_headers":
        await _send(request, b"HTTP/1.1 200 OK\r\n", *[_HEADER * 1_000] * 10)
    elif fault == "not_http":
        await _send(request, b"220 mail.example.org ESMTP\r\n\r\n")
    return login_page()


def login_page() -> web.Response:
    """The login page of a captive portal."""
    return web.Response(text=_PAGE, content_type="text/html")


async def _send(request: web.Request, *pieces: bytes) -> None:
    """Send these bytes and close the connection; the client may have closed it before."""
    await request.read()
    for piece in pieces:
        if request.transport is None or request.transport.is_closing():
            return
        request.transport.write(piece)
        await asyncio.sleep(0)
    if request.transport is not None:
        request.transport.close()
