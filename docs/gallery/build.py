"""`make gallery`: what every built-in template looks like in every format, docs/gallery/TEMPLATE-FORMAT.jpg.

And films.jpg, one picture of each of them, for the README.
"""

from __future__ import annotations

import sys
import tempfile
from dataclasses import replace
from itertools import product
from pathlib import Path

from PIL import Image

from pipeline.model import SHAPES, Shape
from pipeline.orchestrator.context import RunContext, open_context
from pipeline.orchestrator.templates.catalogue import find_template, is_builtin, list_templates, search_of
from pipeline.orchestrator.templates.preview import draw_final_frame, draw_preview, format_of, look_of
from pipeline.template import Template
from pipeline.template.sample import load_sample

HERE = Path(__file__).parent
# Of a picture in the repository.
MOST_BYTES = 300_000
QUALITIES = (90, 84, 78)
SCALES = (1.0, 0.85, 0.72, 0.6)
# What films.jpg shows: two wide pictures side by side in two rows, and upright ones beside them, as high as both.
WIDE = (("explainer", "title"), ("lesson", "quiz"), ("news", "lines"), ("product", "product"))
UPRIGHT = (("listicle", "split"), ("offer", "number"))
WIDE_PX, GAP_PX, GROUND = (640, 360), 16, (18, 20, 26)


def main() -> None:
    """Draw those that are named on the command line, else all."""
    with tempfile.TemporaryDirectory() as empty:
        # In a workspace of its own: nobody's colours, nobody's templates.
        context = open_context(workspace=empty)
        for template in list_templates(context):
            if not isinstance(template, Template) or not is_builtin(template):
                continue
            if sys.argv[1:] and template.name not in sys.argv[1:]:
                continue
            for shape in SHAPES:
                path = HERE / f"{template.name}-{shape.replace(':', 'x')}.jpg"
                write_small(draw_preview(context, template, shapes=(shape,)), path)
                print(f"{path.relative_to(HERE.parent.parent)}  {path.stat().st_size / 1000:.0f} kB", flush=True)
        if not sys.argv[1:]:
            write_small(films(context), HERE / "films.jpg")


def films(context: RunContext) -> Image.Image:
    """One picture of each template, side by side."""
    width, height = WIDE_PX
    tall = 2 * height + GAP_PX
    narrow = tall * 9 // 16
    left = 2 * (width + GAP_PX) + GAP_PX
    sheet = Image.new("RGB", (left + len(UPRIGHT) * (narrow + GAP_PX), tall + 2 * GAP_PX), GROUND)
    for number, (name, layout) in enumerate(WIDE):
        at = (GAP_PX + number % 2 * (width + GAP_PX), GAP_PX + number // 2 * (height + GAP_PX))
        sheet.paste(still(context, name, layout, "16:9").resize(WIDE_PX, Image.Resampling.LANCZOS), at)
    for number, (name, layout) in enumerate(UPRIGHT):
        picture = still(context, name, layout, "9:16").resize((narrow, tall), Image.Resampling.LANCZOS)
        sheet.paste(picture, (left + number * (narrow + GAP_PX), GAP_PX))
    return sheet


def still(context: RunContext, name: str, layout: str, shape: Shape) -> Image.Image:
    """A picture of a template's sample, as large as in a film."""
    template = find_template(context, name)
    sample = load_sample(template, search=search_of(context.workspace))
    scene = next(scene for scene in sample.scenes if scene.layout == layout)
    height_px = 1080 if shape == "16:9" else 1920
    look = replace(look_of(context, template, sample), format=format_of(shape, height_px=height_px))
    return draw_final_frame(context, scene, look, smaller=1)


def write_small(sheet: Image.Image, path: Path) -> None:
    """As a JPEG that is small enough: in a lower quality, then in a smaller size."""
    for scale, quality in product(SCALES, QUALITIES):
        size = (round(sheet.width * scale), round(sheet.height * scale))
        sheet.resize(size, Image.Resampling.LANCZOS).save(path, quality=quality, optimize=True, progressive=True)
        if path.stat().st_size <= MOST_BYTES:
            return


if __name__ == "__main__":
    main()
