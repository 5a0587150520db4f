"""A folder per film for manual uploads."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace

import pytest
from anyio import to_thread

from pipeline.errors import InputError, QualityError, StorageError
from pipeline.publishing import Subject, hash_files
from pipeline.publishing.youtube import Extras, Links, ManualDestination, Neighbour
from tests.standins.youtube.clients import ASKED
from tests.unit.test_youtube_extras import SRT, judged, write_film


@pytest.fixture
def film(tmp_path):
    package = write_film(tmp_path / "film", description="Light & air. " * 600, tags=["sky", "blue light"])
    package.srt.with_name("video.es.srt").write_text(SRT)
    return package


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "usb" / "space" / "sky"


def destination(folder, extras=None):
    return ManualDestination("folder:usb", folder, ASKED, extras or Extras(playlist="Space"))


async def test_a_folder_has_all_files_and_metadata_in_the_format_of_youtubeuploader(film, folder):
    receipt = await destination(folder).deliver(film)

    assert receipt.url == folder.as_uri()
    assert sorted(path.name for path in folder.iterdir()) == [
        "SHA256SUMS", "metadata.json", "thumbnail.jpg", "video.es.srt", "video.mp4", "video.srt"
    ]  # fmt: skip
    told = json.loads((folder / "metadata.json").read_bytes())
    assert len(told.pop("description").encode()) <= 5000
    assert told == {
        "title": "Why the sky is blue",
        "tags": ["sky", "blue light"],
        "categoryId": "27",
        "privacyStatus": "unlisted",
        "madeForKids": False,
        "containsSyntheticMedia": False,
        "license": "youtube",
        "embeddable": True,
        "playlistTitles": ["Space"],
        "language": "en",
    }


async def test_the_checksums_of_a_folder_are_right(film, folder):
    await destination(folder).deliver(film)

    lines = (folder / "SHA256SUMS").read_text().splitlines()
    assert len(lines) == 5
    for line in lines:
        digest, _, name = line.partition("  ")
        assert hashlib.sha256((folder / name).read_bytes()).hexdigest() == digest


async def test_changed_files_in_a_folder_are_replaced_and_old_ones_removed(film, folder):
    await destination(folder).deliver(film)
    (folder / "video.mp4").write_bytes(b"torn")
    (folder / "notes.txt").write_text("old")

    await destination(folder).deliver(film)

    assert (folder / "video.mp4").read_bytes() == film.video.read_bytes()
    assert not (folder / "notes.txt").exists()
    assert [path.name for path in folder.parent.iterdir()] == ["sky"]


async def test_a_complete_folder_is_left_unchanged(film, folder):
    await destination(folder).deliver(film)
    before = folder.stat().st_ino

    await destination(folder).deliver(film)

    assert folder.stat().st_ino == before


async def test_changed_metadata_of_the_same_length_are_written(film, folder):
    await destination(folder).deliver(film)
    told = film.metadata.read_text(encoding="utf-8")
    film.metadata.write_text(told.replace("sky is blue", "sea is grey"), encoding="utf-8")

    await destination(folder).deliver(film)

    assert json.loads((folder / "metadata.json").read_bytes())["title"] == "Why the sea is grey"


async def test_a_film_without_a_verdict_of_its_own_is_not_copied(film, folder):
    judged = Subject(key="0123456789abcdef", job="job1", batch="space", film_sha256="0" * 64)

    with pytest.raises(QualityError, match="not the one that was judged"):
        await ManualDestination("folder:usb", folder, ASKED, Extras(), judged).deliver(film)

    assert not folder.exists()


async def test_a_film_without_metadata_is_titled_by_its_file_name(film, folder):
    film.metadata.unlink()

    await destination(folder).deliver(film)

    assert json.loads((folder / "metadata.json").read_bytes())["title"] == film.video.stem


async def test_an_update_of_a_folder_says_to_publish_it_again(film, folder):
    with pytest.raises(InputError, match=r"is a folder\. Publish again without --update"):
        await destination(folder).update(film)


async def test_an_interrupted_copy_leaves_no_folder_and_is_repeated_later(film, folder, monkeypatch):
    def full(source, target):
        if target.name == "thumbnail.jpg":
            raise OSError(28, "No space left on device")
        return target.write_bytes(source.read_bytes())

    monkeypatch.setattr("pipeline.publishing.youtube.manual.shutil.copyfile", full)
    with pytest.raises(StorageError, match="no space left"):
        await destination(folder).deliver(film)
    assert not folder.exists()

    monkeypatch.undo()
    await destination(folder).deliver(film)
    assert (folder / "video.mp4").is_file()
    assert [path.name for path in folder.parent.iterdir()] == ["sky"]


async def test_a_file_that_changes_while_it_is_copied_is_refused(film, folder, monkeypatch):
    def another(source, target):
        return target.write_bytes(source.read_bytes()[::-1])

    monkeypatch.setattr("pipeline.publishing.youtube.manual.shutil.copyfile", another)
    with pytest.raises(InputError, match="has changed since it was judged"):
        await destination(folder).deliver(film)
    assert not folder.exists()


@pytest.mark.parametrize("name", ["video.srt", "video.es.srt", "thumbnail.jpg", "metadata.json"])
async def test_a_file_that_changed_since_its_verdict_is_not_copied(film, folder, name):
    subject = Subject(key="sky", companions=await to_thread.run_sync(judged, film))
    path = film.srt.with_name(name)
    path.write_bytes(path.read_bytes() + b"\n")

    with pytest.raises(InputError, match="has changed since it was judged"):
        await ManualDestination("folder:usb", folder, ASKED, Extras(), subject).deliver(film)

    assert not folder.exists()


async def test_alternative_thumbnails_vtt_captions_and_links_are_included_and_the_films_own_playlist_wins(film, folder):
    film = replace(film, more_thumbnails=tuple(film.srt.with_name(f"still{n}.jpg") for n in (2, 3)))
    for path in (film.vtt, *film.more_thumbnails):
        path.write_bytes(path.name.encode())
    told = json.loads(film.metadata.read_bytes())
    film.metadata.write_text(json.dumps({**told, "playlistTitles": ["Light"]}), encoding="utf-8")
    before = Neighbour(id="1", url="https://www.youtube.com/watch?v=1", title="Dawn")

    await ManualDestination(
        "folder:usb", folder, ASKED, Extras(playlist="Space"), neighbours=lambda: Links(before=before)
    ).deliver(film)

    names = {"thumbnail-2.jpg": b"still2.jpg", "thumbnail-3.jpg": b"still3.jpg", "video.vtt": film.vtt.name.encode()}
    assert {name: (folder / name).read_bytes() for name in names} == names
    shown = json.loads((folder / "metadata.json").read_bytes())
    assert shown["playlistTitles"] == ["Light"]
    assert shown["description"].endswith(f"\n\n←: Dawn {before.url}")


async def test_unset_options_are_left_out_of_the_metadata(film, folder):
    film.metadata.write_text('{"title": "Sky"}', encoding="utf-8")

    await destination(folder, Extras()).deliver(film)

    assert not {"playlistTitles", "language", "publishAt"} & json.loads((folder / "metadata.json").read_bytes()).keys()


def test_a_missing_film_is_reported_with_its_name(film):
    film.srt.unlink()

    with pytest.raises(StorageError, match=r"video\.srt: can't be read, or is gone\. Run the command again"):
        hash_files({"srt": film.srt})
