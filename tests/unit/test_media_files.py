"""Files that appear whole or not at all."""

from __future__ import annotations

import errno
from pathlib import Path

import pytest

from pipeline.errors import StorageError
from pipeline.media.encode import SoundEncoder
from pipeline.media.files import replacing
from pipeline.media.mux import open_mp4
from tests.standins.films import voice


def test_a_file_takes_its_place_when_it_is_whole(tmp_path):
    path = tmp_path / "film"
    path.write_text("old")

    with replacing(path) as part:
        part.write_text("new")
        assert path.read_text() == "old"

    assert path.read_text() == "new"
    assert list(tmp_path.iterdir()) == [path]


def test_what_fails_leaves_the_old_file_and_nothing_else(tmp_path):
    path = tmp_path / "film"
    path.write_text("old")

    def write_half():
        with replacing(path) as part:
            part.write_text("half")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        write_half()

    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize(
    ("number", "hint"),
    [
        (errno.ENOSPC, "Free some space"),
        (errno.EDQUOT, "Free some space"),
        (errno.EROFS, "Choose a folder"),
        (errno.EACCES, "Choose a folder"),
    ],
)
def test_an_error_of_the_disk_says_what_to_do(tmp_path, number, hint):
    with pytest.raises(StorageError, match=hint) as caught, replacing(tmp_path / "film"):
        raise OSError(number, "reason of the system")

    assert "reason of the system" in str(caught.value)
    assert caught.value.where == str(tmp_path / "film")


def test_a_file_that_was_never_written_is_an_error(tmp_path):
    with pytest.raises(StorageError), replacing(tmp_path / "film"):
        pass


def test_the_encoder_says_that_the_disk_is_full_the_way_python_does():
    full = Path("/dev/full")
    if not full.exists():
        pytest.skip("only Linux has a disk that is always full")

    def write_film():
        with open_mp4(full) as film:
            for packet in SoundEncoder(film).encode(voice(4)):
                film.mux(packet)

    with pytest.raises(OSError, match="No space left") as caught:
        write_film()

    assert caught.value.errno == errno.ENOSPC
