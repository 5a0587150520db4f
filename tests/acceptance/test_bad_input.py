"""Bad input of every kind: one clear line, an exit code, and nothing half-written."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests.acceptance.command import REPOSITORY, Finished, nightreel
from tests.acceptance.films import write_brief

GOOD = "---\ntitle: Why tea cools\n---\n\nTea cools.\n"


@dataclass(frozen=True)
class Bad:
    """A command in a folder that holds good.md, a list topics.txt, and what `files` and `arrange` put there."""

    arguments: tuple[str, ...]
    code: int
    # All of these stand in the one line.
    says: tuple[str, ...]
    files: Mapping[str, str | bytes] = field(default_factory=dict)
    env: Mapping[str, str] = field(default_factory=dict)
    arrange: Callable[[Path], None] = lambda folder: None


def brief(content: str | bytes, *says: str) -> Bad:
    return Bad(("make", "bad.md"), 2, ("bad.md", *says), files={"bad.md": content})


def template(old: str, new: str, file: str) -> Callable[[Path], None]:
    """A template of the workspace's own, `mine`, with one thing wrong in one of its files."""

    def arrange(folder: Path) -> None:
        mine = folder / "templates" / "mine"
        mine.mkdir(parents=True)
        for path in (REPOSITORY / "templates" / "explainer").iterdir():
            (mine / path.name).write_bytes(path.read_bytes())
        text = (mine / file).read_text(encoding="utf-8")
        assert old in text
        (mine / file).write_text(text.replace(old, new), encoding="utf-8")

    return arrange


