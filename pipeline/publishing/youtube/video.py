"""The video resource of videos.insert, from metadata.json and the settings."""

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
from pipeline.language.tags import LANGUAGE_TAG, canonical_case
from pipeline.language.text import clean_text, strip_invisible
from pipeline.model import Package
from pipeline.model.metadata import fit_description, fit_tags, fit_title, known_category
from pipeline.publishing.destination import Subject, changed_since_judged
from pipeline.publishing.sidecars import METADATA

# Each costs at least 50 of the day's 10,000 units.
_MOST_PLAYLISTS = 20
# Our own files have some 50,000 bytes, with all chapters and credits.
_MOST_BYTES = 2_000_000
_MOST_RESTRICTIVE_FIRST = ("private", "unlisted", "public")


@dataclass(frozen=True, kw_only=True)
class VideoSettings:
    """The settings for all videos."""

    privacy: Privacy
    # YouTube's category id: "27" is education.
    category: str
    made_for_kids: bool
    # Realistic pictures, sound or voices that are synthetic or altered: YouTube labels such videos.
    synthetic_media: bool
    notify_subscribers: bool
    # When a private video becomes public (aware); None: unscheduled.
    publish_at: datetime | None = None
    license: License = "youtube"
    embeddable: bool = True

    def for_film(self, text: VideoMetadata) -> VideoSettings:
        """The settings for one film: its metadata take precedence, but never make it less private."""
        own = {
            "category": text.category,
            "made_for_kids": text.made_for_kids,
            "synthetic_media": text.synthetic_media,
            "notify_subscribers": text.notify_subscribers,
            "license": text.license,
            "embeddable": text.embeddable,
        }
        privacy = min(self.privacy, text.privacy or self.privacy, key=_MOST_RESTRICTIVE_FIRST.index)
        at = self.publish_at if text.may_be_public else None
        changes: dict[str, Any] = {name: value for name, value in own.items() if value is not None}
        return replace(self, privacy=privacy, publish_at=at, **changes)


def _language(value: str) -> str:
    if value and not LANGUAGE_TAG.fullmatch(value):
        raise ValueError("must be a language tag such as en or pt-BR")
    return canonical_case(value)


class VideoMetadata(BaseModel):
    """The fields of metadata.json that YouTube needs; others are ignored."""

    model_config = ConfigDict(frozen=True, extra="ignore", populate_by_name=True, hide_input_in_errors=True)

    title: str
    description: str = ""
    tags: tuple[str, ...] = ()
    # BCP-47; empty: unknown.
    language: Annotated[str, AfterValidator(_language)] = ""
    # The names are those of youtubeuploader (github.com/porjo/youtubeuploader); None: as in the settings.
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
        """Whether a schedule may make the film public: not if its own privacy is more restrictive."""
        return self.privacy in {None, "public"}


def metadata_of(package: Package, subject: Subject) -> VideoMetadata:
    """The metadata of a film; one that is no job of a batch may have only a file name. Raises as `read_metadata`."""
    if not subject.job and not package.metadata.exists():
        return VideoMetadata(title=package.video.stem.replace("_", " "))
    return read_metadata(package.metadata, partial(subject.was_judged, METADATA))


def read_metadata(path: Path, is_judged: Callable[[bytes], bool] = lambda _: True) -> VideoMetadata:
    """Read metadata.json. Blocks. Raises `InputError` if it is invalid, or not the judged file."""
    hint = 'It needs at least {"title": "…"}'
    try:
        with path.open("rb") as file:
            text = file.read(_MOST_BYTES + 1)
        if len(text) > _MOST_BYTES:
            raise InputError("is larger than 2 MB", where=str(path), hint=hint)
        if not is_judged(text):
            raise changed_since_judged(path)
        # Windows editors may write a byte order mark.
        return VideoMetadata.model_validate_json(text.removeprefix(BOM_UTF8))
    except OSError as error:
        raise InputError(f"can't be read: {(error.strerror or 'no such file').lower()}", where=str(path)) from error
    except ValidationError as error:
        wrong = error.errors(include_input=False, include_url=False)[0]
        at = ".".join(map(str, wrong["loc"]))
        message = f"{at}: {wrong['msg'].removeprefix('Value error, ')}" if at else "is not JSON"
        raise InputError(message, where=str(path), hint=hint) from error


def video_resource(text: VideoMetadata, settings: VideoSettings, *, tag: str) -> Mapping[str, Any]:
    """The body of videos.insert. `tag` becomes the first tag, by which the video can be found.

    Texts that exceed YouTube's limits are cut at a word boundary. privacyStatus is always sent, since the default is
    public, and so is selfDeclaredMadeForKids, which is a legal requirement in some countries.
    """
    snippet: dict[str, Any] = {
        "title": fit_title(clean_text(text.title)) or "Film",
        "description": fit_description(strip_invisible(text.description)),
        "tags": list(fit_tags((tag, *text.tags))),
        "categoryId": settings.category,
    }
    if text.language:
        snippet["defaultLanguage"] = text.language
        snippet["defaultAudioLanguage"] = text.language
    status: dict[str, Any] = {
        "privacyStatus": settings.privacy,
        "selfDeclaredMadeForKids": settings.made_for_kids,
        "containsSyntheticMedia": settings.synthetic_media,
        "license": settings.license,
        "embeddable": settings.embeddable,
    }
    if settings.publish_at:
        status["publishAt"] = settings.publish_at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    return {"snippet": snippet, "status": status}
