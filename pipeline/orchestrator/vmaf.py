"""VMAF, Netflix's measure of how good a film looks beside the one that it was made of: where an FFmpeg has it.

The FFmpeg that nightreel brings along has none. One on the PATH may: it runs as a child, once per comparison.
"""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import anyio
from anyio import to_thread

_COMMAND = "ffmpeg"
_FILTER = "libvmaf"
_ASKING_S, _MEASURING_S = 20.0, 3600.0
_SCORE = re.compile(r"VMAF score: *([0-9]+(?:\.[0-9]+)?)")
# The film is brought to the size of the other, and both begin at 0.
_GRAPH = (
    "[0:v]settb=AVTB,setpts=PTS-STARTPTS,scale={}:{}:flags=bicubic[film];"
    "[1:v]settb=AVTB,setpts=PTS-STARTPTS[other];[film][other]libvmaf"
)


async def find_vmaf() -> str | None:
    """The path of an FFmpeg that can measure it; None: there is none."""
    command = await to_thread.run_sync(shutil.which, _COMMAND)
    if command is None:
        return None
    return command if _FILTER in await _said([command, "-hide_banner", "-filters"], _ASKING_S) else None


async def measure_vmaf(command: str, film: Path, reference: Path, size_px: tuple[int, int]) -> float | None:
    """VMAF of a film, 0 to 100, at the size of the other; None: it can't be measured. Cancelling ends the child."""
    inputs: list[str] = []
    for path in (film, reference):
        inputs += ["-protocol_whitelist", "file", "-i", f"file:{await anyio.Path(path).absolute()}"]
    graph = ("-lavfi", _GRAPH.format(*size_px), "-f", "null", "-")
    found = _SCORE.search(await _said([command, "-hide_banner", "-nostdin", *inputs, *graph], _MEASURING_S))
    return float(found[1]) if found else None


async def _said(command: list[str], most_s: float) -> str:
    """What a command prints; nothing if it fails or takes too long. It is gone when this returns, however that is."""
    said = bytearray()
    try:
        with anyio.fail_after(most_s):
            # Cancelled while it starts, it would be killed, and nobody would wait for its end.
            with anyio.CancelScope(shield=True):
                process = await anyio.open_process(command, stdin=subprocess.DEVNULL, stderr=subprocess.STDOUT)
            # anyio kills the process when this is cancelled or times out.
            async with process:
                assert process.stdout
                async for some in process.stdout:
                    said += some
                has_failed = await process.wait() != 0
    except (OSError, TimeoutError):
        return ""
    return "" if has_failed else said.decode("utf-8", "replace")
