"""Rules for every test: a clean environment, no logged errors, no blocked event loop, no leaked processes."""

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

# The duration of an example depends on the machine's load.
settings.register_profile("nightreel", deadline=None)
settings.load_profile("nightreel")

# As commands do, before numpy is loaded: its idle threads busy-wait, a core each.
os.environ["OPENBLAS_NUM_THREADS"] = "1"

REPOSITORY = Path(__file__).resolve().parent.parent
# The slowest file. Started late, in alphabetical order, it would keep one process busy after all others are done.
BEGUN_FIRST = "tests/integration/test_quality_broken_films.py"


def pytest_xdist_auto_num_workers() -> int:
    """Processes for `-n auto`: two per core, since tests of commands and services wait half of the time."""
    return 2 * (os.cpu_count() or 1)


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Iterator[None]:
    """Exclude everything loaded during collection from garbage collection, since it is never freed."""
    gc.disable()
    try:
        return (yield)
    finally:
        gc.enable()
        gc.freeze()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Move the slowest file to the front."""
    items.sort(key=lambda item: not item.nodeid.startswith(BEGUN_FIRST))


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Skip tests of scripts that this machine can't draw, with what to install; in `.ci/run` they fail."""
    if os.environ.get("FONTS_REQUIRED"):
        return
    if item.get_closest_marker("shaped") and not features.check("raqm"):
        pytest.skip("no text shaping here: apt-get install libfribidi0")
    if item.get_closest_marker("ideographs"):
        from pipeline.rendering.text.fonts import face_for  # noqa: PLC0415 - only few tests need it

        if face_for("字", weight=400) is None:
            pytest.skip("no CJK font here: apt-get install fonts-noto-cjk")


@pytest.fixture(autouse=True)
def clean_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """Remove the machine's settings, keys and proxies from the environment."""
    for name in list(os.environ):
        if name.startswith(("NIGHTREEL_", "GROQ_")) or name.lower().endswith(("_proxy", "_api_key")):
            monkeypatch.delenv(name)


@pytest.fixture(autouse=True)
def no_logged_errors(caplog: pytest.LogCaptureFixture, request: pytest.FixtureRequest) -> Iterator[None]:
    """Fail on logged errors, unless the test is marked `logs_errors`."""
    yield
    if request.node.get_closest_marker("logs_errors"):
        return
    errors = [record for record in caplog.get_records("call") if record.levelno >= logging.ERROR]
    assert not errors, [record.getMessage() for record in errors]


@pytest.fixture(autouse=True)
def untouched_logger() -> Iterator[None]:
    """Restore our logger, which commands run in this process reconfigure."""
    logger = logging.getLogger("nightreel")
    before = logger.handlers[:], logger.level, logger.propagate
    yield
    logger.handlers[:], logger.level, logger.propagate = before


@pytest.fixture(autouse=True, scope="session")
def unblocked_loop() -> Iterator[None]:
    """Raise where a call blocks the event loop. Set up once, because there are thousands of tests."""
    with blockbuster_ctx("pipeline"):
        yield


@pytest.fixture(autouse=True, scope="session")
def nothing_left_for_the_system(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Give the tests and their commands their own temporary folder, and fail if anything is left in it."""
    tmp_path_factory.getbasetemp()  # pytest's own folder is elsewhere
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
    """Fail if child processes outlive the tests."""
    yield
    # A narrator ends its fork server when it is garbage-collected, but pytest still references the last test's fixtures
    # and the tracebacks of failures. Objects frozen by a command that ran in this process are not found otherwise.
    gc.unfreeze()
    gc.collect()
    if host := sys.modules.get("pipeline.narration.espeak.fork_server"):
        for each in gc.get_objects():
            if type(each) is host.RunningServer:
                each.end()
    left = psutil.Process().children(recursive=True)
    _, alive = psutil.wait_procs(left, timeout=10)
    assert not alive, [process.cmdline() for process in alive]
