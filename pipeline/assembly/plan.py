"""How pictures are encoded: the few numbers that decide between speed, size and beauty."""

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
    # What `ultrafast` turns off and High profile is known for: fewer bits, hardly slower. The other thing it turns off,
    # CABAC, stays off there: an eighth fewer bits, but inspecting a scene takes half as long again with it.
    "8x8dct": "1",
    "scenecut": "0",
    "weightp": "0",
    # The bytes must not depend on how many cores the machine has.
    "threads": "1",
    "lookahead-threads": "1",
}
_X265_TUNING = {
    "bframes": "0",
    "scenecut": "0",
    "open-gop": "0",
    "pools": "none",
    "frame-threads": "1",
    # Nothing in the stream tells of the encoder, and nothing on stderr either.
    "info": "0",
    "log-level": "none",
}
_SVT_AV1_TUNING = {
    "lp": "1",
    # Pictures refer to later ones, too, as by default. With `pred-struct=1` (back only) SVT-AV1 4.1 waits for ever in 1
    # of 200 scenes or so, unless it runs as root, whose threads are in real time. With these three a scene that
    # mostly rests takes 363 MB and 235 kB; with its defaults 658 MB and 284 kB, referring back only 324 MB and 339 kB.
    "hierarchical-levels": "2",
    "enable-tf": "0",
    "lookahead": "0",
    # No keyframe but those that are asked for.
    "scd": "0",
}
# The coarsest quantiser that keeps the dither of a dark gradient (above it, the gradient is seen in bands), and at most
# how much finer than the rest keyframes are made for it: drafts may have bands.
_KEEPS_DITHER, _MOST_FINER = 8, 16
# Up to this quantiser nobody sees where blocks meet, and H.264's filter between them does harm.
_LEAVES_NO_BLOCKS = 16


@dataclass(frozen=True, kw_only=True)
class EncoderPlan:
    """Settings of the encoders. They shape the bytes, so they belong into the key of a cached segment.

    The quantiser is constant, not chosen by rate control (CRF): pictures that rest look easy to it, so it spends
    quantisers near 1 on them, and every held picture then pays for refining noise. Here keyframes are fine enough to
    keep the dither of dark gradients (quantiser 6), and what follows only skips over it. Measured at 1080p on one core,
    a statement scene: 214 frames/s and 0.9 MB, against 130 frames/s and 2.6 MB with CRF 17; both above 51 dB PSNR.
    """

    codec: Codec = "h264"
    # Quantiser of moving parts: 0 is lossless, 51 unwatchable; at 16 text edges can't be told from the source.
    quality: int = 16
    # Whether `quality` is a rate factor instead (`crf`), of which the encoder makes quantisers. AV1's goes to 63.
    is_crf: bool = False
    # How much finer keyframes are, at least: the quantiser falls by 6 * log2 of it. Not for AV1.
    keyframe_gain: float = 3.2
    # As the encoder names it: ultrafast … placebo, of SVT-AV1 0 to 13.
    preset: str = "ultrafast"
    # At least one picture that stands by itself in this time: where players can seek to.
    keyframe_s: int = 5
    # How pictures that do not change are written.
    holds: Holds = "splice"
    # Pictures in a row that may refer to later ones too, of H.264: fewer bits, more time. With them, or with more
    # references than one, a hold is followed by a keyframe (see `holds.py`). Of variable length, pictures are never
    # reordered.
    bframes: int = 0
    # How many earlier pictures one may refer to, of H.264.
    references: int = 1
    # Of the sound, stereo.
    audio_kbps: int = 192

    @property
    def holds_of_codec(self) -> Holds:
        """`holds`, as far as it can be: repeated pictures are written here for H.264 alone."""
        return self.holds if self.codec == "h264" else "encode"

    @property
    def rest_db(self) -> float:
        """The least PSNR, in dB, between a picture that rests and the same picture encoded once more.

        What a quantiser loses is the twelfth of its step squared, and the step doubles every 6 (ITU-T H.264, 8.5); half
        of that again, and a margin of as much, for the second coding. Fine quantisers meet the rounding to 8 bits. AV1
        counts to 63 where others count to 51, and of a rate factor the encoder may make a coarser quantiser.
        """
        quantiser = self.quality * (51 / 63 if self.codec == "av1" else 1)
        step = 0.625 * 2 ** (quantiser / 6)
        return min(45.0, 10 * math.log10(12 * 255**2 / step**2) - (12.0 if self.is_crf else 6.0))


def encoder_options(plan: EncoderPlan, *, frame_rate: int) -> dict[str, str]:
    """The plan in FFmpeg's words for the encoder of its codec. Groups of pictures are closed."""
    rate = {"crf" if plan.is_crf else "qp": str(plan.quality)}
    if plan.codec == "av1":
        return {
            "preset": plan.preset,
            **rate,
            "g": str(plan.keyframe_s * frame_rate),
            "svtav1-params": _joined(_SVT_AV1_TUNING),
        }
    # Keyframes are asked for where they are due.
    rate |= {"ipratio": f"{_keyframe_gain(plan):g}"}
    if plan.codec == "h265":
        tuning = _joined({**rate, "keyint": "-1", **_X265_TUNING})
        return {"preset": plan.preset, "forced-idr": "1", "x265-params": tuning}
    pictures = {"bframes": str(0 if plan.holds == "variable" else plan.bframes), "ref": str(plan.references)}
    if not plan.is_crf and plan.quality <= _LEAVES_NO_BLOCKS:
        # All that the filter could smooth is dither and thin letters, and the next keyframe would bring them back.
        pictures["no-deblock"] = "1"
    tuning = _joined({**rate, **pictures, "keyint": "infinite", **_X264_TUNING})
    return {"preset": plan.preset, "forced-idr": "1", "profile": "high", "x264-params": tuning}


def _keyframe_gain(plan: EncoderPlan) -> float:
    """How many times finer the steps of a keyframe are: so fine that gradients keep their dither."""
    if plan.is_crf:
        return plan.keyframe_gain
    finer = min(plan.quality - _KEEPS_DITHER, _MOST_FINER)
    return float(max(plan.keyframe_gain, 2 ** (finer / 6)))


def _joined(tuning: Mapping[str, str]) -> str:
    return ":".join(f"{name}={value}" for name, value in tuning.items())
