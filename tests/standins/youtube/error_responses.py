"""Error responses in Google's format, pages by proxies and portals, and broken connections."""

from __future__ import annotations

import socket
import struct

from aiohttp import web

from tests.standins.youtube.rules import Refusal

# An address that must never be contacted; nothing listens there.
ELSEWHERE = "http://127.0.0.1:9/upload?upload_id=elsewhere"


class Reset(Exception):  # noqa: N818 - an answer that is none
    """The connection is to be broken now."""


class Answered(Exception):  # noqa: N818 - an answer
    """An error response instead of the requested result."""

    def __init__(self, response: web.Response) -> None:
        super().__init__()
        self.response = response


def upload_limit() -> Refusal:
    message = "The user has exceeded the number of videos they may upload."
    return Refusal("uploadLimitExceeded", message, status=400, domain="youtube.video")


def unauthorized() -> Refusal:
    message = "Request had invalid authentication credentials."
    return Refusal("authError", message, status=401, domain="global")


def backend_error() -> Refusal:
    return Refusal("backendError", "Backend Error", status=503, domain="global")


def rate_limited() -> Refusal:
    return Refusal("rateLimitExceeded", "Rate Limit Exceeded", status=403, domain="usageLimits")


def daily_limit() -> Refusal:
    message = "Daily Limit Exceeded. The quota will be reset at midnight Pacific Time (PT)."
    return Refusal("dailyLimitExceeded", message, status=403, domain="usageLimits")


def suspended() -> Refusal:
    message = "The YouTube account of the authenticated user is suspended."
    return Refusal("authenticatedUserAccountSuspended", message, status=403, domain="youtube.common")


def upload_forbidden() -> Refusal:
    return Refusal("forbidden", "Access forbidden.", status=403, domain="global")


def signup_required() -> Refusal:
    return Refusal("youtubeSignupRequired", "Unauthorized", status=401, domain="youtube.header")


def page() -> web.Response:
    """The page of a captive portal."""
    return web.Response(text="<html>Please log in to the network</html>", content_type="text/html")


def refused_page() -> web.Response:
    """The page of a proxy that rejects its client."""
    return web.Response(status=403, text="<html>Access denied</html>", content_type="text/html")


def not_next(status: int) -> web.Response:
    """The response to bytes that are not contiguous."""
    refusal = Refusal("badRequest", "Failed to parse Content-Range header.", status=status, domain="global")
    return web.json_response(refusal.body, status=status)


def redirected() -> web.Response:
    return web.Response(status=302, headers={"Location": ELSEWHERE})


def reset(request: web.Request) -> None:
    """Close the connection with a reset."""
    if request.transport is None:
        return
    connection = request.transport.get_extra_info("socket")
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    request.transport.abort()
