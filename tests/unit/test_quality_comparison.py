"""A film compared with its original: size, length, similarity."""

from __future__ import annotations

import re
import subprocess
import sys
from dataclasses import replace
from functools import partial
from pathlib import Path

import anyio
import anyio.lowlevel
import numpy as np
import pytest

from pipeline.errors import InputError
from pipeline.media.pictures.ssim import Similarity, compare_pictures, ssim
from pipeline.model import STANDARD, Verdict
from pipeline.orchestrator import vmaf
from pipeline.quality.comparison import Derived, with_comparison
from tests.standins.ffmpeg import said
from tests.standins.ffmpeg_films import moving, write_film

FINE = Similarity(mean=0.99, least=0.97, least_at_s=1.5, pictures=96, size_px=(320, 180))
DERIVED = Derived(bytes=400_000, length_s=3.2, reference_bytes=1_000_000, reference_length_s=3.2, similarity=FINE)


def coarse(at, width, height):
    """The film of `moving` after a poor encoder: quantised and noisy."""
    noise = np.random.default_rng(at).normal(0, 6, (height, width, 3))
    return np.clip(moving(at, width, height) // 24 * 24 + noise, 0, 255).astype(np.uint8)


@pytest.fixture(scope="module")
def films(tmp_path_factory):
    folder = tmp_path_factory.mktemp("films")
    return {
        "good": write_film(folder / "good.mp4"),
        "poor": write_film(folder / "poor.mp4", picture=coarse),
        "small": write_film(
            folder / "small.mp4", size=(160, 90), picture=lambda at, *_: moving(at, 320, 180)[::2, ::2]
        ),
        "other": write_film(folder / "other.mkv", form="matroska", picture=lambda at, w, h: moving(at, w, h)[::-1]),
    }


def test_ssim_is_one_for_the_same_picture_and_low_for_noise():
    picture = moving(0, 320, 180)[..., 0]
    noise = np.random.default_rng(0).integers(0, 255, picture.shape).astype(np.uint8)

    assert ssim(picture, picture) == 1
    assert ssim(picture, noise) < 0.05


def test_a_film_compared_with_itself_has_an_ssim_of_one(films):
    found = compare_pictures(films["good"], films["good"])

    assert (found.mean, found.least, found.pictures, found.size_px) == (1.0, 1.0, 96, (320, 180))


def test_ssim_is_that_of_ffmpeg(films):
    told = said(films["poor"], "-i", str(films["good"]), "-lavfi", "ssim")
    wanted = float(re.search(r"SSIM Y:([\d.]+)", told)[1])

    assert wanted < 0.9
    assert compare_pictures(films["poor"], films["good"]).mean == pytest.approx(wanted, abs=0.001)


def test_a_smaller_film_is_scaled_to_the_reference(films):
    told = said(films["small"], "-i", str(films["good"]), "-lavfi", "[0:v]scale=320:180:flags=bicubic[a];[a][1:v]ssim")
    wanted = float(re.search(r"SSIM Y:([\d.]+)", told)[1])

    assert compare_pictures(films["small"], films["good"]).mean == pytest.approx(wanted, abs=0.01)


def test_another_film_has_a_low_ssim(films):
    assert compare_pictures(films["other"], films["good"]).mean < 0.9


def test_a_film_that_cannot_be_decoded_is_an_input_error(films, tmp_path):
    page = tmp_path / "page.mp4"
    page.write_text("<html>")

    with pytest.raises(InputError, match=r"page\.mp4: its pictures can't be decoded"):
        compare_pictures(films["good"], page)


# The verdict -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changes", "wrong", "reason"),
    [
        ({}, None, ""),
        ({"vmaf": 95.0}, None, ""),
        ({"bytes": 1_500_000}, "size_ratio", "1.50 times as large (1.50 of 1.00 MB)"),
        ({"length_s": 3.0}, "length", "3.00 s beside 3.20 s"),
        ({"similarity": replace(FINE, mean=0.9)}, "ssim", "0.9000, of 96 pictures; 0.9700 at 1.50 s"),
        ({"vmaf": 12.34}, "vmaf", "12.3"),
    ],
)
def test_each_fault_fails_its_own_check(changes, wrong, reason):
    verdict = with_comparison(Verdict(checks=()), replace(DERIVED, **changes), replace(STANDARD, warns=()))

    assert [check.name for check in verdict.checks][:3] == ["size_ratio", "length", "ssim"]
    assert ("vmaf" in [check.name for check in verdict.checks]) == ("vmaf" in changes)
    assert [(check.name, check.measured) for check in verdict.checks if not check.passed] == (
        [(wrong, reason)] if wrong else []
    )


