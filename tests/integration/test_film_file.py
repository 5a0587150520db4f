"""A film at full size, from pictures and sound to the verdict."""

from __future__ import annotations

import pytest
from anyio import to_process

from pipeline.assembly import join_segments
from pipeline.media.container.boxes import has_edit_list, index_is_first, read_boxes
from pipeline.media.container.probe import probe
from pipeline.media.sound.audio import read_audio
from pipeline.model import SCENE_QUANTUM_SAMPLES, Subtitles, VideoFormat
from pipeline.quality import Expected, inspect_film
from tests.standins.films import cards, make_package, make_segment, spoken_cue, voice

EXPECTED = Expected(
    video_format=VideoFormat(),
    lengths=(2 * SCENE_QUANTUM_SAMPLES,) * 2,
    subtitles=Subtitles(scenes=((spoken_cue("Blue.", 0.1, 1.0),), ())),
)


@pytest.fixture(scope="module")
def film(tmp_path_factory):
    folder = tmp_path_factory.mktemp("film")
    full_hd = VideoFormat()
    segments = [
        make_segment(
            folder,
            f"scene-{number}",
            sound=voice(2, seed=number),
            frames=cards(32, full_hd, hold=4, hue=60 * number),
            video_format=full_hd,
        )
        for number in (1, 2)
    ]
    join_segments(segments, path=folder / "video.mp4", title="Why is the sky blue?")
    return folder / "video.mp4"


def test_a_film_is_what_hosts_and_players_want(film):
    info = probe(film)

    picture, sound = info.pictures[0], info.sounds[0]
    assert (picture.codec, picture.profile) == ("h264", "High")
    assert (picture.width_px, picture.height_px, picture.constant_rate) == (1920, 1080, 30)
    assert picture.is_bt709
    assert (sound.codec, sound.profile, sound.sample_rate_hz, sound.channels) == ("aac", "LC", 48_000, 2)
    assert picture.duration_s == sound.duration_s == pytest.approx(64 / 30)
    boxes = read_boxes(film)
    assert index_is_first(boxes)
    assert not has_edit_list(boxes)
    assert len(read_audio(film)) == 4 * SCENE_QUANTUM_SAMPLES


@pytest.fixture(scope="module")
def package(film):
    return make_package(film.parent, film, EXPECTED.subtitles, EXPECTED.lengths)


async def test_a_film_is_inspected_in_a_worker_process_and_passes(package):
    verdict = await to_process.run_sync(inspect_film, package, EXPECTED)

    assert verdict.passed, verdict.reasons
