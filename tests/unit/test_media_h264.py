"""H.264 syntax: parsed as x264 writes it, written by the standard, verified by FFmpeg's parser."""

from __future__ import annotations

import io
import re

import av
import av.logging
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.media.bitstream import BitReader, BitWriter
from pipeline.media.h264 import syntax as h264

# SPS of x264 for 96x64, with our default settings, and with B-frames.
CHAIN = bytes.fromhex("6764000aacb43134d40404050000030001000003003c0f1226a0")
B_FRAMES = bytes.fromhex("6764000aacd946269a808080a0000003002000000781e244b2c0")


def parsed_by_ffmpeg(*units):
    """The syntax elements of a stream by name, values in order."""
    with av.logging.Capture() as log:
        before = av.logging.get_level()
        av.logging.set_level(av.logging.INFO)
        try:
            with av.open(io.BytesIO(), "w", format="h264") as unused:
                reader = av.BitStreamFilterContext("trace_headers", unused.add_stream("libx264", rate=30))
                reader.filter(av.Packet(h264.to_annex_b(*units)))
        finally:
            av.logging.set_level(before)
    found = {}
    for _, _, text in log:
        if match := re.match(r"\d+ +(\S+) +[01]+ = (-?\d+)", text):
            found.setdefault(match[1], []).append(int(match[2]))
    return found


def test_an_sps_of_a_chain_is_read():
    assert h264.SequenceParameterSet.read(CHAIN) == h264.SequenceParameterSet(
        id=0, frame_num_bits=4, poc_type=2, poc_lsb_bits=0, max_ref_frames=1, macroblocks=6 * 4
    )


def test_an_sps_of_a_stream_with_b_frames_is_read():
    assert h264.SequenceParameterSet.read(B_FRAMES) == h264.SequenceParameterSet(
        id=0, frame_num_bits=4, poc_type=0, poc_lsb_bits=6, max_ref_frames=4, macroblocks=6 * 4
    )


def test_ffmpeg_reads_the_same_sps():
    for unit in (CHAIN, B_FRAMES):
        sequence, told = h264.SequenceParameterSet.read(unit), parsed_by_ffmpeg(unit)

        assert told["log2_max_frame_num_minus4"] == [sequence.frame_num_bits - 4]
        assert told["pic_order_cnt_type"] == [sequence.poc_type]
        assert told["max_num_ref_frames"] == [sequence.max_ref_frames]
        assert (told["pic_width_in_mbs_minus1"], told["pic_height_in_map_units_minus1"]) == ([5], [3])


def sequence_with(*, profile=100, chroma=1, poc_type=2, only_frames=1):
    """An SPS, up to the last field that is read."""
    bits = BitWriter()
    bits.write_bits(8, profile)
    bits.write_bits(16, 10)
    bits.write_ue(3)
    if profile == 100:
        for value in (chroma, 0, 0):
            bits.write_ue(value)
        bits.write_bits(2, 0)
    bits.write_ue(5)
    bits.write_ue(poc_type)
    if poc_type == 0:
        bits.write_ue(2)
    bits.write_ue(1)
    bits.write_bits(1, 0)
    bits.write_ue(9)
    bits.write_ue(7)
    bits.write_bits(1, only_frames)
    return h264._nal_unit(h264.SPS, bits)


def test_an_sps_of_the_baseline_profile_has_no_chroma_fields():
    assert h264.SequenceParameterSet.read(sequence_with(profile=66)).macroblocks == 80
    assert h264.SequenceParameterSet.read(sequence_with(poc_type=0)).poc_lsb_bits == 6


@pytest.mark.parametrize(
    ("fault", "message"),
    [({"chroma": 3}, "4:2:0"), ({"poc_type": 1}, "pic_order_cnt_type is 1"), ({"only_frames": 0}, "interlaced")],
)
def test_an_sps_that_our_encoder_never_writes_is_refused(fault, message):
    with pytest.raises(ValueError, match=message):
        h264.SequenceParameterSet.read(sequence_with(**fault))


@pytest.mark.parametrize("length", [1, 4, 6])
def test_a_truncated_sps_is_refused(length):
    with pytest.raises(ValueError, match="cut short"):
        h264.SequenceParameterSet.read(CHAIN[:length])


def test_reading_past_the_last_bit_is_an_error():
    reader = BitReader(b"\xa5")

    assert (reader.read_bits(3), reader.read_bits(5)) == (0b101, 0b00101)
    with pytest.raises(ValueError, match="cut short"):
        reader.read_bits(1)


