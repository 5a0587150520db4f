"""The steps for one film."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path

from pipeline.language.tags import LANGUAGE_TAG, canonical_case, same_language
from pipeline.language.text import clean_text
from pipeline.model import Package
from pipeline.model.metadata import fit_title
from pipeline.publishing.destination import Subject
from pipeline.publishing.sidecars import SRT, THUMBNAIL, caption_tracks
from pipeline.publishing.youtube.extras.captions import Captions
from pipeline.publishing.youtube.extras.link import NeighbourLink
from pipeline.publishing.youtube.extras.playlist import PlaylistEntry
from pipeline.publishing.youtube.extras.steps import Extras, Step
from pipeline.publishing.youtube.extras.thumbnail import Thumbnail
from pipeline.publishing.youtube.extras.titles import Titles
from pipeline.publishing.youtube.links import NO_LINKS, Links, with_links
from pipeline.publishing.youtube.video import VideoMetadata


def plan_steps(
    package: Package,
    metadata: VideoMetadata,
    extras: Extras,
    subject: Subject,
    *,
    folder: Path,
    links: Links = NO_LINKS,
) -> tuple[Step, ...]:
    """The steps for a film, cheapest first, so that most are done when the quota runs short. Blocks.

    `folder` is the channel's folder of journals; `links` are the published neighbours of the film.

    A sidecar file that never existed is no step: any MP4 can be published without. A file that was not judged according
    to `subject` is not sent.
    """
    steps: list[Step] = []
    # First: without them, viewers of the previous film don't find this one.
    name = fit_title(clean_text(metadata.title))
    steps += [NeighbourLink(links, name, folder, is_before=True)] if links.before else []
    steps += [NeighbourLink(links, name, folder, is_before=False)] if links.after else []
    if extras.thumbnail and (package.thumbnail.is_file() or subject.has_companion(THUMBNAIL)):
        steps.append(Thumbnail(package.thumbnail, partial(subject.was_judged, THUMBNAIL)))
    titles = {
        language: replace(title, description=with_links(title.description, links.translated(language)))
        for language, title in extras.titles.items()
        if not same_language(language, metadata.language)
    }
    if titles and metadata.language:
        steps.append(Titles(titles))
    # The film's own metadata take precedence over the settings.
    names = dict.fromkeys(clean_text(name) for name in metadata.playlist_titles or (extras.playlist,))
    steps += [PlaylistEntry(replace(extras, playlist=name), folder / "playlists") for name in names if name]
    if extras.captions:
        steps += [
            Captions(path, language, partial(subject.was_judged, name))
            for name, path, language in _tracks(package, metadata.language, is_wanted=subject.has_companion(SRT))
        ]
    return tuple(steps)


def _tracks(package: Package, language: str, *, is_wanted: bool) -> Iterator[tuple[str, Path, str]]:
    """(role, path, language) of each caption track: the film's own, and those in other languages."""
    if is_wanted or package.srt.is_file():
        yield SRT, package.srt, language
    for name, path in caption_tracks(package).items():
        tag = name.removesuffix(".srt")
        if LANGUAGE_TAG.fullmatch(tag) and not same_language(tag, language):
            yield name, path, canonical_case(tag)
