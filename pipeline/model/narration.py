"""Narration: an audio clip per scene, and word timings."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, kw_only=True)
class Word:
    """A word (see `language/words.py`) and its timing in seconds from the start of its scene."""

    text: str
    start_s: float
    end_s: float


@dataclass(frozen=True, kw_only=True)
class Prosody:
    """Changes of a voice's speaking rate, pitch and volume in percent."""

    # From -50 (half as fast) to 100 (twice as fast).
    rate_percent: int = 0
    # Of the frequency, from -20 to 50.
    pitch_percent: int = 0
    # From -90 to 100. Loudness is normalised afterwards: only a change of timbre may remain.
    volume_percent: int = 0


@dataclass(frozen=True, kw_only=True)
class Clip:
    """The audio of a scene: WAV, 48 kHz, stereo, 16 bit, loudness-normalised, with silence at both ends.

    Its length is the length of the scene, a multiple of the scene quantum (`video.SCENE_QUANTUM_SAMPLES`).
    """

    path: Path
    samples: int
    # Hash of the PCM data (hex): clips with the same hash sound the same.
    sha256: str
    # One per word of `split_words(narration_of(scene))`, in order, not overlapping.
    words: tuple[Word, ...]
    # Integrated loudness (ITU-R BS.1770); None: silent, or too short to measure.
    loudness_lufs: float | None = None
    # Number of synthesised pieces (mostly sentences), and of those without word timings from the voice, for which they
    # are estimated from the text.
    sentences: int = 0
    estimated: int = 0


@dataclass(frozen=True, kw_only=True)
class Narration:
    """A clip per scene, all with the same voice."""

    # The narrator and the voice, e.g. "edge", "en-US-AvaNeural".
    narrator: str
    voice: str
    clips: tuple[Clip, ...]
    # Whether any word timings are estimates; the clips have the numbers.
    estimated: bool = False
    # Why the preferred narrator or voice was not used; empty: it was.
    fallback_reason: str = ""
    # Problems and how they were handled: "edge sent no sound: 3 times, spoken again". Includes estimated word timings.
    incidents: tuple[str, ...] = ()
    # Text that the voice spells out character by character, and what to do; also among the incidents. Empty: none.
    spelling: str = ""

    @property
    def remarks(self) -> tuple[str, ...]:
        """The fallback reason, if any, and the incidents."""
        return (self.fallback_reason, *self.incidents) if self.fallback_reason else self.incidents
