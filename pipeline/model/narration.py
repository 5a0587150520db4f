"""What is heard: a clip per scene, and when each word is said."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, kw_only=True)
class Word:
    """A word (see `words.py`) and when it sounds, in seconds from the start of its scene."""

    text: str
    start_s: float
    end_s: float


@dataclass(frozen=True, kw_only=True)
class Prosody:
    """How a voice speaks, beside its usual way: in percent more (or, below zero, less) of each."""

    # From -50 (half as fast) to 100 (twice as fast).
    rate_percent: int = 0
    # Of the frequency, from -20 to 50.
    pitch_percent: int = 0
    # From -90 to 100. Clips are set to one loudness afterwards: what stays of it is how the voice sounds.
    volume_percent: int = 0


@dataclass(frozen=True, kw_only=True)
class Clip:
    """The sound of one scene: WAV, 48 kHz, stereo, 16 bit, at its final loudness, silence at both ends.

    Its length is the length of the scene: a whole number of scene quanta (`video.SCENE_QUANTUM_SAMPLES`).
    """

    path: Path
    samples: int
    # Of its PCM data, in hexadecimal digits: two clips with the same hash sound the same.
    sha256: str
    # One per word of `split_words(narration_of(scene))`, in order, not overlapping.
    words: tuple[Word, ...]
    # Integrated loudness as made (ITU-R BS.1770); None: silent or too short to measure.
    loudness_lufs: float | None = None
    # How many pieces (sentences, mostly) it was spoken in, and for how many of them the voice gave no word times: those
    # are worked out from the text.
    sentences: int = 0
    estimated: int = 0


@dataclass(frozen=True, kw_only=True)
class Narration:
    """A clip per scene, all in the same voice."""

    # Which narrator and voice spoke, e.g. "edge", "en-US-AvaNeural".
    narrator: str
    voice: str
    clips: tuple[Clip, ...]
    # Whether word times were estimated, not measured by the voice; the clips say how many.
    estimated: bool = False
    # Why an earlier choice in the list of narrators did not speak; empty: the first choice did.
    fallback_reason: str = ""
    # What went wrong on the way, and what came of it: "edge sent no sound: 3 times, spoken again". Estimated times of
    # words that are heard are told here, too.
    incidents: tuple[str, ...] = ()
    # What of it the voice names sign by sign, and what to do; it is among the incidents. Empty: it reads all.
    spelling: str = ""

    @property
    def remarks(self) -> tuple[str, ...]:
        """What there is to say about it: why it is not the first choice who speaks, and the incidents."""
        return (self.fallback_reason, *self.incidents) if self.fallback_reason else self.incidents
