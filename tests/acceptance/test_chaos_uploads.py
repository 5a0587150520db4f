"""Uploads killed at any instant, with faults of every kind: each film arrives once, complete.

    CHAOS_SEED=12345 CHAOS_UPLOADS=500 python -m pytest -m soak tests/acceptance/test_chaos_uploads.py -s

repeats the same kills and faults (the seed is printed first).
"""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import json
import os
import random
import signal
import sys
from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import IO

import pytest

from tests.acceptance.command import REPOSITORY, environment
from tests.standins.youtube import CHUNK_BYTES, CLIENT_ID, FAULTS, FaultPlan, Quota, Reset, YouTubeStandIn
from tests.standins.youtube.clients import now, quota_in, token_file
from tests.standins.youtube.uploader import GAVE_UP, order

UPLOADS = int(os.environ.get("CHAOS_UPLOADS", "500"))
# Beside any number of bytes.
INSTANTS = ("token", "start", "started", "query", "published")
# After so many lives, a film is left in peace.
_MOST_LIVES = 12


@dataclass
class Killer:
    """Watches the stand-in, and kills the one client that there is when the moment has come."""

    pid: int = 0
    what: str = ""
    at: int = 0
    later_s: float = 0.0
    kills: Counter[str] = field(default_factory=Counter)

    def plan(self, chance: random.Random, size: int, *, in_peace: bool) -> None:
        """What the next life of a client is to end with, if with anything."""
        # Always as many numbers, so that one draw does not shift the next.
        is_spared, kind, at, later = chance.random() < 0.25, chance.random(), chance.random(), chance.random()
        self.what = "bytes" if kind < 0.6 else INSTANTS[int((kind - 0.6) / 0.4 * len(INSTANTS))]
        self.at = int(at * size) if self.what == "bytes" else 0
        # Half of the kills come a little later: when the client has heard the answer, or saved what it heard.
        self.later_s = later * 0.04 if later > 0.5 else 0.0
        if is_spared or in_peace:
            self.what = ""

    def watch(self, what: str, at: int) -> None:
        """What the stand-in sees."""
        if not self.pid or what != self.what or at < self.at:
            return
        pid, self.what = self.pid, ""
        self.kills[what] += 1
        if self.later_s:
            asyncio.get_running_loop().call_later(self.later_s, _kill, pid)
            return
        _kill(pid)
        raise Reset


def _kill(pid: int) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, signal.SIGTERM if sys.platform == "win32" else signal.SIGKILL)


@contextlib.asynccontextmanager
async def uploader(root: Path) -> AsyncIterator[asyncio.subprocess.Process]:
    """The program that begins a process for each order; what they say is in uploader.log."""
    with (root / "uploader.log").open("wb") as log:
        process = await _start(log)
    try:
        yield process
    finally:
        assert process.stdin is not None
        process.stdin.close()
        await process.wait()


async def _start(log: IO[bytes]) -> asyncio.subprocess.Process:
    return await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "tests.standins.youtube.uploader",
        cwd=REPOSITORY,
        env=environment({}),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=log,
    )


async def lives(process: asyncio.subprocess.Process, line: str, killer: Killer) -> int:
    """Begin a process for the order, and wait for its end; its code."""
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.write(line.encode() + b"\n")
    killer.pid = json.loads(await process.stdout.readline())["pid"]
    code = int(json.loads(await process.stdout.readline())["code"])
    killer.pid = 0
    return code


