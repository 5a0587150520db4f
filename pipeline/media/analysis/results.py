"""What a survey says of a film: of the whole of it, its pictures and its sound."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from pipeline.media.analysis.black_bars import Bars
from pipeline.media.filters import Meter
from pipeline.media.sound.discontinuities import Discontinuities
from pipeline.media.sound.stereo import Stereo
from pipeline.media.span import Span


@dataclass(frozen=True, kw_only=True)
class VideoAnalysis:
    """The pictures of a film."""

    # As FFmpeg names them: "h264", "High", "yuv420p".
    codec: str
    profile: str
    pixel_format: str
    width_px: int
    height_px: int
    # Width of a pixel by its height: 1 is square.
    pixel_aspect: Fraction
    # Degrees that players turn it.
    rotation: int
    # When it gets another shape; None: it keeps the one that it has.
    reshaped_s: float | None
    # Pictures a second; None: some are shown longer than others.
    constant_rate: Fraction | None
    start_s: float
    end_s: float
    # Seconds from one keyframe to the next, at most, and from the last to the end.
    keyframe_s: float
    # "BT.709", limited range; else the numbers of primaries, transfer and matrix (ITU-T H.273); empty: not said.
    colours: str
    # How many were decoded.
    pictures: int
    # As FFmpeg has it, and what of it shows nothing at all (`survey.lights`).
    black: tuple[Span, ...]
    unlit: tuple[Span, ...]
    plain: tuple[Span, ...]
    snow: tuple[Span, ...]
    # Where its lower part is what a decoder leaves that has nothing.
    missing: tuple[Span, ...]
    # Where a part of it hangs and the rest goes on (`survey.stuck`), and where a plane of colour is lost.
    stuck: tuple[Span, ...]
    tinted: tuple[Span, ...]
    # How many of the pictures that move are two half pictures of different moments (`survey.combs`).
    combed_percent: float
    # What stays black beside it (`survey.bars`).
    bars: Bars
    # Likewise, and what of it stands still to the last cursor (`survey.stirs`).
    frozen: tuple[Span, ...]
    still: tuple[Span, ...]
    # When it jumps back (`survey.jumps`).
    jumps_s: tuple[float, ...]
    # When there is a picture for a moment that fits neither before nor after (`survey.jumps`).
    blinks_s: tuple[float, ...]
    # How often it flashes in its worst second, and when that begins (`survey.flashes`).
    flashes: float
    flashes_at_s: float
    # What it looks like in the middle of each of its seconds: `perceptual_hash`.
    looks: tuple[int, ...]


@dataclass(frozen=True, kw_only=True)
class AudioAnalysis:
    """The sound of a film."""

    codec: str
    profile: str
    sample_rate_hz: int
    channels: int
    start_s: float
    end_s: float
    # How much later it is by its times than by what was heard until then, where they are furthest apart (negative:
    # earlier): gaps that players close, or don't, and times that run faster or slower than the sound.
    drift_s: float
    meter: Meter
    clipped_runs: int
    # Clicks and dropouts.
    torn: Discontinuities
    # Where it is white noise for a moment, as strong as a voice.
    bursts: tuple[Span, ...]
    silent: tuple[Span, ...]
    # The longest span in which the sound does not change.
    steady: Span
    # Spans that sound like speech (`media.speech`).
    spoken: tuple[Span, ...]
    # Whether both channels are there and go together; None: there are not two.
    stereo: Stereo | None
    # How loud it is at the end of each tenth of a second, in LUFS over 400 ms.
    moments_lufs: tuple[float, ...]

    @property
    def levels_lufs(self) -> tuple[float, ...]:
        """How loud it is at the end of each second, in LUFS."""
        return self.moments_lufs[9::10]


@dataclass(frozen=True, kw_only=True)
class FilmAnalysis:
    """A whole film."""

    # "mp4", "mov", "webm", "matroska", or as FFmpeg names others.
    container: str
    # How many streams there are of each kind; a cover is another.
    counts: tuple[int, int, int]
    # The first of each; None: there is none.
    picture: VideoAnalysis | None
    sound: AudioAnalysis | None
    # Of MP4 and QuickTime; True where a container has none.
    index_first: bool
