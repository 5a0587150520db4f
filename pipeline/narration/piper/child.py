"""Piper, in a process of its own that speaks one text and ends.

A process, because Piper is GPL; a fresh one, because its models draw random numbers, and only the first text after a
seed is always the same. Run as a file, with the standard library and Piper only:

    arguments   the model, and how many times its usual time a sound takes (1.0)
    stdin       the text, UTF-8
    stdout      a line of JSON: seconds of each word in order, [[start, end], …], or null if the voice does not tell;
                after it, a WAV file
    exit        0; 3: Piper is not there; 4: it refused. The last line of stderr says why.
"""

from __future__ import annotations

import io
import json
import logging
import os
import sys
import wave

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

NO_LIBRARY = 3
REFUSED = 4

_SEED = 1
# What stands between words and around sentences among the phonemes.
_SPACE, _EDGES = " ", frozenset("^$_")


def main() -> int:
    """Do the one task."""
    model, length_scale = sys.argv[1:]
    text = sys.stdin.buffer.read().decode()
    logging.disable(logging.CRITICAL)
    # From 1.32 on it tells Microsoft how it is used, also when nobody wants a network, and leaves files in two places.
    os.environ["ORT_DISABLE_TELEMETRY"] = "1"
    try:
        import onnxruntime  # noqa: PLC0415
        from piper import PiperVoice, SynthesisConfig  # noqa: PLC0415
    except ImportError as error:
        sys.stderr.write(f"{error}\n")
        return NO_LIBRARY
    try:
        # Before the model is loaded: from then on its random numbers are fixed.
        onnxruntime.set_seed(_SEED)
        voice = PiperVoice.load(model)
        wished = SynthesisConfig(length_scale=voice.config.length_scale * float(length_scale))
        chunks = list(voice.synthesize(text, wished, include_alignments=True))
    except Exception as error:  # noqa: BLE001 - whatever a file of somebody's leads to is told, not shown
        sys.stderr.write(f"{type(error).__name__}: {' '.join(str(error).split())[:300]}\n")
        return REFUSED
    sys.stdout.buffer.write(json.dumps(_words(chunks)).encode() + b"\n" + _wav(chunks, voice.config.sample_rate))
    sys.stdout.buffer.flush()
    return 0


def _words(chunks: list[Any]) -> list[list[float]] | None:
    """When each word sounds, from the lengths of its phonemes."""
    words: list[list[float]] = []
    start_s = 0.0
    for chunk in chunks:
        if chunk.phoneme_alignments is None:
            return None
        now, begun = start_s, False
        for aligned in chunk.phoneme_alignments:
            end = now + aligned.num_samples / chunk.sample_rate
            if aligned.phoneme == _SPACE:
                begun = False
            elif aligned.phoneme not in _EDGES and aligned.phoneme.isalpha():
                if not begun:
                    words.append([now, end])
                    begun = True
                words[-1][1] = end
            now = end
        start_s += len(chunk.audio_float_array) / chunk.sample_rate
    return words


def _wav(chunks: list[Any], rate_hz: int) -> bytes:
    file = io.BytesIO()
    with wave.open(file, "wb") as wav:
        wav.setnchannels(1)
        wav.setsampwidth(2)
        wav.setframerate(rate_hz)
        for chunk in chunks:
            wav.writeframes(chunk.audio_int16_bytes)
    return file.getvalue()


if __name__ == "__main__":
    sys.exit(main())
