"""The checks of a film's texts: no text artefacts (`model.text_artefacts`), and the right language."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from pipeline.language.detection import language_mismatch
from pipeline.model import Check, Script, narration_of
from pipeline.model.text_artefacts import find_artefacts, find_caption_artefact, find_replaced_letters
from pipeline.quality.expected import TimedText

# The language in the name of a caption file, as players parse it: film.de.srt, film.pt-BR.vtt.
_TAG = re.compile(r"\.([a-z]{2,3}(?:[-_][a-z0-9]+)*)$", re.IGNORECASE)


def text(script: Script, cells: Sequence[str] = ()) -> Check:
    """No text artefacts (placeholders, JSON, remarks of the model) in what the film says and shows.

    Text from `cells`, those of the film's row, is never an artefact.
    """
    return _text(list(find_artefacts(script, cells)))


def caption_text(cues: Sequence[TimedText]) -> Check:
    """The same for the captions of a third-party film."""
    numbered = enumerate(cues, start=1)
    found = [f"{left} in caption {number}" for number, cue in numbered if (left := find_caption_artefact(cue.text))]
    if lost := find_replaced_letters("\n".join(cue.text for cue in cues)):
        number = next(number for number, cue in enumerate(cues, start=1) if lost in cue.text)
        found.append(f"lost characters (“{lost}”) in caption {number}")
    return _text(found)


def _text(found: Sequence[str]) -> Check:
    more = f", and {len(found) - 1} more" if len(found) > 1 else ""
    return Check.of(
        "text",
        passed=not found,
        measured=f"{found[0]}{more}" if found else "for viewers",
        limit="no unfilled field, no word of a model about itself, no JSON or Markdown, no garbled letter",
        value=len(found),
    )


def language(script: Script) -> Check:
    """The narration is in the language of the film."""
    said = " ".join(narration_of(scene) for scene in script.scenes)
    other = language_mismatch(said, script.language)
    measured = other or f"as {script.language} is written"
    return Check.of("language", passed=not other, measured=measured, limit=f"a text in {script.language}")


def named_language(path: Path, cues: Sequence[TimedText]) -> Check | None:
    """A caption file is in the language that its name gives; None: it gives none."""
    if not (named := _TAG.search(path.stem)):
        return None
    tag = named[1].replace("_", "-")
    other = language_mismatch(" ".join(cue.text for cue in cues), tag)
    measured = f"{path.name}: {other}" if other else f"as {tag} is written"
    return Check.of("language", passed=not other, measured=measured, limit="the language in its file name")
