"""Probing films."""

from __future__ import annotations

from contextlib import suppress

import av
import numpy as np
import pytest

from pipeline.errors import InputError
from pipeline.media.container import probe as probing
from pipeline.media.container.probe import probe
from pipeline.media.pictures.decode import decode_video
from tests.standins.films import make_film


def test_a_film_is_described_from_its_packets(tmp_path):
    info = probe(make_film(tmp_path))

    (picture,), (sound,) = info.pictures, info.sounds
    assert (picture.width_px, picture.height_px, picture.frames) == (320, 180, 112)
    assert picture.duration_s == sound.duration_s == pytest.approx(112 / 30)
    assert (sound.codec, sound.profile, sound.sample_rate_hz, sound.channels) == ("aac", "LC", 48_000, 2)
    assert (info.other_streams, info.is_complete, info.index_first, info.has_edit_list) == (0, True, True, False)


@pytest.mark.parametrize("parts", [{}, {"video": (3, 40, 1), "audio": (-1,)}])
def test_a_film_read_by_its_index_is_the_same_as_packet_by_packet(tmp_path, monkeypatch, parts):
    film = make_film(tmp_path)

    by_index = probe(film, parts)
    monkeypatch.setattr(probing, "_index_is_enough", lambda *_: False)

    assert probe(film, parts) == by_index


def test_reordered_pictures_have_presentation_times(tmp_path):
    film = tmp_path / "film.mp4"
    with av.open(str(film), "w") as made:
        stream = made.add_stream("libx264", rate=30, options={"bf": "2", "x264-params": "b-adapt=0"})
        stream.width, stream.height, stream.pix_fmt = 320, 180, "yuv420p"
        for at in range(30):
            frame = av.VideoFrame.from_ndarray(np.full((180, 320, 3), at * 8, np.uint8), format="rgb24")
            made.mux(stream.encode(frame))
        made.mux(stream.encode(None))
    with av.open(str(film)) as source:
        shown = [picture.pts * picture.time_base for picture in source.decode(video=0)]

    (picture,) = probe(film).pictures

    assert (picture.frames, picture.last_s) == (30, pytest.approx(float(shown[-1])))


@pytest.mark.parametrize("place", [0.3, 0.6, 0.9])
def test_a_changed_byte_changes_the_hash(tmp_path, place):
    film = make_film(tmp_path)
    before = probe(film)
    data = bytearray(film.read_bytes())
    data[int(len(data) * place)] ^= 1
    film.write_bytes(data)

    assert probe(film) != before


@pytest.mark.parametrize("missing", [1, 5_000])
def test_a_film_that_is_cut_short_is_not_complete(tmp_path, missing):
    film = make_film(tmp_path)
    film.write_bytes(film.read_bytes()[:-missing])

    assert not probe(film).is_complete


@pytest.mark.parametrize(
    "data", [b"", b"not a film at all", bytes(1_024), b"#EXTM3U\n#EXTINF:1,\nfile:///etc/hostname\n"]
)
def test_a_file_that_is_no_film_is_an_input_error(tmp_path, data):
    path = tmp_path / "film.mp4"
    path.write_bytes(data)

    with pytest.raises(InputError, match=r"film\.mp4: can't be read as a film"):
        probe(path)


def test_a_file_that_is_not_there_is_an_input_error(tmp_path):
    with pytest.raises(InputError, match="can't be read"):
        probe(tmp_path / "film.mp4")


def test_the_picture_at_a_time_is_the_one_shown_then(tmp_path):
    film = make_film(tmp_path, lengths=(20, 4))
    with av.open(str(film)) as source:
        everything = [picture.to_ndarray()[:180:4, ::4] for picture in source.decode(video=0)]

    # Before and after keyframes, in a held picture and at its start, and past the end.
    shown = decode_video(film, [0.0, 1.51, 9.99, 11.2, 12.77, 99.0], frame_rate=30).samples

    assert [picture.shape for picture in shown] == [(45, 80)] * 6
    for picture, at in zip(shown, [0, 45, 299, 336, 383, 383], strict=True):
        assert (picture == everything[at]).all()


def test_ffmpeg_prints_nothing_to_the_terminal(tmp_path, capfd):
    film = make_film(tmp_path)
    data = bytearray(film.read_bytes())
    data[-4_000:] = b"\xa5" * 4_000
    film.write_bytes(data)

    probe(film)
    with suppress(InputError):
        decode_video(film, [0.5, 3.5], frame_rate=30)

    assert capfd.readouterr() == ("", "")
