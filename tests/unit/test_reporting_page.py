"""The HTML report of a batch, without external requests."""

import base64
import hashlib
import re
from collections.abc import Iterable
from contextlib import ExitStack
from dataclasses import replace
from datetime import timedelta, timezone
from html.parser import HTMLParser
from importlib import resources
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image

from pipeline.errors import NightreelError
from pipeline.model import Cost, JobError, JobStatus, JobSummary
from pipeline.reporting import RunFacts, formatting, write_reports
from pipeline.reporting.formatting import status_name
from pipeline.reporting.groups import _KIND_NAMES
from pipeline.reporting.tally import MOST_PICTURES
from pipeline.state.locks import held_blocking
from tests.conftest import REPOSITORY
from tests.unit.test_reporting import FACTS as TOLD
from tests.unit.test_reporting import START

FACTS = replace(TOLD, created_at=START, cpu_percent=None, notices=())
HOSTILE = "<script>alert(1)</script>\"'><img src=http://x/ onerror=alert(2)>{{ 7*7 }}\u202edlrow\u202c\u0000"
NBSP = "\N{NO-BREAK SPACE}"


def film(number: int, **changes: object) -> JobSummary:
    begin = START + timedelta(seconds=number)
    row = JobSummary(
        id=f"{number:04x}",
        batch="space",
        title=f"Film {number}",
        folder=f"space/{number:03d}",
        origin=f"topics/space.txt:{number}",
        status=JobStatus.COMPLETED,
        attempts=1,
        started_at=begin,
        ended_at=begin + timedelta(seconds=9),
        seconds={"script": 1.0, "scenes": 7.5},
        found=1,
        made=3,
        cost=Cost(tokens_in=100, tokens_out=50, usd=0.001),
        duration_s=72.4,
        video=Path(f"/films/{number:03d}/video.mp4"),
        voice="en-US-AvaNeural",
    )
    return replace(row, **changes)


def failed(number: int, cause: str = "the key was refused", **changes: object) -> JobSummary:
    error = JobError(
        kind="NeedsLoginError",
        stage="script",
        message=f"groq: {cause}. Set a key",
        exit_code=5,
        cause=cause,
        hint="Set a key",
    )
    return film(number, **({"status": JobStatus.FAILED, "error": error, "video": None, "duration_s": None} | changes))


class Page(HTMLParser):
    """Tags with their attributes, and the text that is read."""

    def __init__(self, source: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str]]] = []
        self.words: list[str] = []
        self.open: list[str] = []
        self.feed(source)

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, {name: value or "" for name, value in attrs}))
        if tag not in {"meta", "img", "line", "rect"}:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.tags.append((tag, {name: value or "" for name, value in attrs}))

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        if "style" not in self.open:
            self.words.append(data)

    @property
    def text(self) -> str:
        return " ".join(" ".join(self.words).split())

    def all(self, name: str) -> list[dict[str, str]]:
        return [attributes for tag, attributes in self.tags if tag == name]


def page_of(folder: Path, rows: Iterable[JobSummary], facts: RunFacts = FACTS) -> Page:
    kept = list(rows)
    page = Page(write_reports(folder, facts, lambda: iter(kept)).read_text(encoding="utf-8"))
    assert page.open == []
    return page


def test_a_film_by_a_fallback_writer_names_it_with_the_reason(tmp_path: Path):
    told = "groq: no allowance left"
    page = page_of(tmp_path, [film(1, writer="outline", writer_fallback_reason=told), film(2, writer="groq")])

    assert page.text.count("Written by outline") == 1
    assert f"Written by outline : {told}." in page.text


def test_a_film_by_a_fallback_voice_names_it_with_the_reason(tmp_path: Path):
    told = "edge gave no answer within 3 s"
    remarks = (told, "1 sentence was requested again")
    page = page_of(tmp_path, [film(1, narrator="espeak", voice_fallback_reason=told, voice_remarks=remarks), film(2)])

    assert page.text.count("Spoken by espeak") == 1
    assert f"Spoken by espeak : {told}. 1 sentence was requested again." in page.text


def test_films_of_one_title_in_several_formats_can_be_told_apart(tmp_path: Path):
    page = page_of(tmp_path, [film(1, format="16:9"), film(1, format="9:16")])

    assert all(f"{shape} en-US-AvaNeural" in page.text for shape in ("16:9", "9:16"))


def test_a_film_without_one_of_its_pictures_says_which_and_why(tmp_path: Path):
    told = "picture reef.png: is a page, not a picture. The film is made without it"
    other = "picture den.png: no such file. The film is made without it"
    page = page_of(tmp_path, [film(1, picture_remarks=(told, other)), film(2)])

    assert f"{told}. {other}." in page.text
    assert len([each for each in page.all("span") if each.get("class") == "remark"]) == 2


