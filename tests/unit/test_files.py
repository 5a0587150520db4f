"""Atomic writes, whenever the power fails."""

import errno
import os
import stat
import subprocess
import sys
import time
from functools import partial
from pathlib import Path

import psutil
import pytest

from pipeline.errors import DiskFullError, StorageError
from pipeline.files import (
    atomic,
    discard_stale_temporaries,
    path_exists,
    read_file,
    read_head,
    replacing,
    storage_errors,
    temporary_sibling,
    write_all_atomically,
    write_atomically,
    write_without_fsync,
)
from pipeline.files.scratch import scratch_folder
from pipeline.state.episodes import EpisodeLedger

posix_only = pytest.mark.skipif(os.name != "posix", reason="Windows has no permission bits, and counts handles")


@pytest.fixture
def steps(monkeypatch):
    """What the disk is asked for, in order, and does."""
    steps = []
    true_fsync, true_replace = os.fsync, os.replace

    def fsync(descriptor):
        steps.append("folder" if stat.S_ISDIR(os.fstat(descriptor).st_mode) else "content")
        true_fsync(descriptor)

    def replace(source, target):
        steps.append("rename")
        return true_replace(source, target)

    monkeypatch.setattr(os, "fsync", fsync)
    monkeypatch.setattr(os, "replace", replace)
    return steps


def write_one_of_all(path, text):
    for error in write_all_atomically({path: text}).values():
        raise error


def test_text_is_written_as_utf8_with_its_line_ends_as_they_are(tmp_path):
    write_atomically(tmp_path / "a.txt", "grün\r\n漢\n")

    assert (tmp_path / "a.txt").read_bytes() == "grün\r\n漢\n".encode()


def test_of_a_file_without_end_no_more_is_read_than_wanted(tmp_path):
    (tmp_path / "a").write_bytes(b"12345")

    assert [read_head(tmp_path / "a", most) for most in (3, 5, 9)] == [b"123", b"12345", b"12345"]
    assert read_file(tmp_path / "a") == b"12345"
    if os.name == "posix":
        assert read_head(Path("/dev/zero"), 3) == bytes(3)


def test_missing_folders_are_made_and_nothing_else_is_left(tmp_path):
    write_atomically(tmp_path / "x" / "y" / "a.bin", b"\x00\xff")

    assert [path.name for path in tmp_path.rglob("*")] == ["x", "y", "a.bin"]


@pytest.mark.parametrize(
    "write", [write_atomically, partial(write_atomically, durable=False), write_without_fsync, write_one_of_all]
)
def test_a_failure_before_the_rename_leaves_the_old_content_and_no_temporary_file(tmp_path, monkeypatch, write):
    path = tmp_path / "a.txt"
    path.write_text("old")

    def full(_source, target):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "replace", full)
    with pytest.raises(StorageError, match=r"a\.txt: can't be written: no space left on device\. Free some space"):
        write(path, "new")

    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_the_content_is_on_the_disk_before_the_name_is(tmp_path, steps):
    write_atomically(tmp_path / "a.txt", "new")

    assert steps == ["content", "rename", *(["folder"] if os.name == "posix" else [])]


def test_what_need_not_survive_a_power_cut_waits_for_no_disk_and_is_whole_all_the_same(tmp_path, monkeypatch):
    path = tmp_path / "a.txt"
    path.write_text("old")

    def fsync(descriptor):
        pytest.fail("waited for the disk")

    monkeypatch.setattr(os, "fsync", fsync)
    with replacing(path, durable=False) as part:
        part.write_text("half")
        assert path.read_text() == "old"
    assert path.read_text() == "half"
    write_atomically(path, "new", durable=False)
    assert path.read_text() == "new"

    assert write_without_fsync(path, "newer").st_ino == path.stat().st_ino
    assert path.read_text() == "newer"
    assert list(tmp_path.iterdir()) == [path]


def test_files_that_are_written_together_are_all_on_the_disk_before_their_names_and_their_folder_once(tmp_path, steps):
    (tmp_path / "a").write_text("old")

    assert write_all_atomically({tmp_path / "a": "grün", tmp_path / "b": b"2"}) == {}
    assert steps == ["content"] * 2 + ["rename"] * 2 + (["folder"] if os.name == "posix" else [])
    assert (tmp_path / "a").read_text(encoding="utf-8") == "grün"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a", "b"]


