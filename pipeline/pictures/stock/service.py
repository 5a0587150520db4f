"""HTTP requests to photo services, with a secret key, for small JSON responses."""

from __future__ import annotations

import json
import ssl
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, TypeVar

import aiohttp
from anyio import to_thread
from pydantic import BaseModel, ValidationError
from yarl import URL

from pipeline.errors import NeedsLoginError, PermanentError, ProviderError, TransientError
from pipeline.language.text import clean_text
from pipeline.limits.times import bounded_s, retry_after_s, utc_now
from pipeline.model import Attribution
from pipeline.pictures.stock.photos import ServiceOptions
from pipeline.tls import tls_context

# Twenty photos have about 30 kB.
_MOST_BYTES = 2_000_000
_MAY_PASS = frozenset({408, 425})
_MOST_AUTHOR_CHARS = 80
_MOST_PAGE_CHARS = 300
# Unix time, where others send seconds from now.
_EPOCH_FROM = 1e9

_T = TypeVar("_T", bound=BaseModel)


class Service:
    """A service. Messages contain its name; neither they nor their causes contain its key."""

    def __init__(
        self, title: str, options: ServiceOptions, *, refused: frozenset[int], usual_wait_s: float | None = None
    ) -> None:
        self.title = title
        self._options = options
        # Responses that mean a rejected key.
        self._refused = refused
        # The pause after a rate limit without a reset time.
        self._usual_wait_s = usual_wait_s

    @property
    def origin(self) -> frozenset[str]:
        """Host and port of the base URL, trusted because they come from the settings."""
        url = URL(self._options.root_url)
        return frozenset({f"{url.host}:{url.port}"})

    async def get(self, path: str, *, params: Mapping[str, str], headers: Mapping[str, str]) -> Any:  # noqa: ANN401 - JSON
        """The JSON at a path below the base URL, through the throttle."""
        url = URL(self._options.root_url.rstrip("/") + path).with_query(params)
        # Imported before the throttle, which only waits for the service.
        tls = await to_thread.run_sync(tls_context)
        async with self._options.throttle.call():
            with self._translated():
                status, said, body = await self._ask(url, headers, tls)
            if status != 200:
                raise self._error_of(status, said)
            try:
                return json.loads(body)
            except (ValueError, RecursionError) as error:
                raise self._no_photos() from error

    async def _ask(
        self, url: URL, headers: Mapping[str, str], tls: ssl.SSLContext
    ) -> tuple[int, Mapping[str, str], bytes]:
        common = {"Accept": "application/json", "Accept-Encoding": "identity", "User-Agent": "nightreel"}
        async with (
            aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(ssl=tls),
                timeout=aiohttp.ClientTimeout(total=self._options.timeout_s),
                trust_env=False,
                cookie_jar=aiohttp.DummyCookieJar(),
            ) as session,
            # Redirects are not followed, so that the key goes nowhere else.
            session.get(url, headers={**common, **headers}, allow_redirects=False) as response,
        ):
            body = bytearray()
            async for piece in response.content.iter_any():
                body += piece
                if len(body) > _MOST_BYTES:
                    raise self._no_photos()
            return response.status, {name.lower(): value for name, value in response.headers.items()}, bytes(body)

    @contextmanager
    def _translated(self) -> Iterator[None]:
        try:
            yield
        except TimeoutError as error:
            raise TransientError("did not answer in time", where=self.title) from error
        except (aiohttp.ClientError, OSError) as error:
            # The original exception may contain the URL, and with it the key.
            reason = getattr(getattr(error, "os_error", error), "strerror", None) or type(error).__name__
            raise TransientError(f"no connection ({reason})", where=self.title) from None

    def _error_of(self, status: int, headers: Mapping[str, str]) -> ProviderError:
        # An HTML page is not by the service but by a proxy in front of it, which blocks an address for a while.
        is_page = status == 403 and headers.get("content-type", "").startswith("text/html")
        if status in self._refused and not is_page:
            return NeedsLoginError(f"refuses the key (HTTP {status})", where=self.title, hint=self._options.set_key)
        if status == 429:
            wait_s = _wait_s(headers) or self._usual_wait_s
            return TransientError("asks to slow down", where=self.title, retry_after_s=wait_s)
        if status >= 500 or status in _MAY_PASS or is_page:
            message = f"is not available now (HTTP {status})"
            return TransientError(message, where=self.title, retry_after_s=retry_after_s(headers))
        return PermanentError(f"refuses the search (HTTP {status})", where=self.title)

    def items(self, answer: Any, key: str, kind: type[_T]) -> Iterator[_T]:  # noqa: ANN401 - JSON
        """The valid entries of an array in the response. Raises `PermanentError` if there is no array."""
        things = answer.get(key) if isinstance(answer, dict) else None
        if not isinstance(things, list):
            raise self._no_photos()
        for thing in things:
            try:
                yield kind.model_validate(thing)
            except ValidationError:
                continue  # the others may be valid

    def _no_photos(self) -> PermanentError:
        return PermanentError("the answer is not a list of photos", where=self.title)

    def attribution(self, author: str, page: str, *, home: str) -> Attribution:
        """The credit line that the service requires, and the page of the photo there."""
        name = clean_text(author)[:_MOST_AUTHOR_CHARS].strip()
        text = f"Photo by {name} on {self.title}" if name else f"Photo from {self.title}"
        is_page = page.startswith(("https://", "http://")) and page.isprintable() and not any(map(str.isspace, page))
        return Attribution(text=text, url=page if is_page and len(page) <= _MOST_PAGE_CHARS else home)


def _wait_s(headers: Mapping[str, str]) -> float | None:
    """Seconds until the next request, if the response says so: as `Retry-After`, or in the service's own header."""
    asked_s = retry_after_s(headers)
    if asked_s is not None:
        return asked_s
    try:
        reset = float(headers.get("x-ratelimit-reset", ""))
    except ValueError:
        return None
    seconds = reset - utc_now().timestamp() if reset >= _EPOCH_FROM else reset
    return bounded_s(seconds) if 0 < seconds < float("inf") else None
