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
def folder(tmp_path, monkeypatch):
    """Two films, and links in circles: two of them, so that following both would double with each step."""
    for name in ("a.mp4", "below/b.mp4", "below/notes.txt", ".hidden/c.mp4", "below/.d.mp4"):
        path = tmp_path / "films" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"")
    (tmp_path / "films" / "round").symlink_to(".")
    (tmp_path / "films" / "below" / "up").symlink_to("..")
    (tmp_path / "films" / "itself.mp4").symlink_to("itself.mp4")
    monkeypatch.chdir(tmp_path)
    return tmp_path / "films"


def meant(*names, recursive=False):
    return [path.as_posix() for path in find_films(names, recursive=recursive)]


@pytest.mark.parametrize("kind", ["pipe", "socket", "device"])
@pytest.mark.parametrize("by", ["name", "pattern", "folder"])
def test_pipes_and_sockets_are_refused_by_name_and_skipped_in_folders(folder, kind, by):
    trap = folder / "trap.mp4"
    if kind == "pipe":
        os.mkfifo(trap)
    elif kind == "device":
        trap.symlink_to("/dev/zero")
    else:
        with socket.socket(socket.AF_UNIX) as listening:
            os.chdir(folder)  # the path of a socket is short
            listening.bind("trap.mp4")
            os.chdir(folder.parent)

    if by == "name":
        with pytest.raises(InputError, match=r"trap\.mp4: is neither a file nor a folder"):
            find_films([str(trap)], recursive=True)
    else:
        assert meant("films/*.mp4" if by == "pattern" else "films") == ["films/a.mp4"]


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("none.mp4", "none.mp4: no such film or folder"),
        ("none*.mp4", "none*.mp4: matches nothing"),
        ("films/below*", "films/below*: matches no films. --recursive includes subfolders"),
        ("holds", "holds: has no films. --recursive includes subfolders"),
        ("holds/films", "holds/films: has no films"),
    ],
)
def test_recursive_is_advised_only_where_there_are_subfolders(folder, name, told):
    (folder.parent / "holds" / "films").mkdir(parents=True)
    (folder / "below" / "b.mp4").unlink()

    with pytest.raises(InputError) as error:
        find_films([name], recursive=False)

    assert str(error.value) == told


def test_symlink_loops_are_not_followed(folder):
    films = ["films/a.mp4", "films/below/b.mp4"]

    assert meant("films", recursive=True) == films
    assert meant("films/**/*.mp4") == films
    assert meant("films/**/*.mp4", recursive=True) == films
    assert meant(f"{folder}/**/*.mp4") == [f"{folder}/a.mp4", f"{folder}/below/b.mp4"]
    with pytest.raises(InputError, match="no such film"):
        find_films(["films/itself.mp4"], recursive=False)


def test_hidden_films_are_found_only_by_a_pattern_that_names_them(folder):
    # A link that is named by a star is followed, once.
    assert meant("films/*/*.mp4") == ["films/below/b.mp4", "films/round/a.mp4"]
    assert meant("films/.hidden/*.mp4") == ["films/.hidden/c.mp4"]
    assert meant("films/below/.*.mp4") == ["films/below/.d.mp4"]


@pytest.mark.parametrize("name", ["", "films/[", "no/such/**", "a\0b.mp4", "x" * 5000])
def test_an_invalid_name_is_an_input_error_or_matches_nothing(folder, name):
    with pytest.raises(InputError):
        find_films([name], recursive=False)
