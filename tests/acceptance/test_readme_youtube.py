"""The README's commands from nothing to the first film on YouTube, verbatim, against the stand-in."""

from __future__ import annotations

import json
import re
import shlex
import shutil
import subprocess
import sys
import urllib.request

from tests.acceptance.command import DEADLINE_S, REPOSITORY, environment, nightreel
from tests.acceptance.films import small_preset, write_brief
from tests.acceptance.services import channel_of, sending_to, service
from tests.standins.youtube import CLIENT_ID, CLIENT_SECRET

README = (REPOSITORY / "README.md").read_text(encoding="utf-8")
# What Google's console hands out.
CLIENT = {"installed": {"client_id": CLIENT_ID, "client_secret": CLIENT_SECRET, "project_id": "nightreel-1"}}


def commands():
    (block,) = re.findall(r"### From nothing to the first film on YouTube.*?```sh\n(.*?)```", README, flags=re.DOTALL)
    return [shlex.split(line) for line in block.strip().splitlines()]


def log_in(arguments, *, cwd, env):
    """`nightreel auth youtube`, with somebody who opens the address and allows everything."""
    process = subprocess.Popen(
        [sys.executable, "-m", "pipeline", *arguments, "--no-browser"],
        cwd=cwd,
        env=environment(env),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        encoding="utf-8",
    )
    assert process.stderr is not None
    address = next(line.strip() for line in process.stderr if line.startswith("http"))
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    with opener.open(address, timeout=DEADLINE_S) as page:
        assert page.status == 200
    said, _ = process.communicate(timeout=DEADLINE_S)
    assert process.returncode == 0
    return said


def test_the_commands_of_the_readme_lead_from_nothing_to_a_film_on_youtube(tmp_path):
    downloads = tmp_path / "Downloads"
    downloads.mkdir()
    (downloads / f"client_secret_{CLIENT_ID}.json").write_text(json.dumps(CLIENT))
    place, said = tmp_path, {}
    with service("youtube", "--locked-private") as stand_in:
        env = {
            "NIGHTREEL_YOUTUBE__ROOT_URL": stand_in.url,
            "NIGHTREEL_YOUTUBE__TOKEN_URL": f"{stand_in.url}/token",
            "NIGHTREEL_YOUTUBE__AUTH_URL": f"{stand_in.url}/o/oauth2/v2/auth",
            "NIGHTREEL_VIDEO__PRESET": "fast_draft",
        }
        for program, *arguments in commands():
            if program == "cd":
                place /= arguments[0]
                # As quick as a film can be, in the place of the one of the example.
                write_brief(place / "topics" / "octopus-hearts.md")
            elif program == "mkdir":
                (place / arguments[-1]).mkdir(parents=True)
            elif program == "mv":
                (source,) = downloads.glob(arguments[0].rpartition("/")[2])
                shutil.move(source, place / arguments[1])
            elif arguments[0] == "auth":
                said["auth"] = log_in(arguments, cwd=place, env=env)
            else:
                done = nightreel(*arguments, cwd=place, env=env)
                assert done.code == 0, done
                said[arguments[0]] = done.stdout + done.stderr
        told = stand_in.history()

    assert "youtube:default (Channel default)" in said["auth"]
    (film,) = told["films"]
    assert film["resource"]["snippet"]["title"] == "Why tea cools"
    assert film["resource"]["status"]["privacyStatus"] == "private"
    assert (told["thumbnails"], told["captions"]) == ([film["id"]], {film["id"]: ["en"]})
    assert f"watch?v={film['id']}  Why tea cools  (processed, private)" in said["published"]
    assert told["complaints"] == []


def test_a_project_without_an_audit_is_told_of_loudly_and_once(tmp_path):
    small_preset(tmp_path)
    for number in (1, 2):
        write_brief(tmp_path / "kitchen" / f"{number}.md", f"Why tea cools {number}")
    with channel_of(tmp_path, "--locked-private") as channel:
        env = {**sending_to(channel), "NIGHTREEL_YOUTUBE__PRIVACY": "public"}
        flags = ("--writer", "outline", "--narrator", "silence", "--preset", "small", "--publish", "youtube")
        done = nightreel("run", "kitchen", *flags, cwd=tmp_path, env=env)
        checked = nightreel("published", "--check", cwd=tmp_path, env=env)

    assert done.code == 0
    assert done.stderr.count("WARNING: YouTube keeps uploads from an unaudited API project private") == 1
    assert checked.code == 9
    assert checked.stdout.count("locked: private, although it should be visible") == 2
