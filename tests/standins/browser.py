"""Headless Chromium, controlled over the DevTools protocol. Debian: `chromium`."""

from __future__ import annotations

import asyncio
import os
import shutil
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any

import aiohttp
import psutil
import pytest

from tests.standins.openh264 import REQUIRED

_NAMES = ("chromium", "chromium-browser", "google-chrome")
# The time limit for a hanging browser.
_DEADLINE_S = 60
# How often to check whether it has started: it sends no notification.
_LOOK_S = 0.02
_FLAGS = (
    "--headless=new",
    "--no-sandbox",  # as root, in a container
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--mute-audio",
    "--autoplay-policy=no-user-gesture-required",
    # No colour management: pictures are compared.
    "--force-color-profile=srgb",
    "--remote-debugging-port=0",
)


def chromium() -> str:
    """The browser; skips the test if it is missing, or fails it in CI."""
    found = next(filter(None, map(shutil.which, _NAMES)), None)
    if found is None:
        if os.environ.get(REQUIRED):
            pytest.fail("Chromium is missing. Debian: apt install chromium")
        pytest.skip("needs Chromium (Debian: chromium)")
    return found


class Page:
    """One page of the browser."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        self._socket, self._last = socket, 0

    async def open(self, url: str) -> None:
        """Navigate, and wait until the page has loaded."""
        await self._asked("Page.navigate", {"url": url})
        await self.evaluate('document.readyState == "complete" || new Promise(done => addEventListener("load", done))')

    async def evaluate(self, script: str) -> Any:
        """The value of a JavaScript expression, awaited if it is a promise."""
        wanted = {"expression": script, "awaitPromise": True, "returnByValue": True}
        answer = await self._asked("Runtime.evaluate", wanted)
        assert "exceptionDetails" not in answer, answer["exceptionDetails"]
        return answer["result"].get("value")

    async def _asked(self, method: str, parameters: dict[str, Any]) -> dict[str, Any]:
        self._last += 1
        await self._socket.send_json({"id": self._last, "method": method, "params": parameters})
        while True:
            answer = await self._socket.receive_json(timeout=_DEADLINE_S)
            if answer.get("id") == self._last:
                return answer["result"]


@asynccontextmanager
async def opened(url: str) -> AsyncIterator[Page]:
    """A page of a new browser that shows `url`, loopback only."""
    with tempfile.TemporaryDirectory(prefix="browser-", ignore_cleanup_errors=True) as home:
        process = await asyncio.create_subprocess_exec(
            chromium(),
            *_FLAGS,
            f"--user-data-dir={home}",
            "about:blank",
            # Its temporary files go there.
            env={**os.environ, "HOME": home, "TMPDIR": home},
            # asyncio never reports the end of a process with a full pipe, or one that a child still holds.
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.DEVNULL,
        )
        try:
            async with aiohttp.ClientSession() as session, asyncio.timeout(_DEADLINE_S):
                async with session.get(f"http://127.0.0.1:{await _port(process, Path(home))}/json/list") as answer:
                    pages = [page for page in await answer.json() if page["type"] == "page"]
                async with session.ws_connect(pages[0]["webSocketDebuggerUrl"], max_msg_size=0) as socket:
                    page = Page(socket)
                    await page.open(url)
                    yield page
        finally:
            await _end(process)


async def _port(process: asyncio.subprocess.Process, home: Path) -> int:
    """It writes the port and the path of its WebSocket, one per line."""
    told = home / "DevToolsActivePort"
    while not (told.exists() and (lines := told.read_text(encoding="utf-8").splitlines())[1:]):
        assert process.returncode is None, "the browser has ended"
        await asyncio.sleep(_LOOK_S)
    return int(lines[0])


async def _end(process: asyncio.subprocess.Process) -> None:
    """Kill it with all its children: it may be a wrapper script."""
    with suppress(psutil.NoSuchProcess):
        family = [*psutil.Process(process.pid).children(recursive=True), psutil.Process(process.pid)]
        for member in family:
            with suppress(psutil.NoSuchProcess):
                member.kill()
        psutil.wait_procs(family, timeout=10)
    await asyncio.wait_for(process.wait(), _DEADLINE_S)
