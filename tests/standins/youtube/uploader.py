"""Processes that publish one film each, to be killed: `python -m tests.standins.youtube.uploader`.

It reads one order per line (JSON, see `order`), prints {"pid": …} when the process has started and {"code": …} when it
has ended: 0, its exception ("TransientError: …"), or the signal that killed it as a negative number. Where `fork` is
available, a process costs a few milliseconds, because everything is imported already.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import anyio

from pipeline.errors import NightreelError
from pipeline.model import Package
from pipeline.publishing import Subject
from pipeline.publishing.youtube import Channel, YouTubeDestination
from pipeline.state.ledgers.quota import Allowance, ChannelPauses
from tests.standins.throttles import throttle
from tests.standins.youtube.clients import ASKED, AT_ONCE, now, quota_in, token_file

# A film that was given up.
GAVE_UP = 3


def order(
    url: str, root: Path, video: Path, *, key: str, chunk_bytes: int, uploads_per_day: int = 0, days: int = 0
) -> str:
    """A line for the program; the clock of its process is so many days ahead."""
    told = {"url": url, "root": str(root), "video": str(video), "key": key, "chunk_bytes": chunk_bytes, "days": days}
    return json.dumps({**told, "uploads_per_day": uploads_per_day})


async def _publish(told: dict[str, Any]) -> None:
    root, video = Path(told["root"]), Path(told["video"])

    def clock() -> datetime:
        return now() + timedelta(days=told["days"])

    channel = Channel(
        name="default",
        address="youtube",
        token=token_file(root),
        journals=root / "state" / "youtube" / "default",
        root_url=told["url"],
        token_url=f"{told['url']}/token",
        timeout_s=10,
        chunk_bytes=told["chunk_bytes"],
        throttle=throttle("youtube.default"),
        pauses=ChannelPauses(root / "state" / "ledgers", "default", clock=clock),
        quota=quota_in(root, Allowance(uploads_per_day=told["uploads_per_day"], units_per_day=0, costs={}), clock),
        retry=AT_ONCE,
        clock=clock,
    )
    beside = video.with_suffix(".json")
    package = Package(video=video, srt=beside, vtt=beside, thumbnail=beside, metadata=beside)
    destination = YouTubeDestination(channel, Subject(key=told["key"], job=told["key"], batch="chaos"), ASKED)
    receipt = await destination.deliver(package)
    video.with_suffix(".receipt").write_text(receipt.id, encoding="ascii")


def _run(line: str) -> int:
    try:
        anyio.run(_publish, json.loads(line))
    except NightreelError as error:
        print(f"{type(error).__name__}: {error}", file=sys.stderr, flush=True)  # noqa: T201
        return GAVE_UP
    return 0


def _tell(**what: int) -> None:
    print(json.dumps(what), flush=True)  # noqa: T201


def _begin(line: str) -> int:
    """The exit code of a new process that executes the order."""
    if not hasattr(os, "fork"):
        with subprocess.Popen([sys.executable, "-m", __spec__.name, line]) as process:
            _tell(pid=process.pid)
            return process.wait()
    if pid := os.fork():
        _tell(pid=pid)
        return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    sys.stdin.close()
    code = 1
    try:
        code = _run(line)
    finally:
        os._exit(code)


def main() -> None:
    """Orders from stdin, or a single one from the command line."""
    if len(sys.argv) > 1:
        sys.exit(_run(sys.argv[1]))
    for line in sys.stdin:
        _tell(code=_begin(line))


if __name__ == "__main__":
    main()
