"""Stamps of job files."""

from __future__ import annotations

import os

import pytest

from pipeline.errors import StorageError
from pipeline.state.index.stamps import stamp_of, stamps_in

JOB = "0123abcd"


def test_only_job_files_have_stamps(tmp_path):
    for name in (f"{JOB}.json", "4567ef01.json", f"{JOB}.json.part", f"{JOB}.bak", JOB, "notes.json", ".DS_Store"):
        (tmp_path / name).write_text(name)

    assert dict(stamps_in(tmp_path)) == {
        JOB: stamp_of(tmp_path / f"{JOB}.json"),
        "4567ef01": stamp_of(tmp_path / "4567ef01.json"),
    }


def test_a_missing_file_has_no_stamp_and_a_missing_folder_no_files(tmp_path):
    assert stamp_of(tmp_path / f"{JOB}.json") == ""
    assert list(stamps_in(tmp_path / "gone")) == []


def test_a_file_in_the_place_of_the_folder_is_an_error(tmp_path):
    (tmp_path / "jobs").write_text("")

    with pytest.raises(StorageError, match="jobs"):
        list(stamps_in(tmp_path / "jobs"))


# Windows' listings have no inode numbers.
@pytest.mark.parametrize("change", ["content", "time", *(["file"] if os.name == "posix" else [])])
def test_a_stamp_changes_with_the_size_the_time_and_the_file_itself(tmp_path, change):
    path, other = tmp_path / f"{JOB}.json", tmp_path / "other"
    for each in (path, other):
        each.write_text("{}")
        os.utime(each, ns=(0, 10**18))
    before = stamp_of(path)

    if change == "content":
        path.write_text("{ }")
        os.utime(path, ns=(0, 10**18))
    elif change == "time":
        os.utime(path, ns=(0, 10**18 + 1_000))
    else:
        other.replace(path)

    assert stamp_of(path) != before
