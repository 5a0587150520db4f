"""`nightreel presets`: list the encoding presets."""

from __future__ import annotations

from dataclasses import asdict

from pipeline.cli.options import CommonOptions
from pipeline.cli.output import print_json
from pipeline.errors import EXIT_OK


def presets(*, common: CommonOptions = CommonOptions()) -> int:
    """List the encoding presets for --preset: built-in ones, and yours from nightreel.toml."""
    from pipeline.cli.console import Console
    from pipeline.cli.session import open_session
    from pipeline.settings import resolve_presets

    settings = open_session(common, {}).context.settings
    known = resolve_presets(settings.presets)
    if common.json:
        print_json([{**asdict(each), "default": each.name == settings.video.preset} for each in known.values()])
        return EXIT_OK
    rows = [
        (
            f"[bold]{each.name}[/]",
            f"{each.width_px}x{each.height_px}, {each.frame_rate}/s",
            f"{each.codec} {each.encoder_preset}, " + (f"qp {each.qp}" if each.crf is None else f"crf {each.crf}"),
            f"{each.audio_kbps} kbit/s",
            "default" if each.name == settings.video.preset else "",
        )
        for each in known.values()
    ]
    Console(highlight=False).print_rows(rows)
    return EXIT_OK
