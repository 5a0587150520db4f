"""The part of the H.264 syntax that is read and written here: NAL units, parameter sets and slice headers.

It serves one purpose: a picture that repeats the one before it is written here instead of being encoded.

A stream is a sequence of NAL units, each with its type in the first byte. Parameter sets come first: a sequence
parameter set (SPS: picture size, how numbers are coded) and one or more picture parameter sets (PPS: how pictures are
coded). Each picture is one or a few slices: a header, which names the PPS and the picture's number, and macroblocks of
16 x 16 pixels. An IDR picture (keyframe) stands alone; other pictures refer to earlier ones. A skipped macroblock is
copied from the same place in the reference picture, if all macroblocks before it are skipped too. So a picture that
repeats another one is a slice header and a run of skipped macroblocks.

Numbers are u(n), n bits, or ue(v), Exp-Golomb: short codes for small values. A payload must not contain a start code
(0, 0, 1): an emulation prevention byte, 3, is inserted where it would.

Clauses are those of ITU-T H.264 (ISO/IEC 14496-10): 7.3.1 (NAL units), 7.3.2 (parameter sets), 7.3.3 (slice header),
8.4.1.1 (skipped macroblocks), 9.1 (Exp-Golomb codes). Only what x264 writes is read: progressive frames, 4:2:0, slices
in order.

    SequenceParameterSet   the fields that slice headers depend on
    SliceHeader            the beginning of a slice header
    skip_pps               a picture parameter set for skipped pictures
    skipped_picture        a whole picture of skipped macroblocks, about ten bytes
    with_frame_num         a slice of the encoder, renumbered
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from pipeline.media.bitstream import BitReader, BitWriter

# nal_unit_type, table 7-1.
SLICE, IDR_SLICE, SEI, SPS, PPS = 1, 5, 6, 7, 8
# pic_parameter_set_id of skipped pictures; the encoder's own is 0.
SKIP_PPS_ID = 1

_START_CODE_4 = b"\0\0\0\1"
_START_CODE = b"\0\0\1"
_NEEDS_ESCAPE = re.compile(rb"\x00\x00(?=[\x00-\x03]|\Z)")
# More than is read of any slice header.
_HEADER_BYTES = 24
_HIGH_PROFILES = {100, 110, 122, 244, 44}
_SLICE_TYPE_P = 5  # all slices of the picture are P
_SLICE_TYPE_I = 2  # 7: all slices of the picture are I


@dataclass(frozen=True, kw_only=True)
class SequenceParameterSet:
    """The fields of an SPS that are needed to read and write slice headers."""

    id: int
    # log2_max_frame_num.
    frame_num_bits: int
    # pic_order_cnt_type. 0: each slice has a `pic_order_cnt_lsb`; 2: output order is decoding order.
    poc_type: int
    # Width of `pic_order_cnt_lsb`; 0 where slices have none.
    poc_lsb_bits: int
    max_ref_frames: int
    # Macroblocks in a picture.
    macroblocks: int
    # gaps_in_frame_num_value_allowed_flag.
    gaps_allowed: bool = False

    @property
    def is_chain(self) -> bool:
        """Whether every picture refers only to the one before it."""
        return self.poc_type == 2 and self.max_ref_frames == 1

    @classmethod
    def read(cls, unit: bytes) -> SequenceParameterSet:
        """Parse a NAL unit. Raises `ValueError` for an SPS that our x264 settings never produce."""
        bits = BitReader(_unescape(unit[1:]))
        profile = bits.read_bits(8)
        bits.read_bits(16)  # constraint flags, level_idc
        number = bits.read_ue()
        if profile in _HIGH_PROFILES and (bits.read_ue(), bits.read_ue(), bits.read_ue(), bits.read_bits(2)) != (
            1, 0, 0, 0,
        ):  # fmt: skip
            raise ValueError("not 4:2:0 with 8 bits and flat scaling matrices")
        frame_num_bits = bits.read_ue() + 4
        poc_type = bits.read_ue()
        if poc_type not in {0, 2}:
            raise ValueError(f"pic_order_cnt_type is {poc_type}")
        poc_lsb_bits = bits.read_ue() + 4 if poc_type == 0 else 0
        max_ref_frames, gaps_allowed = bits.read_ue(), bits.read_bits(1)
        width, height, frame_mbs_only = bits.read_ue() + 1, bits.read_ue() + 1, bits.read_bits(1)
        if not frame_mbs_only:
            raise ValueError("interlaced")
        return cls(
            id=number,
            frame_num_bits=frame_num_bits,
            poc_type=poc_type,
            poc_lsb_bits=poc_lsb_bits,
            max_ref_frames=max_ref_frames,
            macroblocks=width * height,
            gaps_allowed=bool(gaps_allowed),
        )


@dataclass(frozen=True, kw_only=True)
class SliceHeader:
    """The beginning of a slice header."""

    is_idr: bool
    # nal_ref_idc is not 0.
    is_reference: bool
    is_intra: bool
    frame_num: int
    # `pic_order_cnt_lsb`; 0 where slices have none.
    poc_lsb: int
    # Bit offset of `frame_num` in the unescaped payload.
    frame_num_offset: int

    @classmethod
    def read(cls, unit: bytes, sps: SequenceParameterSet) -> SliceHeader:
        """Parse a NAL unit of type `SLICE` or `IDR_SLICE`."""
        is_idr = nal_unit_type(unit) == IDR_SLICE
        bits = BitReader(_unescape(unit[1 : 1 + _HEADER_BYTES]))
        _first_mb, slice_type, _pps_id = bits.read_ue(), bits.read_ue(), bits.read_ue()
        offset = bits.position
        frame_num = bits.read_bits(sps.frame_num_bits)
        if is_idr:
            bits.read_ue()  # idr_pic_id
        return cls(
            is_idr=is_idr,
            is_reference=bool(unit[0] & 0x60),
            is_intra=slice_type % 5 == _SLICE_TYPE_I,
            frame_num=frame_num,
            poc_lsb=bits.read_bits(sps.poc_lsb_bits),
            frame_num_offset=offset,
        )


def nal_units(stream: bytes) -> Iterator[bytes]:
    """The NAL units of a byte stream (Annex B), without their start codes."""
    # A NAL unit never ends in a zero byte: trailing zeros belong to the next start code.
    return (unit.rstrip(b"\0") for unit in stream.split(_START_CODE) if unit.strip(b"\0"))


def parse_avcc(configuration: bytes) -> tuple[int, SequenceParameterSet | None]:
    """Parse an MP4's `avcC` box (ISO/IEC 14496-15): the bytes in a NAL unit's length field, and the first SPS.

    0 and None if it is no `avcC`, or its SPS is not one that our x264 settings produce.
    """
    if len(configuration) < 8 or configuration[0] != 1 or configuration[5] & 0x1F != 1:
        return 0, None
    length = int.from_bytes(configuration[6:8], "big")
    try:
        return (configuration[4] & 3) + 1, SequenceParameterSet.read(configuration[8 : 8 + length])
    except ValueError:
        return 0, None


def length_prefixed_units(data: bytes, length_bytes: int) -> Iterator[bytes]:
    """The NAL units of an MP4's packet, each after its length (ISO/IEC 14496-15). Raises `ValueError` if it is cut."""
    position = 0
    while position < len(data):
        start = position + length_bytes
        position = start + int.from_bytes(data[position:start], "big")
        if not start < position <= len(data):
            raise ValueError("a picture is cut short")
        yield data[start:position]


