"""Films play and seek in a browser, Chromium."""

from __future__ import annotations

import base64
import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import numpy as np
import pytest
from aiohttp import web

from pipeline.assembly import EncoderPlan, join_segments
from pipeline.model import SpokenLine, StatementScene, TitleScene, VideoFormat
from pipeline.rendering import Look, draw_scene
from tests.standins.browser import chromium, opened
from tests.standins.films import make_segment, voice
from tests.standins.timelines import decoded_by_ffmpeg, read_stream

LINES = (SpokenLine(text="Three hearts share the work."),)
SCENES = (
    TitleScene(lines=LINES, heading="Why octopuses have three hearts", kicker="Life in the sea"),
    StatementScene(lines=LINES, text="When it swims, its heart stops.", emphasis="its heart stops"),
)
FRAMES, QUANTA = 192, 12
PLANS = {"spliced": EncoderPlan(), "B-frames": EncoderPlan(bframes=2, references=2, preset="veryfast")}

PAGE = """<!doctype html><video id="film" src="film.mp4" muted></video><canvas id="canvas"></canvas><script>
const film = document.getElementById("film"), canvas = document.getElementById("canvas");
const happened = (name) => new Promise((done, failed) => {
  film.addEventListener(name, done, {once: true});
  film.addEventListener("error", () => failed(film.error.message), {once: true});
});
async function loaded() {
  if (film.readyState < 2) await happened("loadeddata");
  return [film.duration, film.videoWidth, film.videoHeight];
}
// On a busy machine a seek is over before its picture is what is drawn.
async function framePresentedAt(time_s) {
  const next = () => new Promise((done) => film.requestVideoFrameCallback((_, frame) => done(frame.mediaTime)));
  while (Math.abs(await next() + 0.5 / 30 - time_s) > 0.5 / 30);
}
async function shownAt(time_s) {
  const arrived = happened("seeked");
  const presented = framePresentedAt(time_s);
  film.currentTime = time_s;
  await arrived;
  await presented;
  canvas.width = film.videoWidth; canvas.height = film.videoHeight;
  const context = canvas.getContext("2d");
  context.drawImage(film, 0, 0);
  const pixels = context.getImageData(0, 0, canvas.width, canvas.height).data;
  let text = "";
  for (let row = 0; row < canvas.height; row += 4)
    for (let column = 0; column < canvas.width; column += 4) {
      const at = 4 * (row * canvas.width + column);
      // Brightness as it is stored (BT.709, limited range).
      const luma = 0.2126 * pixels[at] + 0.7152 * pixels[at + 1] + 0.0722 * pixels[at + 2];
      text += String.fromCharCode(Math.round(16 + luma * 219 / 255));
    }
  return btoa(text);
}
async function played() {
  film.currentTime = film.duration - 0.5;
  await happened("seeked");
  const ended = happened("ended");
  await film.play();
  await ended;
  return [film.currentTime, film.getVideoPlaybackQuality().corruptedVideoFrames];
}
</script>"""


@pytest.fixture(scope="module", params=PLANS)
def film(request, tmp_path_factory):
    """Two drawn scenes of 6.4 s."""
    chromium()
    folder = tmp_path_factory.mktemp("browser")
    look = Look(title="Why octopuses have three hearts", format=VideoFormat(width_px=640, height_px=360))
    segments = [
        make_segment(
            folder,
            f"scene-{number}",
            sound=voice(QUANTA, seed=number),
            frames=draw_scene(scene, words=(), cues=(), frames=FRAMES, look=look),
            video_format=look.format,
            encoder=PLANS[request.param],
        )
        for number, scene in enumerate(SCENES)
    ]
    join_segments(segments, path=folder / "film.mp4")
    return folder / "film.mp4"


@asynccontextmanager
async def served(film) -> AsyncIterator[str]:
    """The page and the film, on loopback; ranges of bytes, too, without which no browser seeks."""

    async def page(_: web.Request) -> web.Response:
        return web.Response(text=PAGE, content_type="text/html")

    async def video(_: web.Request) -> web.FileResponse:
        return web.FileResponse(film)

    app = web.Application()
    app.add_routes([web.get("/", page), web.get("/film.mp4", video)])
    runner = web.AppRunner(app)
    await runner.setup()
    try:
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        yield f"http://127.0.0.1:{runner.addresses[0][1]}/"
    finally:
        await runner.cleanup()


async def test_chromium_plays_a_film_and_shows_what_is_there_at_ten_times_that_it_seeks(film):
    # No order; among them the first, the last, both sides of the join and of a keyframe, and some that move.
    frames = [0, 2 * FRAMES - 1, FRAMES - 1, FRAMES, 150, 149, 5, FRAMES + 9, *random.Random(1).sample(range(384), 2)]
    wanted = [luma[::4, ::4].astype(float) for luma, _, _ in decoded_by_ffmpeg(read_stream(film).units)]

    async with served(film) as url, opened(url) as page:
        length_s, width, height = await page.evaluate("loaded()")
        shown = [base64.b64decode(await page.evaluate(f"shownAt({(frame + 0.5) / 30})")) for frame in frames]
        ended_at_s, corrupted = await page.evaluate("played()")

    assert length_s == pytest.approx(2 * FRAMES / 30, abs=0.001)
    assert (ended_at_s, corrupted) == (pytest.approx(length_s, abs=0.05), 0)
    for frame, pixels in zip(frames, shown, strict=True):
        seen = np.frombuffer(pixels, np.uint8).reshape(height // 4, width // 4)
        away = [np.abs(seen - luma).mean() for luma in wanted]
        assert away[frame] < 1, f"what is seen at {frame} is another picture"
        # Pictures that rest are a hundredth of a level apart where a keyframe begins.
        assert away[frame] < min(away) + 0.01, f"what is seen at {frame} is the picture of {np.argmin(away)}"