WITH_MINE = ("make", "good.md", "--template", "mine", "--offline")
BAD = {
    # Files and briefs.
    "a missing file": Bad(("make", "god.md"), 2, ("god.md: no such file", "Did you mean good.md?")),
    "a missing folder": Bad(("make", "no/such/brief.md"), 2, ("no such file", "There is no folder no/such")),
    "an empty file": brief("", "is empty"),
    "a blank file": brief(" \n\n\t\n", "is empty"),
    "a binary file": brief(b"\x89PNG\r\n\x1a\n\0\0\0", "is a binary file"),
    "a file that is not UTF-8": brief(
        b"---\ntitle: Caf\xe9\n---\n\nHot.\n", "bad.md:2: is not UTF-8", "Save it as UTF-8"
    ),
    "a brief without a body": brief(
        "---\ntitle: Tea\n---\n", "has a title but no notes", "Write the content of the film below the title"
    ),
    "front matter that is never closed": brief("---\ntitle: Tea\n\nHot.\n", "bad.md:1: the front matter is not closed"),
    "invalid front matter": brief("---\ntitle: Tea\nkicker: a: b\n---\nHot.\n", "bad.md:3: invalid front matter"),
    "an unknown key in the front matter": brief(
        "---\ntitle: Tea\nvioce: x\n---\nHot.\n", "bad.md:3: unknown key 'vioce'", "voice"
    ),
    "a language that is none": brief(
        "---\nlanguage: klingonese!\n---\nHot.\n", "bad.md:2: 'klingonese!' is not a language code"
    ),
    "a file of another kind": Bad(
        ("make", "a.pdf"), 2, ("a.pdf: .pdf files are not supported. Save the text as Markdown",), files={"a.pdf": "x"}
    ),
    "a table of another program": Bad(
        ("run", "a.ods"),
        2,
        ("a.ods: .ods files are not supported. Save the table as .xlsx or .csv",),
        files={"a.ods": "x"},
    ),
    "an empty topic": Bad(("make", " "), 2, ("the topic is empty",)),
    "a list where one film was asked for": Bad(
        ("make", "topics.txt"), 2, ("topics.txt: contains 2 topics", "nightreel run topics.txt")
    ),
    "a list without topics": Bad(("run", "bad.txt"), 2, ("bad.txt: lists no topics",), files={"bad.txt": "# none\n"}),
    "a pattern that was typed": Bad(
        ("run", "topics.txt", "--pattern", "{titel}"),
        3,
        ("--pattern: has an unknown field {titel}. Did you mean title?",),
    ),
    "a folder without briefs": Bad(
        ("run", "."), 2, ("contains no briefs",), arrange=lambda folder: (folder / "good.md").unlink()
    ),
    "a source that is not there": Bad(("run", "god.md"), 2, ("god.md: no such file", "good.md")),
    # Names of things.
    "an unknown template": Bad(
        ("make", "good.md", "--template", "explaner"), 2, ("unknown template 'explaner'", "Did you mean explainer?")
    ),
    "an unknown voice": Bad(("make", "good.md", "--offline", "--voice", "xx-YY-ZedNeural"), 2, ("xx-YY-ZedNeural",)),
    "a language that nobody speaks": Bad(("make", "good.md", "--offline", "--language", "tlh-XX"), 2, ("tlh",)),
    "a language that is malformed": Bad(
        ("make", "good.md", "--language", "klingonese!"), 3, ("language", "klingonese!", "like en, de or pt-BR")
    ),
    "a narrator that --offline forbids": Bad(
        ("make", "good.md", "--offline", "--narrator", "edge"), 3, ("edge needs the network, and --offline forbids it",)
    ),
    "a host that --offline forbids": Bad(
        ("make", "good.md", "--offline", "--publish", "youtube"),
        3,
        ("youtube needs the network, and --offline forbids it", "Drop one of the two"),
    ),
    "a night to a host that --offline forbids": Bad(
        ("run", "good.md", "--offline", "--publish", "youtube:cooking"),
        3,
        ("youtube:cooking needs the network, and --offline forbids it",),
    ),
    "a flag that is missing": Bad(("publish", "space"), 2, ("--to is missing. See nightreel publish --help",)),
    "a flag without its value": Bad(("publish", "space", "--to"), 2, ("--to needs a value.",)),
    "a choice that nobody offers": Bad(
        ("run", "good.md", "--strategy", "smrt"), 2, ("--strategy: 'smrt' is not one of", "Did you mean smart?")
    ),
    "a batch that is not named": Bad(("review",), 2, ("BATCH is missing. See nightreel review --help",)),
    "a host that nobody knows": Bad(
        ("make", "good.md", "--publish", "vimeo"), 3, ("vimeo", "must be youtube, youtube:CHANNEL or folder:PATH")
    ),
    "a bare topic with no model": Bad(("make", "Why is the sky blue?"), 2, ("no model to write one", "GROQ_API_KEY")),
    "a bare topic that no model may write": Bad(
        ("make", "Why is the sky blue?", "--writer", "outline"), 2, ("drop --offline and --writer outline",)
    ),
    "a template with an unknown layout": Bad(
        WITH_MINE,
        2,
        ("template.toml:28: unknown layout layouts.bulets", "Did you mean bullets?"),
        arrange=template("[layouts.bullets]", "[layouts.bulets]", "template.toml"),
    ),
    "a template with an unknown field": Bad(
        WITH_MINE,
        2,
        ("user.jinja:1: unknown field brief.titel", "Did you mean title?"),
        arrange=template('{% include "shared/brief.jinja" %}', "{{ brief.titel }}", "user.jinja"),
    ),
    "a template with a broken tag": Bad(
        WITH_MINE,
        2,
        ("description.jinja:1: broken template",),
        arrange=template("{{ script.description", "{{ script.description {{", "description.jinja"),
    ),
    # Flags, settings, places.
    "an unknown flag": Bad(("make", "good.md", "--langauge", "de"), 2, ("--langauge",)),
    "an unknown command": Bad(("mkae", "good.md"), 2, ("mkae",)),
    "a command without its argument": Bad(("make",), 2, ("TOPIC",)),
    "a choice that is none": Bad(("make", "good.md", "--narrator", "siri"), 2, ("siri",)),
    "an unknown key in nightreel.toml": Bad(
        ("make", "good.md"),
        3,
        ("nightreel.toml:2: video.qualty is not a setting", "did you mean video.quality?"),
        files={"nightreel.toml": "[video]\nqualty = 3\n"},
    ),
    "a font of the brand that is none": Bad(
        ("make", "good.md", "--offline"),
        3,
        ("brand.heading_font: good.md is not a readable font", "Name a TTF or OTF file"),
        files={"nightreel.toml": "[brand]\nheading_font = 'good.md'\n"},
    ),
    "a wrong value in nightreel.toml": Bad(
        ("make", "good.md"),
        3,
        ("nightreel.toml:2: video.quality", "99"),
        files={"nightreel.toml": "[video]\nquality = 99\n"},
    ),
    "a broken nightreel.toml": Bad(
        ("make", "good.md"), 3, ("nightreel.toml:1: is not valid TOML",), files={"nightreel.toml": "offline = maybe\n"}
    ),
    "an unknown variable": Bad(
        ("make", "good.md"),
        3,
        ("NIGHTREEL_EDGE__ULR is not a setting", "NIGHTREEL_EDGE__URL"),
        env={"NIGHTREEL_EDGE__ULR": "wss://example.org"},
    ),
    "an address that is none": Bad(
        ("make", "good.md"), 3, ("NIGHTREEL_EDGE__URL", "wss://host"), env={"NIGHTREEL_EDGE__URL": "http://example.org"}
    ),
    "an output below a file": Bad(
        ("make", "good.md", "--output", "good.md/films/tea.mp4"), 8, ("good.md is not a folder",)
    ),
    "a workspace that is a file": Bad(("make", "good.md", "--workspace", "good.md"), 2, ("good.md: is not a folder",)),
    "a workspace that is not there": Bad(
        ("make", "good.md", "--workspace", "flims"), 2, ("flims: no such workspace", "nightreel init flims")
    ),
    "a workspace that a variable of the shell should have named": Bad(
        ("make", "good.md", "--workspace", ""), 2, ("--workspace: the path is empty",)
    ),
    "an output that a variable of the shell should have named": Bad(
        ("make", "good.md", "--output="), 2, ("--output: the path is empty",)
    ),
    "an archive that a variable of the shell should have named": Bad(
        ("pack", "films", "--output", ""), 2, ("--output: the path is empty",)
    ),
    "a source that a variable of the shell should have named": Bad(("run", ""), 2, ("the topic is empty",)),
    "a topic without quotes": Bad(
        ("make", "Why", "is", "tea", "hot?"), 2, ("'is tea hot?'", "Text with spaces needs quotes")
    ),
    "a number that is none": Bad(
        ("make", "good.md", "--variant", "two"), 2, ("--variant: 'two' is not a whole number",)
    ),
    "a number that would be rounded": Bad(
        ("make", "good.md", "--variant", "1.5"), 2, ("--variant: '1.5' is not a whole number",)
    ),
    "fewer films than none": Bad(("preview", "good.md", "--films", "-1"), 2, ("--films: '-1' is not a whole number",)),
    "a film that is no MP4": Bad(("make", "good.md", "--output", "tea.mov"), 2, ("films are MP4 files", "tea.mp4")),
    "a workspace whose state is a file": Bad(
        ("make", "good.md", "--offline"), 8, ("state", "can't be written"), files={"state": "in the way"}
    ),
    "one file for two films": Bad(("run", "topics.txt", "--output", "one.mp4"), 2, ("2 films can't share one file",)),
    "a batch with an impossible name": Bad(
        ("run", "good.md", "--batch", "../up"), 2, ("can't be the name of a batch",)
    ),
    "a batch that is not there": Bad(("status", "spce"), 2, ("no batch named 'spce'",)),
    "a publication of what is not there": Bad(
        ("publish", "spce", "--to", "youtube"), 2, ("spce: there is no batch of this name, and no such file")
    ),
    "a publication of a brief": Bad(("publish", "good.md", "--to", "youtube"), 2, ("good.md", "it is not an MP4 file")),
    "an init of nothing": Bad(("init", ""), 2, ("the path is empty",)),
    "an init of a file": Bad(("init", "good.md"), 2, ("good.md: is not a folder",)),
    "an init below a file": Bad(("init", "good.md/films"), 8, ("can't be written",)),
}
# Found while the command line is read: no command has heard of --json yet.
BEFORE_JSON = {
    "an unknown flag",
    "a command without its argument",
    "a choice that is none",
    "a topic without quotes",
    "a number that is none",
    "a number that would be rounded",
    "fewer films than none",
    "a workspace that a variable of the shell should have named",
    "an output that a variable of the shell should have named",
}


