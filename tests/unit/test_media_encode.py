"""Side effects of encoders on their process."""

from __future__ import annotations

import errno
import os
import sys
from pathlib import Path

import pytest

from pipeline.media.container.mux import open_mp4
from pipeline.media.pictures.encode import PictureEncoder
from pipeline.model import VideoFormat

SMALL = VideoFormat(width_px=320, height_px=180)


@pytest.mark.skipif(
    sys.platform != "linux", reason="threads have numbers in /proc there, and root has a real-time priority to lose"
)
@pytest.mark.parametrize(
    ("name", "options"),
    [("libsvtav1", {"preset": "12"}), ("libx264", {}), ("libx265", {"x265-params": "log-level=none"})],
)
def test_encoders_do_not_run_at_real_time_priority(tmp_path, name, options):
    with open_mp4(tmp_path / "film.mp4") as film:
        PictureEncoder(film, SMALL, options, name=name)

        threads = [int(thread.name) for thread in Path("/proc/self/task").iterdir()]
        assert len(threads) > 1 or name != "libsvtav1"
        assert {os.sched_getscheduler(thread) for thread in threads} == {os.SCHED_OTHER}


@pytest.mark.skipif(sys.platform != "linux", reason="nobody asks for it elsewhere")
def test_encoding_works_without_scheduler_calls(tmp_path, monkeypatch):
    def unknown(_):
        raise OSError(errno.ENOSYS, "Function not implemented")

    monkeypatch.setattr(os, "sched_getscheduler", unknown)

    with open_mp4(tmp_path / "film.mp4") as film:
        assert PictureEncoder(film, SMALL, {}, name="libx264").parameter_sets
