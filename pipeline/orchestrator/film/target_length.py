"""Films of a requested length: measure the pace of the voice before writing, and check the length after speaking."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace

from pipeline.model import SAMPLE_RATE_HZ, Narration, Pace, Prosody, Script
from pipeline.narration.pace import measure_pace
from pipeline.script.length import predicted_s, thinking_pauses_s
from pipeline.script.translation.word_budget import TargetLength

# The promised accuracy of the length.
_TOLERANCE = 0.15
# A larger change of the speaking rate sounds rushed or dragging.
_MOST_PERCENT = 8


async def write_to_length(
    wanted_s: int,
    language: str,
    *,
    write: Callable[[Pace], Awaitable[Script]],
    speak: Callable[[Script], Awaitable[Narration]],
) -> tuple[Script, Pace]:
    """Write a script for a film of `wanted_s` seconds; return it with the pace that it was written for.

    The pace is measured on a sample of ten seconds. If the spoken film shows another pace, the script is written once
    more at that pace, and the closer of the two is used. The clips stay in the cache for the narration stage. Raises
    what `write` and `speak` raise.
    """
    pace = await measure_pace(language, speak=speak)
    script = await write(pace)
    lasts_s = film_duration_s(await speak(script))
    # Notes that are read out verbatim can't be rewritten.
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
    """Translate a script for a film of `wanted_s` seconds, like `write_to_length`.

    A translation that is too long or too short is shown to the translator, once, to be corrected. Raises what
    `translate` and `speak` raise.
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
    """The narration, spoken slightly faster or slower if that brings it to `wanted_s`.

    `speak` speaks it again with another `prosody`. A remaining difference beyond the tolerance is recorded as an
    incident: nothing is ever cut off.
    """
    lasts_s = film_duration_s(narration)
    if is_close_to(lasts_s, wanted_s):
        return narration
    # Any deviation outside the tolerance is larger than this.
    percent = _MOST_PERCENT if lasts_s > wanted_s else -_MOST_PERCENT
    if is_close_to(lasts_s / (1 + percent / 100), wanted_s):
        rate_percent = max(-50, min(100, prosody.rate_percent + percent))
        narration = await speak(prosody=replace(prosody, rate_percent=rate_percent))
        pace = f"{abs(percent)} % {'faster' if percent > 0 else 'slower'}"
        narration = _with(narration, f"spoken {pace}, because the film would have lasted {lasts_s:.0f} s")
    if is_close_to(film_duration_s(narration), wanted_s):
        return narration
    return _with(narration, f"the film lasts {film_duration_s(narration):.0f} s instead of the requested {wanted_s} s")


def length_warning(narration: Narration, wanted_s: int) -> str:
    """What to do about a film that misses its requested length; empty: it does not."""
    lasts_s = film_duration_s(narration)
    if is_close_to(lasts_s, wanted_s):
        return ""
    change = "shorten" if lasts_s > wanted_s else "add to"
    difference = f"{lasts_s:,.0f} s instead of the requested {wanted_s:,} s"
    return f"it lasts {difference}: {change} the notes, or request another length"


def _with(narration: Narration, incident: str) -> Narration:
    return replace(narration, incidents=(*narration.incidents, incident))


def film_duration_s(narration: Narration) -> float:
    """The duration of a film in seconds."""
    return sum(clip.samples for clip in narration.clips) / SAMPLE_RATE_HZ


def is_close_to(lasts_s: float, wanted_s: float) -> bool:
    """Whether a length is within the promised tolerance."""
    return abs(lasts_s - wanted_s) <= wanted_s * _TOLERANCE
