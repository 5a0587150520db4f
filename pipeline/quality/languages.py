"""Whether what is said is in the language that was asked for."""

from __future__ import annotations

from pipeline.model import Check, Script, narration_of
from pipeline.model.tongues import another_language


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