@given(values=st.lists(st.integers(0, 2**20), max_size=30))
def test_exp_golomb_codes_are_read_as_they_are_written(values):
    bits = BitWriter()
    for value in values:
        bits.write_ue(value)

    reader = BitReader(bits.to_rbsp())

    assert [reader.read_ue() for _ in values] == values


def test_exp_golomb_codes_are_those_of_the_standard():
    # Table 9-2: 1, 010, 011, 00100; then the trailing bits.
    bits = BitWriter()
    for value in range(4):
        bits.write_ue(value)

    assert bits.to_rbsp() == bytes([0b1_010_011_0, 0b0100_1000])


@given(data=st.lists(st.sampled_from([0, 0, 0, 1, 2, 3, 4, 255]), max_size=40).map(bytes))
def test_escaped_bytes_have_no_start_code_and_come_back(data):
    escaped = h264._escape(data)

    assert not re.search(rb"\x00\x00[\x00-\x02]", escaped)
    assert h264._unescape(escaped) == data


@given(units=st.lists(st.binary(min_size=1, max_size=30).map(lambda data: b"\x41" + h264._escape(data + b"\x80"))))
def test_nal_units_are_split_at_start_codes(units):
    assert list(h264.nal_units(h264.to_annex_b(*units))) == units


def test_nal_units_are_split_at_start_codes_of_three_bytes():
    assert list(h264.nal_units(b"\0\0\1\x67abc\0\0\1\x68d\0\0\0\1\x65e")) == [b"\x67abc", b"\x68d", b"\x65e"]


@pytest.mark.parametrize("unit", [CHAIN, B_FRAMES], ids=["chain", "B-frames"])
def test_ffmpeg_reads_the_pps_of_skipped_pictures(unit):
    told = parsed_by_ffmpeg(unit, h264.skip_pps(h264.SequenceParameterSet.read(unit)))

    assert (told["pic_parameter_set_id"], told["seq_parameter_set_id"]) == ([h264.SKIP_PPS_ID], [0, 0])
    assert (told["entropy_coding_mode_flag"], told["num_ref_idx_l0_default_active_minus1"]) == ([0], [0])
    assert (told["weighted_pred_flag"], told["deblocking_filter_control_present_flag"]) == ([0], [1])
    assert told["rbsp_stop_one_bit"] == [1, 1]


@pytest.mark.parametrize("back", [1, 2, 5])
@pytest.mark.parametrize("order", [0, 30, 62, 64])
def test_ffmpeg_reads_the_slice_header_of_a_skipped_picture(back, order):
    sequence = h264.SequenceParameterSet.read(B_FRAMES)
    picture = h264.skipped_picture(sequence, frame_num=18, poc_lsb=order, ref_distance=back)

    told = parsed_by_ffmpeg(B_FRAMES, h264.skip_pps(sequence), picture)

    assert (told["slice_type"], told["first_mb_in_slice"]) == ([5], [0])
    assert told["pic_parameter_set_id"][-1] == h264.SKIP_PPS_ID
    assert (told["frame_num"], told["pic_order_cnt_lsb"]) == ([2], [order % 64])
    assert told["ref_pic_list_modification_flag_l0"] == [int(back > 1)]
    if back > 1:
        # Counted from this picture: 1 is the last one, as without the modification.
        assert told["abs_diff_pic_num_minus1"] == [back - 1]
    assert told["disable_deblocking_filter_idc"] == [1]


