"""Tokens, client secrets and session URIs appear nowhere in files, output or logs."""

from __future__ import annotations

import json
import signal
import stat
import time

import pytest

from tests.acceptance.command import DEADLINE_S, Running, nightreel
from tests.acceptance.films import TITLES, write_folder
from tests.acceptance.test_publishing import PUBLISHED, youtube

CHANNEL = ("state", "youtube", "default")


def session_of(home):
    """The address of the session that a journal has, if any has one."""
    for path in home.joinpath(*CHANNEL).glob("[!.]*.json"):
        try:
            if session := json.loads(path.read_bytes()).get("session"):
                return path, session
        except ValueError:
            continue
    return None


def leaks(home, secrets, *said):
    """Where a secret stands that is not where it belongs."""
    found = [text[:80] for text in said for secret in secrets if secret in text]
    for path in home.rglob("*"):
        if not path.is_file() or path.parent == home / "credentials" / "youtube":
            continue
        content = path.read_bytes()
        inside = [secret for secret in secrets if secret.encode() in content]
        if path.parent == home.joinpath(*CHANNEL) and path.suffix == ".json" and not path.name.startswith("."):
            # A journal may have an address, and nobody else may read it.
            inside = [secret for secret in inside if not secret.startswith("standin-session")]
            assert stat.S_IMODE(path.stat().st_mode) == 0o600
        found += [f"{path.relative_to(home)}: {secret}" for secret in inside]
    return found


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="sends signals")
def test_no_secret_is_printed_by_an_upload_that_is_killed_fails_and_is_resumed(tmp_path):
    write_folder(tmp_path / "kitchen", TITLES[:1])
    order = ["--next", "start_503", "--next", "caption_403"] + ["--next", "final_503"] * 6
    with youtube(tmp_path, "--expired", *order) as (stand_in, env):
        waits = {"NIGHTREEL_RETRY__WAIT_INITIAL_S": "0.5", "NIGHTREEL_RETRY__ATTEMPTS": "20"}
        running = Running.start("run", "kitchen", *PUBLISHED, "--debug", "--json", cwd=tmp_path, env={**env, **waits})
        running.wait_for(stage="publishing")
        deadline = time.monotonic() + DEADLINE_S
        while not (there := session_of(tmp_path)) and time.monotonic() < deadline:
            assert running.process.poll() is None
        assert there
        while_it_runs = leaks(tmp_path, stand_in.secrets())
        running.process.kill()
        killed = running.finish()

        give_up = {"NIGHTREEL_RETRY__ATTEMPTS": "2", "NIGHTREEL_ERRORS__RETRIES": "0"}
        failed = nightreel("run", "kitchen", *PUBLISHED, "--debug", cwd=tmp_path, env={**env, **give_up})
        assert failed.code != 0
        patience = {"NIGHTREEL_RETRY__ATTEMPTS": "20"}
        resumed = nightreel("run", "kitchen", *PUBLISHED, "--debug", cwd=tmp_path, env={**env, **patience})
        listed = nightreel("published", "--check", "--json", "--debug", cwd=tmp_path, env=env)
        secrets, films = stand_in.secrets(), stand_in.history()["films"]

    assert (resumed.code, len(films)) == (0, 1)
    assert any(secret.startswith("standin-session") for secret in secrets)
    said = [text for end in (killed, failed, resumed, listed) for text in (end.stdout, end.stderr)]
    # The hunt would find one: what is looked for is there.
    assert leaks(tmp_path, {films[0]["id"]})
    assert while_it_runs == []
    assert leaks(tmp_path, secrets, *said) == []
