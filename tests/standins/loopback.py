"""What stand-ins share: a real server on loopback, on a free port unless one is wanted, while the context lasts."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import TypeVar

from aiohttp import web

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
_Self = TypeVar("_Self", bound="Loopback")


class Loopback:
    """`application()` says what it answers."""

    port: int = 0

    def application(self) -> web.Application:
        """Who answers what."""
        raise NotImplementedError

    async def __aenter__(self: _Self) -> _Self:
        # With a timeout of 0, aiohttp would wait for ever for an answer that never comes.
        self._runner = web.AppRunner(self.application(), handle_signals=False, shutdown_timeout=0.1, access_log=None)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", self.port).start()
        self.port = self._runner.addresses[0][1]
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._runner.cleanup()


class Served(Loopback):
    """One that only answers GET: `routes()` says what."""

    def routes(self) -> Mapping[str, Handler]:
        """Who answers, by path as aiohttp's router takes it."""
        raise NotImplementedError

    def url(self, path: str = "") -> str:
        """An address on it."""
        return f"http://127.0.0.1:{self.port}{path}"

    def application(self) -> web.Application:
        """See `Loopback`."""
        app = web.Application()
        for path, handler in self.routes().items():
            app.router.add_get(path, handler)
        return app
