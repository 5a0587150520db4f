"""Finding out what a film is made of."""

from __future__ import annotations

from contextlib import suppress

import pytest

from pipeline.errors import InputError
from pipeline.media.decode import sample_pictures
from pipeline.media.probe import probe
from tests.standins.films import make_film


def test_a_film_is_described_from_its_packets(tmp_path):
    info = probe(make_film(tmp_path).path)

    (picture,), (sound,) = info.pictures, info.sounds
    assert (picture.width_px, picture.height_px, picture.frames) == (320, 180, 112)
    assert picture.duration_s == sound.duration_s == pytest.approx(112 / 30)
    assert (sound.codec, sound.profile, sound.sample_rate_hz, sound.channels) == ("aac", "LC", 48_000, 2)
    assert (info.other_streams, info.is_complete, info.index_first, info.has_edit_list) == (0, True, True, False)


def test_a_film_that_is_cut_short_is_not_complete(tmp_path):
    film = make_film(tmp_path).path
    film.write_bytes(film.read_bytes()[:-5_000])

    assert not probe(film).is_complete


@pytest.mark.parametrize(
    "data", [b"", b"not a film at all", bytes(1_024), b"#EXTM3U\n#EXTINF:1,\nfile:///etc/hostname\n"]
)
def test_what_is_no_film_is_an_input_error(tmp_path, data):
    path = tmp_path / "film.mp4"
    path.write_bytes(data)

    with pytest.raises(InputError, match=r"film\.mp4: can't be read as a film"):
        probe(path)


def test_a_file_that_is_not_there_is_an_input_error(tmp_path):
    with pytest.raises(InputError, match="can't be read"):
        probe(tmp_path / "film.mp4")


def test_sampled_pictures_are_the_keyframes_and_the_last(tmp_path):
    pictures = list(sample_pictures(make_film(tmp_path, lengths=(3, 4)).path))

    # The bar of the test film grows, so the last picture of the second scene is brighter than its first.
    assert len(pictures) == 3
    assert pictures[2].mean() > pictures[1].mean() + 5
    assert pictures[0].shape == (45, 80)


def test_ffmpeg_says_nothing_on_the_terminal(tmp_path, capfd):
    film = make_film(tmp_path).path
    data = bytearray(film.read_bytes())
    data[-4_000:] = b"\xa5" * 4_000
    film.write_bytes(data)

    probe(film)
    with suppress(InputError):
        list(sample_pictures(film))

    assert capfd.readouterr() == ("", "")