@pytest.mark.parametrize("step", ["open", "replace"])
def test_one_file_of_many_that_can_not_be_written_spoils_no_other_and_leaves_no_rubbish(tmp_path, monkeypatch, step):
    really = getattr(os, step)

    def full(path, *more):
        if Path(path).name.startswith(".b."):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        return really(path, *more)

    monkeypatch.setattr(os, step, full)
    (tmp_path / "b").write_text("old")

    failed = write_all_atomically({tmp_path / name: name for name in "abc"})

    assert list(failed) == [tmp_path / "b"]
    assert "no space left on device. Free some space" in str(failed[tmp_path / "b"])
    assert {path.name: path.read_text() for path in tmp_path.iterdir()} == {"a": "a", "b": "old", "c": "c"}


def test_files_whose_folder_can_not_be_flushed_count_as_unwritten(tmp_path, monkeypatch):
    def refuse(_folder):
        raise OSError(errno.EIO, os.strerror(errno.EIO))

    monkeypatch.setattr(atomic, "fsync_folder", refuse)

    assert set(write_all_atomically({tmp_path / name: name for name in "ab"})) == {tmp_path / "a", tmp_path / "b"}


@posix_only
def test_a_secret_file_is_never_readable_for_others(tmp_path):
    previous = os.umask(0o022)
    try:
        write_atomically(tmp_path / "token.json", "{}", mode=0o600)
        write_atomically(tmp_path / "plain.json", "{}")
    finally:
        os.umask(previous)

    assert stat.S_IMODE((tmp_path / "token.json").stat().st_mode) == 0o600
    assert stat.S_IMODE((tmp_path / "plain.json").stat().st_mode) == 0o644


@pytest.mark.parametrize(
    ("number", "kind", "hint"),
    [
        (errno.EACCES, StorageError, "Check the permissions of the folder, or choose another one$"),
        (errno.EROFS, StorageError, r"read-only file system\. Make the disk writable, or choose another folder$"),
        (errno.EISDIR, StorageError, "A file or folder of that name is in the way: move it"),
        (errno.EDQUOT, DiskFullError, "Free some space"),
        # There is room for other files.
        (errno.EFBIG, StorageError, "Free some space"),
    ],
)
def test_what_the_disk_refuses_says_what_to_do(tmp_path, monkeypatch, number, kind, hint):
    def refuse(*args, **kwargs):
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(os, "open", refuse)
    with pytest.raises(StorageError, match=hint) as caught:
        write_atomically(tmp_path / "a.txt", "new")
    assert type(caught.value) is kind


def test_a_file_takes_its_place_when_it_is_whole_and_on_the_disk(tmp_path, steps):
    path = tmp_path / "film"
    path.write_text("old")

    with replacing(path) as part:
        part.write_text("new")
        assert path.read_text() == "old"

    assert path.read_text() == "new"
    assert list(tmp_path.iterdir()) == [path]
    assert steps == ["content", "rename", *(["folder"] if os.name == "posix" else [])]


@posix_only
def test_no_file_and_no_folder_stays_open_after_it_is_written(tmp_path, monkeypatch):
    def refuse(_source, _target):
        raise OSError(errno.EACCES, os.strerror(errno.EACCES))

    before = psutil.Process().num_fds()
    write_atomically(tmp_path / "a", "1")
    write_all_atomically({tmp_path / "b": "2"})
    with replacing(tmp_path / "c") as part:
        part.write_text("3")
    monkeypatch.setattr(os, "replace", refuse)
    with pytest.raises(StorageError):
        write_atomically(tmp_path / "d", "4")
    monkeypatch.setattr(os, "fsync", lambda descriptor: refuse(descriptor, None))
    with pytest.raises(StorageError):
        write_atomically(tmp_path / "e", "5")

    assert psutil.Process().num_fds() == before


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


def test_a_file_that_was_never_written_is_an_error(tmp_path):
    with pytest.raises(StorageError), replacing(tmp_path / "film"):
        pass


@pytest.mark.parametrize(
    ("reason", "told"),
    [
        ("Can't reach /Volumes/My Films", "can't reach /Volumes/My Films"),
        ("NFS server gone", "NFS server gone"),
        (None, "OSError"),
    ],
)
def test_an_error_keeps_the_names_in_it_as_they_are(tmp_path, reason, told):
    with pytest.raises(StorageError) as caught, storage_errors(tmp_path / "Film"):
        raise OSError(errno.EIO, reason) if reason else OSError

    assert str(caught.value) == f"{tmp_path / 'Film'}: can't be written: {told}"


