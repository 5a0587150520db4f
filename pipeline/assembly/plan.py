"""The encoder settings: the trade-off between speed, size and quality."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pipeline.choices import Holds
from pipeline.model import Codec

if TYPE_CHECKING:
    from pipeline.media.pictures.encode import EncoderName

ENCODERS: Mapping[Codec, EncoderName] = {"h264": "libx264", "h265": "libx265", "av1": "libsvtav1"}

_X264_TUNING = {
    # `ultrafast` turns off the 8x8 transform of High profile: fewer bits, hardly slower. It also turns off CABAC, which
    # stays off: it saves an eighth of the bits, but makes inspecting a scene take half as long again.
    "8x8dct": "1",
    "scenecut": "0",
    "weightp": "0",
    # The bytes must not depend on the number of cores.
    "threads": "1",
    "lookahead-threads": "1",
}
_X265_TUNING = {
    "bframes": "0",
    "scenecut": "0",
    "open-gop": "0",
    "pools": "none",
    "frame-threads": "1",
    # No encoder name in the stream, and nothing on stderr.
    "info": "0",
    "log-level": "none",
}
_SVT_AV1_TUNING = {
    "lp": "1",
    # Bidirectional prediction, the default: with `pred-struct=1` (backward only) SVT-AV1 4.1 hangs in about 1 of 200
    # scenes, except as root, with real-time threads. With these three settings, a mostly static scene takes 363 MB of
    # memory and 235 kB; with the defaults 658 MB and 284 kB, with backward prediction 324 MB and 339 kB.
    "hierarchical-levels": "2",
    "enable-tf": "0",
    "lookahead": "0",
    # Keyframes only where they are requested.
    "scd": "0",
}
# The coarsest quantiser that keeps the dither of a dark gradient (above it there is banding), and how much finer than
# other pictures keyframes may be for it: drafts may have banding.
_MAX_QP_FOR_DITHER, _MAX_KEYFRAME_OFFSET = 8, 16
# Up to this quantiser block edges are invisible, and H.264's deblocking filter does harm.
_MAX_QP_WITHOUT_DEBLOCKING = 16


@dataclass(frozen=True, kw_only=True)
class EncoderPlan:
    """Encoder settings, part of the cache key of a segment.

    The quantiser is constant (QP), not chosen by rate control (CRF): rate control takes static pictures for easy ones,
    spends quantisers near 1 on them, and every held picture then pays for refining noise. Here keyframes are fine
    enough to keep the dither of dark gradients (quantiser 6), and later pictures only skip over it. Measured at 1080p
    on one core, a statement scene: 214 frames/s and 0.9 MB, against 130 frames/s and 2.6 MB with CRF 17; both above
    51 dB PSNR.
    """

    codec: Codec = "h264"
    # Quantiser of pictures other than keyframes: 0 is lossless, 51 unwatchable; at 16 text looks like the source.
    quality: int = 16
    # Whether `quality` is a rate factor (CRF) instead. AV1's goes up to 63.
    is_crf: bool = False
    # How much finer keyframes are, at least: their quantiser is lower by 6 * log2 of it. Not for AV1.
    keyframe_gain: float = 3.2
    # The encoder's name for it: ultrafast … placebo, for SVT-AV1 0 to 13.
    preset: str = "ultrafast"
    # Maximum keyframe interval: players seek to keyframes.
    keyframe_s: int = 5
    # How unchanged pictures are written.
    holds: Holds = "splice"
    # Consecutive B-frames of H.264: fewer bits, more time. With them, or with more than one reference, a hold is
    # followed by a keyframe (see `holds.py`). At a variable frame rate there are none.
    bframes: int = 0
    # Reference pictures of H.264.
    references: int = 1
    # Stereo bit rate.
    audio_kbps: int = 192

    @property
    def effective_holds(self) -> Holds:
        """`holds` for this codec: skipped pictures are only supported for H.264."""
        return self.holds if self.codec == "h264" else "encode"

    @property
    def min_hold_psnr_db(self) -> float:
        """The minimum PSNR, in dB, between a held picture and the same picture encoded again.

        The mean squared error of a quantiser is a twelfth of its step squared, and the step doubles every 6 (ITU-T
        H.264, 8.5); the second encoding may double it, and another factor of two is margin. Fine quantisers are
        limited by rounding to 8 bits. AV1's scale goes to 63 instead of 51, and a rate factor may give a coarser one.
        """
        quantiser = self.quality * (51 / 63 if self.codec == "av1" else 1)
        step = 0.625 * 2 ** (quantiser / 6)
        return min(45.0, 10 * math.log10(12 * 255**2 / step**2) - (12.0 if self.is_crf else 6.0))


def encoder_options(plan: EncoderPlan, *, frame_rate: int) -> dict[str, str]:
    """The plan as FFmpeg options for the encoder of its codec. All GOPs are closed."""
    rate = {"crf" if plan.is_crf else "qp": str(plan.quality)}
    if plan.codec == "av1":
        return {
            "preset": plan.preset,
            **rate,
            "g": str(plan.keyframe_s * frame_rate),
            "svtav1-params": _joined(_SVT_AV1_TUNING),
        }
    # Keyframes are forced where they are due.
    rate |= {"ipratio": f"{_keyframe_gain(plan):g}"}
    if plan.codec == "h265":
        tuning = _joined({**rate, "keyint": "-1", **_X265_TUNING})
        return {"preset": plan.preset, "forced-idr": "1", "x265-params": tuning}
    pictures = {"bframes": str(0 if plan.holds == "variable" else plan.bframes), "ref": str(plan.references)}
    if not plan.is_crf and plan.quality <= _MAX_QP_WITHOUT_DEBLOCKING:
        # The filter would only smooth dither and thin letters, and the next keyframe would bring them back.
        pictures["no-deblock"] = "1"
    tuning = _joined({**rate, **pictures, "keyint": "infinite", **_X264_TUNING})
    return {"preset": plan.preset, "forced-idr": "1", "profile": "high", "x264-params": tuning}


def _keyframe_gain(plan: EncoderPlan) -> float:
    """How many times finer the quantiser step of keyframes is: fine enough to keep the dither of gradients."""
    if plan.is_crf:
        return plan.keyframe_gain
    finer = min(plan.quality - _MAX_QP_FOR_DITHER, _MAX_KEYFRAME_OFFSET)
    return float(max(plan.keyframe_gain, 2 ** (finer / 6)))


def _joined(tuning: Mapping[str, str]) -> str:
    return ":".join(f"{name}={value}" for name, value in tuning.items())