def to_annex_b(*units: bytes) -> bytes:
    """NAL units as a byte stream (Annex B)."""
    return b"".join(part for unit in units for part in (_START_CODE_4, unit))


def nal_unit_type(unit: bytes) -> int:
    """`nal_unit_type`."""
    return unit[0] & 0x1F


def is_slice(unit: bytes) -> bool:
    """Whether a NAL unit is a coded slice of a picture."""
    return nal_unit_type(unit) in {SLICE, IDR_SLICE}


def skip_pps(sps: SequenceParameterSet) -> bytes:
    """The PPS `SKIP_PPS_ID`: CAVLC, so that "all skipped" is one number; one reference; no deblocking."""
    bits = BitWriter()
    bits.write_ue(SKIP_PPS_ID)
    bits.write_ue(sps.id)
    bits.write_bits(2, 0)  # entropy_coding_mode_flag, bottom_field_pic_order_in_frame_present_flag
    bits.write_ue(0)  # num_slice_groups_minus1
    bits.write_ue(0)  # num_ref_idx_l0_default_active_minus1
    bits.write_ue(0)  # num_ref_idx_l1_default_active_minus1
    bits.write_bits(3, 0)  # weighted_pred_flag, weighted_bipred_idc
    for _ in ("pic_init_qp", "pic_init_qs", "chroma_qp_index_offset"):
        bits.write_ue(0)
    # deblocking_filter_control_present_flag, constrained_intra_pred_flag, redundant_pic_cnt_present_flag
    bits.write_bits(3, 0b100)
    return _nal_unit(PPS, bits)


