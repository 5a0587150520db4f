"""Frames + clips -> Video: every scene a segment of its own, joined by copying packets.

plan        what the encoder is told
holds       how a picture that does not change is written
repeats     the numbers in such a stream
segments    `encode_segment` (in a worker process) and `join_segments`
thumbnail   `write_jpeg`
"""

from pipeline.assembly.plan import EncoderPlan, encoder_options
from pipeline.assembly.segments import encode_segment, join_segments
from pipeline.assembly.thumbnail import write_jpeg

# Part of the key of every cached segment: counts up when the same frames and sound would give other bytes.
ASSEMBLY_VERSION = 9

__all__ = [
    "ASSEMBLY_VERSION",
    "EncoderPlan",
    "encode_segment",
    "encoder_options",
    "join_segments",
    "write_jpeg",
]
