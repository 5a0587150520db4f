"""The base of all stand-ins: a real HTTP server on loopback, on a free port by default, as an async context."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import TypeVar

from aiohttp import web

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
_Self = TypeVar("_Self", bound="Loopback")


class Loopback:
    """A server; `application()` defines its responses."""

    port: int = 0

    def application(self) -> web.Application:
        """The application to serve."""
        raise NotImplementedError

    async def __aenter__(self: _Self) -> _Self:
        # With a timeout of 0, aiohttp would wait forever for a response that never comes.
        self._runner = web.AppRunner(self.application(), handle_signals=False, shutdown_timeout=0.1, access_log=None)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", self.port).start()
        self.port = self._runner.addresses[0][1]
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._runner.cleanup()


class GetServer(Loopback):
    """A server that only answers GET; `routes()` defines how."""

    def routes(self) -> Mapping[str, Handler]:
        """Handlers by path, as for aiohttp's router."""
        raise NotImplementedError

    def url(self, path: str = "") -> str:
        """A URL on this server."""
        return f"http://127.0.0.1:{self.port}{path}"

    def application(self) -> web.Application:
        """See `Loopback`."""
        app = web.Application()
        for path, handler in self.routes().items():
            app.router.add_get(path, handler)
        return app
