"""The fork server of eSpeak: its forks speak like fresh processes, and nothing outlives its client."""

from __future__ import annotations

import gc
import random
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import anyio
import psutil
import pytest

from pipeline.errors import TransientError
from pipeline.model import Prosody
from pipeline.narration import espeak
from pipeline.narration.espeak import EspeakNarrator
from pipeline.narration.espeak.fork_server import CAN_FORK
from pipeline.narration.narrator import Speech
from pipeline.narration.spoken_text import normalise_text

pytestmark = pytest.mark.skipif(not CAN_FORK, reason="only where a process may fork")

SENTENCES = {
    "en-us": "Sunlight looks white, but it holds {} colors of the rainbow.",
    "de": "Der Krake hat drei Herzen und {} Arme, sagt die Fee.",
    "fr": "La pieuvre a trois cœurs et {} bras ; pourquoi ?",
    "hi": "आसमान नीला क्यों है? {}",
    "cmn": "天空为什么是蓝色的？因为阳光。{}",
    "ru": "Почему небо голубое? Потому что {} лучей.",
}
# Loads no library. Its tasks: die of a signal, write its pid and wait, write many bytes.
STRANGE = """
import os, sys, time
import real
real._load = lambda *_: (None, 22050)
def do(_library, _rate, task, *how):
    if task == "die":
        sys.stderr.write("these are my last words\\n")
        sys.stderr.flush()
        os.kill(os.getpid(), int(how[0]))
    if task == "wait":
        with open(how[0], "w") as file:
            file.write(str(os.getpid()))
        time.sleep(60)
    if task == "echo":
        sys.stdout.buffer.write(sys.stdin.buffer.read() * int(how[0]))
        sys.stdout.buffer.flush()
    return 0
real._run_task = do
os._exit(real.main())
"""


async def say(narrator: EspeakNarrator, text: str, voice: str) -> Speech:
    return await narrator.speak(normalise_text(text), voice, Prosody())


def children() -> set[psutil.Process]:
    return set(psutil.Process().children(recursive=True))


def gone(processes: set[psutil.Process]) -> bool:
    _, alive = psutil.wait_procs(processes, timeout=10)
    return not [each for each in alive if each.status() != psutil.STATUS_ZOMBIE]


@pytest.fixture
def strange(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Path]:
    """Makes the fork server run the tasks of `STRANGE`; the folder that they write to."""
    (tmp_path / "real.py").write_text(Path(espeak.child.__file__).read_text(encoding="utf-8"), encoding="utf-8")
    (tmp_path / "child.py").write_text(f"import sys\nsys.path.insert(0, {str(tmp_path)!r}){STRANGE}", encoding="utf-8")
    monkeypatch.setattr(espeak.child, "__file__", str(tmp_path / "child.py"))
    return tmp_path


async def written(path: Path) -> psutil.Process:
    """The waiting process, once it has written its pid."""
    with anyio.fail_after(60):
        while not (await anyio.Path(path).exists() and (told := await anyio.Path(path).read_text())):
            await anyio.lowlevel.checkpoint()
    return psutil.Process(int(told))


async def test_forks_give_the_bytes_of_fresh_processes_in_any_order():
    texts = [(voice, text.format(number)) for voice, text in SENTENCES.items() for number in (3, 11)]
    alone, hosted = EspeakNarrator(may_fork=False), EspeakNarrator()
    fresh: dict[tuple[str, str], Speech] = {}
    wrong: list[tuple[str, str]] = []

    async def begin(voice: str, text: str) -> None:
        fresh[voice, text] = await say(alone, text, voice)

    async def compare(voice: str, text: str) -> None:
        if await say(hosted, text, voice) != fresh[voice, text]:
            wrong.append((voice, text))

    async with anyio.create_task_group() as tasks:
        for each in texts:
            tasks.start_soon(begin, *each)
    shuffled = texts * 2
    random.Random(5).shuffle(shuffled)
    async with anyio.create_task_group() as tasks:
        for each in shuffled:
            tasks.start_soon(compare, *each)

    assert wrong == []


async def test_one_fork_server_speaks_all_texts_and_ends_with_its_narrator():
    before = children()
    narrator = EspeakNarrator()
    await narrator.check()
    first = children() - before
    await say(narrator, "One.", "en-us")
    await say(narrator, "Two.", "de")

    assert len(first) == 1
    assert children() - before == first
    del narrator
    gc.collect()
    assert await anyio.to_thread.run_sync(gone, first)


