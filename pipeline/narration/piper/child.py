"""Piper in a child process that speaks one text and exits.

A process of its own, because Piper is GPL; a fresh one, because its models draw random numbers, and only the first text
after seeding is reproducible. Run as a script, with only the standard library and Piper:

    arguments   the model, and the length scale: how much slower than the voice's own pace (1.0)
    stdin       the text, UTF-8
    stdout      a line of JSON: [[start, end], …] of each word in seconds, or null if the voice has no alignments;
                then a WAV file
    exit code   0; 3: Piper is missing; 4: it failed. The last line of stderr says why.
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
# Among the phonemes: the separator of words, and the symbols around sentences.
_SPACE, _BOUNDARIES = " ", frozenset("^$_")


def main() -> int:
    """Speak the text on stdin. Returns the exit code."""
    model, length_scale = sys.argv[1:]
    text = sys.stdin.buffer.read().decode()
    logging.disable(logging.CRITICAL)
    # From 1.32 on, onnxruntime sends telemetry to Microsoft, even offline, and leaves files in two places.
    os.environ["ORT_DISABLE_TELEMETRY"] = "1"
    try:
        import onnxruntime  # noqa: PLC0415
        from piper import PiperVoice, SynthesisConfig  # noqa: PLC0415
    except ImportError as error:
        sys.stderr.write(f"{error}\n")
        return NO_LIBRARY
    try:
        # Must precede loading the model, which takes the seed.
        onnxruntime.set_seed(_SEED)
        voice = PiperVoice.load(model)
        config = SynthesisConfig(length_scale=voice.config.length_scale * float(length_scale))
        chunks = list(voice.synthesize(text, config, include_alignments=True))
    except Exception as error:  # noqa: BLE001 - a user's file may raise anything
        sys.stderr.write(f"{type(error).__name__}: {' '.join(str(error).split())[:300]}\n")
        return REFUSED
    sys.stdout.buffer.write(json.dumps(_words(chunks)).encode() + b"\n" + _wav(chunks, voice.config.sample_rate))
    sys.stdout.buffer.flush()
    return 0


def _words(chunks: list[Any]) -> list[list[float]] | None:
    """Start and end of each word, from the lengths of its phonemes; None if the voice has no alignments."""
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
            elif aligned.phoneme not in _BOUNDARIES and aligned.phoneme.isalpha():
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
