"""How a picture is held: the one place where pictures that do not change are written.

Today every held frame time goes through the encoder, which finds that nothing has moved. It can be done without the
encoder (a picture in which every macroblock is skipped is a few bytes that are known in advance), and this is where.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from PIL.Image import Image

from pipeline.media.encode import PictureEncoder
from pipeline.media.mux import Packet


def encode_held(frames: Iterable[tuple[Image, int]], encoder: PictureEncoder, *, length: int) -> Iterator[Packet]:
    """The packets of `frames`, each an RGB picture and the number of frame times that it is held (at least 1).

    Raises `ValueError` unless the holds add up to `length` frame times: a defect of who drew the scene.
    """
    at = 0
    for image, hold in frames:
        if hold < 1 or at + hold > length:
            raise ValueError(f"picture at {at} is held for {hold} of {length} frame times")
        # Converted once, however long it is held.
        picture = encoder.convert(image)
        for _ in range(hold):
            yield from encoder.encode(picture, at=at)
            at += 1
    if at != length:
        raise ValueError(f"the pictures last {at} of {length} frame times")
    yield from encoder.finish()