async def test_a_killed_fork_server_is_restarted():
    before = children()
    narrator = EspeakNarrator()
    one = await say(narrator, "One.", "en-us")
    (host,) = children() - before
    host.kill()
    await anyio.to_thread.run_sync(gone, {host})

    assert await say(narrator, "One.", "en-us") == one


async def test_a_crash_affects_one_sentence_and_reports_the_last_line_of_stderr(strange):
    before = children()
    narrator = EspeakNarrator()
    assert await narrator._run("echo", "1", text="one") == b"one"
    (host,) = children() - before

    with pytest.raises(TransientError, match="failed: these are my last words"):
        await narrator._run("die", str(int(signal.SIGSEGV)))

    assert await narrator._run("echo", "1", text="two") == b"two"
    assert children() - before == {host}


async def test_long_texts_and_megabytes_of_output_arrive_complete(strange):
    text = "Größe " * 100_000

    answer = await EspeakNarrator()._run("echo", "8", text=text)

    assert answer == text.encode() * 8


@pytest.mark.parametrize("how", ["cancelled", "timed out"])
async def test_a_hanging_fork_is_killed_and_no_other(strange, how):
    before = children()
    narrator = EspeakNarrator(timeout_s=3.0 if how == "timed out" else 60.0)
    assert await narrator._run("echo", "1", text="one") == b"one"
    (host,) = children() - before
    narrator._limiter = anyio.CapacityLimiter(2)
    failures: list[str] = []

    async def hang() -> None:
        try:
            await narrator._run("wait", str(strange / "pid"))
        except TransientError as error:
            failures.append(error.message)

    async with anyio.create_task_group() as tasks:
        tasks.start_soon(hang)
        hanging = await written(strange / "pid")
        assert await narrator._run("echo", "1", text="two") == b"two"
        if how == "cancelled":
            tasks.cancel_scope.cancel()

    assert await anyio.to_thread.run_sync(gone, {hanging})
    assert failures == ([] if how == "cancelled" else ["eSpeak gave no answer within 3 s"])
    assert await narrator._run("echo", "1", text="three") == b"three"
    assert children() - before == {host}


async def test_a_hanging_fork_dies_with_its_server_and_is_reported_as_failed(strange):
    before = children()
    narrator = EspeakNarrator()
    await narrator._run("echo", "1", text="one")
    (host,) = children() - before

    async def hang() -> None:
        with pytest.raises(TransientError, match="failed: exit code -9"):
            await narrator._run("wait", str(strange / "pid"))

    async with anyio.create_task_group() as tasks:
        tasks.start_soon(hang)
        hanging = await written(strange / "pid")
        host.kill()

    assert await anyio.to_thread.run_sync(gone, {hanging})


async def test_all_texts_in_progress_fail_when_the_server_dies(strange):
    before = children()
    narrator = EspeakNarrator()
    narrator._limiter = anyio.CapacityLimiter(8)
    await narrator._run("echo", "1", text="one")
    (host,) = children() - before
    told: list[str] = []

    async def hang(number: int) -> None:
        try:
            await narrator._run("wait", str(strange / f"pid{number}"))
        except TransientError as error:
            told.append(error.message)

    async with anyio.create_task_group() as tasks:
        for number in range(8):
            tasks.start_soon(hang, number)
        for number in range(8):
            await written(strange / f"pid{number}")
        host.kill()

    assert told == ["eSpeak's process failed: exit code -9"] * 8


async def test_no_process_outlives_a_killed_command(strange):
    command = (
        "import anyio; from pipeline.narration import espeak\n"
        f"espeak.child.__file__ = {str(strange / 'child.py')!r}\n"
        f"anyio.run(lambda: espeak.EspeakNarrator()._run('wait', {str(strange / 'pid')!r}))"
    )
    async with await anyio.open_process([sys.executable, "-c", command], stderr=subprocess.DEVNULL) as process:
        try:
            hanging = await written(strange / "pid")
            host = psutil.Process(hanging.ppid())
            assert host.ppid() == process.pid
        finally:
            process.kill()

    assert await anyio.to_thread.run_sync(gone, {hanging, host})
