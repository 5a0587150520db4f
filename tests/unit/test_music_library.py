"""Choosing a film's music bed."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.errors import InputError
from pipeline.music import BedLibrary


@pytest.fixture
def folder(tmp_path):
    folder = tmp_path / "music"
    folder.mkdir()
    for name in ("calm.mp3", "bright.ogg", "deep.flac", "README.md", "LICENCE.txt", ".hidden.mp3"):
        (folder / name).write_bytes(name.encode())
    return folder


def test_a_bed_is_found_by_name_and_hashed(folder):
    library = BedLibrary(folder=folder)

    found = library.bed(library.choose("calm.mp3", "Tea"))

    assert (found.path, found.where) == (folder / "calm.mp3", "music/calm.mp3")
    assert found.sha256 != library.bed("deep.flac").sha256


def test_auto_gives_a_topic_always_the_same_music_and_other_topics_other_music(folder):
    chosen = {topic: BedLibrary(folder=folder).choose("auto", topic) for topic in map(str, range(40))}

    assert chosen == {topic: BedLibrary(folder=folder).choose("auto", topic) for topic in chosen}
    assert set(chosen.values()) == {"calm.mp3", "bright.ogg", "deep.flac"}


def test_a_new_file_changes_the_music_only_of_the_films_that_get_it(folder):
    topics = list(map(str, range(40)))
    before = [BedLibrary(folder=folder).choose("auto", topic) for topic in topics]
    (folder / "new.wav").write_bytes(b"new")

    after = [BedLibrary(folder=folder).choose("auto", topic) for topic in topics]

    changed = [new for old, new in zip(before, after, strict=True) if old != new]
    assert changed
    assert set(changed) == {"new.wav"}


def test_an_unknown_name_gets_a_suggestion(folder):
    with pytest.raises(InputError, match=r"music: no music called 'clam\.mp3'\. Did you mean calm\.mp3\?"):
        BedLibrary(folder=folder).bed("clam.mp3")


def test_the_same_piece_in_another_format_is_suggested_before_a_similar_name(tmp_path):
    for name in ("bad.mp3", "calm.flac"):
        (tmp_path / name).touch()

    with pytest.raises(InputError, match=r"Did you mean calm\.flac\?"):
        BedLibrary(folder=tmp_path).bed("calm.mp3")


@pytest.mark.parametrize("kept", ["Fru\u0308h.mp3", "Fr\u00fch.mp3"], ids=["apart", "as one"])
@pytest.mark.parametrize("asked", ["Fru\u0308h.mp3", "Fr\u00fch.mp3"], ids=["apart", "as one"])
def test_composed_and_decomposed_names_are_the_same(tmp_path, kept, asked):
    (tmp_path / kept).touch()

    assert BedLibrary(folder=tmp_path).bed(asked).path == tmp_path / kept


@pytest.mark.parametrize("wanted", ["auto", "calm.mp3"])
def test_a_missing_folder_is_reported_with_where_to_put_music(tmp_path, wanted):
    library = BedLibrary(folder=tmp_path / "music")

    with pytest.raises(InputError, match=r"Put a sound file into music/"):
        library.bed(library.choose(wanted, "Tea"))


@pytest.fixture(scope="module")
def small(tmp_path_factory):
    """A library of one bed, with a file beside its folder."""
    home = tmp_path_factory.mktemp("home")
    (home / "music").mkdir()
    for name in ("music/calm.mp3", "music/.hidden.mp3", "secret"):
        (home / name).touch()
    return BedLibrary(folder=home / "music")


@given(name=st.one_of(st.text(max_size=20), st.sampled_from(["../secret", "..", ".", "/etc/passwd", ".hidden.mp3"])))
def test_nothing_but_what_the_folder_lists_is_ever_opened(small, name):
    with pytest.raises(InputError):
        small.bed(name)
