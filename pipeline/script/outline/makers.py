"""Which maker gets which block: of several, the first that can make scenes of it does."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from pipeline.model import BulletList, CheckList, CodeBlock, Illustration, Paragraph, Quotation, Scene, Table
from pipeline.script.outline.desk import Chapter, Desk, Piece
from pipeline.script.outline.lists import bullets, quiz, steps, timeline
from pipeline.script.outline.passages import code, number, picture, quote, section, statement
from pipeline.script.outline.tables import bars, comparison, line_chart, shares, table

# A maker gives the scenes of a piece; none: it is not for it, or does not fit the limits of the template.
Maker = Callable[[Piece, Desk], Sequence[Scene]]

_MAKERS: Mapping[type, tuple[Maker, ...]] = {
    Chapter: (section,),
    Paragraph: (number, statement),
    BulletList: (timeline, steps, bullets),
    CheckList: (quiz, bullets),
    Quotation: (quote, statement),
    Table: (comparison, line_chart, shares, bars, table, bullets),
    CodeBlock: (code,),
    Illustration: (picture,),
}


def scenes_of(piece: Piece, desk: Desk) -> Sequence[Scene]:
    """The scenes of a piece: the last maker for what is said takes everything."""
    return next((scenes for make in _MAKERS[type(piece.block)] if (scenes := make(piece, desk))), ())
