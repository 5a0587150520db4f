"""A film that is out is shown as is asked for now: videos.update of its words, and of who may see it from when.

https://developers.google.com/youtube/v3/docs/videos/update: a part is replaced as a whole, so what is there and was not
asked about is sent along.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from pipeline.errors import ClosedError, InputError, PermanentError, QuotaError
from pipeline.publishing.youtube.calls import Calls
from pipeline.publishing.youtube.responses import objects, within

_AUDIO = "defaultAudioLanguage"
# What may be set; whatever else YouTube tells of a film is its own.
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
_WHO_SEES_IT = ("privacyStatus", "publishAt")


async def change_film(calls: Calls, video_id: str, wanted: Mapping[str, Any], *, when: bool) -> bool:
    """Whether anything had to be changed: it costs a unit to look, and 50 to change. Raises a `ProviderError`.

    Who may see it, and from when, stays as YouTube has it but for `when`; a film that is public can't be given a time
    any more, which is an `InputError`.
    """
    answer = await calls.patiently(lambda: calls.ask("videos.list", {"part": "snippet,status", "id": video_id}))
    known = next(objects(answer.get("items")), None)
    if known is None:
        raise PermanentError("the film is gone", where=calls.where)
    there = {part: _settable(known, part) for part in _SETTABLE}
    asked = {part: dict(wanted[part]) for part in _SETTABLE}
    who, asked_who = ({name: each["status"].pop(name, None) for name in _WHO_SEES_IT} for each in (there, asked))
    if when and asked_who["publishAt"] and who["privacyStatus"] == "public":
        raise InputError("is public already: it can't be given a time any more", where=calls.where)
    if _AUDIO not in there["snippet"]:
        # The reference does not list it as settable: where YouTube keeps none, it is no reason to send all again.
        asked["snippet"].pop(_AUDIO, None)
    changed = {part for part in _SETTABLE if any(there[part].get(name) != value for name, value in asked[part].items())}
    # YouTube tells a time in its own way, and none of a film that is public since.
    if when and not _is_same(who, asked_who):
        who = asked_who
        changed.add("status")
    if changed:
        told = {part: {**there[part], **asked[part]} for part in _SETTABLE}
        told["status"] |= {name: value for name, value in who.items() if value is not None}
        await _update(calls, {"id": video_id, **{part: told[part] for part in _SETTABLE if part in changed}})
    return bool(changed)


def put_off(error: ClosedError | QuotaError) -> ClosedError | QuotaError:
    """What kept a change from being made, with what to do: unlike films, changes do not go on by themselves."""
    until = error.until if isinstance(error, ClosedError) else error.resets_at
    when = f"after {until.astimezone():%Y-%m-%d %H:%M}" if until else "later"
    hint = f"It does not go on by itself: give the same command again {when}"
    if isinstance(error, ClosedError):
        return ClosedError(error.message, until=error.until, where=error.where, hint=hint)
    return QuotaError(error.message, where=error.where, hint=hint, resets_at=until)


async def change_description(calls: Calls, video_id: str, rewrite: Callable[[str, str], str]) -> None:
    """Give a film that is out the description that `rewrite` makes of the one it has; one that is gone needs none.

    So in each of the languages that the film is described in: `rewrite` takes a description and its language, which is
    empty for the film's own. A unit to look, 50 to change; nothing is sent where nothing differs. Raises a
    `ProviderError`.
    """
    parts = {"part": "snippet,localizations", "id": video_id}
    answer = await calls.patiently(lambda: calls.ask("videos.list", parts))
    known = next(objects(answer.get("items")), None)
    if known is None:
        return
    there = _settable(known, "snippet")
    changed: dict[str, Any] = {}
    before = str(there.get("description", ""))
    if (after := rewrite(before, "")) != before:
        changed["snippet"] = {**there, "description": after}
    others = known.get("localizations")
    others = {tag: each for tag, each in others.items() if isinstance(each, dict)} if isinstance(others, dict) else {}
    told = {tag: each | {"description": rewrite(str(each.get("description", "")), tag)} for tag, each in others.items()}
    if told != others:
        # YouTube takes them only with the language of the film's own words.
        changed |= {"snippet": changed.get("snippet", there), "localizations": told}
    if changed:
        await _update(calls, {"id": video_id, **changed})


def _settable(video: dict[str, Any], part: str) -> dict[str, Any]:
    return {name: value for name in _SETTABLE[part] if (value := within(video, part, name)) is not None}


def _is_same(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    """Whether both say the same of who may see a film from when."""
    return one["privacyStatus"] == other["privacyStatus"] and _moment(one) == _moment(other)


def _moment(who: Mapping[str, Any]) -> datetime | None:
    try:
        return datetime.fromisoformat(str(who["publishAt"]))
    except ValueError:
        return None


async def _update(calls: Calls, resource: Mapping[str, Any]) -> None:
    parts = ",".join(part for part in resource if part != "id")

    async def send() -> None:
        calls.told(await calls.tell("videos.update", {"part": parts}, resource))

    await calls.patiently(send)