# VMAF ------------------------------------------------------------------------------------------------------------

FILTERS = " TS. ssim  VV->V  SSIM\\n ... libvmaf  VV->V  Calculate the VMAF"
STANDIN = """
import json, sys
if "-filters" in sys.argv:
    print({filters!r})
else:
    json.dump(sys.argv[1:], open({noted!r}, "w"))
    print({score!r}, file=sys.stderr)
"""


def ffmpeg(folder: Path, monkeypatch, *, filters=FILTERS, score="[libvmaf @ 0x5] VMAF score: 87.654321") -> Path:
    """Install a command, the only one on the PATH."""
    folder.mkdir()
    script, noted = folder / "standin.py", folder / "noted.json"
    script.write_text(STANDIN.format(filters=filters, score=score, noted=str(noted)), encoding="utf-8")
    if sys.platform == "win32":
        (folder / "ffmpeg.bat").write_text(f'@"{sys.executable}" "{script}" %*\n', encoding="utf-8")
    else:
        (folder / "ffmpeg").write_text(f'#!/bin/sh\nexec "{sys.executable}" "{script}" "$@"\n', encoding="utf-8")
        (folder / "ffmpeg").chmod(0o755)
    monkeypatch.setenv("PATH", str(folder))
    return noted


def test_vmaf_is_measured_if_ffmpeg_has_it(tmp_path, monkeypatch):
    noted = ffmpeg(tmp_path / "bin", monkeypatch)

    async def measured():
        command = await vmaf.find_vmaf()
        return await vmaf.measure_vmaf(command, Path("a b.mp4"), Path("-c.mp4"), (1920, 1080))

    assert anyio.run(measured) == 87.654321
    asked = noted.read_text(encoding="utf-8")
    assert asked.index("a b.mp4") < asked.index("-c.mp4")
    assert f"file:{Path('-c.mp4').absolute()}" in asked
    assert "scale=1920:1080:flags=bicubic" in asked


def test_without_libvmaf_there_is_no_vmaf(tmp_path, monkeypatch):
    ffmpeg(tmp_path / "bin", monkeypatch, filters=" TS. ssim  VV->V  SSIM")
    assert anyio.run(vmaf.find_vmaf) is None

    monkeypatch.setenv("PATH", str(tmp_path))
    assert anyio.run(vmaf.find_vmaf) is None


def test_without_a_score_there_is_no_vmaf(tmp_path, monkeypatch):
    ffmpeg(tmp_path / "bin", monkeypatch, score="Error reinitializing filters!")

    assert anyio.run(vmaf.measure_vmaf, "ffmpeg", Path("a.mp4"), Path("b.mp4"), (320, 180)) is None


@pytest.mark.parametrize("steps", range(1, 13))
async def test_cancelling_vmaf_waits_for_the_end_of_its_process(steps, monkeypatch):
    started = []

    class Noted(subprocess.Popen):
        def __init__(self, *arguments, **options):
            super().__init__(*arguments, **options)
            started.append(self)

    monkeypatch.setattr(subprocess, "Popen", Noted)
    monkeypatch.setattr(vmaf, "_run", partial(waits, vmaf._run))

    async with anyio.create_task_group() as tasks:
        tasks.start_soon(vmaf.measure_vmaf, "ffmpeg", Path("a.mp4"), Path("b.mp4"), (320, 180))
        while not started:
            await anyio.lowlevel.checkpoint()
        for _ in range(steps - 1):
            await anyio.lowlevel.checkpoint()
        tasks.cancel_scope.cancel()

    assert [process.returncode for process in started] == [-9]


async def waits(said, _command, most_s):
    return await said([sys.executable, "-I", "-S", "-c", "import time; time.sleep(60)"], most_s)
