"""The promises of the README, verified."""

from __future__ import annotations

import re
import subprocess
import sys

from pipeline.cli import app
from pipeline.settings import load_settings
from tests.acceptance.command import DEADLINE_S, REPOSITORY, environment, nightreel
from tests.acceptance.films import TITLES, contents, stock, write_brief

README = (REPOSITORY / "README.md").read_text(encoding="utf-8")
PAGES = [README, *(page.read_text(encoding="utf-8") for page in sorted((REPOSITORY / "docs").glob("*.md")))]


def test_the_library_example_runs_as_it_stands(tea, tmp_path):
    (example,) = re.findall(r"```python\n(.*?)```", README, flags=re.DOTALL)
    # The first film is one of the batch, too: two short films in place of two and a night.
    write_brief(tmp_path / "topics" / "blue-sky.md", TITLES[0])
    write_brief(tmp_path / "topics" / "red-blood-cell.md", TITLES[1])
    (tmp_path / "nightreel.toml").touch()
    stock(tmp_path, tea.workspace)

    script = tmp_path / "films.py"
    script.write_text(example, encoding="utf-8")

    ran = subprocess.run(
        [sys.executable, "-W", "error", str(script)],
        cwd=tmp_path,
        env=environment({}),
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=DEADLINE_S,
        check=False,
    )

    assert (ran.returncode, ran.stderr) == (0, "")
    first, *batch = ran.stdout.splitlines()
    assert re.fullmatch(r".+/output/films/why-tea-cools/video\.mp4 \d\.\d+", first)
    assert [line.rpartition(" ")[0] for line in batch] == [f"completed {title}" for title in TITLES[:2]]
    assert contents(tmp_path / "output" / "films" / "why-tea-cools") == contents(tea.folder)


def test_the_brief_of_the_readme_can_be_read():
    (brief,) = re.findall(r"```markdown\n(.*?)```", README, flags=re.DOTALL)

    assert brief.startswith("---\ntitle: ")


def test_the_exit_codes_of_the_readme_are_those_of_the_help():
    assert app.help_epilogue is not None
    in_help = re.search(r"Exit codes: (.+)", app.help_epilogue)
    in_readme = re.search(r"Exit codes: (.+?)\.\n\n", README, flags=re.DOTALL)

    assert in_help
    assert in_readme
    assert re.findall(r"\d+", in_help[1]) == re.findall(r"\d+", in_readme[1])


def test_every_variable_of_the_readme_is_a_setting(tmp_path):
    table = re.findall(r"^\| `(NIGHTREEL_\w+)`(?: or `(\w+)`)? \|", README, flags=re.MULTILINE)
    variables = {name for names in table for name in names if name} - {"NIGHTREEL_WORKSPACE"}
    values = {"NIGHTREEL_GROQ__BASE_URL": "http://127.0.0.1:1", "NIGHTREEL_EDGE__URL": "ws://127.0.0.1:1/edge"}

    assert {"GROQ_API_KEY", "NIGHTREEL_GROQ__API_KEY", *values} <= variables
    settings = load_settings(tmp_path, environ={name: values.get(name, "gsk_readme") for name in variables})

    assert settings.groq.base_url == values["NIGHTREEL_GROQ__BASE_URL"]
    assert settings.edge.url == values["NIGHTREEL_EDGE__URL"]
    assert settings.groq.api_key
    assert settings.groq.api_key.get_secret_value() == "gsk_readme"


def test_every_link_between_the_pages_leads_somewhere():
    for page in (REPOSITORY / "README.md", REPOSITORY / "CONTRIBUTING.md", *(REPOSITORY / "docs").glob("*.md")):
        # What stands between grave accents is an example.
        text = re.sub(r"```.*?```|`[^`\n]*`", "", page.read_text(encoding="utf-8"), flags=re.DOTALL)
        for place, anchor in re.findall(r"\]\((?!https?:)([^)#]*)(?:#([^)]*))?\)", text):
            there = page.parent / place if place else page
            assert there.exists(), f"{page.name}: {place}"
            if anchor:
                titles = re.findall(r"^#+ (.+)$", there.read_text(encoding="utf-8"), flags=re.MULTILINE)
                assert anchor in {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}


def test_the_variable_for_the_workspace_works(tmp_path):
    elsewhere = tmp_path / "elsewhere"
    place = {"NIGHTREEL_WORKSPACE": str(elsewhere)}

    not_there = nightreel("status", "--json", cwd=tmp_path, env=place)
    nightreel("init", str(elsewhere), cwd=tmp_path)
    told = nightreel("doctor", "--json", cwd=tmp_path, env=place | {"NIGHTREEL_EDGE__URL": "ws://127.0.0.1:9/edge"})

    assert (not_there.code, not_there.stdout) == (2, "")
    assert f"create it: nightreel init {elsewhere}" in not_there.stderr
    assert str(elsewhere) in [each["found"] for each in told.json if each["name"] == "workspace"]


def test_every_command_line_of_the_pages_is_one_that_the_program_takes():
    lines = [line for page in PAGES for line in re.findall(r"^nightreel .+$", page, flags=re.MULTILINE)]

    assert len(lines) >= 60
    for line in lines:
        # What stands behind several spaces explains the line.
        command, *_ = app.parse_args(re.split(r" {2,}", line)[0].removeprefix("nightreel "), exit_on_error=False)
        words = line.split()
        name = words[2] if words[1] in {"templates", "auth"} else words[1]
        assert command.__name__.removesuffix("_batches").removesuffix("_all") == name
