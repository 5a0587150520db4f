"""The contract of all destinations. A new one is complete when it is in `DESTINATIONS` and passes."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from pipeline.errors import CheckpointError, InputError, StorageError
from pipeline.files import temporary_sibling
from pipeline.model import Brief, Job, Package
from pipeline.publishing import FileNames, FolderDestination, publish
from pipeline.publishing.youtube import Extras, ManualDestination
from pipeline.state.checkpoints.documents import from_json, to_json
from tests.standins.youtube import YouTubeStandIn
from tests.standins.youtube.clients import ASKED, channel_of, film_for, token_file

TITLE = "Why the sky is blue"
DESTINATIONS = {
    "folder": lambda root, _: FolderDestination(root / "output" / "space" / "why-is-the-sky-blue"),
    "explicit file": lambda root, _: FolderDestination(root / "films", names=FileNames.like(Path("sky.mp4"))),
    "youtube": lambda root, youtube: film_for(channel_of(youtube, root)),
    "by hand": lambda root, _: ManualDestination(f"folder:{root}/usb", root / "usb" / "sky", ASKED, Extras()),
    "another channel": lambda root, youtube: film_for(channel_of(youtube, root, "cooking")),
}


@pytest.fixture
async def youtube(tmp_path):
    async with YouTubeStandIn() as stand_in:
        for name in ("default", "cooking"):
            stand_in.write_token(token_file(tmp_path, name), name)
        yield stand_in
    assert stand_in.complaints == []


@pytest.fixture(params=DESTINATIONS, ids=str)
async def destination(request, tmp_path, youtube):
    return DESTINATIONS[request.param](tmp_path, youtube)


def packed(folder, *, version=b"1"):
    folder.mkdir(parents=True, exist_ok=True)
    package = Package(
        video=folder / "v.mp4",
        srt=folder / "s.srt",
        vtt=folder / "s.vtt",
        thumbnail=folder / "t.jpg",
        metadata=folder / "m.json",
        more_thumbnails=(folder / "t2.jpg", folder / "t3.jpg"),
    )
    for path in package.files:
        path.write_bytes(path.name.encode() * 1_000 + b"v" + version)
    package.metadata.write_text(f'{{"title": "{TITLE}", "made": "v{version.decode()}"}}', encoding="utf-8")
    return package


@pytest.fixture
def package(tmp_path):
    return packed(tmp_path / "bench")


def contents(package):
    return [path.read_bytes() for path in package.files]


async def test_every_file_arrives_as_it_was(destination, package):
    receipt = await publish(package, destination=destination)

    assert receipt.destination == destination.name
    assert contents(receipt.package) == contents(package)


async def test_what_was_delivered_stays_with_the_sender_too(destination, package):
    before = contents(package)

    await publish(package, destination=destination)

    assert contents(package) == before


async def test_delivering_again_gives_the_same_receipt_and_touches_nothing(destination, package):
    first = await publish(package, destination=destination)
    times = [path.stat().st_mtime_ns for path in first.package.files]

    second = await publish(package, destination=destination)

    assert second == first
    assert [path.stat().st_mtime_ns for path in second.package.files] == times


async def test_a_film_that_is_gone_is_refused(destination, package):
    package.video.unlink()

    with pytest.raises(CheckpointError, match=r"v\.mp4.*Run the command again"):
        await publish(package, destination=destination)


async def test_a_destination_knows_its_own_receipts_from_those_of_other_places(destination, package, tmp_path, youtube):
    receipt = await publish(package, destination=destination)

    assert destination.has_issued(receipt)
    assert [make(tmp_path, youtube).has_issued(receipt) for make in DESTINATIONS.values()].count(True) == 1


async def test_what_came_of_it_can_be_saved_and_read_again(destination, package, tmp_path):
    receipt = await publish(package, destination=destination)
    job = Job(id="0123456789abcdef", batch="space", folder="space/sky", brief=Brief(title=TITLE), published=(receipt,))

    assert from_json(to_json(job, tmp_path).encode(), Job, tmp_path, where="job").published == (receipt,)


# From here on: what only folders can show.


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "films"


STILLS = ("thumbnail-2.jpg", "thumbnail-3.jpg", "thumbnail.jpg")
FILES = ["metadata.json", *STILLS, "video.mp4", "video.srt", "video.vtt"]


def names_in(folder):
    return sorted(path.name for path in folder.iterdir())


async def test_a_film_that_was_made_again_replaces_the_old_one(folder, package, tmp_path):
    await publish(package, destination=FolderDestination(folder))

    receipt = await publish(packed(tmp_path / "bench2", version=b"2"), destination=FolderDestination(folder))

    assert all(b"v2" in content for content in contents(receipt.package))


async def test_a_film_whose_files_are_gone_is_refused(folder, package):
    package.srt.unlink()

    with pytest.raises(CheckpointError, match=r"s\.srt.*Run the command again"):
        await publish(package, destination=FolderDestination(folder))


async def test_a_folder_holds_the_files_of_the_film_and_nothing_else(package, folder):
    await publish(package, destination=FolderDestination(folder))

    assert names_in(folder) == FILES


async def test_the_files_of_an_explicit_film_are_named_after_it(package, folder):
    await publish(package, destination=FolderDestination(folder, names=FileNames.like(Path("My Film.v2.mp4"))))

    assert names_in(folder) == [
        "My Film.v2-2.jpg",
        "My Film.v2-3.jpg",
        *(f"My Film.v2.{ending}" for ending in ("jpg", "json", "mp4", "srt", "vtt")),
    ]


@pytest.mark.parametrize("name", ["film.srt", "film.mkv", "film"])
def test_a_film_must_be_called_mp4(name):
    with pytest.raises(InputError, match=r"must end in \.mp4"):
        FileNames.like(Path(name))


@pytest.mark.parametrize("step", range(7))
async def test_a_delivery_that_dies_halfway_shows_no_video_and_is_completed_later(
    package, folder, tmp_path, monkeypatch, step
):
    await publish(package, destination=FolderDestination(folder))
    remade = packed(tmp_path / "bench2", version=b"2")
    replaced = []

    def fails_at_that_step(path, target):
        if len(replaced) == step:
            raise OSError(5, "Input/output error")
        replaced.append(Path(path).rename(target))

    with monkeypatch.context() as patch:
        patch.setattr(os, "replace", fails_at_that_step)
        with pytest.raises(StorageError, match="input/output error"):
            await publish(remade, destination=FolderDestination(folder))

    assert "video.mp4" not in names_in(folder)
    receipt = await publish(remade, destination=FolderDestination(folder))
    assert contents(receipt.package) == contents(remade)
    assert len(names_in(folder)) == len(FILES)


async def test_a_film_that_differs_from_what_is_there_by_nothing_but_its_bytes_replaces_it(package, folder):
    receipt = await publish(package, destination=FolderDestination(folder))
    there, before = receipt.package.video, package.video.stat()
    there.write_bytes(there.read_bytes()[::-1])
    os.utime(there, ns=(before.st_atime_ns, before.st_mtime_ns))

    await publish(package, destination=FolderDestination(folder))

    assert there.read_bytes() == package.video.read_bytes()


async def test_what_a_killed_delivery_left_behind_is_cleared_away(package, folder):
    folder.mkdir()
    temporary_sibling(folder / "video.mp4").write_bytes(b"half a film")

    await publish(package, destination=FolderDestination(folder))

    assert len(names_in(folder)) == len(FILES)


async def test_a_full_disk_leaves_the_old_film_whole(package, folder, tmp_path):
    resource = pytest.importorskip("resource")
    await publish(package, destination=FolderDestination(folder))
    remade = packed(tmp_path / "bench2", version=b"2")
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)

    # No file may grow beyond that, as on a disk that is full: the kernel refuses the write.
    resource.setrlimit(resource.RLIMIT_FSIZE, (4_000, hard))
    try:
        with pytest.raises(StorageError, match=r"Free some space"):
            await publish(remade, destination=FolderDestination(folder))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))

    assert all(b"v1" in path.read_bytes() for path in folder.iterdir())
    assert len(names_in(folder)) == len(FILES)


async def test_a_folder_that_cannot_be_created_is_a_storage_error(package, tmp_path):
    (tmp_path / "file").write_text("not a folder")

    with pytest.raises(StorageError, match="choose another folder"):
        await publish(package, destination=FolderDestination(tmp_path / "file" / "films"))


async def test_a_folder_in_the_place_of_a_file_is_a_storage_error(package, folder):
    (folder / "video.mp4").mkdir(parents=True)

    with pytest.raises(StorageError, match="can't be written"):
        await publish(package, destination=FolderDestination(folder))
