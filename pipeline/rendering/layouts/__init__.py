"""Layouts: one module each, from a scene to a composition. To add one, write its module and name it below.

    words       title · section · statement (sentence_timing, stretching_rule) · bullets (bullet_items) · quote · steps
                · comparison · timeline (timeline_fitting) · quiz · code (code_fitting) · closing
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

from pipeline.model import SCENES, Scene, Word
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

_MODULES = (
    title,
    section,
    bullets,
    steps,
    statement,
    quote,
    number,
    comparison,
    table,
    bars,
    lines,
    shares,
    timeline,
    diagram,
    code,
    quiz,
    picture,
    scenery,
    split,
    product,
    closing,
)
# By kind of scene; each module has the name of its layout.
LAYOUTS: Mapping[type, Callable[[Any, Sequence[Word], Look], Composition]] = {
    SCENES[module.__name__.rpartition(".")[2]]: module.lay_out for module in _MODULES
}


def lay_out(scene: Scene, words: Sequence[Word], look: Look) -> Composition:
    """The composition of a scene, without captions. Raises `ValueError` for more items than a layout holds.

    Layouts are written for languages that run left to right, and mirrored for the others.
    """
    composition = with_logo(LAYOUTS[type(scene)](scene, words, look.of(scene)), scene, look)
    composition = composition.mirrored(look.format.width_px) if look.right_to_left else composition
    return composition.entering(look.manner)
