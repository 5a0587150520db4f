"""Thumbnail files."""

from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image

from pipeline.assembly import read_stills, write_stills
from pipeline.assembly.stills import MAX_BYTES
from pipeline.errors import StorageError


def jpeg_of(picture, tmp_path):
    write_stills([picture], tmp_path / "stills.zip")
    (jpeg,) = read_stills(tmp_path / "stills.zip")
    return jpeg


def test_a_thumbnail_is_a_jpeg_of_1280x720_without_chroma_subsampling(tmp_path):
    jpeg = jpeg_of(Image.new("RGB", (1280, 720), (200, 30, 60)), tmp_path)

    with Image.open(io.BytesIO(jpeg)) as image:
        assert (image.format, image.size, image.mode) == ("JPEG", (1280, 720), "RGB")
        # One sample of each component per pixel.
        assert {(component[1], component[2]) for component in image.layer} == {(1, 1)}


@pytest.mark.parametrize("size", [(1280, 720), (1080, 1920)])
def test_even_noise_fits_into_two_megabytes(size, tmp_path):
    noise = np.random.default_rng(0).integers(0, 256, (size[1], size[0], 3), dtype=np.uint8)

    assert 100_000 < len(jpeg_of(Image.fromarray(noise), tmp_path)) <= MAX_BYTES


def test_a_picture_of_another_mode_is_refused(tmp_path):
    with pytest.raises(ValueError, match="must be RGB"):
        write_stills([Image.new("RGBA", (1280, 720))], tmp_path / "stills.zip")


def test_a_folder_that_is_not_there_is_a_storage_error(tmp_path):
    with pytest.raises(StorageError, match="can't be written: no such file"):
        write_stills([Image.new("RGB", (1280, 720))], tmp_path / "nowhere" / "stills.zip")


def test_the_stills_of_a_film_are_read_in_the_order_in_which_they_were_written_and_are_the_same_each_time(tmp_path):
    pictures = [Image.new("RGB", (1280, 720), (200, 30, 6 * number)) for number in range(12)]
    one_by_one = tuple(jpeg_of(picture, tmp_path) for picture in pictures)

    write_stills(pictures, tmp_path / "stills.zip")
    write_stills(iter(pictures), tmp_path / "again.zip")

    assert read_stills(tmp_path / "stills.zip") == one_by_one
    assert (tmp_path / "stills.zip").read_bytes() == (tmp_path / "again.zip").read_bytes()


def test_incomplete_stills_are_left_to_the_cache(tmp_path):
    def pictures():
        yield Image.new("RGB", (1280, 720))
        seen.extend(path.name for path in tmp_path.iterdir())  # left behind by a worker killed now

    seen = []
    write_stills(pictures(), tmp_path / "stills.zip")

    assert seen == ["stills.zip"]


def test_missing_stills_are_a_storage_error(tmp_path):
    with pytest.raises(StorageError, match=r"stills\.zip"):
        read_stills(tmp_path / "stills.zip")


def test_damaged_stills_are_reported_with_a_remedy(tmp_path):
    (tmp_path / "stills.zip").write_bytes(b"not a zip")

    with pytest.raises(StorageError, match="is damaged") as raised:
        read_stills(tmp_path / "stills.zip")

    assert raised.value.hint == "Delete it: it will be made again"