def thumbnail(path: Path, size: tuple[int, int] = (1280, 720)) -> Path:
    Image.new("RGB", size, "#123456").save(path, "JPEG")
    return path


def test_the_page_summarises_the_run(tmp_path: Path):
    page = page_of(tmp_path, [film(1), film(2), failed(3)])

    assert page.all("html")[0]["lang"] == "en"
    assert "20 November 2026, 22:00 to 23:00 UTC" in page.text.replace(NBSP, " ")
    for said in ("2 of 3 films are ready", "2 min 25 s", "1:12 per film", "450 tokens", "25 %", "3 of 12 files"):
        assert said in page.text.replace(NBSP, " ")


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ([], "No films were requested."),
        ([film(1)], "1 film, all ready."),
        ([failed(1)], "The film is not ready."),
        ([failed(1), failed(2)], "None of the 2 films is ready."),
        ([film(1, status=JobStatus.PENDING, started_at=None, ended_at=None, seconds={})], "The film is not ready."),
    ],
)
def test_batches_without_films_have_a_page(tmp_path: Path, rows: list[JobSummary], said: str):
    assert said in page_of(tmp_path, rows).text.replace(NBSP, " ")


def test_text_from_outside_is_escaped(tmp_path: Path):
    rows = [
        film(1, title=HOSTILE, voice=HOSTILE, seconds={HOSTILE: 1.0}, video=tmp_path / "javascript:alert(1)"),
        failed(2, HOSTILE, title=HOSTILE, origin=HOSTILE, stage=HOSTILE),
        film(3, status=JobStatus.PARKED, error=None, why=HOSTILE, title=HOSTILE),
    ]
    facts = replace(FACTS, batch=HOSTILE, source=HOSTILE, notices=(HOSTILE,), version=HOSTILE, strategy=HOSTILE)
    page = page_of(tmp_path, rows, facts)
    source = (tmp_path / "report.html").read_text(encoding="utf-8")

    assert page.all("script") == []
    assert "<script" not in source.lower()
    assert not [name for _, attributes in page.tags for name in attributes if name.startswith("on")]
    assert page.all("img") == []
    assert "{{ 7*7 }}" in page.text  # nothing is filled in twice
    assert not set("\u202e\u202c\u0000") & set(source)


def test_the_page_links_only_to_local_files(tmp_path: Path):
    rows = [
        film(1, thumbnail=thumbnail(tmp_path / "t.jpg"), video=tmp_path / "javascript:alert(1)"),
        film(2),
        failed(3),
    ]
    page = page_of(tmp_path, rows)

    addresses = [value for _, tag in page.tags for name, value in tag.items() if name in {"href", "src", "xlink:href"}]
    assert addresses
    assert all(address.startswith(("./", "data:image/jpeg;base64,")) for address in addresses)
    css = resources.files("pipeline.reporting").joinpath("report.css").read_text(encoding="utf-8")
    assert not re.search(r"url\(|@import|//", css)


def test_the_content_security_policy_allows_only_the_embedded_style(tmp_path: Path):
    page = page_of(tmp_path, [film(1), failed(2)])
    source = (tmp_path / "report.html").read_text(encoding="utf-8")
    (css,) = re.findall(r"<style>(.*?)</style>", source, re.DOTALL)
    policy = next(meta["content"] for meta in page.all("meta") if meta.get("http-equiv") == "Content-Security-Policy")

    digest = base64.b64encode(hashlib.sha256(css.encode()).digest()).decode()
    assert f"style-src 'sha256-{digest}'" in policy
    assert policy.startswith("default-src 'none';")
    assert "unsafe" not in policy
    assert not [tag for tag, attributes in page.tags if "style" in attributes]


def test_a_film_is_a_thumbnail_that_links_to_it(tmp_path: Path):
    folder = tmp_path / "output" / "space" / "summary"
    video = folder.parent / "001_är" / "video.mp4"
    page = page_of(folder, [film(1, video=video, thumbnail=thumbnail(tmp_path / "t.jpg"))])

    assert page.all("a")[0]["href"] == "./../001_%C3%A4r/video.mp4"
    (picture,) = page.all("img")
    data = base64.b64decode(picture["src"].removeprefix("data:image/jpeg;base64,"))
    with Image.open(BytesIO(data)) as image:
        assert (image.format, image.size) == ("JPEG", (320, 180))
    # A reader of the screen hears the title once: the link says it.
    assert picture["alt"] == ""
    assert "Film 1" in page.text


