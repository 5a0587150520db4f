"""Two-line captions keep half a line's distance from the layout's own text, in every layout and format."""

import pytest

from pipeline.model import Cue, VideoFormat, Word, items_rule_of
from pipeline.model.text_fields import limits_of
from pipeline.orchestrator.templates.overflow import fill_scene
from pipeline.rendering import Look
from pipeline.rendering.captions import captions
from pipeline.rendering.layouts import LAYOUTS, lay_out
from pipeline.rendering.text.styles import CAPTION
from pipeline.rendering.type_scale import CAPTION_SIZES
from tests.standins.photos import photo_of_tests
from tests.standins.scenes import spoken
from tests.standins.text_reader import AT_REST, is_text, knowing_letters, painted, read
from tests.standins.typical import typical

FORMATS = {"16:9": (960, 540), "9:16": (540, 960), "1:1": (540, 540), "4:5": (540, 676)}
WORDS = (
    *("quickly", "judged", "foxes", "jumped", "over", "lazily", "sleeping", "dogs", "and", "typography", "goes", "by"),
    *("many", "pages", "of", "yellow", "paper"),
)
# Short enough for the largest size in every format: nothing is higher than that.
TWO_LINES = (("So", "one", "of", "three"), ("gladly", "stops."))
# Cards and pictures have an edge of their own: at 1080.
SURFACES = 16


@pytest.fixture(scope="module", autouse=True)
def _knowing_letters():
    with knowing_letters():
        yield


def full(kind):
    """A scene of a kind with all that its class allows."""
    row, limits = items_rule_of(kind), {name: rule.max_chars for name, rule in limits_of(kind).items()}
    return fill_scene(typical(kind), limits, row.most if row else 0, WORDS)


def solid_bottom(composition, above):
    """The lowest row, above another, of what is no text and no shadow."""
    found = [0]
    for _, sprites in painted(composition, AT_REST):
        for sprite, box, opacity in sprites:
            seen = sprite.mask.point([255 * (level > 100) for level in range(256)]).getbbox()
            if seen and opacity > 100 and not is_text(sprite) and box.width < composition.ground().size[0]:
                found.append(box.top + seen[3])
    return max(row for row in found if row <= above + 200)


@pytest.mark.parametrize("size", FORMATS.values(), ids=FORMATS)
@pytest.mark.parametrize("kind", LAYOUTS, ids=lambda kind: kind.layout)
def test_half_a_line_stays_free_above_two_lines_of_captions(kind, size):
    width, height = size
    look = Look(
        title="Why octopuses have three hearts",
        format=VideoFormat(width_px=width, height_px=height),
        stills=(photo_of_tests(),),
        captions="boxed",
    )
    shown = full(kind)
    composition = lay_out(shown, spoken(shown), look)
    lines = tuple(tuple(Word(text=text, start_s=0, end_s=9) for text in line) for line in TWO_LINES)
    (caption,) = captions((Cue(start_s=0, end_s=9, lines=lines),), look, on_picture=composition.is_picture)
    plate = caption.box(caption.pose(1))

    half_px = look.grid.type_px(CAPTION_SIZES[0]) * CAPTION.leading / 2
    lowest = max(read(composition), key=lambda line: line.box.bottom)
    assert plate.top - lowest.box.bottom >= half_px, lowest.text
    assert plate.top - solid_bottom(composition, plate.top) >= look.grid.px(SURFACES)
