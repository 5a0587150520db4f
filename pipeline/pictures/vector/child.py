"""The child process that renders one SVG: from standard input to standard output, as a PNG.

It imports nothing of ours, and its crashes affect nothing else.
"""

from __future__ import annotations

import contextlib
import sys

NO_LIBRARY, REFUSED = 3, 4
_MEMORY_BYTES = 1 << 30
_CPU_S = 20


def main(side_px: int) -> int:
    """Render with no side longer than `side_px`; returns the exit code."""
    try:
        import resvg_py  # noqa: PLC0415
    except ImportError:
        return NO_LIBRARY
    fonts = _fonts()
    _limit()
    try:
        png = resvg_py.svg_to_bytes(
            svg_string=sys.stdin.buffer.read().decode(),
            width=side_px,
            height=side_px,
            # System fonts would make the result depend on the machine.
            skip_system_fonts=True,
            font_files=fonts,
            font_family="Inter",
            sans_serif_family="Inter",
            serif_family="Inter",
            monospace_family="JetBrains Mono",
        )
    except (ValueError, MemoryError) as error:
        sys.stderr.write(f"{error}\n")
        return REFUSED
    sys.stdout.buffer.write(png)
    return 0


def _fonts() -> list[str]:
    from fontpkg import path  # noqa: PLC0415

    return [str(path(family)) for family in ("inter", "noto-sans", "jetbrains-mono")]


def _limit() -> None:
    """Limit memory and time where the system can; the parent enforces the time, too."""
    with contextlib.suppress(ImportError, ValueError, OSError):
        import resource  # noqa: PLC0415 - POSIX only

        resource.setrlimit(resource.RLIMIT_CPU, (_CPU_S, _CPU_S))
        resource.setrlimit(resource.RLIMIT_AS, (_MEMORY_BYTES, _MEMORY_BYTES))
        # No core dump.
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1])))
