"""What every test is held to: a clean environment, no errors in the log, no blocked loop, no process left behind."""

from __future__ import annotations

import gc
import logging
import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest
from blockbuster import blockbuster_ctx
from hypothesis import settings
from PIL import features

from tests.standins.shared_folder import KEPT

# How long an example takes depends on what else the machine does.
settings.register_profile("nightreel", deadline=None)
settings.load_profile("nightreel")

# As commands do, and before anything loads numpy: its threads wait for work by turning in circles, a core each.
os.environ["OPENBLAS_NUM_THREADS"] = "1"

REPOSITORY = Path(__file__).resolve().parent.parent
# The longest of all. Begun late, as the alphabet has it, it would keep one process busy when the others have no more.
BEGUN_FIRST = "tests/integration/test_quality_broken_films.py"


def pytest_xdist_auto_num_workers() -> int:
    """Processes for `-n auto`: two a core, since tests that run commands and services wait half of their time."""
    return 2 * (os.cpu_count() or 1)


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Iterator[None]:
    """What collecting loads stays to the end: nobody looks through it for what could be freed, now or later."""
    gc.disable()
    try:
        return (yield)
    finally:
        gc.enable()
        gc.freeze()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The longest file goes first; all others stay as they lie."""
    items.sort(key=lambda item: not item.nodeid.startswith(BEGUN_FIRST))


def pytest_runtest_setup(item: pytest.Item) -> None:
    """What this machine can't draw is skipped, with what to install; in `.ci/run` it fails."""
    if os.environ.get("FONTS_REQUIRED"):
        return
    if item.get_closest_marker("shaped") and not features.check("raqm"):
        pytest.skip("letters are not put together here: apt-get install libfribidi0")
    if item.get_closest_marker("ideographs"):
        from pipeline.rendering.text.fonts import face_for  # noqa: PLC0415 - for the few that look for fonts

        if face_for("字", weight=400) is None:
            pytest.skip("no font for ideographs here: apt-get install fonts-noto-cjk")


@pytest.fixture(autouse=True)
def clean_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """No setting, key or proxy of the machine reaches a test, and nothing but loopback is reached."""
    for name in list(os.environ):
        if name.startswith(("NIGHTREEL_", "GROQ_")) or name.lower().endswith(("_proxy", "_api_key")):
            monkeypatch.delenv(name)


@pytest.fixture(autouse=True)
def no_logged_errors(caplog: pytest.LogCaptureFixture, request: pytest.FixtureRequest) -> Iterator[None]:
    """A logged error is a failure, unless the test says `@pytest.mark.logs_errors`."""
    yield
    if request.node.get_closest_marker("logs_errors"):
        return
    errors = [record for record in caplog.get_records("call") if record.levelno >= logging.ERROR]
    assert not errors, [record.getMessage() for record in errors]


@pytest.fixture(autouse=True)
def untouched_logger() -> Iterator[None]:
    """A command run in this process takes our logger for itself; afterwards the tests hear it again."""
    logger = logging.getLogger("nightreel")
    before = logger.handlers[:], logger.level, logger.propagate
    yield
    logger.handlers[:], logger.level, logger.propagate = before


@pytest.fixture(autouse=True, scope="session")
def unblocked_loop() -> Iterator[None]:
    """A call that blocks the event loop raises where it happens. Put in place once: there are thousands of tests."""
    with blockbuster_ctx("pipeline"):
        yield


@pytest.fixture(autouse=True, scope="session")
def nothing_left_for_the_system() -> Iterator[None]:
    """Tests and the commands that they run have a temporary folder of their own, and leave nothing there."""
    folder = Path(tempfile.mkdtemp(prefix="nightreel-"))
    folder.chmod(0o711)  # PostgreSQL runs as another user
    with pytest.MonkeyPatch.context() as patch:
        for name in ("TMPDIR", "TEMP", "TMP"):
            patch.setenv(name, str(folder))
        patch.setattr(tempfile, "tempdir", str(folder))
        yield
    left = [path.name for path in folder.iterdir() if not path.name.startswith(KEPT)]
    shutil.rmtree(folder, ignore_errors=True)
    assert not left, left


@pytest.fixture(autouse=True, scope="session")
def no_leaked_processes() -> Iterator[None]:
    """Child processes must end with what started them."""
    yield
    # A voice ends its process when it is forgotten, or when whoever has it ends, as we do now: pytest itself still has
    # what the last test was given, and what failed its traceback. What a command that ran within us has frozen is not
    # found.
    gc.unfreeze()
    gc.collect()
    if host := sys.modules.get("pipeline.narration.espeak.fork_server"):
        for each in gc.get_objects():
            if type(each) is host.RunningServer:
                each.end()
    left = psutil.Process().children(recursive=True)
    _, alive = psutil.wait_procs(left, timeout=10)
    assert not alive, [process.cmdline() for process in alive]
