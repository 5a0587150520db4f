"""The check of a film's texts: nothing in them was never meant for viewers."""

from __future__ import annotations

from collections.abc import Sequence

from pipeline.model import Check, Script
from pipeline.model.leftovers import find_in_captions, find_lost_letters, leftovers
from pipeline.quality.expected import TimedText


def text(script: Script, cells: Sequence[str] = ()) -> Check:
    """Nothing is left in what a film says and shows that was never meant for viewers.

    What stands in `cells`, those of the row that it is made of, is somebody's text, whatever it looks like.
    """
    return _text(list(leftovers(script, cells)))


def caption_text(cues: Sequence[TimedText]) -> Check:
    """The same of the captions of a film by anybody."""
    numbered = enumerate(cues, start=1)
    found = [f"{left} in caption {number}" for number, cue in numbered if (left := find_in_captions(cue.text))]
    if lost := find_lost_letters("\n".join(cue.text for cue in cues)):
        number = next(number for number, cue in enumerate(cues, start=1) if lost in cue.text)
        found.append(f"letters that were lost (“{lost}”) in caption {number}")
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
