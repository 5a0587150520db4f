"""Companion files that a user has edited or replaced: corrections pass, files of another film do not."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

from pipeline.language.detection import language_mismatch
from pipeline.model import Check, QualityProfile, Script, Verdict
from pipeline.model.text_artefacts import find_prose_artefact
from pipeline.quality import companions, cues
from pipeline.quality.caption_coverage import is_partial
from pipeline.quality.expected import Expected, TimedText
from pipeline.quality.near_duplicates import shingle_set
from pipeline.quality.sidecars import caption_checks, read_cues

# Captions contain at least this share of the text, and leave out at most this share of the speech.
_MIN_TEXT, _MAX_UNCAPTIONED = 0.2, 0.5
# Durations are written with three decimals.
_SAME_S = 0.01


def faults_of(name: str, path: Path, expected: Expected, profile: QualityProfile) -> tuple[str, ...]:
    """The faults of a replaced file, a line each; empty: it may be delivered with the film. Blocks.

    `name` is its kind: "srt", "vtt", "es.srt" (captions in another language), "thumbnail", "thumbnail-2", "metadata".
    """
    if name == "metadata":
        checks = list(_metadata_checks(path, expected))
    elif name.startswith("thumbnail"):
        checks = [companions.own_thumbnail(path)]
    else:
        checks = list(_caption_checks(name, path, expected, profile))
    return Verdict(checks=tuple(checks)).under(profile).reasons


def _caption_checks(name: str, path: Path, expected: Expected, profile: QualityProfile) -> Iterator[Check]:
    check_unchanged = {"srt": cues.srt, "vtt": cues.vtt}.get(name)
    if check_unchanged and check_unchanged(path, expected.cues, expected.duration_s).passed:
        return
    # When speech is heard in our own films is known from their own cues.
    yield from caption_checks([path], expected.duration_s, profile, None)
    try:
        found = read_cues(path)
    except ValueError:
        return  # `caption_checks` has reported it
    if not is_partial(path.name):
        yield _coverage(found, expected.cues, profile)
    if check_unchanged and expected.cues:
        yield _words(found, expected)
        yield _timing(found, expected.cues, profile)


def _coverage(found: Sequence[TimedText], cues: Sequence[TimedText], profile: QualityProfile) -> Check:
    """There are captions where the film's own cues are."""
    longest_s = lasted_s = missing_s = 0.0
    for cue in cues:
        middle_s, length_s = (cue.start_s + cue.end_s) / 2, cue.end_s - cue.start_s
        is_there = any(each.start_s <= middle_s <= each.end_s for each in found)
        lasted_s = 0.0 if is_there else lasted_s + length_s
        missing_s += 0.0 if is_there else length_s
        longest_s = max(longest_s, lasted_s)
    spoken_s = sum(cue.end_s - cue.start_s for cue in cues)
    passed = longest_s <= profile.uncaptioned_s and missing_s <= _MAX_UNCAPTIONED * spoken_s
    measured = f"{missing_s:.2f} of {spoken_s:.2f} s of speech without captions"
    limit = f"at most {profile.uncaptioned_s:g} s at once, and half of it"
    return Check.of("captions", passed=passed, measured=measured, limit=limit)


def _words(found: Sequence[TimedText], expected: Expected) -> Check:
    """The captions contain what the film says, in its language."""
    text = " ".join(cue.text for cue in found)
    said, shown = shingle_set(" ".join(cue.text for cue in expected.cues)), shingle_set(text)
    share = len(said & shown) / max(1, len(said))
    other = language_mismatch(text, expected.script.language) if expected.script else ""
    measured = other or f"{100 * share:.0f} % of what the film says"
    limit = f"at least {100 * _MIN_TEXT:.0f} % of it, in its language"
    return Check.of("captions", passed=share >= _MIN_TEXT and not other, measured=measured, limit=limit)


def _timing(found: Sequence[TimedText], cues: Sequence[TimedText], profile: QualityProfile) -> Check:
    """Captions are in time: judged by those whose text is unchanged and unique."""
    counts = Counter(cue.text for cue in cues)
    spoken_s = {cue.text: cue.start_s for cue in cues if counts[cue.text] == 1}
    differences_s = [cue.start_s - spoken_s[cue.text] for cue in found if cue.text in spoken_s]
    late_s = max(differences_s, key=abs, default=0.0)
    measured = f"{abs(late_s):.2f} s {'late' if late_s >= 0 else 'early'}"
    limit = f"at most {profile.caption_s:g} s before or after what is said"
    return Check.of("captions", passed=abs(late_s) <= profile.caption_s, measured=measured, limit=limit)


def _metadata_checks(path: Path, expected: Expected) -> Iterator[Check]:
    check = companions.metadata(path)
    yield check
    if check.passed:
        content = json.loads(path.read_text(encoding="utf-8-sig"))
        fault = next(_metadata_faults(content, expected), "")
        yield Check.of(
            "metadata", passed=not fault, measured=fault or "its own", limit="those of this film, for viewers"
        )


def _metadata_faults(content: dict[str, object], expected: Expected) -> Iterator[str]:
    """Signs of another film's metadata, and text artefacts."""
    script = expected.script or Script(title="", language="", scenes=())
    language, length_s = content.get("language"), content.get("duration_s")
    if script.language and language not in {None, "", script.language}:
        yield f"in {language}, and the film is in {script.language}"
    if isinstance(length_s, int | float) and abs(length_s - expected.duration_s) > _SAME_S:
        yield f"of a film of {length_s:.2f} s, and this one has {expected.duration_s:.2f} s"
    for name, ours in (("title", script.title), ("description", script.description), ("tags", " ".join(script.tags))):
        if (found := companions.find_artefact(content.get(name, ""))) and not find_prose_artefact(ours):
            yield found
