"""FFmpeg's loudness meter (ITU-R BS.1770, EBU R 128), the reference for ours."""

from fractions import Fraction

import av
import numpy as np

from pipeline.media.sound.loudness import Loudness

RATE_HZ = 48_000
# The absolute gate of BS.1770; anything quieter counts as silence.
GATE_LUFS = -70.0


def measure_loudness(samples):
    """Integrated loudness and true peak of `samples` (n, 2), by FFmpeg's `ebur128`."""
    graph = av.filter.Graph()
    source = graph.add_abuffer(format="flt", sample_rate=RATE_HZ, layout="stereo", time_base=Fraction(1, RATE_HZ))
    # It reports every tenth of a second and drops the rest: silence fills the last block.
    fill = graph.add("apad", f"pad_len={RATE_HZ // 10 - 1}")
    sink = graph.add("abuffersink")
    graph.link_nodes(source, fill, graph.add("ebur128", "metadata=1:framelog=quiet:peak=true"), sink).configure()
    report = {}
    for start in range(0, len(samples), RATE_HZ):
        second = np.ascontiguousarray(samples[start : start + RATE_HZ], np.float32).reshape(1, -1)
        frame = av.AudioFrame.from_ndarray(second, format="flt", layout="stereo")
        frame.sample_rate, frame.pts, frame.time_base = RATE_HZ, start, Fraction(1, RATE_HZ)
        source.push(frame)
        report.update(reported(sink))
    source.push(None)
    report.update(reported(sink))
    integrated, peak = float(report.get("lavfi.r128.I", GATE_LUFS)), float(report.get("lavfi.r128.true_peak", 0))
    is_audible = len(samples) >= RATE_HZ * 2 // 5 and integrated > GATE_LUFS
    return Loudness(
        integrated_lufs=integrated if is_audible else None,
        true_peak_dbtp=20 * np.log10(peak) if peak > 0 else -np.inf,
    )


def reported(sink):
    """The latest report; empty if there is none yet."""
    report = {}
    while True:
        try:
            report = dict(sink.pull().metadata)
        except (av.BlockingIOError, av.EOFError):
            return report
