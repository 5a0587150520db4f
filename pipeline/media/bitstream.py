"""Bits out of bytes and into them, as the standards of video and sound count them: the highest first."""

from __future__ import annotations


class BitReader:
    """Bits from the highest of the first byte on. Raises `ValueError` where there are no more."""

    def __init__(self, data: bytes) -> None:
        self._number, self._length = int.from_bytes(data, "big"), 8 * len(data)
        # How many were read.
        self.at = 0

    def fixed(self, width: int) -> int:
        """A number of so many bits."""
        self.at += width
        if self.at > self._length or width < 0:
            raise ValueError("the unit is cut short")
        return self.again(self.at - width, width)

    def again(self, at: int, width: int) -> int:
        """The number of so many bits at a place, wherever the reader stands."""
        return (self._number >> (self._length - at - width)) & ((1 << width) - 1)

    def golomb(self) -> int:
        """A number in Exp-Golomb code: ue(v) of H.264."""
        zeros = 0
        while not self.fixed(1):
            zeros += 1
        return (1 << zeros) - 1 + self.fixed(zeros)

    def end(self) -> tuple[int, int]:
        """The last three bits up to the last one that is set, and how many zeros follow it."""
        zeros = (self._number & -self._number).bit_length() - 1
        return (self._number >> zeros & 7, zeros) if zeros >= 0 else (0, 0)


class BitWriter:
    """Bits one after the other."""

    def __init__(self) -> None:
        self._number, self._length = 0, 0

    def fixed(self, width: int, value: int) -> None:
        """A number in so many bits."""
        self._number = self._number << width | value
        self._length += width

    def golomb(self, value: int) -> None:
        """A number in Exp-Golomb code; 0 is also the 0 of numbers with a sign."""
        self.fixed(2 * (value + 1).bit_length() - 1, value + 1)

    def aligned(self) -> bytes:
        """The bytes, filled up with zeros."""
        self.fixed(-self._length % 8, 0)
        return self._number.to_bytes(self._length // 8, "big")

    def finished(self) -> bytes:
        """The bytes, with the trailing bits of H.264 (7.3.2.11): a one, then zeros."""
        self.fixed(1, 1)
        return self.aligned()
