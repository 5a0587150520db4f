"""A film as YouTube describes it: the video resource of videos.insert."""

from __future__ import annotations

from codecs import BOM_UTF8
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

from pipeline.choices import License, Privacy
from pipeline.errors import InputError
from pipeline.language.tags import LANGUAGE_TAG
from pipeline.language.text import clean_text, strip_invisible
from pipeline.model import Package
from pipeline.model.metadata import fit_description, fit_tags, fit_title, known_category
from pipeline.publishing.destination import Subject, not_judged
from pipeline.publishing.sidecars import METADATA

# Each takes 50 units and more of a day's 10,000.
_MOST_PLAYLISTS = 20
# With all its chapters and credits, what we write has some 50,000 bytes.
_MOST_BYTES = 2_000_000
_FEWEST_FIRST = ("private", "unlisted", "public")


@dataclass(frozen=True, kw_only=True)
class Publicity:
    """What is asked for every film alike."""

    privacy: Privacy
    # Of YouTube, a number as text: "27" is education.
    category: str
    made_for_kids: bool
    # Realistic pictures, sound or voices that are made or changed: YouTube labels such films.
    synthetic_media: bool
    notify_subscribers: bool
    # When a private film becomes public (aware); None: it stays as it is.
    publish_at: datetime | None = None
    license: License = "youtube"
    embeddable: bool = True

    def of(self, text: FilmText) -> Publicity:
        """What is asked for one film: what its metadata says goes before, but never shows it to more people."""
        told = {
            "category": text.category,
            "made_for_kids": text.made_for_kids,
            "synthetic_media": text.synthetic_media,
            "notify_subscribers": text.notify_subscribers,
            "license": text.license,
            "embeddable": text.embeddable,
        }
        privacy = min(self.privacy, text.privacy or self.privacy, key=_FEWEST_FIRST.index)
        at = self.publish_at if text.may_be_public else None
        changes: dict[str, Any] = {name: value for name, value in told.items() if value is not None}
        return replace(self, privacy=privacy, publish_at=at, **changes)


def _language(value: str) -> str:
    if value and not LANGUAGE_TAG.fullmatch(value):
        raise ValueError("must be a language tag such as en or pt-BR")
    return value


class FilmText(BaseModel):
    """What metadata.json says, as far as YouTube wants to know it; whatever else is in it, is not read."""

    model_config = ConfigDict(frozen=True, extra="ignore", populate_by_name=True, hide_input_in_errors=True)

    title: str
    description: str = ""
    tags: tuple[str, ...] = ()
    # BCP-47; empty: nobody says.
    language: Annotated[str, AfterValidator(_language)] = ""
    # Called as youtubeuploader calls them (github.com/porjo/youtubeuploader); None: the settings decide.
    category: Annotated[str, Field(pattern=r"^\d{1,3}$"), AfterValidator(known_category)] | None = Field(
        None, alias="categoryId"
    )
    privacy: Privacy | None = Field(None, alias="privacyStatus")
    made_for_kids: bool | None = Field(None, alias="madeForKids")
    synthetic_media: bool | None = Field(None, alias="containsSyntheticMedia")
    notify_subscribers: bool | None = Field(None, alias="notifySubscribers")
    license: License | None = None
    embeddable: bool | None = None
    playlist_titles: tuple[str, ...] = Field((), alias="playlistTitles", max_length=_MOST_PLAYLISTS)

    @property
    def may_be_public(self) -> bool:
        """Whether a time may make the film public: not one that shall be seen by fewer."""
        return self.privacy in {None, "public"}


def text_of(package: Package, subject: Subject) -> FilmText:
    """What lies beside a film; a file that somebody named may have nothing but its name. Raises as `read_text`."""
    if not subject.job and not package.metadata.exists():
        return FilmText(title=package.video.stem.replace("_", " "))
    return read_text(package.metadata, partial(subject.saw, METADATA))


def read_text(path: Path, is_judged: Callable[[bytes], bool] = lambda _: True) -> FilmText:
    """The words of a film. Blocks. Raises `InputError` for a file that is none, or not one that may go out."""
    hint = 'It needs at least {"title": "…"}'
    try:
        with path.open("rb") as file:
            text = file.read(_MOST_BYTES + 1)
        if len(text) > _MOST_BYTES:
            raise InputError("is larger than 2 MB", where=str(path), hint=hint)
        if not is_judged(text):
            raise not_judged(path)
        # Editors of Windows begin a file with a mark.
        return FilmText.model_validate_json(text.removeprefix(BOM_UTF8))
    except OSError as error:
        raise InputError(f"can't be read: {(error.strerror or 'no such file').lower()}", where=str(path)) from error
    except ValidationError as error:
        wrong = error.errors(include_input=False, include_url=False)[0]
        at = ".".join(map(str, wrong["loc"]))
        message = f"{at}: {wrong['msg'].removeprefix('Value error, ')}" if at else "is not JSON"
        raise InputError(message, where=str(path), hint=hint) from error


def video_resource(text: FilmText, publicity: Publicity, *, tag: str) -> Mapping[str, Any]:
    """The body of videos.insert. `tag` is the first of the tags: by it the film is found again.

    Everything fits what YouTube takes: what is too long is cut at the end of a word. privacyStatus is always sent,
    since without it a film would be public, and selfDeclaredMadeForKids too, which the law of some countries asks for.
    """
    snippet: dict[str, Any] = {
        "title": fit_title(clean_text(text.title)) or "Film",
        "description": fit_description(strip_invisible(text.description)),
        "tags": list(fit_tags((tag, *text.tags))),
        "categoryId": publicity.category,
    }
    if text.language:
        snippet["defaultLanguage"] = text.language
        snippet["defaultAudioLanguage"] = text.language
    status: dict[str, Any] = {
        "privacyStatus": publicity.privacy,
        "selfDeclaredMadeForKids": publicity.made_for_kids,
        "containsSyntheticMedia": publicity.synthetic_media,
        "license": publicity.license,
        "embeddable": publicity.embeddable,
    }
    if publicity.publish_at:
        status["publishAt"] = publicity.publish_at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    return {"snippet": snippet, "status": status}
