"""A stand-in for the photo services Pexels and Pixabay: real, on loopback, and as strict as they are.

    async with StockServer() as server:
        ...NIGHTREEL_PEXELS__ROOT_URL=server.root...

Each search finds `photos`, in that order. `faults` are responses that come first instead: status, headers and text.
Pictures are at /photos/NUMBER.jpg; `pictures` replaces photos by number.

Sources: pexels.com/api/documentation, pixabay.com/api/docs.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import anyio
from aiohttp import web

from tests.standins.loopback import GetServer, Handler
from tests.standins.photos import coast

PEXELS_KEY, PIXABAY_KEY = "563492ad6f91700001000001pexels", "43210987-0123456789abcdefpixabay0"
_LOCALES = frozenset({"en-US", "pt-BR", "de-DE", "ja-JP", "zh-TW", "zh-CN", "nb-NO"})
_LANGUAGES = frozenset({"en", "pt", "de", "ja", "zh", "no"})


@dataclass(frozen=True, kw_only=True)
class Photo:
    """A photo in search results."""

    number: int
    width: int = 4000
    height: int = 2600
    author: str = "Ana Lima"
    # Its URL; empty: on this server.
    address: str = ""


@dataclass(frozen=True, kw_only=True)
class Fault:
    """A response that a search gets instead."""

    status: int = 200
    text: str = ""
    headers: dict[str, str] = field(default_factory=dict)
    # It never arrives.
    is_silent: bool = False


@dataclass
class StockServer(GetServer):
    """The server of both services."""

    photos: tuple[Photo, ...] = (Photo(number=1), Photo(number=2, author="Bo Chen"))
    faults: list[Fault] = field(default_factory=list)
    pictures: dict[int, Callable[[], web.Response]] = field(default_factory=dict)
    # Searches by service, and the numbers of downloaded pictures.
    searched: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    fetched: list[int] = field(default_factory=list)

    @property
    def root(self) -> str:
        """The root URL for the settings."""
        return self.url()

    def routes(self) -> Mapping[str, Handler]:
        """The paths of both services, and of their pictures."""
        return {
            "/v1/search": self._pexels,
            "/api/": self._pixabay,
            r"/photos/{number:\d+}.jpg": self._picture,
        }

    def _address(self, photo: Photo) -> str:
        return photo.address or f"{self.root}/photos/{photo.number}.jpg"

    async def _fault(self, service: str, request: web.Request) -> web.Response | None:
        self.searched.append((service, dict(request.query)))
        if not self.faults:
            return None
        fault = self.faults.pop(0)
        if fault.is_silent:
            await anyio.sleep_forever()
        return web.Response(status=fault.status, text=fault.text, headers=fault.headers)

    async def _pexels(self, request: web.Request) -> web.Response:
        if fault := await self._fault("pexels", request):
            return fault
        if request.headers.get("Authorization") != PEXELS_KEY:
            return web.json_response({"status": 401, "code": "Unauthorized"}, status=401)
        query = request.query
        assert set(query) <= {"query", "orientation", "size", "color", "locale", "page", "per_page"}
        if not query.get("query"):
            return web.json_response({"status": 400, "code": "Query is required"}, status=400)
        assert query["orientation"] in {"landscape", "portrait", "square"}
        assert 1 <= int(query["per_page"]) <= 80
        assert query.get("locale", "en-US") in _LOCALES
        answer = {"page": 1, "per_page": int(query["per_page"]), "total_results": len(self.photos)}
        limits = {"X-Ratelimit-Limit": "20000", "X-Ratelimit-Remaining": "19684", "X-Ratelimit-Reset": "1790529572"}
        return web.json_response({**answer, "photos": [self._as_pexels(each) for each in self.photos]}, headers=limits)

    def _as_pexels(self, photo: Photo) -> dict[str, Any]:
        original = self._address(photo)
        sizes = {"large2x": f"{original}?auto=compress&cs=tinysrgb&dpr=2&h=650&w=940"}
        return {
            "id": photo.number,
            "width": photo.width,
            "height": photo.height,
            "url": f"https://www.pexels.com/photo/{photo.number}/",
            "photographer": photo.author,
            "photographer_url": "https://www.pexels.com/@someone",
            "avg_color": "#374824",
            "src": {"original": original, **sizes},
            "liked": False,
            "alt": "A coast",
        }

    async def _pixabay(self, request: web.Request) -> web.Response:
        if fault := await self._fault("pixabay", request):
            return fault
        query = request.query
        if query.get("key") != PIXABAY_KEY:
            return web.Response(
                status=400, text="[ERROR 400] Invalid or missing API key (https://pixabay.com/api/docs/)."
            )
        assert len(query["q"]) <= 100
        assert query["orientation"] in {"all", "horizontal", "vertical"}
        assert query["safesearch"] == "true"
        assert query["image_type"] == "photo"
        assert 3 <= int(query["per_page"]) <= 200
        assert query["lang"] in _LANGUAGES
        limits = {"X-RateLimit-Limit": "100", "X-RateLimit-Remaining": "99", "X-RateLimit-Reset": "60"}
        hits = [self._as_pixabay(each) for each in self.photos]
        return web.json_response({"total": len(hits), "totalHits": len(hits), "hits": hits}, headers=limits)

    def _as_pixabay(self, photo: Photo) -> dict[str, Any]:
        return {
            "id": photo.number,
            "pageURL": f"https://pixabay.com/photos/coast-{photo.number}/",
            "type": "photo",
            "tags": "coast, sea",
            "webformatURL": "https://pixabay.com/get/35bbf209e13e39d2_640.jpg",
            "largeImageURL": self._address(photo),
            "imageWidth": photo.width,
            "imageHeight": photo.height,
            "user_id": 48777,
            "user": photo.author,
        }

    async def _picture(self, request: web.Request) -> web.Response:
        # API keys must not be sent with downloads.
        assert "Authorization" not in request.headers
        assert "key" not in request.query
        number = int(request.match_info["number"])
        self.fetched.append(number)
        if number in self.pictures:
            return self.pictures[number]()
        data = io.BytesIO()
        coast(300 + number, 200).save(data, "JPEG")
        return web.Response(body=data.getvalue(), content_type="image/jpeg")
