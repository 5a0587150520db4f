"""The film of a folder of `material.py`, made with MoviePy 2 in the way its documentation shows.

`python benchmarks/moviepy_film.py FOLDER`, with a Python that has MoviePy; prints its version. Nothing of nightreel is
used: MoviePy 2.2 wants a Pillow older than ours, and so lives in an environment of its own (requirements-bench.lock).

Cards joined, captions on top: a composition per scene takes as long, all cards in one composition an eighth longer. The
preset of x264 is MoviePy's default. The cards do not move, and no word lights up: it has less to draw than we have.
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
