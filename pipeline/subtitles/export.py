"""Cues as files: SRT and WebVTT, in the time of the film."""

from __future__ import annotations

import html
from collections.abc import Callable, Iterator, Sequence
from itertools import accumulate

from pipeline.language.text import as_subrip
from pipeline.language.writing_systems import (
    LEFT_TO_RIGHT_MARK,
    RIGHT_TO_LEFT_MARK,
    first_strong_direction,
    is_right_to_left,
    writing_of,
)
from pipeline.model import SAMPLE_RATE_HZ, Cue, Subtitles

# Stands for a backslash on the way through pysubs2, which takes "\N" for a line break and "{\i1}" for a style.
_BACKSLASH = "\ue000"


def to_srt(subtitles: Subtitles, lengths_samples: Sequence[int], *, language: str = "") -> str:
    """SubRip: numbered from 1, in order, no two at a time. `lengths_samples` are the lengths of the scenes.

    `language` is a tag; lines of one that runs right to left are marked where a player could not know it.
    """
    return _write(subtitles, lengths_samples, "srt", language, as_subrip)


def to_vtt(subtitles: Subtitles, lengths_samples: Sequence[int], *, language: str = "") -> str:
    """WebVTT: the same cues; `&`, `<` and `>` are written as entities, because cue text is mark-up."""
    return _write(subtitles, lengths_samples, "vtt", language, lambda text: html.escape(text, quote=False))


def _write(
    subtitles: Subtitles, lengths_samples: Sequence[int], form: str, language: str, escape: Callable[[str], str]
) -> str:
    import pysubs2  # noqa: PLC0415 - only who writes them needs it

    file = pysubs2.SSAFile()
    for cue, start_ms, end_ms in _timed(subtitles, lengths_samples):
        runs_on = bool(language) and not is_right_to_left(" ".join(cue.texts), language)
        lines = (_marked(escape(line), language, runs_on=runs_on) for line in cue.texts)
        text = "\\N".join(line.replace("\\", _BACKSLASH) for line in lines)
        file.append(pysubs2.SSAEvent(start=start_ms, end=end_ms, text=text))
    return file.to_string(form, keep_ssa_tags=True).replace(_BACKSLASH, "\\")


def _marked(line: str, language: str, *, runs_on: bool) -> str:
    """The line, in logical order; one whose direction a player would take for the other begins with a mark.

    Players go by the first letter of a line (UAX #9, rule P2; WebVTT asks for it): an Arabic line that begins with
    "NASA" would be laid out in English order, its full stop at the wrong end, and an English one (`runs_on`: its cue
    runs left to right) that begins with an Arabic name the other way round. Everything else they get right.
    """
    direction = first_strong_direction(line)
    if writing_of(language).right_to_left:
        return f"{RIGHT_TO_LEFT_MARK}{line}" if direction == "L" else line
    return f"{LEFT_TO_RIGHT_MARK}{line}" if runs_on and direction == "R" else line


def _timed(subtitles: Subtitles, lengths_samples: Sequence[int]) -> Iterator[tuple[Cue, int, int]]:
    """Every cue with its start and end in whole milliseconds of the film: start < end <= the next start."""
    offsets = accumulate(lengths_samples, initial=0)
    cues = [
        (cue, _ms(offset / SAMPLE_RATE_HZ + cue.start_s), _ms(offset / SAMPLE_RATE_HZ + cue.end_s))
        for cues, offset in zip(subtitles.scenes, offsets, strict=False)
        for cue in cues
    ]
    earliest = 0
    for position, (cue, start_ms, end_ms) in enumerate(cues):
        begin = max(start_ms, earliest)
        following = cues[position + 1][1] if position + 1 < len(cues) else end_ms
        earliest = max(min(end_ms, following), begin + 1)
        yield cue, begin, earliest


def _ms(seconds: float) -> int:
    return round(seconds * 1000)
