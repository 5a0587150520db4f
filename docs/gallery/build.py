"""`make gallery`: what every built-in template looks like in every format, docs/gallery/TEMPLATE-FORMAT.jpg."""

from __future__ import annotations

import sys
import tempfile
from itertools import product
from pathlib import Path

from PIL import Image

from pipeline.model import SHAPES
from pipeline.orchestrator.templates.preview import draw_preview
from pipeline.orchestrator.templates.shelf import is_builtin, list_templates
from pipeline.orchestrator.workshop import open_workshop
from pipeline.template import Template

HERE = Path(__file__).parent
# Of a picture in the repository.
MOST_BYTES = 300_000
QUALITIES = (90, 84, 78)
SCALES = (1.0, 0.85, 0.72, 0.6)


def main() -> None:
    """Draw those that are named on the command line, else all."""
    with tempfile.TemporaryDirectory() as empty:
        # In a workspace of its own: nobody's colours, nobody's templates.
        shop = open_workshop(workspace=empty)
        for template in list_templates(shop):
            if not isinstance(template, Template) or not is_builtin(template):
                continue
            if sys.argv[1:] and template.name not in sys.argv[1:]:
                continue
            for shape in SHAPES:
                path = HERE / f"{template.name}-{shape.replace(':', 'x')}.jpg"
                write_small(draw_preview(shop, template, shapes=(shape,)), path)
                print(f"{path.relative_to(HERE.parent.parent)}  {path.stat().st_size / 1000:.0f} kB", flush=True)


def write_small(sheet: Image.Image, path: Path) -> None:
    """As a JPEG that is small enough: in a lower quality, then in a smaller size."""
    for scale, quality in product(SCALES, QUALITIES):
        size = (round(sheet.width * scale), round(sheet.height * scale))
        sheet.resize(size, Image.Resampling.LANCZOS).save(path, quality=quality, optimize=True, progressive=True)
        if path.stat().st_size <= MOST_BYTES:
            return


if __name__ == "__main__":
    main()
