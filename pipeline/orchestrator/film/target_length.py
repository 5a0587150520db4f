"""A film of the length that was asked for: a pace before it is written, and a look at what was spoken."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace

from pipeline.model import SAMPLE_RATE_HZ, Narration, Pace, Prosody, Script
from pipeline.narration.pace import measure_pace
from pipeline.script.length import predicted_s, thinking_pauses_s
from pipeline.script.translation.word_budget import TargetLength

# What is promised of a film.
_TOLERANCE = 0.15
# More is heard as a voice in a hurry, or one that drags.
_MOST_PERCENT = 8


async def write_to_length(
    wanted_s: int,
    language: str,
    *,
    write: Callable[[Pace], Awaitable[Script]],
    speak: Callable[[Script], Awaitable[Narration]],
) -> tuple[Script, Pace]:
    """A script for a film of `wanted_s` in `language`, and the pace that it was written for.

    The pace is that of a sample. Where the film shows another, because of what a sample of ten seconds can't know, the
    script is written once more at the pace of the film, and the nearer of the two counts. What is spoken for that lies
    in the cache, where the narration will look for it. Raises what `write` and `speak` raise.
    """
    pace = await measure_pace(language, speak=speak)
    script = await write(pace)
    lasts_s = film_duration_s(await speak(script))
    # Notes that are spoken as they are can't be written in another way.
    if is_close_to(lasts_s, wanted_s) or not script.model:
        return script, pace
    silence_s = len(script.scenes) * pace.scene_s + thinking_pauses_s(script)
    truer = pace.corrected((lasts_s - silence_s) / (predicted_s(script, pace) - silence_s))
    second = await write(truer)
    second_s = film_duration_s(await speak(second))
    return (second, truer) if abs(second_s - wanted_s) < abs(lasts_s - wanted_s) else (script, pace)


async def translate_to_length(
    wanted_s: int,
    language: str,
    *,
    translate: Callable[[TargetLength], Awaitable[Script]],
    speak: Callable[[Script], Awaitable[Narration]],
) -> Script:
    """A translation for a film of `wanted_s` in `language`: as `write_to_length` with lines that are there already.

    What came out too long or too short is shown to the translator, once. Raises what `translate` and `speak` raise.
    """
    length = TargetLength(wanted_s=wanted_s, pace=await measure_pace(language, speak=speak))
    script = await translate(length)
    lasts_s = film_duration_s(await speak(script))
    if is_close_to(lasts_s, wanted_s):
        return script
    second = await translate(replace(length, previous=script, previous_s=lasts_s))
    second_s = film_duration_s(await speak(second))
    return second if abs(second_s - wanted_s) < abs(lasts_s - wanted_s) else script


async def adjust_to_length(
    narration: Narration, wanted_s: int, *, prosody: Prosody, speak: Callable[..., Awaitable[Narration]]
) -> Narration:
    """The narration, or the same a little faster or slower if that is what is missing to `wanted_s`.

    `speak` speaks it again with another `prosody`. What still differs by more than is promised stands in its
    incidents: nothing is ever cut off.
    """
    lasts_s = film_duration_s(narration)
    if is_close_to(lasts_s, wanted_s):
        return narration
    # What is not about right is off by more than this.
    percent = _MOST_PERCENT if lasts_s > wanted_s else -_MOST_PERCENT
    if is_close_to(lasts_s / (1 + percent / 100), wanted_s):
        rate_percent = max(-50, min(100, prosody.rate_percent + percent))
        narration = await speak(prosody=replace(prosody, rate_percent=rate_percent))
        pace = f"{abs(percent)} % {'faster' if percent > 0 else 'slower'}"
        narration = _with(narration, f"spoken {pace}, because the film would have lasted {lasts_s:.0f} s")
    if is_close_to(film_duration_s(narration), wanted_s):
        return narration
    return _with(narration, f"the film lasts {film_duration_s(narration):.0f} s, and {wanted_s} s were asked for")


def length_warning(narration: Narration, wanted_s: int) -> str:
    """What to do about a film that is not as long as was asked for; empty: it is."""
    lasts_s = film_duration_s(narration)
    if is_close_to(lasts_s, wanted_s):
        return ""
    what = "shorten" if lasts_s > wanted_s else "add to"
    return f"it lasts {lasts_s:,.0f} s, and {wanted_s:,} s were asked for: {what} the notes, or ask for another length"


def _with(narration: Narration, incident: str) -> Narration:
    return replace(narration, incidents=(*narration.incidents, incident))


def film_duration_s(narration: Narration) -> float:
    """How long a film lasts in seconds."""
    return sum(clip.samples for clip in narration.clips) / SAMPLE_RATE_HZ


def is_close_to(lasts_s: float, wanted_s: float) -> bool:
    """Whether a length is what was promised."""
    return abs(lasts_s - wanted_s) <= wanted_s * _TOLERANCE
