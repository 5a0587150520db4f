"""A stream of H.264 to which repeated pictures are added: keeps count of what decoders count.

A decoder finds the pictures that others refer to by their numbers. `frame_num` counts reference pictures in the order
in which they are decoded; where pictures are shown in another order (B-frames), `pic_order_cnt_lsb` tells it. An
encoder does not know of the pictures that are put between its own, so somebody has to go on counting.
"""

from __future__ import annotations

from pipeline.media.h264 import syntax


class RepeatingStream:
    """The numbers of one stream, from its first picture on."""

    def __init__(self, parameter_sets: bytes) -> None:
        """`parameter_sets` (Annex B) of the encoder, whose picture parameter set is 0."""
        sets = [unit for unit in syntax.nal_units(parameter_sets) if syntax.nal_unit_type(unit) != syntax.SEI]
        self._sequence = syntax.SequenceParameterSet.read(
            next(unit for unit in sets if syntax.nal_unit_type(unit) == syntax.SPS)
        )
        # What a film says of itself at its start.
        self.parameter_sets = syntax.to_annex_b(*sets, syntax.skip_pps(self._sequence))
        # Of the last reference picture, and of the one that is shown last. Not modulo anything.
        self._frame_num = self._shown_frame_num = 0
        # Order of the picture that is shown last; x264 counts two for a frame, from the keyframe on.
        self._order = 0

    @property
    def is_chain(self) -> bool:
        """Whether every picture refers to the one before it alone, and may follow a hold without a keyframe."""
        return self._sequence.is_chain

    def coded(self, packet: bytes) -> bytes:
        """A picture of the encoder (Annex B), numbered as it has to be; what is not picture is left out."""
        slices = [unit for unit in syntax.nal_units(packet) if syntax.is_slice(unit)]
        read = [syntax.SliceHeader.read(unit, self._sequence) for unit in slices]
        first = read[0]
        if first.is_idr:
            self._frame_num = self._shown_frame_num = self._order = 0
        elif self.is_chain:
            self._frame_num = self._shown_frame_num = self._frame_num + 1
            slices = [
                syntax.with_frame_num(unit, slice_, self._sequence, self._frame_num)
                for unit, slice_ in zip(slices, read, strict=True)
            ]
        else:
            self._count(first)
        return syntax.to_annex_b(*slices)

    def repeated(self) -> bytes:
        """A picture that repeats the one that is shown last."""
        back = self._frame_num - self._shown_frame_num + 1
        self._frame_num += 1
        self._shown_frame_num = self._frame_num
        self._order += 2
        # Counted as far as their bits go, there are few: most were written before.
        bits = self._sequence
        frame_num, order = self._frame_num % (1 << bits.frame_num_bits), self._order % (1 << bits.poc_lsb_bits)
        return syntax.to_annex_b(syntax.skipped_picture(bits, frame_num=frame_num, poc_lsb=order, ref_distance=back))

    def _count(self, picture: syntax.SliceHeader) -> None:
        """A picture in a group that repeated ones only follow. Its numbers stand, modulo what their bits hold."""
        bits = self._sequence
        if picture.is_reference:
            self._frame_num += (picture.frame_num - self._frame_num) % (1 << bits.frame_num_bits)
        if not bits.poc_lsb_bits:
            self._shown_frame_num = self._frame_num
            return
        wrap = 1 << bits.poc_lsb_bits
        ahead = (picture.poc_lsb - self._order + wrap // 2) % wrap - wrap // 2
        if ahead > 0:
            self._order, self._shown_frame_num = self._order + ahead, self._frame_num
