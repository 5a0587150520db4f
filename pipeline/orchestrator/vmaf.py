"""VMAF, Netflix's measure of perceived quality against a reference film, if FFmpeg has it.

The FFmpeg bundled with nightreel does not have libvmaf. One on the PATH may: it runs as a child process.
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
_LIST_TIMEOUT_S, _MEASURE_TIMEOUT_S = 20.0, 3600.0
_SCORE = re.compile(r"VMAF score: *([0-9]+(?:\.[0-9]+)?)")
# Scale the film to the size of the reference, and let both start at 0.
_GRAPH = (
    "[0:v]settb=AVTB,setpts=PTS-STARTPTS,scale={}:{}:flags=bicubic[film];"
    "[1:v]settb=AVTB,setpts=PTS-STARTPTS[other];[film][other]libvmaf"
)


async def find_vmaf() -> str | None:
    """The path of an FFmpeg with libvmaf; None if there is none."""
    command = await to_thread.run_sync(shutil.which, _COMMAND)
    if command is None:
        return None
    return command if _FILTER in await _run([command, "-hide_banner", "-filters"], _LIST_TIMEOUT_S) else None


async def measure_vmaf(command: str, film: Path, reference: Path, size_px: tuple[int, int]) -> float | None:
    """VMAF of a film, 0 to 100, at the size of the reference; None if it can't be measured. Cancellable."""
    inputs: list[str] = []
    for path in (film, reference):
        inputs += ["-protocol_whitelist", "file", "-i", f"file:{await anyio.Path(path).absolute()}"]
    graph = ("-lavfi", _GRAPH.format(*size_px), "-f", "null", "-")
    found = _SCORE.search(await _run([command, "-hide_banner", "-nostdin", *inputs, *graph], _MEASURE_TIMEOUT_S))
    return float(found[1]) if found else None


async def _run(command: list[str], most_s: float) -> str:
    """The output of a command; empty if it fails or times out. The process has ended when this returns or raises."""
    output = bytearray()
    try:
        with anyio.fail_after(most_s):
            # If cancelled while it starts, it would be killed but never waited for.
            with anyio.CancelScope(shield=True):
                process = await anyio.open_process(command, stdin=subprocess.DEVNULL, stderr=subprocess.STDOUT)
            # anyio kills the process when this is cancelled or times out.
            async with process:
                assert process.stdout
                async for some in process.stdout:
                    output += some
                has_failed = await process.wait() != 0
    except (OSError, TimeoutError):
        return ""
    return "" if has_failed else output.decode("utf-8", "replace")
