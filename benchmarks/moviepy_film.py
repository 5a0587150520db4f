"""The film of a folder that `moviepy_input.py` wrote, made with MoviePy 2 as its documentation shows.

`python benchmarks/moviepy_film.py FOLDER`, with a Python that has MoviePy; prints MoviePy's version. Imports nothing of
nightreel: MoviePy 2.2 needs an older Pillow, and so its own environment (requirements-bench.lock).

Cards are concatenated, captions composited on top: a composition per scene takes as long, one composition of all cards
an eighth longer. The x264 preset is MoviePy's default. The cards do not move, and no word is highlighted: there is less
to draw than in our film.
"""

from __future__ import annotations

import json
import sys
from importlib.metadata import version
from pathlib import Path

from moviepy import AudioFileClip, CompositeVideoClip, ImageClip, concatenate_videoclips


def main() -> None:
    folder = Path(sys.argv[1])
    film = json.loads((folder / "film.json").read_text(encoding="utf-8"))
    cards = concatenate_videoclips(
        [ImageClip(str(folder / card["file"])).with_duration(card["duration_s"]) for card in film["cards"]]
    )
    captions = [
        ImageClip(str(folder / caption["file"]))
        .with_start(caption["start_s"])
        .with_end(caption["end_s"])
        .with_position((caption["left"], caption["top"]))
        for caption in film["captions"]
    ]
    whole = CompositeVideoClip([cards, *captions], size=(film["width_px"], film["height_px"]))
    whole = whole.with_audio(AudioFileClip(str(folder / film["sound"])))
    whole.write_videofile(
        str(folder / "moviepy.mp4"), fps=film["fps"], codec="libx264", audio_codec="aac", threads=2, logger=None
    )
    print(version("moviepy"))


if __name__ == "__main__":
    main()
