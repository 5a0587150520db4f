"""How pictures are encoded: the few numbers that decide between speed, size and beauty."""

from __future__ import annotations

import math
from dataclasses import dataclass

from pipeline.assembly.holds import Holds

_TUNING = {
    # What `ultrafast` turns off and High profile is known for: fewer bits, hardly slower.
    "cabac": "1",
    "8x8dct": "1",
    # Only P pictures: every packet is shown when it is decoded, so segments need no edit list.
    "bframes": "0",
    "scenecut": "0",
    # A picture refers to the one before it alone, so that pictures can be put between (see `holds`).
    "ref": "1",
    "weightp": "0",
    # The bytes must not depend on how many cores the machine has.
    "threads": "1",
    "lookahead-threads": "1",
}


@dataclass(frozen=True, kw_only=True)
class EncoderPlan:
    """Settings of libx264. They shape the bytes, so they belong into the key of a cached segment.

    The quantiser is constant, not chosen by rate control (CRF): pictures that rest look easy to it, so it spends
    quantisers near 1 on them, and every held picture then pays for refining noise. Here keyframes are fine enough to
    keep the dither of dark gradients (quantiser 6), and what follows only skips over it. Measured at 1080p on one core,
    a statement scene: 214 frames/s and 0.9 MB, against 130 frames/s and 2.6 MB with CRF 17; both above 51 dB PSNR.
    """

    # Quantiser of moving parts: 0 is lossless, 51 unwatchable; at 16 text edges can't be told from the source.
    quality: int = 16
    # How much finer keyframes are: the quantiser falls by 6 * log2 of it.
    keyframe_gain: float = 3.2
    preset: str = "ultrafast"
    # At least one picture that stands by itself in this time: where players can seek to.
    keyframe_s: int = 5
    # How pictures that do not change are written.
    holds: Holds = "splice"

    @property
    def rest_db(self) -> float:
        """How much one picture is like itself when it is coded again (PSNR), everywhere in it.

        What a quantiser loses is the twelfth of its step squared, and the step doubles every 6 (ITU-T H.264, 8.5); half
        of that again, and a margin of as much, for the second coding. Fine quantisers meet the rounding to 8 bits.
        """
        step = 0.625 * 2 ** (self.quality / 6)
        return min(45.0, 10 * math.log10(12 * 255**2 / step**2) - 6.0)


def x264_options(plan: EncoderPlan) -> dict[str, str]:
    """The plan in the words of FFmpeg's libx264. Groups of pictures are closed, as x264 makes them by default."""
    tuning = {
        "qp": str(plan.quality),
        "ipratio": f"{plan.keyframe_gain:g}",
        # Keyframes are asked for where they are due.
        "keyint": "infinite",
        **_TUNING,
    }
    return {
        "preset": plan.preset,
        "forced-idr": "1",
        "profile": "high",
        "x264-params": ":".join(f"{name}={value}" for name, value in tuning.items()),
    }
