"""The predicted duration of a film, compared with the requested one before anything is spoken."""

from __future__ import annotations

from pipeline.language.words import split_words
from pipeline.model import Pace, Script, narration_of, pauses_of

# A film may miss its requested length by 15 %. The script may use this much; the rest is for errors of the pace model.
_TOLERANCE = 0.08


def predicted_s(script: Script, pace: Pace) -> float:
    """The duration of the film in seconds, spoken at `pace`."""
    return sum(pace.seconds(split_words(narration_of(scene))) for scene in script.scenes) + thinking_pauses_s(script)


def thinking_pauses_s(script: Script) -> float:
    """The total of the pauses in which viewers are given time to think, in seconds."""
    return sum(sum(pauses_of(scene).values()) for scene in script.scenes)


def length_problem(script: Script, wanted_s: int, pace: Pace) -> str:
    """How much too long or too short the film would be, as feedback for a model; empty if it is neither."""
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
