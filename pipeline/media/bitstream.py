"""A bit reader and a bit writer, most significant bit first, as the H.264 and AAC bitstreams are defined."""

from __future__ import annotations


class BitReader:
    """Reads bits from the start of `data`. Raises `ValueError` past the end."""

    def __init__(self, data: bytes) -> None:
        self._number, self._length = int.from_bytes(data, "big"), 8 * len(data)
        # Bits read so far.
        self.position = 0

    def read_bits(self, width: int) -> int:
        """An unsigned integer of `width` bits: u(n)."""
        self.position += width
        if self.position > self._length or width < 0:
            raise ValueError("the bitstream is cut short")
        return self.bits_at(self.position - width, width)

    def bits_at(self, position: int, width: int) -> int:
        """`width` bits at a bit offset; the reader does not move."""
        return (self._number >> (self._length - position - width)) & ((1 << width) - 1)

    def read_ue(self) -> int:
        """An unsigned Exp-Golomb code: ue(v) of H.264."""
        zeros = 0
        while not self.read_bits(1):
            zeros += 1
        return (1 << zeros) - 1 + self.read_bits(zeros)

    def tail(self) -> tuple[int, int]:
        """The three bits that end with the last set bit of the data, and the number of zeros after it."""
        zeros = (self._number & -self._number).bit_length() - 1
        return (self._number >> zeros & 7, zeros) if zeros >= 0 else (0, 0)


class BitWriter:
    """Appends bits."""

    def __init__(self) -> None:
        self._number, self._length = 0, 0

    def write_bits(self, width: int, value: int) -> None:
        """An unsigned integer of `width` bits: u(n)."""
        self._number = self._number << width | value
        self._length += width

    def write_ue(self, value: int) -> None:
        """An unsigned Exp-Golomb code: ue(v). Its 0 is also the 0 of se(v)."""
        self.write_bits(2 * (value + 1).bit_length() - 1, value + 1)

    def to_bytes(self) -> bytes:
        """The bytes, padded with zero bits."""
        self.write_bits(-self._length % 8, 0)
        return self._number.to_bytes(self._length // 8, "big")

    def to_rbsp(self) -> bytes:
        """The bytes, with the trailing bits of an H.264 payload (7.3.2.11): a one, then zeros."""
        self.write_bits(1, 1)
        return self.to_bytes()
