"""Whether what is said is in the language that was asked for."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from pipeline.language.detection import another_language
from pipeline.model import Check, Script, narration_of
from pipeline.quality.expected import TimedText

# The language in the name of a caption file, as players read it: film.de.srt, film.pt-BR.vtt.
_TAG = re.compile(r"\.([a-z]{2,3}(?:[-_][a-z0-9]+)*)$", re.IGNORECASE)


def language(script: Script) -> Check:
    """What is said is in the language of the film."""
    said = " ".join(narration_of(scene) for scene in script.scenes)
    other = another_language(said, script.language)
    return Check.of(
        "language",
        passed=not other,
        measured=other or f"as {script.language} is written",
        limit=f"a text in {script.language}",
    )


def named_language(path: Path, cues: Sequence[TimedText]) -> Check | None:
    """The captions of a file are in the language that its name tells; None: it tells none."""
    if not (named := _TAG.search(path.stem)):
        return None
    tag = named[1].replace("_", "-")
    other = another_language(" ".join(cue.text for cue in cues), tag)
    measured = f"{path.name}: {other}" if other else f"as {tag} is written"
    return Check.of("language", passed=not other, measured=measured, limit="the language that its name tells")
