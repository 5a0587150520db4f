"""The steps of one film."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path

from pipeline.language.tags import LANGUAGE_TAG, same_language
from pipeline.language.text import clean_text
from pipeline.model import Package
from pipeline.model.metadata import fit_title
from pipeline.publishing.destination import Subject
from pipeline.publishing.sidecars import SRT, THUMBNAIL, tracks_beside
from pipeline.publishing.youtube.extras.captions import Captions
from pipeline.publishing.youtube.extras.link import LinkFrom
from pipeline.publishing.youtube.extras.playlist import PlaylistPlace
from pipeline.publishing.youtube.extras.steps import Extras, Step
from pipeline.publishing.youtube.extras.thumbnail import Thumbnail
from pipeline.publishing.youtube.extras.titles import Titles
from pipeline.publishing.youtube.links import NO_LINKS, Links, with_links
from pipeline.publishing.youtube.video import FilmText


def plan_steps(
    package: Package, text: FilmText, extras: Extras, subject: Subject, *, folder: Path, links: Links = NO_LINKS
) -> tuple[Step, ...]:
    """What is to be done for a film, the cheapest first: when units run short, most of it is there. Blocks.

    `folder` is where what is known of the channel is kept; `links` are the neighbours of the film that are out.

    A file that was never there is no step: whoever publishes any MP4 may have nothing but that. One that `subject` does
    not know to be judged is not sent.
    """
    steps: list[Step] = []
    # Without them nobody finds the way from the film before.
    name = fit_title(clean_text(text.title))
    steps += [LinkFrom(links, name, folder, is_before=True)] if links.before else []
    steps += [LinkFrom(links, name, folder, is_before=False)] if links.after else []
    if extras.thumbnail and (package.thumbnail.is_file() or subject.has(THUMBNAIL)):
        steps.append(Thumbnail(package.thumbnail, partial(subject.saw, THUMBNAIL)))
    titles = {
        language: replace(title, description=with_links(title.description, links.said_in(language)))
        for language, title in extras.titles.items()
        if not same_language(language, text.language)
    }
    if titles and text.language:
        steps.append(Titles(titles))
    # What the film's own file says goes before the settings.
    names = dict.fromkeys(clean_text(name) for name in text.playlist_titles or (extras.playlist,))
    steps += [PlaylistPlace(replace(extras, playlist=name), folder / "playlists") for name in names if name]
    if extras.captions:
        steps += [
            Captions(path, language, partial(subject.saw, name))
            for name, path, language in _tracks(package, text.language, is_wanted=subject.has(SRT))
        ]
    return tuple(steps)


def _tracks(package: Package, language: str, *, is_wanted: bool) -> Iterator[tuple[str, Path, str]]:
    """Files of captions, what they are, and their languages: the film's own, and those beside it."""
    if is_wanted or package.srt.is_file():
        yield SRT, package.srt, language
    for name, path in tracks_beside(package).items():
        tag = name.removesuffix(".srt")
        if LANGUAGE_TAG.fullmatch(tag) and not same_language(tag, language):
            yield name, path, tag
