"""Layouts: one module each, from a scene to a composition. To add one, write its module and name it in `LAYOUTS`.

    words       title · section · statement (sentence_timing, stretching_rule) · bullets · quote · steps · comparison
                · timeline (timeline_fitting) · quiz · code (code_fitting) · closing
    numbers     number (number_fitting, lead_in, counter) · table (table_fitting) · bars · lines (line_ends)
                · shares (donut)
    pictures    picture · split · scenery · product (product_picture, rating)
    figures     diagram (diagram_fitting, graph_layout, routing, arrows)

Shared by several: components, header, plan_search (type as large as fits), rings, logo, derived_colours, amount (a
number with its unit), charts, growth.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from pipeline.model import (
    BarsScene,
    BulletsScene,
    ClosingScene,
    CodeScene,
    ComparisonScene,
    DiagramScene,
    LinesScene,
    NumberScene,
    PictureScene,
    ProductScene,
    QuizScene,
    QuoteScene,
    Scene,
    SceneryScene,
    SectionScene,
    SharesScene,
    SplitScene,
    StatementScene,
    StepsScene,
    TableScene,
    TimelineScene,
    TitleScene,
    Word,
)
from pipeline.rendering.layouts import (
    bars,
    bullets,
    closing,
    code,
    comparison,
    diagram,
    lines,
    number,
    picture,
    product,
    quiz,
    quote,
    scenery,
    section,
    shares,
    split,
    statement,
    steps,
    table,
    timeline,
    title,
)
from pipeline.rendering.layouts.logo import with_logo
from pipeline.rendering.look import Look
from pipeline.rendering.motion.composition import Composition

LAYOUTS: Mapping[type, Callable[[Any, Sequence[Word], Look], Composition]] = {
    TitleScene: title.lay_out,
    SectionScene: section.lay_out,
    BulletsScene: bullets.lay_out,
    StepsScene: steps.lay_out,
    StatementScene: statement.lay_out,
    QuoteScene: quote.lay_out,
    NumberScene: number.lay_out,
    ComparisonScene: comparison.lay_out,
    TableScene: table.lay_out,
    BarsScene: bars.lay_out,
    LinesScene: lines.lay_out,
    SharesScene: shares.lay_out,
    TimelineScene: timeline.lay_out,
    DiagramScene: diagram.lay_out,
    CodeScene: code.lay_out,
    QuizScene: quiz.lay_out,
    PictureScene: picture.lay_out,
    SceneryScene: scenery.lay_out,
    SplitScene: split.lay_out,
    ProductScene: product.lay_out,
    ClosingScene: closing.lay_out,
}


def lay_out(scene: Scene, words: Sequence[Word], look: Look) -> Composition:
    """The composition of a scene, without captions. Raises `ValueError` for more items than a layout holds.

    Layouts are written for languages that run left to right, and mirrored for the others.
    """
    composition = with_logo(LAYOUTS[type(scene)](scene, words, look.of(scene)), scene, look)
    composition = composition.mirrored() if look.right_to_left else composition
    return composition.entering(look.manner)
