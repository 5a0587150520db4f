"""Stand-ins for services in separate processes, which survive when the commands that use them are killed."""

from __future__ import annotations

import json
import subprocess
import sys
import urllib.request
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from tests.acceptance import warm
from tests.acceptance.command import REPOSITORY, environment
from tests.acceptance.films import tiny_template

KEY = "gsk_acceptance0123456789"
_LOOPBACK = urllib.request.build_opener(urllib.request.ProxyHandler({}))


@dataclass(frozen=True)
class Service:
    """A running stand-in."""

    url: str

    def history(self) -> dict[str, Any]:
        """Its requests and complaints about violations of the protocol."""
        with _LOOPBACK.open(f"http://{urlsplit(self.url).netloc}/_history", timeout=30) as answer:
            return dict(json.load(answer))

    def secrets(self) -> set[str]:
        """The secrets it has issued, such as tokens."""
        with _LOOPBACK.open(f"http://{urlsplit(self.url).netloc}/_secrets", timeout=30) as answer:
            return set(json.load(answer))

    def asked(self, name: str) -> Counter[str]:
        """Count the requests that were answered without a fault, by the value of their field `name` (topic, text)."""
        return Counter(request[name] for request in self.history()["requests"] if not request["fault"])


@contextmanager
def service(module: str, *arguments: str) -> Iterator[Service]:
    """Run `python -m tests.standins.MODULE ARGUMENTS` until the block ends."""
    process = _begin(f"tests.standins.{module}", arguments)
    try:
        assert process.stdout is not None
        yield Service(process.stdout.readline().strip())
    finally:
        process.kill()
        process.communicate()


def _begin(module: str, arguments: Sequence[str]) -> subprocess.Popen[str] | warm.Forked:
    # Its stderr is discarded: it complains about killed clients, which is what these tests do.
    if warm.can_run({}):
        return warm.start(module, arguments, cwd=REPOSITORY, env=environment({}), is_heard=False)
    return subprocess.Popen(
        [sys.executable, "-m", module, *arguments],
        cwd=REPOSITORY,
        env=environment({}),
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )


def asking(groq: Service, edge: Service) -> dict[str, str]:
    """The environment of a command that uses these two, for small films of two scenes, with short waits."""
    return {
        "GROQ_API_KEY": KEY,
        "NIGHTREEL_GROQ__BASE_URL": groq.url,
        "NIGHTREEL_GROQ__REQUESTS_PER_MIN": "60000",
        "NIGHTREEL_EDGE__URL": edge.url,
        "NIGHTREEL_TEMPLATE": "tiny",
        "NIGHTREEL_VIDEO__PRESET": "small",
        "NIGHTREEL_RETRY__WAIT_INITIAL_S": "0.05",
        "NIGHTREEL_ERRORS__RETRY_WAIT_S": "0",
    }


def channel_of(home: Path, *options: str) -> AbstractContextManager[Service]:
    """The YouTube stand-in, with a channel to which the workspace is logged in."""
    return service("youtube", "--token", str(token_of(home)), *options)


def token_of(home: Path) -> Path:
    """The token file of a workspace."""
    return home / "credentials" / "youtube" / "default.token.json"


def sending_to(channel: Service) -> dict[str, str]:
    """The environment of a command that publishes to this channel, with short waits."""
    return {
        "NIGHTREEL_YOUTUBE__ROOT_URL": channel.url,
        "NIGHTREEL_YOUTUBE__TOKEN_URL": f"{channel.url}/token",
        "NIGHTREEL_RETRY__WAIT_INITIAL_S": "0",
    }


def workspace_for_services(folder: Path) -> Path:
    """Create the workspace for `asking`, with its template."""
    tiny_template(folder, REPOSITORY / "templates" / "explainer")
    return folder
