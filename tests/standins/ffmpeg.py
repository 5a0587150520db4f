"""The FFmpeg command line, the reference for our measurements. Debian: `ffmpeg`."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.standins.openh264 import REQUIRED

_DEADLINE_S = 60
Pairs = list[tuple[float, float]]


def ffmpeg() -> str:
    """The command; skips the test if it is missing, or fails it in CI."""
    found = shutil.which("ffmpeg")
    if found is None:
        if os.environ.get(REQUIRED):
            pytest.fail("FFmpeg is missing. Debian: apt install ffmpeg")
        pytest.skip("needs FFmpeg's command (Debian: ffmpeg)")
    return found


def said(film: Path, *filters: str) -> str:
    """The output of filters applied to a film."""
    return ran("-i", str(film), *filters, "-f", "null", "-")


def ran(*arguments: str) -> str:
    """The output of a run with these arguments."""
    done = subprocess.run(
        [ffmpeg(), "-hide_banner", "-nostdin", "-nostats", *arguments],
        capture_output=True,
        text=True,
        encoding="utf-8",
        errors="replace",
        timeout=_DEADLINE_S,
        check=True,
    )
    return done.stderr


def spans(told: str, start: str, end: str, *, until_s: float) -> Pairs:
    """Spans by the keywords before their times; one without an end lasts until the end of the film."""
    starts, ends = ([float(each) for each in re.findall(rf"{word}:\s*(-?[\d.]+)", told)] for word in (start, end))
    return list(zip(starts, [*ends, until_s][: len(starts)], strict=True))