@pytest.mark.parametrize("damage", ["missing", "empty", "text", "cut", "folder", "other format"])
def test_an_unreadable_thumbnail_leaves_a_plain_card(tmp_path: Path, damage: str):
    path = tmp_path / "t.jpg"
    if damage == "folder":
        path.mkdir()
    elif damage == "other format":
        Image.new("RGB", (9, 9)).save(path, "PNG")
    elif damage != "missing":
        whole = thumbnail(path).read_bytes()
        path.write_bytes({"empty": b"", "text": b"no picture", "cut": whole[: len(whole) // 2]}[damage])
    page = page_of(tmp_path / "summary", [film(1, thumbnail=path)])

    assert page.all("img") == []
    assert "no picture" in page.text
    assert "Film 1" in page.text


def test_failures_are_grouped_with_what_to_do_and_where(tmp_path: Path):
    rows = [film(1), *(failed(number) for number in range(2, 9)), failed(9, "scene 4 is too long")]
    text = page_of(tmp_path, rows).text.replace(NBSP, " ")

    assert text.count("The key was refused") == 1
    assert "7 films at Script" in text
    assert "Set a key." in text
    assert "nightreel retry space --failed" in text
    assert "2 more" in text
    assert "topics/space.txt:2 groq" in text


def test_a_single_failure_is_described_in_the_singular(tmp_path: Path):
    text = page_of(tmp_path, [film(1), failed(2)]).text

    assert "Then make it again:" in text
    assert "a key or a login" in text
    assert "NeedsLoginError" not in text


def test_numbers_of_this_run_are_labelled_as_such(tmp_path: Path):
    earlier = film(1, started_at=START - timedelta(hours=3), ended_at=START - timedelta(hours=2))
    text = page_of(tmp_path, [earlier, film(2)]).text.replace(NBSP, " ")

    assert "This run 1 h 00 min 1 film, 1 per hour" in text


def test_every_error_has_a_plain_name():
    def below(kind: type) -> set[str]:
        return {kind.__name__}.union(
            *(below(child) for child in kind.__subclasses__() if child.__module__ == "pipeline.errors")
        )

    assert below(NightreelError) - {"NightreelError"} <= _KIND_NAMES.keys()


def test_one_process_at_a_time_writes_the_reports_of_a_batch(tmp_path: Path, monkeypatch):
    waited = []
    with ExitStack() as other:
        other.enter_context(held_blocking(tmp_path / ".report.lock", what="the report"))

        def wait(seconds: float) -> None:
            waited.append((tmp_path / "report.html").exists())
            other.close()

        monkeypatch.setattr("pipeline.reporting.time.sleep", wait)
        page_of(tmp_path, [film(1)])

    assert waited == [False]
    assert (tmp_path / "report.html").exists()


def test_parked_films_say_until_when_in_the_zone_of_the_run(tmp_path: Path):
    facts = replace(FACTS, started_at=START.astimezone(timezone(timedelta(hours=1))))
    row = film(1, status=JobStatus.PARKED, why="the quota is spent", parked_until=START + timedelta(hours=9))

    assert "until 21 November, 08:00" in page_of(tmp_path, [row], facts).text.replace(NBSP, " ")


def test_a_large_batch_shows_some_pictures_and_says_so(tmp_path: Path):
    page = page_of(tmp_path, (film(number) for number in range(MOST_PICTURES + 50)))

    assert f"The first {MOST_PICTURES} of 250" in page.text
    assert "Film 199" in page.text
    assert "Film 240" not in page.text


def test_every_chart_has_a_name_and_every_table_has_headers(tmp_path: Path):
    page = page_of(tmp_path, [film(1), film(2), failed(3)])

    charts = [svg for svg in page.all("svg") if svg.get("class") == "chart"]
    assert charts
    assert all(svg.get("aria-label") for svg in charts if svg.get("role") == "img")
    assert all(cell.get("scope") in {"col", "row"} for cell in page.all("th"))
    assert len(page.all("h1")) == 1
    scrolled = [box for box in page.all("div") if box.get("class") == "scroll"]
    assert len(scrolled) == len(page.all("table")) == 2
    names = {tag.get("id") for tag in page.all("h2")}
    assert all(
        (box["tabindex"], box["role"]) == ("0", "region") and box["aria-labelledby"] in names for box in scrolled
    )


@pytest.mark.parametrize("scheme", [0, 1], ids=["light", "dark"])
def test_text_and_the_keyboard_focus_have_enough_contrast_with_their_background(scheme: int):
    """WCAG 2.2: 4.5 to 1 for text (1.4.3), 3 to 1 for the focus (1.4.11)."""
    css = resources.files("pipeline.reporting").joinpath("report.css").read_text(encoding="utf-8")
    block = re.findall(r":root \{(.*?)\}", css, re.DOTALL)[scheme]
    colours = {key: luminance(value) for key, value in re.findall(r"--([\w-]+): (#\w{6})", block)}
    (focus,) = re.findall(r":focus-visible \{ outline: 2px solid var\(--(\w+)\)", css)
    least = dict.fromkeys(("text", "muted", "link", "good", "bad", "wait", "held", "busy", "idle"), 4.5)

    def contrast(one: str, other: str) -> float:
        darker, lighter = sorted((colours[one], colours[other]))
        return (lighter + 0.05) / (darker + 0.05)

    for ground in ("ground", "surface"):
        assert {name for name, ratio in least.items() if contrast(name, ground) < ratio} == set()
        assert contrast(focus, ground) >= 3


def test_flags_of_a_command_are_not_broken_after_their_dashes(tmp_path: Path):
    page = write_reports(tmp_path, FACTS, lambda: iter([failed(1)])).read_text(encoding="utf-8")

    assert '<span class="nowrap">--failed</span></code>' in page


def luminance(colour: str) -> float:
    """By WCAG 2."""
    channels = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    linear = [value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4 for value in channels]
    return sum(weight * value for weight, value in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        (formatting.spoken(0.42), "0.4 s"),
        (formatting.spoken(9.96), "10 s"),
        (formatting.spoken(59.6), "1 min"),
        (formatting.spoken(161), "2 min 41 s"),
        (formatting.spoken(3599.7), "1 h 00 min"),
        (formatting.spoken(3780), "1 h 03 min"),
        (formatting.clock(3723), "1:02:03"),
        (formatting.money(0), "$0"),
        (formatting.money(0.00314), "$0.0031"),
        (formatting.money(0.00001), "under $0.0001"),
        (formatting.money(1234.5), "$1,234.50"),
        (formatting.percent(0.001), "under 1 %"),
        (formatting.percent(0.999), "over 99 %"),
        (formatting.size(2_147_483_648), "2.1 GB"),
        (formatting.size(12), "12 B"),
        (formatting.count(1, "film"), "1 film"),
        (formatting.sentence("the key"), "The key"),
        (formatting.sentence("nightreel.toml is odd"), "nightreel.toml is odd"),
        (formatting.sentence("eSpeak is missing"), "eSpeak is missing"),
    ],
)
def test_quantities_are_formatted_for_people(said: str, expected: str):
    assert said.replace(NBSP, " ") == expected


def test_an_unreadable_brief_is_named_once_and_its_hint_keeps_its_punctuation(tmp_path: Path):
    error = JobError(
        kind="InputError",
        stage="",
        message="topics/bad.md:3: unknown key 'langage'. Did you mean language?",
        exit_code=2,
        cause="unknown key 'langage'",
        hint="Did you mean language?",
    )
    place = "topics/bad.md:3"
    row = JobSummary(id="", batch="b", title=place, folder="", origin=place, status=JobStatus.FAILED, error=error)

    text = page_of(tmp_path, [row]).text

    assert text.count(place) == 1
    assert "Did you mean language? " in text


@pytest.mark.parametrize(
    ("status", "hint", "told"),
    [
        (
            JobStatus.REVIEW,
            "Look at it: nightreel review space",
            "Review each, and approve or reject it: nightreel review space",
        ),
        (
            JobStatus.PARKED,
            "Continue with a larger one: nightreel resume space --budget 5",
            "Continue with a larger one: nightreel resume space --budget 5.",
        ),
        (
            JobStatus.PARKED,
            "nightreel resume space continues it",
            "nightreel resume space continues it.",
        ),
        (
            JobStatus.PARKED,
            "nightreel resume space2 continues it",
            "nightreel resume space2 continues it. To continue: nightreel resume space",
        ),
        (
            JobStatus.FAILED,
            "Mend the file: line 3. Then: nightreel retry space --failed",
            "Mend the file: line 3. Then: nightreel retry space --failed.",
        ),
        (JobStatus.FAILED, "Set a key", "Set a key. Then make them again: nightreel retry space --failed"),
    ],
)
def test_the_next_step_is_shown_once(tmp_path: Path, status: JobStatus, hint: str, told: str):
    rows = [failed(number, status=status) for number in (1, 2)]
    rows = [replace(row, error=replace(row.error, hint=hint)) for row in rows]

    text = page_of(tmp_path, rows).text.partition("Films that are not ready, and what to do")[2]

    assert f"The key was refused {told} Film 1" in text


def test_statuses_have_the_names_used_in_commands():
    states = (REPOSITORY / "docs" / "states.md").read_text(encoding="utf-8")

    assert all(f"| *{status_name(status).replace(' ', '_')}* |" in states for status in JobStatus)