@pytest.fixture(scope="module")
def outcomes(tmp_path_factory) -> dict[str, tuple[Path, Finished]]:
    """All of them, two at a time; every `make` with --json."""

    def run(name: str) -> tuple[Path, Finished]:
        bad, folder = BAD[name], folders[name]
        write_brief(folder / "good.md")
        (folder / "topics.txt").write_text("Tea\nCoffee\n", encoding="utf-8")
        for file, content in bad.files.items():
            (folder / file).write_bytes(content.encode() if isinstance(content, str) else content)
        bad.arrange(folder)
        json = ("--json",) if bad.arguments[0] == "make" else ()
        return folder, nightreel(*bad.arguments, *json, cwd=folder, env=bad.env)

    folders = {name: tmp_path_factory.mktemp("bad") for name in BAD}
    with ThreadPoolExecutor(2) as pool:
        return dict(zip(BAD, pool.map(run, BAD), strict=True))


@pytest.mark.parametrize("name", BAD)
def test_bad_input_is_one_clear_line_and_an_exit_code(outcomes, name):
    folder, outcome = outcomes[name]

    assert outcome.code == BAD[name].code, outcome
    (line,) = outcome.stderr.splitlines()
    assert line.startswith("nightreel: ")
    for words in BAD[name].says:
        assert words in line
    assert not (folder / "output").exists()
    if BAD[name].arguments[0] == "make" and name not in BEFORE_JSON:
        assert (outcome.json["status"], outcome.json["video"]) == ("failed", None)
        assert outcome.json["error"] == line.removeprefix("nightreel: ")
    else:
        assert outcome.stdout == ""


@pytest.mark.parametrize(
    ("arguments", "error"),
    [(("make", "god.md"), "SourceError"), (("make", "good.md", "--template", "explaner"), "InputError")],
    ids=["before the job", "in it"],
)
def test_a_person_gets_one_line_too_and_a_traceback_only_for_debug(tmp_path, arguments, error):
    write_brief(tmp_path / "good.md")

    plain, debug = (nightreel(*arguments, *more, cwd=tmp_path) for more in ((), ("--debug",)))

    assert (plain.code, plain.stdout) == (debug.code, debug.stdout) == (2, "")
    assert len(plain.complaints) == 1
    assert "Traceback (most recent call last)" in debug.stderr
    assert f"pipeline.errors.{error}" in debug.stderr
    assert debug.complaints[-1] == plain.complaints[0]
