"""A stand-in for an HTTP service that provides rows: real, on loopback, strict, with faults to switch on.

    async with RowService(rows) as service:
        await fetch_pages(Endpoint(address=service.url("/link"), allowed={"127.0.0.1"}, api_key=KEY), …)

/link     one array per page; next in the header `Link`         /next     {"results": …, "next": URL}
/cursor   {"data": {"items": …}, "meta": {"cursor": …}}          /number   one array per page, by ?page=
/lines    all rows as JSON Lines        /table   as CSV           /page    an HTML page
/bare     {"a": […], "b": […]}          /to      redirects        /elsewhere   links to a next page on another host
/circle   links to itself               /packed  compressed       /none    no rows
/odata    {"value": …, "@odata.nextLink": URL}                   /turned   {"items": …, "meta": {"next_page": NUMBER}}
/linked   {"results": …, "paging": {"next": {"link": URL}}}      /more     {"data": …, "has_more": …}
/on       endless pages                 /drip    an endless response
"""

from __future__ import annotations

import asyncio
import csv
import gzip
import io
import json
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

from tests.standins.loopback import GetServer, Handler

KEY = "k3y-of-the-service"
PAGE_ROWS = 3


@dataclass
class RowService(GetServer):
    """The service."""

    rows: Sequence[dict[str, Any]]
    per_page: int = PAGE_ROWS
    # Faults of the next requests, in order: a status, "cut" (half a response) or "" (none).
    faults: list[int | str] = field(default_factory=list)
    retry_after: str = "0.01"
    # The requests in order, and complaints about them.
    requests: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)

    def routes(self) -> Mapping[str, Handler]:
        """All paths."""
        return {"/{kind:.*}": self._answer}

    async def _answer(self, request: web.Request) -> web.StreamResponse:
        self.requests.append(request.path_qs)
        if request.headers.get("Authorization") != f"Bearer {KEY}" and request.headers.get("X-Api-Key") != KEY:
            return web.Response(status=401)
        if request.headers.get("Accept-Encoding") != "identity":
            self.complaints.append("asked for packed answers")
        fault = self.faults.pop(0) if self.faults else ""
        if fault == "cut":
            return await self._cut(request)
        if request.path == "/drip":
            return await self._drip(request)
        if fault:
            return web.Response(status=int(fault), headers={"Retry-After": self.retry_after})
        return getattr(self, f"_{request.match_info['kind']}", self._unknown)(request)

    async def _cut(self, request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Type": "application/json", "Content-Length": "1000"})
        await response.prepare(request)
        await response.write(b'[{"name": "Ma')
        request.transport.close()
        return response

    async def _drip(self, request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Type": "application/x-ndjson"})
        await response.prepare(request)
        with suppress(ConnectionError):
            while request.transport:
                await response.write(b'{"name": "Bo"}\n')
                await asyncio.sleep(0)
        return response

    def _on(self, request: web.Request) -> web.Response:
        number = int(request.query.get("at", "1"))
        return web.json_response({"next": self.url(f"/on?at={number + 1}"), "results": self._part(1)})

    def _unknown(self, request: web.Request) -> web.Response:
        self.complaints.append(f"no such page: {request.path}")
        return web.Response(status=404)

    def _part(self, number: int) -> list[dict[str, Any]]:
        return list(self.rows[(number - 1) * self.per_page : number * self.per_page])

    def _has_more(self, number: int) -> bool:
        return number * self.per_page < len(self.rows)

    def _link(self, request: web.Request) -> web.Response:
        number = int(request.query.get("at", "1"))
        headers = {"Link": f'</link?at={number + 1}>; rel="next"'} if self._has_more(number) else {}
        return web.json_response(self._part(number), headers=headers)

    def _next(self, request: web.Request) -> web.Response:
        number = int(request.query.get("at", "1"))
        following = self.url(f"/next?at={number + 1}") if self._has_more(number) else None
        return web.json_response({"count": len(self.rows), "next": following, "results": self._part(number)})

    def _cursor(self, request: web.Request) -> web.Response:
        number = int(request.query.get("cursor", "mark-1").removeprefix("mark-"))
        mark = f"mark-{number + 1}" if self._has_more(number) else ""
        return web.json_response({"data": {"items": self._part(number)}, "meta": {"cursor": mark}, "tags": []})

    def _odata(self, request: web.Request) -> web.Response:
        number = int(request.query.get("$skip", "1"))
        following = {"@odata.nextLink": self.url(f"/odata?$skip={number + 1}")} if self._has_more(number) else {}
        return web.json_response({"@odata.context": "…", "value": self._part(number), **following})

    def _linked(self, request: web.Request) -> web.Response:
        number = int(request.query.get("after", "1"))
        following = {"after": f"{number + 1}", "link": self.url(f"/linked?after={number + 1}")}
        paging = {"paging": {"next": following}} if self._has_more(number) else {}
        return web.json_response({"results": self._part(number), **paging})

    def _turned(self, request: web.Request) -> web.Response:
        number = int(request.query.get("page", "1"))
        following = number + 1 if self._has_more(number) else None
        return web.json_response({"items": self._part(number), "meta": {"next_page": following}})

    def _more(self, _request: web.Request) -> web.Response:
        return web.json_response({"data": self._part(1), "has_more": self._has_more(1)})

    def _number(self, request: web.Request) -> web.Response:
        return web.json_response(self._part(int(request.query["page"])))

    def _pdf(self, request: web.Request) -> web.Response:
        kind = request.query.get("as", "octet-stream")
        return web.Response(body=b"%PDF-1.7", content_type=f"application/{kind}")

    def _torn(self, _request: web.Request) -> web.Response:
        return web.Response(text='[{"name": "Bo"},\n{"name', content_type="application/json")

    def _lines(self, _request: web.Request) -> web.Response:
        text = "".join(json.dumps(row) + "\n" for row in self.rows)
        return web.Response(text=text, content_type="application/x-ndjson")

    def _table(self, _request: web.Request) -> web.Response:
        file = io.StringIO()
        writer = csv.DictWriter(file, list(self.rows[0]))
        writer.writeheader()
        writer.writerows(self.rows)
        return web.Response(text=file.getvalue(), content_type="text/csv")

    def _page(self, _request: web.Request) -> web.Response:
        return web.Response(text="<!doctype html><p>Sign in", content_type="application/json")

    def _bare(self, _request: web.Request) -> web.Response:
        return web.json_response({"a": [{"name": "Bo"}], "b": [{"name": "Ann"}]})

    def _to(self, request: web.Request) -> web.Response:
        raise web.HTTPFound(request.query_string)

    def _elsewhere(self, _request: web.Request) -> web.Response:
        return web.json_response({"next": "http://localhost:1/next", "results": self._part(1)})

    def _circle(self, _request: web.Request) -> web.Response:
        return web.json_response({"next": self.url("/circle"), "results": self._part(1)})

    def _packed(self, _request: web.Request) -> web.Response:
        body = gzip.compress(json.dumps(self._part(1)).encode())
        return web.Response(body=body, headers={"Content-Encoding": "gzip", "Content-Type": "application/json"})

    def _none(self, _request: web.Request) -> web.Response:
        return web.json_response([])
