"""File selection of `nightreel qc`, hostile names included."""

from __future__ import annotations

import os
import socket
import sys

import pytest

from pipeline.errors import InputError
from pipeline.orchestrator.qc import find_films

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="Windows has no pipes and links of this kind")


@pytest.fixture
def shelf(tmp_path, monkeypatch):
    """Two films, and links in circles: two of them, so that following both would double with each step."""
    for name in ("a.mp4", "below/b.mp4", "below/notes.txt", ".hidden/c.mp4", "below/.d.mp4"):
        path = tmp_path / "shelf" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"")
    (tmp_path / "shelf" / "round").symlink_to(".")
    (tmp_path / "shelf" / "below" / "up").symlink_to("..")
    (tmp_path / "shelf" / "itself.mp4").symlink_to("itself.mp4")
    monkeypatch.chdir(tmp_path)
    return tmp_path / "shelf"


def meant(*names, recursive=False):
    return [path.as_posix() for path in find_films(names, recursive=recursive)]


@pytest.mark.parametrize("kind", ["pipe", "socket", "device"])
@pytest.mark.parametrize("by", ["name", "pattern", "folder"])
def test_what_never_ends_is_refused_by_its_name_and_passed_over_elsewhere(shelf, kind, by):
    trap = shelf / "trap.mp4"
    if kind == "pipe":
        os.mkfifo(trap)
    elif kind == "device":
        trap.symlink_to("/dev/zero")
    else:
        with socket.socket(socket.AF_UNIX) as listening:
            os.chdir(shelf)  # the path of a socket is short
            listening.bind("trap.mp4")
            os.chdir(shelf.parent)

    if by == "name":
        with pytest.raises(InputError, match=r"trap\.mp4: is neither a file nor a folder"):
            find_films([str(trap)], recursive=True)
    else:
        assert meant("shelf/*.mp4" if by == "pattern" else "shelf") == ["shelf/a.mp4"]


def test_links_in_circles_are_not_followed(shelf):
    films = ["shelf/a.mp4", "shelf/below/b.mp4"]

    assert meant("shelf", recursive=True) == films
    assert meant("shelf/**/*.mp4") == films
    assert meant("shelf/**/*.mp4", recursive=True) == films
    assert meant(f"{shelf}/**/*.mp4") == [f"{shelf}/a.mp4", f"{shelf}/below/b.mp4"]
    with pytest.raises(InputError, match="no such film"):
        find_films(["shelf/itself.mp4"], recursive=False)


def test_what_is_hidden_is_meant_only_by_those_who_say_so(shelf):
    # A link that is named by a star is followed, once.
    assert meant("shelf/*/*.mp4") == ["shelf/below/b.mp4", "shelf/round/a.mp4"]
    assert meant("shelf/.hidden/*.mp4") == ["shelf/.hidden/c.mp4"]
    assert meant("shelf/below/.*.mp4") == ["shelf/below/.d.mp4"]


@pytest.mark.parametrize("name", ["", "shelf/[", "no/such/**", "a\0b.mp4", "x" * 5000])
def test_a_name_that_makes_no_sense_is_an_input_error_or_means_nothing(shelf, name):
    with pytest.raises(InputError):
        find_films([name], recursive=False)
