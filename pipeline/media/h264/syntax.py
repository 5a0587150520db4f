"""The syntax of H.264, as far as it is read and written here: NAL units, parameter sets, the beginnings of slices.

It is there for one thing: a picture that only repeats the one before it is written here, and not by an encoder.

A stream is a row of units (NAL units), each with a type in its first byte. Parameter sets come first: one for the
sequence (size, how numbers are written), one or more for pictures (how they are coded). Then there is a slice, or a
few, for each picture: a header, which names its parameter set and tells its number, and macroblocks of 16 x 16
pixels. A keyframe (IDR) stands by itself; other pictures refer to earlier ones. A macroblock that is skipped is taken
from the same place of the picture that is referred to, if all before it are skipped as well. So a picture that repeats
another is a header, and the count of all its macroblocks.

Numbers are u(n), n bits, or ue(v), Exp-Golomb: short for small ones. A payload must not look like the start of a unit
(0, 0, 1); a byte 3 is put in between where it would.

Everything is from ITU-T H.264, by clause: 7.3.1 (NAL units), 7.3.2 (parameter sets), 7.3.3 (slice header), 8.4.1.1
(skipped macroblocks), 9.1 (Exp-Golomb codes). What is read is what x264 writes: frames, not fields; 4:2:0; slices in
order.

    SequenceParameterSet  what the sequence parameter set tells of every slice header
    Slice               the beginning of a slice header
    skip_pps            a picture parameter set for repeated pictures
    skipped_picture    a whole picture in which every macroblock is skipped: about ten bytes
    with_frame_num          the encoder's own slice, with another number
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from pipeline.media.bitstream import BitReader, BitWriter

# nal_unit_type, table 7-1.
SLICE, IDR_SLICE, SEI, SPS, PPS = 1, 5, 6, 7, 8
# The parameter set of repeated pictures; the encoder's own has 0.
SKIP_PPS_ID = 1

_START = b"\0\0\0\1"
_START_CODE = b"\0\0\1"
_TO_ESCAPE = re.compile(rb"\x00\x00(?=[\x00-\x03]|\Z)")
# Longer than what is read of any slice header.
_HEADER_BYTES = 24
_HIGH_PROFILES = {100, 110, 122, 244, 44}
_SLICE_TYPE_P = 5  # and all slices of the picture are P
_SLICE_TYPE_I = 2  # 7: and all of the picture are


@dataclass(frozen=True, kw_only=True)
class SequenceParameterSet:
    """What of a sequence parameter set is needed to read and write slice headers."""

    id: int
    frame_num_bits: int
    # Where the order of pictures is told: 0, in `pic_order_cnt_lsb` of each slice; 2, it is the decoding order.
    order_type: int
    # Of `pic_order_cnt_lsb`; 0 if there is none.
    order_bits: int
    # How many pictures may be referred to.
    references: int
    # In a picture.
    macroblocks: int
    # Whether numbers of pictures may be left out.
    may_skip: bool = False

    @property
    def is_chain(self) -> bool:
        """Whether every picture refers to the one before it alone."""
        return self.order_type == 2 and self.references == 1

    @classmethod
    def read(cls, unit: bytes) -> SequenceParameterSet:
        """From a NAL unit. Raises `ValueError` for one that x264 does not write for us."""
        bits = BitReader(_unescaped(unit[1:]))
        profile = bits.fixed(8)
        bits.fixed(16)  # constraints, level
        number = bits.golomb()
        if profile in _HIGH_PROFILES and (bits.golomb(), bits.golomb(), bits.golomb(), bits.fixed(2)) != (1, 0, 0, 0):
            raise ValueError("not 4:2:0 with 8 bits and flat matrices")
        frame_num_bits = bits.golomb() + 4
        order_type = bits.golomb()
        if order_type not in {0, 2}:
            raise ValueError(f"pic_order_cnt_type is {order_type}")
        order_bits = bits.golomb() + 4 if order_type == 0 else 0
        references, gaps = bits.golomb(), bits.fixed(1)
        width, height, only_frames = bits.golomb() + 1, bits.golomb() + 1, bits.fixed(1)
        if not only_frames:
            raise ValueError("interlaced")
        return cls(
            id=number,
            frame_num_bits=frame_num_bits,
            order_type=order_type,
            order_bits=order_bits,
            references=references,
            macroblocks=width * height,
            may_skip=bool(gaps),
        )


@dataclass(frozen=True, kw_only=True)
class Slice:
    """The beginning of a slice header."""

    is_idr: bool
    is_reference: bool
    # Whether all of it is coded without another picture.
    is_intra: bool
    frame_num: int
    # `pic_order_cnt_lsb`; 0 where the sequence has none.
    order: int
    # Where `frame_num` stands: bits from the start of the payload.
    frame_num_at: int

    @classmethod
    def read(cls, unit: bytes, sequence: SequenceParameterSet) -> Slice:
        """From a NAL unit of type `SLICE` or `IDR_SLICE`."""
        is_idr = nal_unit_type(unit) == IDR_SLICE
        bits = BitReader(_unescaped(unit[1 : 1 + _HEADER_BYTES]))
        _first_macroblock, kind, _picture_set = bits.golomb(), bits.golomb(), bits.golomb()
        at = bits.at
        frame_num = bits.fixed(sequence.frame_num_bits)
        if is_idr:
            bits.golomb()  # idr_pic_id
        return cls(
            is_idr=is_idr,
            is_reference=bool(unit[0] & 0x60),
            is_intra=kind % 5 == _SLICE_TYPE_I,
            frame_num=frame_num,
            order=bits.fixed(sequence.order_bits),
            frame_num_at=at,
        )


def units(stream: bytes) -> Iterator[bytes]:
    """The NAL units of a byte stream (Annex B), without their start codes."""
    # A unit never ends in a zero: those before a start code belong to it.
    return (unit.rstrip(b"\0") for unit in stream.split(_START_CODE) if unit.strip(b"\0"))


def parse_avcc(configuration: bytes) -> tuple[int, SequenceParameterSet | None]:
    """What an MP4's `avcC` box tells: how many bytes the length of a NAL unit has, and the first sequence's parameters.

    0 and None for what is none, or is not written by us.
    """
    if len(configuration) < 8 or configuration[0] != 1 or configuration[5] & 0x1F != 1:
        return 0, None
    length = int.from_bytes(configuration[6:8], "big")
    try:
        return (configuration[4] & 3) + 1, SequenceParameterSet.read(configuration[8 : 8 + length])
    except ValueError:
        return 0, None


def to_annex_b(*some: bytes) -> bytes:
    """NAL units as a byte stream."""
    return b"".join(part for unit in some for part in (_START, unit))


def nal_unit_type(unit: bytes) -> int:
    """`nal_unit_type`."""
    return unit[0] & 0x1F


def is_slice(unit: bytes) -> bool:
    """Whether it is a picture or a part of one."""
    return nal_unit_type(unit) in {SLICE, IDR_SLICE}


def skip_pps(sequence: SequenceParameterSet) -> bytes:
    """The picture parameter set `SKIP_PPS_ID`: CAVLC, so that "all skipped" is one number; one reference; no filter."""
    bits = BitWriter()
    bits.golomb(SKIP_PPS_ID)
    bits.golomb(sequence.id)
    bits.fixed(2, 0)  # entropy_coding_mode_flag, bottom_field_pic_order_in_frame_present_flag
    bits.golomb(0)  # one slice group
    bits.golomb(0)  # one reference in list 0
    bits.golomb(0)
    bits.fixed(3, 0)  # no weighted prediction
    for _ in ("pic_init_qp", "pic_init_qs", "chroma_qp_index_offset"):
        bits.golomb(0)
    bits.fixed(3, 0b100)  # the deblocking filter is told of in the slice header
    return _unit(PPS, bits)


@lru_cache(maxsize=1_024)
def skipped_picture(sequence: SequenceParameterSet, *, frame_num: int, order: int = 0, back: int = 1) -> bytes:
    """A NAL unit: a P picture, itself a reference, that shows again what another showed.

    `frame_num` and `order` (`pic_order_cnt_lsb`, if the sequence has it) are its own, modulo what their bits hold.
    `back` tells how many reference pictures ago, in decoding order, the other one was decoded.
    """
    bits = BitWriter()
    bits.golomb(0)  # first_mb_in_slice
    bits.golomb(_SLICE_TYPE_P)
    bits.golomb(SKIP_PPS_ID)
    bits.fixed(sequence.frame_num_bits, frame_num % (1 << sequence.frame_num_bits))
    if sequence.order_bits:
        bits.fixed(sequence.order_bits, order % (1 << sequence.order_bits))
    bits.fixed(1, 0)  # num_ref_idx_active_override_flag
    if back == 1:
        bits.fixed(1, 0)  # ref_pic_list_modification_flag_l0: the list begins with the last one decoded
    else:
        bits.fixed(1, 1)
        bits.golomb(0)  # so many before this one (7.4.3.1)
        bits.golomb(back - 1)
        bits.golomb(3)
    bits.fixed(1, 0)  # adaptive_ref_pic_marking_mode_flag: the oldest reference makes room
    bits.golomb(0)  # slice_qp_delta
    bits.golomb(1)  # disable_deblocking_filter_idc
    bits.golomb(sequence.macroblocks)  # mb_skip_run
    return _unit(SLICE, bits)


def with_frame_num(unit: bytes, slice_: Slice, sequence: SequenceParameterSet, frame_num: int) -> bytes:
    """The same slice with another `frame_num`. Nothing else moves: the field keeps its width."""
    if slice_.frame_num == frame_num % (1 << sequence.frame_num_bits):
        return unit
    payload = _unescaped(unit[1:])
    head = int.from_bytes(payload[:_HEADER_BYTES], "big")
    length = min(len(payload), _HEADER_BYTES)
    width = sequence.frame_num_bits
    shift = 8 * length - slice_.frame_num_at - width
    head = head & ~((1 << width) - 1 << shift) | frame_num % (1 << width) << shift
    return unit[:1] + _escaped(head.to_bytes(length, "big") + payload[length:])


def _unit(kind: int, bits: BitWriter) -> bytes:
    # nal_ref_idc is 1: others may refer to it.
    return bytes([1 << 5 | kind]) + _escaped(bits.finished())


def _unescaped(data: bytes) -> bytes:
    """Without the bytes that keep start codes out of the payload (7.4.1)."""
    return data.replace(b"\0\0\3", b"\0\0")


def _escaped(data: bytes) -> bytes:
    return _TO_ESCAPE.sub(b"\0\0\3", data)
