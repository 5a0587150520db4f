"""A process per text: killed when nobody waits for it, and its exit reported faithfully."""

from __future__ import annotations

import subprocess
import sys

import anyio
import anyio.lowlevel
import pytest

from pipeline.narration.subprocesses import run_child

WAITS = (sys.executable, "-I", "-S", "-c", "import time; time.sleep(60)")
DIES = (sys.executable, "-I", "-S", "-c", "import os; os.write(2, b'last words'); os._exit(7)")


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> list[subprocess.Popen[bytes]]:
    """The started processes."""
    made: list[subprocess.Popen[bytes]] = []

    class Noted(subprocess.Popen[bytes]):
        def __init__(self, *arguments: object, **options: object) -> None:
            super().__init__(*arguments, **options)  # type: ignore[call-overload]
            made.append(self)

    monkeypatch.setattr(subprocess, "Popen", Noted)
    return made


@pytest.mark.parametrize("steps", range(1, 13))
async def test_a_cancelled_child_has_always_been_waited_for(steps: int, started: list[subprocess.Popen[bytes]]) -> None:
    async def ask() -> None:
        await run_child(WAITS, name="it", text="One.", timeout_s=60)

    async with anyio.create_task_group() as tasks:
        tasks.start_soon(ask)
        while not started:
            await anyio.lowlevel.checkpoint()
        for _ in range(steps - 1):
            await anyio.lowlevel.checkpoint()
        tasks.cancel_scope.cancel()

    assert [process.returncode for process in started] == [-9]


async def test_a_child_that_dies_without_reading_is_reported_with_exit_code_and_stderr() -> None:
    done = await run_child(DIES, name="it", text="One. " * 100_000, timeout_s=60)

    assert (done.returncode, done.stdout, done.stderr) == (7, b"", b"last words")
