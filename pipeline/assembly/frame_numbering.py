"""Frame numbering of an H.264 stream into which skipped pictures are inserted.

Decoders identify reference pictures by number: `frame_num` counts them in decoding order; with B-frames,
`pic_order_cnt_lsb` gives the display order. The encoder does not know about the inserted pictures, so its own have to
be renumbered.
"""

from __future__ import annotations

from pipeline.media.h264 import syntax


class SkipStream:
    """Renumbers the pictures of one encoder and makes the skipped pictures between them, from the first picture on."""

    def __init__(self, parameter_sets: bytes) -> None:
        """`parameter_sets` (Annex B) of the encoder; its PPS has id 0."""
        sets = [unit for unit in syntax.nal_units(parameter_sets) if syntax.nal_unit_type(unit) != syntax.SEI]
        self._sps = syntax.SequenceParameterSet.read(
            next(unit for unit in sets if syntax.nal_unit_type(unit) == syntax.SPS)
        )
        # Those of the resulting stream, which also has a PPS for skipped pictures.
        self.parameter_sets = syntax.to_annex_b(*sets, syntax.skip_pps(self._sps))
        # `frame_num` of the last reference picture, and of the last one in display order; without wrapping around.
        self._frame_num = self._shown_frame_num = 0
        # Picture order count of the last one in display order; x264 counts two per frame, from the keyframe on.
        self._order = 0

    @property
    def is_chain(self) -> bool:
        """Whether every picture refers only to the one before it, so that no keyframe is needed after a hold."""
        return self._sps.is_chain

    def renumbered(self, packet: bytes) -> bytes:
        """A packet of the encoder (Annex B) with the right `frame_num`, without NAL units other than slices."""
        slices = [unit for unit in syntax.nal_units(packet) if syntax.is_slice(unit)]
        headers = [syntax.SliceHeader.read(unit, self._sps) for unit in slices]
        first = headers[0]
        if first.is_idr:
            self._frame_num = self._shown_frame_num = self._order = 0
        elif self.is_chain:
            self._frame_num = self._shown_frame_num = self._frame_num + 1
            slices = [
                syntax.with_frame_num(unit, header, self._sps, self._frame_num)
                for unit, header in zip(slices, headers, strict=True)
            ]
        else:
            self._count(first)
        return syntax.to_annex_b(*slices)

    def skipped(self) -> bytes:
        """A skipped picture, which shows the last one in display order again."""
        distance = self._frame_num - self._shown_frame_num + 1
        self._frame_num += 1
        self._shown_frame_num = self._frame_num
        self._order += 2
        # Modulo their bits there are few different ones, which `skipped_picture` caches.
        sps = self._sps
        frame_num, poc_lsb = self._frame_num % (1 << sps.frame_num_bits), self._order % (1 << sps.poc_lsb_bits)
        return syntax.to_annex_b(
            syntax.skipped_picture(sps, frame_num=frame_num, poc_lsb=poc_lsb, ref_distance=distance)
        )

    def _count(self, picture: syntax.SliceHeader) -> None:
        """Count a picture of a closed GOP. Its own numbers, modulo their bits, are right: skipped ones only follow."""
        sps = self._sps
        if picture.is_reference:
            self._frame_num += (picture.frame_num - self._frame_num) % (1 << sps.frame_num_bits)
        if not sps.poc_lsb_bits:
            self._shown_frame_num = self._frame_num
            return
        wrap = 1 << sps.poc_lsb_bits
        ahead = (picture.poc_lsb - self._order + wrap // 2) % wrap - wrap // 2
        if ahead > 0:
            self._order, self._shown_frame_num = self._order + ahead, self._frame_num
