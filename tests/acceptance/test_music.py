"""`nightreel make --music`: a film with a music bed, from the command to the file."""

from __future__ import annotations

import numpy as np
import pytest

from pipeline.media.container.probe import probe
from pipeline.media.sound.audio import read_audio
from tests.acceptance.command import nightreel
from tests.acceptance.films import FILES, contents, stock
from tests.standins.ebur128 import measure_loudness
from tests.standins.music import chord, write_bed


@pytest.fixture(scope="module")
def scored(tea, tmp_path_factory):
    """The film of `tea` once more, with a bed of three seconds under it."""
    workspace = stock(tmp_path_factory.mktemp("scored") / "ws", tea.workspace)
    write_bed(workspace / "music" / "calm.mp3", chord(3.0, rate=44_100), rate=44_100)
    asked = ("make", "tea.md", "--offline", "--json", "--workspace", workspace, "--music")
    return workspace, asked, nightreel(*asked, "calm.mp3", cwd=tea.brief.parent)


def test_a_film_with_music_is_checked_and_delivered_like_any_other(tea, scored):
    workspace, _, made = scored
    folder = workspace / "output" / "films" / "why-tea-cools"

    assert (made.code, made.stderr) == (0, "")
    assert (made.json["status"], made.json["duration_s"]) == ("completed", tea.made.json["duration_s"])
    assert tuple(sorted(contents(folder))) == FILES
    info = probe(folder / "video.mp4")
    assert info.pictures[0].duration_s == info.sounds[0].duration_s
    assert not info.has_edit_list


def test_the_bed_is_audible_under_the_voice_and_the_film_is_no_louder(tea, scored):
    plain, mixed = (
        read_audio(folder / "video.mp4") for folder in (tea.folder, scored[0] / "output" / "films" / "why-tea-cools")
    )
    # After the last word of the first scene, where nothing else is heard.
    silent = np.flatnonzero(np.abs(plain[96_000:110_000]).max(axis=1) < 1e-4) + 96_000
    loudness = measure_loudness(mixed)

    assert len(silent) > 4_800
    assert np.sqrt(np.mean(mixed[silent] ** 2)) > 0.003
    assert len(mixed) == len(plain)
    assert loudness.integrated_lufs == pytest.approx(measure_loudness(plain).integrated_lufs, abs=0.5)
    assert loudness.true_peak_dbtp <= -1


def test_all_but_the_audio_equals_the_film_without_music(tea, scored):
    with_music = contents(scored[0] / "output" / "films" / "why-tea-cools")
    without = contents(tea.folder)

    assert {name for name in FILES if with_music[name] != without[name]} == {"video.mp4"}


def test_missing_music_is_reported_in_one_line_before_anything_is_made(tea, scored):
    workspace, asked, _ = scored

    refused = nightreel(*asked, "clam.mp3", cwd=tea.brief.parent)

    assert refused.code == 2
    (line,) = refused.stderr.splitlines()
    assert line == "nightreel: music: no music called 'clam.mp3'. Did you mean calm.mp3?"
    assert list((workspace / "output" / "films").iterdir()) == [workspace / "output" / "films" / "why-tea-cools"]
