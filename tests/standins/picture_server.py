"""A stand-in for a web server with pictures: real, on loopback, with every fault of such a server.

    async with PictureServer() as server:
        await fetch(server.url("/photo.jpg"), path, also_allowed={"127.0.0.1"})

/photo.jpg /photo.webp    pictures                        /page      HTML with the type of a picture
/large      too large, and declares it                   /endless   too large, without declaring it
/packed     a compressed picture                         /busy      503        /gone   404       /slow  never answers
/to?URL     redirects to a URL                           /round     redirects to itself
"""

from __future__ import annotations

import gzip
import io
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import anyio
from aiohttp import web

from pipeline.pictures import MOST_BYTES
from tests.standins.loopback import GetServer, Handler
from tests.standins.photos import coast


def encoded(kind: str) -> bytes:
    """A small picture of this format."""
    data = io.BytesIO()
    coast(300, 200).save(data, kind)
    return data.getvalue()


_ANSWERS: dict[str, Callable[[], web.Response]] = {
    "/photo.jpg": lambda: web.Response(body=encoded("JPEG")),
    "/photo.webp": lambda: web.Response(body=encoded("WEBP")),
    "/page": lambda: web.Response(text="<!doctype html><p>No picture", content_type="image/jpeg"),
    "/drawing.svg": lambda: web.Response(text="<svg xmlns='http://www.w3.org/2000/svg'/>"),
    "/large": lambda: web.Response(body=bytes(MOST_BYTES + 1)),
    "/packed": lambda: web.Response(body=gzip.compress(encoded("JPEG")), headers={"Content-Encoding": "gzip"}),
    "/busy": lambda: web.Response(status=503),
}


@dataclass
class PictureServer(GetServer):
    """The server."""

    # The requests, in order.
    asked: list[str] = field(default_factory=list)

    def routes(self) -> Mapping[str, Handler]:
        """All paths."""
        return {"/{path:.*}": self._answer}

    async def _answer(self, request: web.Request) -> web.StreamResponse:
        assert request.headers["Accept-Encoding"] == "identity"
        assert "Cookie" not in request.headers
        self.asked.append(request.path)
        if request.path == "/slow":
            await anyio.sleep_forever()
        if request.path in {"/to", "/round"}:
            return web.Response(status=302, headers={"Location": request.query_string or "/round"})
        if request.path == "/endless":
            return await self._endless(request)
        return _ANSWERS.get(request.path, lambda: web.Response(status=404))()

    async def _endless(self, request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse()
        await response.prepare(request)
        for _ in range(MOST_BYTES // 2**20 + 2):
            await response.write(bytes(2**20))
        return response