def test_leftovers_of_a_file_are_removed_and_those_of_others_are_not(tmp_path):
    film, other = tmp_path / "film[1].mp4", tmp_path / "film.mp4"
    left, alive = temporary_sibling(film), temporary_sibling(other)
    for path in (film, left, alive, tmp_path / ".film[1].hidden.mp4"):
        path.touch()

    discard_stale_temporaries(film)

    assert not left.exists()
    assert len(list(tmp_path.iterdir())) == 3


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes with names")
def test_a_pipe_in_the_place_of_a_file_is_told_and_waits_for_nobody(tmp_path):
    os.mkfifo(tmp_path / "spent.json")

    with pytest.raises(OSError, match="Not a file"):
        read_file(tmp_path / "spent.json")


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes with names")
def test_a_ledger_of_episodes_that_is_a_pipe_is_told(tmp_path):
    os.mkfifo(tmp_path / "optics.json")

    with pytest.raises(StorageError, match=r"optics\.json: can't be read: not a file"):
        EpisodeLedger(tmp_path, "optics").episodes()


def test_what_nobody_can_know_to_be_there_is_told_and_is_not_simply_missing(tmp_path):
    (tmp_path / "file").touch()
    (tmp_path / "round").symlink_to("round")

    assert path_exists(tmp_path)
    assert path_exists(tmp_path / "file")
    for missing in ("nothing", "nothing/below", "file/below", "round", "\0"):
        assert not path_exists(tmp_path / missing)
    # Python 3.14's own `exists` says no to this, too, and to what lies in a folder that is not ours to look into.
    with pytest.raises(OSError):  # noqa: PT011 - its words are the system's
        path_exists(tmp_path / ("x" * 300))


class Windows:
    """Its rename, while somebody has the file open for so many tries; what it is asked, and what is waited."""

    def __init__(self, monkeypatch, *, tries, winerror=32):
        self.tries, self.winerror, self.waited_s = tries, winerror, []
        self._replace = os.replace
        monkeypatch.setattr(os, "replace", self.replace)
        monkeypatch.setattr(time, "sleep", self.waited_s.append)

    def replace(self, source, target):
        self.tries -= 1
        if self.tries < 0:
            return self._replace(source, target)
        error = PermissionError(errno.EACCES, "The process cannot access the file")
        error.winerror = self.winerror
        raise error


def test_a_file_that_somebody_reads_on_windows_is_replaced_when_they_are_done(tmp_path, monkeypatch):
    windows = Windows(monkeypatch, tries=3)

    write_atomically(tmp_path / "job.json", "new")

    assert (tmp_path / "job.json").read_text(encoding="utf-8") == "new"
    assert windows.waited_s == [0.01, 0.02, 0.05]


@pytest.mark.parametrize(("winerror", "waits"), [(32, 6), (None, 0)], ids=["for ever", "not ours"])
def test_a_file_that_can_not_be_replaced_stays_and_nothing_is_left_beside_it(tmp_path, monkeypatch, winerror, waits):
    (tmp_path / "job.json").write_text("old", encoding="utf-8")
    windows = Windows(monkeypatch, tries=100, winerror=winerror)

    with pytest.raises(StorageError, match="can't be written"):
        write_atomically(tmp_path / "job.json", "new")

    assert len(windows.waited_s) == waits
    assert sum(windows.waited_s) <= 1
    assert [(path.name, path.read_text(encoding="utf-8")) for path in tmp_path.iterdir()] == [("job.json", "old")]


_ENDED_AT_ONCE = """
import sys
from pathlib import Path
from pipeline.cli.options import CommonOptions
from pipeline.cli.session import open_session
from pipeline.files.scratch import scratch_folder

session = open_session(CommonOptions(workspace=Path(sys.argv[1])), {})
with scratch_folder() as folder:
    (folder / "page.png").touch()
    session._exit_at_once()
"""


def test_a_command_that_ends_at_once_leaves_no_folder_that_it_had_for_a_while(tmp_path):
    (tmp_path / "nightreel.toml").touch()
    (temporary := tmp_path / "tmp").mkdir()
    places = dict.fromkeys(("TMPDIR", "TEMP", "TMP"), str(temporary))

    done = subprocess.run(
        [sys.executable, "-c", _ENDED_AT_ONCE, tmp_path],
        env={**os.environ, **places},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )

    assert (done.returncode, done.stderr) == (130, "nightreel: stopped at once; run the same command again\n")
    assert list(temporary.iterdir()) == []


def test_a_folder_for_a_while_is_gone_with_all_that_is_in_it():
    with scratch_folder() as folder:
        (folder / "page.png").touch()

    assert not folder.exists()
