"""Rules for a video's fields beyond their types, from the pages "Videos" and "videos.insert"."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any

from tests.standins.youtube.rules import Refusal

# Assignable categories, from videoCategories.list in most countries.
ASSIGNABLE = frozenset({"1", "2", "10", "15", "17", "19", "20", "22", "23", "24", "25", "26", "27", "28", "29"})
MOST_BYTES = 274_877_906_944
# Fields that exist but can't be set: they are dropped.
_NOT_SETTABLE = ("defaultAudioLanguage",)
# BCP 47 in the case that RFC 5646 recommends: en, pt-BR, zh-Hant, es-419, zh-Hant-HK, ca-ES-valencia.
LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Z][a-z]{3})?(-([A-Z]{2}|\d{3}))?(-([a-z0-9]{5,8}|\d[a-z0-9]{3}))*", re.ASCII)
_SRT_TIMES = re.compile(r"(\d\d):([0-5]\d):([0-5]\d),(\d{3}) --> (\d\d):([0-5]\d):([0-5]\d),(\d{3})", re.ASCII)


def check_film(video: dict[str, Any]) -> None:
    """Raise `Refusal` for a video that can't be inserted."""
    snippet, status = video.get("snippet", {}), video.get("status", {})
    title, description = snippet.get("title", ""), snippet.get("description", "")
    # In UTF-16, the strictest way to count: emoji are two.
    if not 1 <= len(title.encode("utf-16-le")) // 2 <= 100 or set("<>") & set(title) or not title.strip():
        raise _video("invalidTitle", "The request metadata specifies an invalid or empty video title.")
    if len(description.encode()) > 5000 or set("<>") & set(description):
        raise _video("invalidDescription", "The request metadata specifies an invalid video description.")
    if _tags_chars(snippet.get("tags", [])) > 500 or any(
        set("<>,") & set(tag) or not tag.strip() for tag in snippet.get("tags", [])
    ):
        raise _video("invalidTags", "The request metadata specifies invalid video keywords.")
    if snippet.get("categoryId", "22") not in ASSIGNABLE:
        raise _video("invalidCategoryId", "The snippet.categoryId property specifies an invalid category ID.")
    _check_languages(snippet, video.get("localizations"))
    if "publishAt" in status:
        try:
            datetime.fromisoformat(status["publishAt"])
        except ValueError:
            raise _video("invalidPublishAt", "status.publishAt is no date.") from None
        if status.get("privacyStatus") != "private":
            raise _video("invalidPublishAt", "status.publishAt is only for private films.")


def _check_languages(snippet: dict[str, Any], localizations: dict[str, Any] | None) -> None:
    tags = [snippet[name] for name in ("defaultLanguage", "defaultAudioLanguage") if name in snippet]
    for tag in (*tags, *(localizations or ())):
        if not LANGUAGE.fullmatch(tag):
            raise _video("invalidVideoMetadata", f"{tag!r} is no language.")
    if localizations is not None and not snippet.get("defaultLanguage"):
        raise _video("defaultLanguageNotSet", "The default language is not set.")
    for each in (localizations or {}).values():
        check_film({"snippet": each})


def kept(video: dict[str, Any]) -> dict[str, Any]:
    """A video as it is stored: without fields that videos.insert doesn't list as settable."""
    if "snippet" not in video:
        return video
    snippet = {name: value for name, value in video["snippet"].items() if name not in _NOT_SETTABLE}
    return {**video, "snippet": snippet}


def no_srt(text: str) -> str:
    """What is wrong with captions; empty if they are numbered from 1, in order, without overlaps or empty cues."""
    until_ms = 0
    for number, cue in enumerate(re.split(r"\n{2,}", text.replace("\r\n", "\n").strip("\n")), start=1):
        index, times, *lines = [*cue.split("\n"), "", ""]
        match = _SRT_TIMES.fullmatch(times)
        if index != str(number) or not match or not any(line.strip() for line in lines):
            return f"cue {number} is {cue[:60]!r}"
        start_ms, end_ms = (_milliseconds(match.groups()[first : first + 4]) for first in (0, 4))
        if not until_ms <= start_ms < end_ms:
            return f"cue {number} is at {times}, after {until_ms} ms"
        until_ms = end_ms
    return ""


def _milliseconds(parts: tuple[str, ...]) -> int:
    hours, minutes, seconds, rest = map(int, parts)
    return ((hours * 60 + minutes) * 60 + seconds) * 1000 + rest


def _tags_chars(tags: list[str]) -> int:
    return sum(len(tag) + 2 * (" " in tag) for tag in tags) + max(0, len(tags) - 1)


def _video(reason: str, message: str) -> Refusal:
    return Refusal(reason, message, domain="youtube.video")
