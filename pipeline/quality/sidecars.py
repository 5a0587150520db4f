"""Caption files beside a third-party film: readable, in order, and in time with the sound."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator, Sequence
from contextlib import suppress
from itertools import pairwise
from pathlib import Path

from pipeline.language.display_width import display_width
from pipeline.language.text import counted, strip_invisible
from pipeline.media.analysis.results import AudioAnalysis
from pipeline.model import Check, QualityProfile
from pipeline.quality.caption_coverage import is_partial, longest_uncaptioned
from pipeline.quality.caption_timing import find_shift
from pipeline.quality.expected import TimedText
from pipeline.quality.limits import at_most, limited_check
from pipeline.quality.profile_checks import longest_of
from pipeline.quality.texts import caption_text, named_language

_SUFFIXES = (".srt", ".vtt")
# Larger files are no captions.
_MAX_BYTES = 5_000_000
_TAGS = re.compile(r"<[^>]*>|\{\\[^}]*\}")
# Times are written in milliseconds.
_ROUNDING_S = 0.0015
# This many repeat the text before them: more than any refrain. Descriptions of sounds ("♪") may repeat.
_SPOKEN_TEXT, _MIN_REPEATS, _REPEAT_SHARE = re.compile(r"[^\W\d].{9}", re.DOTALL), 3, 0.4
# The reading speed of a shorter cue means nothing.
_MIN_CUE_S = 0.05


def sidecars_of(film: Path) -> list[Path]:
    """The caption files beside a film: with its name, or its name and a language (film.de.srt)."""
    stem = film.stem.casefold()
    try:
        files = sorted(film.parent.iterdir())
    except OSError:
        return []
    captions = (path for path in files if path.suffix.lower() in _SUFFIXES and path.is_file())
    return [path for path in captions if path.stem.casefold() == stem or path.stem.casefold().startswith(f"{stem}.")]


def caption_checks(
    paths: Sequence[Path], sound_s: float, profile: QualityProfile, sound: AudioAnalysis | None
) -> Iterator[Check]:
    """The checks of all files, each for the worst one; none without files."""
    if not paths:
        return
    faults: list[str] = []
    cues: list[TimedText] = []
    languages: list[Check] = []
    complete: list[list[TimedText]] = []
    for path in paths:
        try:
            found = read_cues(path)
        except ValueError as error:
            faults.append(f"{path.name}: {error}")
            continue
        faults += [f"{path.name}: {fault}" for fault in find_faults(found, sound_s)][:1]
        cues += found
        complete += [] if is_partial(path.name) else [found]
        if check := named_language(path, found):
            languages.append(check)
    measured = "; ".join(faults) or f"{len(cues)} cues in order"
    yield limited_check("captions", profile, passed=not faults, measured=measured)
    if cues and sound:
        yield from _sound_checks(complete, sound, sound_s, profile)
    if cues:
        yield from reading_checks(cues, profile)
        yield caption_text(cues)
    if languages:
        yield next((check for check in languages if not check.passed), languages[0])


def _sound_checks(
    files: Sequence[Sequence[TimedText]], sound: AudioAnalysis, sound_s: float, profile: QualityProfile
) -> Iterator[Check]:
    """Captions cover all of the speech and are in time with it; for the worst file."""
    gaps = [longest_uncaptioned(cues, sound.spoken, sound.lufs_by_second, sound_s) for cues in files]
    length_s, where = longest_of([gap for gap in gaps if gap.length_s])
    yield at_most("caption_gaps", profile, length_s, profile.uncaptioned_s, unit="s", measured=where)
    shifts = [shift for cues in files if (shift := find_shift(cues, sound.momentary_lufs))]
    late_s, speed = max(shifts, key=lambda shift: abs(shift[0]), default=(0.0, 1.0))
    measured = (
        f"{abs(late_s):.1f} s {'late' if late_s >= 0 else 'early'}" if shifts else "in time, as far as it is known"
    )
    measured += "" if speed == 1 else f", and {100 * abs(speed - 1):.0f} % too {'slow' if speed > 1 else 'fast'}"
    passed = abs(late_s) <= profile.caption_s and speed == 1
    yield limited_check("caption_timing", profile, passed=passed, measured=measured, value=late_s, unit="s")


def first_cues(paths: Sequence[Path]) -> list[TimedText]:
    """The cues of the first readable file; empty if there is none."""
    for path in paths:
        with suppress(ValueError):  # reported by its own check
            return read_cues(path)
    return []


def read_cues(path: Path) -> list[TimedText]:
    """The cues of an SRT or WebVTT file, in its order, without mark-up. Raises a readable `ValueError`."""
    import pysubs2  # noqa: PLC0415 - only third-party films have such files, and every worker imports this module

    try:
        if path.stat().st_size > _MAX_BYTES:
            raise ValueError("too large for captions")
        content = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise ValueError("not readable as UTF-8") from error
    except OSError as error:
        raise ValueError("not readable") from error
    if "\0" in content:
        raise ValueError("with null bytes: damaged, or not UTF-8")
    try:
        events = pysubs2.SSAFile.from_string(content, format_=path.suffix.lower().removeprefix("."))
    except (pysubs2.exceptions.Pysubs2Error, ValueError, IndexError) as error:
        raise ValueError("no captions in it") from error
    # Only WebVTT has HTML entities.
    unescape = html.unescape if path.suffix.lower() == ".vtt" else str
    cues = [
        TimedText(
            start_s=event.start / 1000,
            end_s=event.end / 1000,
            text=strip_invisible(unescape(_TAGS.sub("", event.text.replace("\\N", "\n")))).strip(),
        )
        for event in events
    ]
    if not cues:
        raise ValueError("no captions in it")
    return cues


def find_faults(cues: Sequence[TimedText], sound_s: float) -> Iterator[str]:
    """Faults of the cues in their order: empty, overlapping, past the end, repeated."""
    before_s = 0.0
    for number, cue in enumerate(cues, start=1):
        if not cue.text:
            yield f"no text in cue {number}"
        if cue.end_s <= cue.start_s:
            yield f"cue {number} from {cue.start_s:.2f} s to {cue.end_s:.2f} s"
        if cue.start_s < before_s - _ROUNDING_S:
            yield f"cue {number} from {cue.start_s:.2f} s, before {before_s:.2f} s"
        if cue.end_s > sound_s + _ROUNDING_S:
            yield f"cue {number} until {cue.end_s:.2f} s, after the sound at {sound_s:.2f} s"
        before_s = max(before_s, cue.end_s)
    # Scrolling captions have cues of a hundredth of a second in between.
    texts = [cue.text for cue in cues if cue.end_s - cue.start_s > _MIN_CUE_S]
    again = [text for before, text in pairwise(("", *texts)) if _SPOKEN_TEXT.match(text) and _repeats(before, text)]
    if len(again) >= _MIN_REPEATS and len(again) >= _REPEAT_SHARE * len(texts):
        yield f"{len(again)} of {len(texts)} cues say the same as before: “{again[0]}”"


def _repeats(before: str, text: str) -> bool:
    """Whether a cue repeats the one before it, or its own first line."""
    first, *others = text.split("\n")
    return text == before or first in others


def reading_checks(cues: Sequence[TimedText], profile: QualityProfile) -> Iterator[Check]:
    """Reading speed in characters a second, lines per cue, and letters per line; an ideograph counts as two."""
    timed = [cue for cue in cues if cue.end_s - cue.start_s > _MIN_CUE_S]
    speed, at_s = max(
        ((display_width(cue.text) / (cue.end_s - cue.start_s), cue.start_s) for cue in timed), default=(0.0, 0.0)
    )
    measured = f"{speed:.1f} characters a second at {at_s:.2f} s"
    yield at_most("caption_speed", profile, speed, profile.chars_per_s, unit="1/s", measured=measured)
    lines = max(cue.text.count("\n") + 1 for cue in cues)
    longest = max(display_width(line) for cue in cues for line in cue.text.split("\n"))
    passed = lines <= profile.lines and longest <= profile.chars_per_line
    measured = f"{counted(lines, 'line')} of up to {longest} characters"
    yield limited_check("caption_lines", profile, passed=passed, measured=measured, value=longest)
