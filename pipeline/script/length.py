"""Whether a script fills the time that was asked for, told before anything is spoken."""

from __future__ import annotations

from pipeline.language.words import split_words
from pipeline.model import Pace, Script, narration_of, pauses_of

# 15 % is what is promised of the film. A script may be off by this much; the rest is for what its pace does not know.
_TOLERANCE = 0.08


def predicted_s(script: Script, pace: Pace) -> float:
    """How long the film of `script` will last in seconds, spoken at `pace`."""
    return sum(pace.seconds(split_words(narration_of(scene))) for scene in script.scenes) + thinking_pauses_s(script)


def thinking_pauses_s(script: Script) -> float:
    """How long nobody speaks in it so that a viewer can think, in seconds."""
    return sum(sum(pauses_of(scene).values()) for scene in script.scenes)


def length_problem(script: Script, wanted_s: int, pace: Pace) -> str:
    """By how much the film would be too long or too short, and what to do; empty: it is neither."""
    lasts_s = predicted_s(script, pace)
    if abs(lasts_s - wanted_s) <= wanted_s * _TOLERANCE:
        return ""
    shortest, longest = round(wanted_s * (1 - _TOLERANCE)), round(wanted_s * (1 + _TOLERANCE))
    words = max(1, round(abs(wanted_s - lasts_s) / pace.word_s))
    which = "more" if lasts_s < wanted_s else "fewer"
    return (
        f"the film would last {lasts_s:.0f} s; {shortest} to {longest} s are wanted: "
        f"say about {words} {pace.unit} {which}, in all scenes together"
    )
