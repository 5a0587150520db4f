"""What stand-ins that only answer GET share: a real server on a free port of loopback, as long as the context lasts."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import TypeVar

from aiohttp import web

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
_Self = TypeVar("_Self", bound="Served")


class Served:
    """`routes()` says what it answers."""

    port = 0

    def routes(self) -> Mapping[str, Handler]:
        """Who answers, by path as aiohttp's router takes it."""
        raise NotImplementedError

    def url(self, path: str = "") -> str:
        """An address on it."""
        return f"http://127.0.0.1:{self.port}{path}"

    async def __aenter__(self: _Self) -> _Self:
        app = web.Application()
        for path, handler in self.routes().items():
            app.router.add_get(path, handler)
        self._runner = web.AppRunner(app, shutdown_timeout=0.1, access_log=None)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        self.port = self._runner.addresses[0][1]
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._runner.cleanup()