async def upload_all(root: Path, *, uploads: int, seed: int) -> Killer:
    """Upload so many films with kills and faults, and look at what the stand-in has and what we know of it."""
    killer = Killer()
    faults = FaultPlan(faults=tuple(FAULTS), share=0.12, seed=seed)
    youtube = YouTubeStandIn(faults=faults, watch=killer.watch, quota=Quota(uploads=10**9, units=10**9))
    hashes: dict[str, str] = {}
    days = 0
    async with youtube, uploader(root) as process:
        youtube.write_token(token_file(root), fresh=False)
        for number in range(uploads):
            chance = random.Random(f"{seed}/{number}")
            key = f"{number:016x}"
            video = make_film(root / f"{key}.mp4", chance)
            hashes[key] = hashlib.sha256(video.read_bytes()).hexdigest()
            for life in range(_MOST_LIVES + 1):
                in_peace = life >= _MOST_LIVES
                faults.share = 0.0 if in_peace else 0.12
                killer.plan(chance, video.stat().st_size, in_peace=in_peace)
                if chance.random() < 0.1:
                    youtube.accounts.expire_all()
                line = order(youtube.url, root, video, key=key, chunk_bytes=CHUNK_BYTES, days=days)
                code = await lives(process, line, killer)
                assert code in {0, GAVE_UP, -signal.SIGKILL, signal.SIGTERM}, code
                if code == 0:
                    break
                # A day whose quota is spent is over when it is over.
                days += code == GAVE_UP
            check_film(youtube, root, key, hashes[key])
    # Whoever counts next clears away what a killed process has left of the ledgers.
    quota = quota_in(root, clock=lambda: now() + timedelta(days=days + 1))(CLIENT_ID)
    await (await quota.reserve("captions.insert")).refund()
    await (await quota.reserve("videos.insert")).refund()
    check_everything(youtube, root, hashes)
    killer.kills["faults"] = len(faults.met)
    return killer


def make_film(path: Path, chance: random.Random) -> Path:
    """Some bytes; sizes at the edges of chunks are drawn more often than chance would."""
    edges = (1, CHUNK_BYTES - 1, CHUNK_BYTES, CHUNK_BYTES + 1, 3 * CHUNK_BYTES)
    size = chance.choice(edges) if chance.random() < 0.3 else chance.randrange(1, 5 * CHUNK_BYTES)
    path.write_bytes(chance.randbytes(size))
    path.with_suffix(".json").write_text(json.dumps({"title": path.stem, "tags": ["chaos"]}), encoding="utf-8")
    return path


def check_film(youtube: YouTubeStandIn, root: Path, key: str, sha256: str) -> None:
    """One film is there, byte for byte, and its id is written down; no session is left that could become another."""
    (film,) = [film for film in youtube.films.values() if f"nightreel-{key}" in film.tags]
    assert film.sha256 == sha256
    record = json.loads((root / "state" / "youtube" / "default" / f"{key}.json").read_bytes())
    assert (record["published"]["id"], "session" in record) == (film.id, False)
    assert (root / f"{key}.receipt").read_text(encoding="ascii") == film.id
    begun = [each for each in youtube.sessions.values() if f"nightreel-{key}" in each.resource["snippet"]["tags"]]
    assert [each.id for each in begun if each.data and not each.gone] in ([], [film.session])


def check_everything(youtube: YouTubeStandIn, root: Path, hashes: dict[str, str]) -> None:
    """Nothing is there twice, nothing else is there, and no request was one that Google would refuse."""
    assert youtube.films_by_tag() == Counter(f"nightreel-{key}" for key in hashes)
    assert youtube.complaints == []
    left = [path.name for path in root.rglob("*") if path.name.startswith(".")]
    assert left == []


async def test_uploads_killed_at_any_byte_result_in_one_video_each(tmp_path):
    killer = await upload_all(tmp_path, uploads=12, seed=8)

    assert killer.kills["bytes"] >= 5
    assert killer.kills["faults"] >= 10


@pytest.mark.soak
async def test_five_hundred_uploads_with_faults_and_kills_result_in_one_video_each(tmp_path):
    seed = int(os.environ.get("CHAOS_SEED") or random.SystemRandom().randrange(10**6))
    print(f"CHAOS_SEED={seed}", flush=True)  # noqa: T201 - to draw the same kills again

    killer = await upload_all(tmp_path, uploads=UPLOADS, seed=seed)

    print(dict(killer.kills), flush=True)  # noqa: T201
    assert all(killer.kills[what] for what in ("bytes", *INSTANTS))