@pytest.mark.parametrize(("width_px", "height_px"), [(16, 16), (1920, 1080), (3840, 2160)])
def test_a_skipped_picture_is_a_dozen_bytes_at_any_size(width_px, height_px):
    macroblocks = -(-width_px // 16) * -(-height_px // 16)
    sequence = h264.SequenceParameterSet(
        id=0, frame_num_bits=16, poc_type=0, poc_lsb_bits=16, max_ref_frames=4, macroblocks=macroblocks
    )

    sizes = {
        len(h264.skipped_picture(sequence, frame_num=number, poc_lsb=2 * number, ref_distance=back))
        for number in range(0, 70_000, 7)
        for back in (1, 16)
    }

    assert min(sizes) >= 6
    assert max(sizes) <= 14


def coded_picture(sequence, frame_num, *, kind=h264.SLICE, rest=b""):
    """The beginning of a slice as x264 writes it, and `rest` in place of coefficients."""
    bits = BitWriter()
    bits.write_ue(0)
    bits.write_ue(5)
    bits.write_ue(0)
    bits.write_bits(sequence.frame_num_bits, frame_num)
    if kind == h264.IDR_SLICE:
        bits.write_ue(1)
    bits.write_bits(sequence.poc_lsb_bits, 44 if sequence.poc_lsb_bits else 0)
    bits.write_bits(5, 0b10110)
    return bytes([2 << 5 | kind]) + h264._escape(bits.to_rbsp() + rest)


@pytest.mark.parametrize("kind", [h264.SLICE, h264.IDR_SLICE])
@pytest.mark.parametrize("unit", [CHAIN, B_FRAMES], ids=["chain", "B-frames"])
def test_a_slice_header_is_read(unit, kind):
    sequence = h264.SequenceParameterSet.read(unit)

    found = h264.SliceHeader.read(coded_picture(sequence, 9, kind=kind), sequence)

    assert (found.is_idr, found.is_reference, found.frame_num) == (kind == h264.IDR_SLICE, True, 9)
    assert found.poc_lsb == (44 if sequence.poc_lsb_bits else 0)


def test_a_disposable_slice_is_no_reference():
    sequence = h264.SequenceParameterSet.read(CHAIN)
    unit = coded_picture(sequence, 3)

    assert not h264.SliceHeader.read(bytes([unit[0] & 0x1F]) + unit[1:], sequence).is_reference


@given(
    bits=st.integers(4, 16),
    numbers=st.tuples(st.integers(0, 2**17), st.integers(0, 2**17)),
    rest=st.lists(st.sampled_from([0, 0, 1, 3, 255]), max_size=60).map(bytes),
)
def test_renumbering_changes_frame_num_and_nothing_else(bits, numbers, rest):
    sequence = h264.SequenceParameterSet(
        id=0, frame_num_bits=bits, poc_type=2, poc_lsb_bits=0, max_ref_frames=1, macroblocks=24
    )
    before, after = (number % (1 << bits) for number in numbers)
    unit = coded_picture(sequence, before, rest=rest + b"\x80")

    found = h264.with_frame_num(unit, h264.SliceHeader.read(unit, sequence), sequence, numbers[1])

    assert found == coded_picture(sequence, after, rest=rest + b"\x80")


def test_renumbering_adds_and_removes_emulation_prevention_bytes():
    # A frame_num of 0 makes zero bytes, after which an emulation prevention byte is needed.
    sequence = h264.SequenceParameterSet(
        id=0, frame_num_bits=32, poc_type=2, poc_lsb_bits=0, max_ref_frames=1, macroblocks=24
    )
    many, none = coded_picture(sequence, 0xFFFF_FFFF), coded_picture(sequence, 0)

    assert len(none) == len(many) + 1, "a byte to keep a start code out"
    assert h264.with_frame_num(many, h264.SliceHeader.read(many, sequence), sequence, 0) == none
    assert h264.with_frame_num(none, h264.SliceHeader.read(none, sequence), sequence, 0xFFFF_FFFF) == many


def avcc(sps, *, version=1, length_bytes=4, count=1, rest=b""):
    """A decoder configuration record (ISO/IEC 14496-15, 5.3.3.1)."""
    head = bytes([version, *sps[1:4], 0xFC | length_bytes - 1, 0xE0 | count])
    return head + len(sps).to_bytes(2, "big") + sps + rest


@pytest.mark.parametrize("length_bytes", [1, 2, 4])
def test_an_avcc_has_the_length_of_a_length_and_the_sps(length_bytes):
    # A PPS follows, which is no part of the SPS.
    found = h264.parse_avcc(avcc(CHAIN, length_bytes=length_bytes, rest=b"\1\0\4" + b"\x68\xce\x38\x80"))

    assert found == (length_bytes, h264.SequenceParameterSet.read(CHAIN))


@pytest.mark.parametrize(
    "configuration",
    [
        b"",
        avcc(CHAIN)[:7],
        avcc(CHAIN, version=2),
        avcc(CHAIN, count=0),
        avcc(CHAIN, count=2, rest=avcc(CHAIN)[6:]),
        # The length says less than the SPS has: what follows is not read as if it belonged to it.
        avcc(CHAIN)[:6] + b"\0\4" + CHAIN,
    ],
    ids=["empty", "cut short", "another version", "no SPS", "two SPS", "an SPS cut short"],
)
def test_anything_but_an_avcc_with_one_sps_is_not_read(configuration):
    assert h264.parse_avcc(configuration) == (0, None)


def test_nal_units_follow_their_lengths():
    data = b"\0\2ab" + b"\0\3cde"

    assert list(h264.length_prefixed_units(data, 2)) == [b"ab", b"cde"]


@pytest.mark.parametrize("data", [b"\0\3ab", b"\0\0", b"\0\2ab\0"], ids=["cut short", "empty unit", "half a length"])
def test_a_packet_that_is_cut_short_is_an_error(data):
    with pytest.raises(ValueError, match="cut short"):
        list(h264.length_prefixed_units(data, 2))
