"""The result of an analysis: the film, its video track and its audio track."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from pipeline.media.analysis.black_bars import BlackBars
from pipeline.media.filters import Meter
from pipeline.media.sound.discontinuities import Discontinuities
from pipeline.media.sound.stereo import Stereo
from pipeline.media.span import Span


@dataclass(frozen=True, kw_only=True)
class VideoAnalysis:
    """The first video track. Spans and times of faults count from its first picture."""

    # FFmpeg's names: "h264", "High", "yuv420p".
    codec: str
    profile: str
    pixel_format: str
    width_px: int
    height_px: int
    # Sample aspect ratio: 1 is square.
    pixel_aspect: Fraction
    # Degrees by which players rotate it.
    rotation: int
    # When the display aspect ratio first changes; None: never.
    reshaped_s: float | None
    # Frames per second; None: variable.
    constant_rate: Fraction | None
    start_s: float
    end_s: float
    # The longest distance between keyframes, or from the last one to the end.
    keyframe_s: float
    # "BT.709", limited range; else the codes of primaries, transfer and matrix (ITU-T H.273); empty: untagged.
    colours: str
    # Black by `blackdetect`, and nothing at all is shown (`dark_scenes`).
    unlit: tuple[Span, ...]
    # One colour (`solid_colour`).
    plain: tuple[Span, ...]
    snow: tuple[Span, ...]
    # The lower part was never decoded (`missing_slices`).
    missing: tuple[Span, ...]
    # A part hangs while the rest goes on (`partial_freeze`).
    stuck: tuple[Span, ...]
    # A chroma plane is lost (`solid_colour`).
    tinted: tuple[Span, ...]
    # Share of the moving pictures that show combing.
    combed_percent: float
    bars: BlackBars
    # Frozen by `freezedetect`, and not even a cursor moves (`small_motion`).
    still: tuple[Span, ...]
    # When pictures come out of order, and when single pictures of another shot appear (`frame_order`).
    jumps_s: tuple[float, ...]
    blinks_s: tuple[float, ...]
    # Flashes in the worst second, and its start.
    flashes: float
    flashes_at_s: float
    # A perceptual hash from the middle of each second.
    hashes: tuple[int, ...]


@dataclass(frozen=True, kw_only=True)
class AudioAnalysis:
    """The first audio track. Spans count from its first sample."""

    codec: str
    sample_rate_hz: int
    channels: int
    start_s: float
    end_s: float
    # How much later the sound may begin than its first frame, which may only prime the decoder: most containers don't
    # say whether it does. 0: they do.
    priming_s: float
    # The largest difference between timestamps and the samples decoded so far (positive: timestamps are late): gaps
    # that some players close and others don't, and timestamps that run faster or slower than the sound.
    drift_s: float
    meter: Meter
    clipped_runs: int
    discontinuities: Discontinuities
    # White noise, as loud as a voice, for a moment.
    bursts: tuple[Span, ...]
    silent: tuple[Span, ...]
    # The longest span without a change in the sound (`sound.hum`).
    steady: Span
    # Spans that sound like speech (`sound.speech`).
    spoken: tuple[Span, ...]
    # None: not two channels.
    stereo: Stereo | None
    # Momentary loudness (400 ms) at the end of each tenth of a second, in LUFS.
    momentary_lufs: tuple[float, ...]

    @property
    def lufs_by_second(self) -> tuple[float, ...]:
        """Momentary loudness at the end of each second, in LUFS."""
        return self.momentary_lufs[9::10]


@dataclass(frozen=True, kw_only=True)
class FilmAnalysis:
    """A whole film."""

    # "mp4", "mov", "webm", "matroska", else FFmpeg's name.
    container: str
    # Streams: video, audio, others; a cover picture is among the others.
    counts: tuple[int, int, int]
    # The first of each kind; None: there is none.
    picture: VideoAnalysis | None
    sound: AudioAnalysis | None
    # `moov` before `mdat`; True where a container has neither.
    index_first: bool