@lru_cache(maxsize=1_024)
def skipped_picture(sps: SequenceParameterSet, *, frame_num: int, poc_lsb: int = 0, ref_distance: int = 1) -> bytes:
    """A NAL unit: a P picture of skipped macroblocks, itself a reference, that shows an earlier picture again.

    `frame_num` and `poc_lsb` (if slices have it) are taken modulo their width. `ref_distance` counts reference pictures
    back in decoding order: 1 repeats the last one.
    """
    bits = BitWriter()
    bits.write_ue(0)  # first_mb_in_slice
    bits.write_ue(_SLICE_TYPE_P)
    bits.write_ue(SKIP_PPS_ID)
    bits.write_bits(sps.frame_num_bits, frame_num % (1 << sps.frame_num_bits))
    if sps.poc_lsb_bits:
        bits.write_bits(sps.poc_lsb_bits, poc_lsb % (1 << sps.poc_lsb_bits))
    bits.write_bits(1, 0)  # num_ref_idx_active_override_flag
    if ref_distance == 1:
        bits.write_bits(1, 0)  # ref_pic_list_modification_flag_l0: the list begins with the last one decoded
    else:
        bits.write_bits(1, 1)
        bits.write_ue(0)  # modification_of_pic_nums_idc: subtract (7.4.3.1)
        bits.write_ue(ref_distance - 1)  # abs_diff_pic_num_minus1
        bits.write_ue(3)  # end of the modifications
    bits.write_bits(1, 0)  # adaptive_ref_pic_marking_mode_flag: sliding window
    bits.write_ue(0)  # slice_qp_delta
    bits.write_ue(1)  # disable_deblocking_filter_idc
    bits.write_ue(sps.macroblocks)  # mb_skip_run
    return _nal_unit(SLICE, bits)


def with_frame_num(unit: bytes, header: SliceHeader, sps: SequenceParameterSet, frame_num: int) -> bytes:
    """The same slice with another `frame_num`. Nothing else moves: the field keeps its width."""
    if header.frame_num == frame_num % (1 << sps.frame_num_bits):
        return unit
    payload = _unescape(unit[1:])
    head = int.from_bytes(payload[:_HEADER_BYTES], "big")
    length = min(len(payload), _HEADER_BYTES)
    width = sps.frame_num_bits
    shift = 8 * length - header.frame_num_offset - width
    head = head & ~((1 << width) - 1 << shift) | frame_num % (1 << width) << shift
    return unit[:1] + _escape(head.to_bytes(length, "big") + payload[length:])


def _nal_unit(kind: int, bits: BitWriter) -> bytes:
    # nal_ref_idc is 1: others may refer to it.
    return bytes([1 << 5 | kind]) + _escape(bits.to_rbsp())


def _unescape(data: bytes) -> bytes:
    """Remove emulation prevention bytes (7.4.1)."""
    return data.replace(b"\0\0\3", b"\0\0")


def _escape(data: bytes) -> bytes:
    """Insert emulation prevention bytes (7.4.1)."""
    return _NEEDS_ESCAPE.sub(b"\0\0\3", data)
