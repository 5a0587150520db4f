"""The checks of our own subtitle files: read back and compared with the cues that they were made from."""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Sequence
from pathlib import Path

from pipeline.language.text import as_subrip
from pipeline.language.writing_systems import LEFT_TO_RIGHT_MARK, RIGHT_TO_LEFT_MARK
from pipeline.model import Check, Script, narration_of
from pipeline.quality.expected import TimedText

# The strict form of both formats, which every player reads.
_TIME = r"(\d\d+):([0-5]\d):([0-5]\d)[.,](\d{3})"
_CUE = re.compile(rf"(?P<number>\d+)\n(?P<start>{_TIME}) --> (?P<end>{_TIME})\n(?P<text>.+)", re.DOTALL)
_VTT_HEADER = "WEBVTT\n\n"
# Times are written in whole milliseconds.
_ROUNDING_S = 0.0015
# A cue may wait for the end of the one before it, but not noticeably.
_LATE_S = 0.05
_QUOTED = 20


class _FaultError(Exception):
    """A fault of a file, in a few words."""


def srt(path: Path, cues: Sequence[TimedText], sound_s: float) -> Check:
    """The SubRip file has exactly `cues`, one after the other, within `sound_s` seconds."""
    wanted = ["\n".join(map(as_subrip, cue.text.split("\n"))) for cue in cues]
    return _check("srt", path, wanted, cues, sound_s)


def vtt(path: Path, cues: Sequence[TimedText], sound_s: float) -> Check:
    """The same for the WebVTT file, whose text is mark-up."""
    return _check("vtt", path, [cue.text for cue in cues], cues, sound_s)


def words(cues: Sequence[TimedText], script: Script) -> Check:
    """The cues contain every word of the script, in order."""
    said = "".join("".join(narration_of(scene).split()) for scene in script.scenes)
    shown = _without_hyphens((line for cue in cues for line in cue.text.split("\n")), said)
    same = next((at for at, (one, other) in enumerate(zip(said, shown, strict=False)) if one != other), None)
    at = min(len(said), len(shown)) if same is None else same
    return Check.of(
        "words",
        passed=said == shown,
        measured=f"{len(shown)} letters" if said == shown else f"another text from “{said[at : at + _QUOTED]}” on",
        limit=f"the {len(said)} letters of the script",
        value=len(shown),
    )


def _without_hyphens(lines: Iterable[str], said: str) -> str:
    """The letters of all lines, without the hyphens of words that are broken across lines."""
    shown = ""
    for line in lines:
        letters = "".join(line.split())
        is_hyphenated = letters.endswith("-") and not said.startswith(letters, len(shown))
        shown += letters[:-1] if is_hyphenated else letters
    return shown


def _check(name: str, path: Path, texts: Sequence[str], cues: Sequence[TimedText], sound_s: float) -> Check:
    try:
        found = _read(path, is_vtt=name == "vtt")
        _compare(found, texts, cues, sound_s)
    except _FaultError as fault:
        measured, passed = str(fault), False
    else:
        measured, passed = f"{len(found)} cues in order", True
    limit = f"the {len(cues)} cues of the film, one after the other within {sound_s:.2f} s of sound"
    return Check.of(name, passed=passed, measured=measured, limit=limit)


def _read(path: Path, *, is_vtt: bool) -> list[TimedText]:
    """The cues of a file, in its order."""
    try:
        content = path.read_text(encoding="utf-8")
    except FileNotFoundError as error:
        raise _FaultError("not there") from error
    except (OSError, ValueError) as error:
        raise _FaultError("not readable as UTF-8") from error
    if is_vtt:
        if not content.startswith(_VTT_HEADER):
            raise _FaultError("without its header")
        content = content.removeprefix(_VTT_HEADER)
    blocks = content.rstrip("\n").split("\n\n") if content.strip() else []
    return [_cue(block, number, is_vtt=is_vtt) for number, block in enumerate(blocks, start=1)]


def _cue(block: str, number: int, *, is_vtt: bool) -> TimedText:
    match = _CUE.fullmatch(block)
    if not match:
        raise _FaultError(f"not a cue in place {number}")
    if int(match["number"]) != number:
        raise _FaultError(f"number {match['number']} in place {number}")
    text = html.unescape(match["text"]) if is_vtt else match["text"]
    # Direction marks are for players only.
    text = text.replace(RIGHT_TO_LEFT_MARK, "").replace(LEFT_TO_RIGHT_MARK, "")
    return TimedText(start_s=_seconds(match["start"]), end_s=_seconds(match["end"]), text=text)


def _compare(found: Sequence[TimedText], texts: Sequence[str], cues: Sequence[TimedText], sound_s: float) -> None:
    if len(found) != len(cues):
        raise _FaultError(f"{len(found)} cues")
    previous_end_s = 0.0
    for number, (cue, text, wanted) in enumerate(zip(found, texts, cues, strict=True), start=1):
        if cue.text != text:
            raise _FaultError(f"another text in cue {number}")
        if cue.start_s < previous_end_s:
            raise _FaultError(f"cue {number} from {cue.start_s:.2f} s, before {previous_end_s:.2f} s")
        if cue.end_s <= cue.start_s:
            raise _FaultError(f"cue {number} from {cue.start_s:.2f} s to {cue.end_s:.2f} s")
        if cue.end_s > sound_s + _ROUNDING_S:
            raise _FaultError(f"cue {number} until {cue.end_s:.2f} s")
        if abs(cue.start_s - wanted.start_s) > _LATE_S:
            raise _FaultError(f"cue {number} from {cue.start_s:.2f} s, spoken at {wanted.start_s:.2f} s")
        if abs(cue.end_s - wanted.end_s) > _LATE_S:
            raise _FaultError(f"cue {number} until {cue.end_s:.2f} s, wanted until {wanted.end_s:.2f} s")
        previous_end_s = cue.end_s


def _seconds(time: str) -> float:
    hours, minutes, seconds, milliseconds = (int(part) for part in re.split("[:.,]", time))
    return 3600 * hours + 60 * minutes + seconds + milliseconds / 1000
