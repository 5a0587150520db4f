"""Update a published video with videos.update: its metadata, privacy and schedule.

https://developers.google.com/youtube/v3/docs/videos/update: a part is replaced as a whole, so current values that are
not to change are sent along.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from pipeline.errors import ClosedError, InputError, PermanentError, QuotaError
from pipeline.publishing.youtube.calls import Calls
from pipeline.publishing.youtube.responses import value_at

_AUDIO = "defaultAudioLanguage"
# The settable fields; all others are read-only.
_SETTABLE = {
    "snippet": ("title", "description", "tags", "categoryId", "defaultLanguage", _AUDIO),
    "status": (
        "privacyStatus",
        "publishAt",
        "license",
        "embeddable",
        "publicStatsViewable",
        "selfDeclaredMadeForKids",
        "containsSyntheticMedia",
    ),
}
_VISIBILITY = ("privacyStatus", "publishAt")


async def update_video(calls: Calls, video_id: str, wanted: Mapping[str, Any], *, when: bool) -> bool:
    """Update a video where it differs from `wanted`; returns whether anything did. Raises a `ProviderError`.

    Checking costs a unit, an update 50. Privacy and schedule are only changed if `when` is true; a public video can't
    be scheduled any more, which is an `InputError`.
    """
    known = await calls.with_retries(lambda: calls.find_video(video_id, "snippet,status"))
    if known is None:
        raise PermanentError("the film is gone", where=calls.where)
    current = {part: settable(known, part) for part in _SETTABLE}
    new = {part: dict(wanted[part]) for part in _SETTABLE}
    visibility, new_visibility = (
        {name: each["status"].pop(name, None) for name in _VISIBILITY} for each in (current, new)
    )
    if when and new_visibility["publishAt"] and visibility["privacyStatus"] == "public":
        raise InputError("the film is public already, so it can't be scheduled", where=calls.where)
    if _AUDIO not in current["snippet"]:
        # Not listed as settable in the reference: if YouTube did not keep it, do not send it again each time.
        new["snippet"].pop(_AUDIO, None)
    changed = {part for part in _SETTABLE if any(current[part].get(name) != value for name, value in new[part].items())}
    # Compared as times: YouTube has its own format, and reports none for a video that is public by now.
    if when and not _is_same(visibility, new_visibility):
        await calls.check_clock(new_visibility["publishAt"])
        visibility = new_visibility
        changed.add("status")
    if changed:
        parts = {part: {**current[part], **new[part]} for part in _SETTABLE}
        parts["status"] |= {name: value for name, value in visibility.items() if value is not None}
        await _update(calls, {"id": video_id, **{part: parts[part] for part in _SETTABLE if part in changed}})
    return bool(changed)


def postponed(error: ClosedError | QuotaError) -> ClosedError | QuotaError:
    """The error of a postponed update, with a hint: unlike uploads, updates are not resumed automatically."""
    until = error.until if isinstance(error, ClosedError) else error.resets_at
    when = f"after {until.astimezone():%Y-%m-%d %H:%M}" if until else "later"
    hint = f"It is not retried automatically: run the same command again {when}"
    if isinstance(error, ClosedError):
        return ClosedError(error.message, until=error.until, where=error.where, hint=hint)
    return QuotaError(error.message, where=error.where, hint=hint, resets_at=until)


async def update_description(calls: Calls, video_id: str, rewrite: Callable[[str, str], str]) -> None:
    """Replace the description of a video by `rewrite(description, language)`; a missing video is ignored.

    Localized descriptions are rewritten, too; the language is empty for the default one. Checking costs a unit, an
    update 50; nothing is sent if nothing changes. Raises a `ProviderError`.
    """
    known = await calls.with_retries(lambda: calls.find_video(video_id, "snippet,localizations"))
    if known is None:
        return
    snippet = settable(known, "snippet")
    changed: dict[str, Any] = {}
    before = str(snippet.get("description", ""))
    if (after := rewrite(before, "")) != before:
        changed["snippet"] = {**snippet, "description": after}
    found = known.get("localizations")
    old = {tag: each for tag, each in found.items() if isinstance(each, dict)} if isinstance(found, dict) else {}
    new = {tag: each | {"description": rewrite(str(each.get("description", "")), tag)} for tag, each in old.items()}
    if new != old:
        # YouTube accepts localizations only together with the default language, which is in the snippet.
        changed |= {"snippet": changed.get("snippet", snippet), "localizations": new}
    if changed:
        await _update(calls, {"id": video_id, **changed})


def settable(video: dict[str, Any], part: str) -> dict[str, Any]:
    """The fields of a part that may be sent back: an update deletes those that it does not repeat."""
    return {name: value for name in _SETTABLE[part] if (value := value_at(video, part, name)) is not None}


def _is_same(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    """Whether privacy and schedule are equal."""
    return one["privacyStatus"] == other["privacyStatus"] and _moment(one) == _moment(other)


def _moment(who: Mapping[str, Any]) -> datetime | None:
    try:
        return datetime.fromisoformat(str(who["publishAt"]))
    except ValueError:
        return None


async def _update(calls: Calls, resource: Mapping[str, Any]) -> None:
    parts = ",".join(part for part in resource if part != "id")

    async def send() -> None:
        calls.parsed(await calls.request_json("videos.update", {"part": parts}, resource))

    await calls.with_retries(send)
