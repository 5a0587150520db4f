"""Progress displays: drawn in place, as plain lines, as JSON."""

from __future__ import annotations

import io
import json
import re
import threading
import unicodedata
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len
from rich.text import Text

from pipeline.cli.console import Console
from pipeline.cli.display import LiveDisplay, reporter
from pipeline.cli.event_lines import JsonLines, PlainLines
from pipeline.cli.options import CommonOptions
from pipeline.cli.progress_view import crop, finished_line, outcome_line, render_progress
from pipeline.model import Brief, Cost, Event, Job, JobError, JobStatus, Priority
from pipeline.orchestrator.events import JobEvent, Notice, RunMetrics
from pipeline.orchestrator.progress.snapshot import ActiveFilm, Finished, Parked, Snapshot, TimedNotice
from pipeline.reporting.formatting import clock

AT = datetime(2026, 1, 2, 3, tzinfo=UTC)
HOSTILE = (
    "[red]bold[/red] [/]",
    "\x1b[31mred\x1b[2J\r\nsecond line\x07",
    "\u202egnitsrever\u2066",
    "宇宙で一番大きな星は何ですか？" * 4,
    "👨‍👩‍👧 families " * 9,
    "a" * 500,
    "",
)


def at_work(count: int, title: str = "Why is the sky blue?") -> tuple[ActiveFilm, ...]:
    return tuple(ActiveFilm(title=title, stage="scenes", elapsed_s=83 - n) for n in range(count))


def night(**changes: object) -> Snapshot:
    values = {
        "batch": "space",
        "total": 500,
        "counts": {"completed": 150, "failed": 2, "in_progress": 4, "pending": 340, "parked": 4},
        "at_work": at_work(4),
        "elapsed_s": 4360.0,
        "remaining_s": 9620.0,
        **changes,
    }
    return Snapshot(**values)


def full_night(title: str = "Why is the sky blue?") -> Snapshot:
    return night(
        at_work=at_work(8, title),
        waiting_by={Priority.URGENT: 12, Priority.NORMAL: 328},
        recent=tuple(
            Finished(title=title, status=status, film_s=48.0, took_s=12.3, why=title)
            for status in (JobStatus.COMPLETED, JobStatus.FAILED, JobStatus.REVIEW, JobStatus.CANCELLED)
        ),
        parked=(Parked(title=title, until=AT, why=title), Parked(title=title, until=None, why="log in")),
        notices=(TimedNotice(text=title), TimedNotice(text="the disk is nearly full")),
        film_s=31.2,
        stage_s={"scenes": 18.0, "script": 4.0},
        cache_share=0.342,
        cost=Cost(tokens_in=12_000, tokens_out=3_400, usd=0.0213),
        at_once=8,
        memory_bytes=700_000_000,
        peak_memory_bytes=1_300_000_000,
        cpu_percent=97.0,
    )


def drawn(snapshot: Snapshot, *, width: int = 100, height: int = 30, **how: bool) -> list[str]:
    """The lines of a picture as a terminal would get them, without colours."""
    console = Console(file=io.StringIO(), width=width, height=height, color_system=None, force_terminal=True)
    console.print(render_progress(snapshot, width=width, height=height, **how))
    return console.file.getvalue().splitlines()


# ------------------------------------------------------------------------------------------------------ the picture


def test_the_picture_tells_how_far_the_night_is():
    lines = drawn(full_night(), recent=True)
    shown = "\n".join(lines)

    assert re.fullmatch(r"space  ━+─+  150 of 500   30 %", lines[0])
    assert lines[1] == "1:12:40 so far · 2 h 40 min left"
    assert re.search(r"Why is the sky blue\? +━━━━─── scenes +1:23", shown)
    assert "✓ Why is the sky blue?: 0:48, made in 12.3 s" in shown
    assert "340 waiting (12 urgent, 328 normal) · 4 parked · 2 failed" in shown
    assert "parked until you act  Why is the sky blue?  log in" in shown
    assert "0:31 per film, 0:18 of it scenes · 34 % from the cache · 15,400 tokens, $0.02" in shown
    assert "8 at once · memory 700 MB, at most 1.3 GB · CPU 97 %" in re.sub(r"\n", " · ", shown)
    assert "the disk is nearly full" in shown


@pytest.mark.parametrize(
    ("remaining_s", "rough", "said"),
    [
        (None, True, "1:12:40 so far"),
        (3.0, False, "1:12:40 so far · 0:10 left"),
        (96.0, True, "1:12:40 so far · about 1:40 left"),
        (599.0, False, "1:12:40 so far · 10 min left"),
        (3590.0, False, "1:12:40 so far · 1 h 00 min left"),
    ],
)
def test_the_remaining_time_is_no_finer_than_it_is_known(remaining_s, rough, said):
    assert drawn(night(remaining_s=remaining_s, remaining_is_rough=rough))[1] == said


@pytest.mark.parametrize(("why", "said"), [("cancelled", "cancelled"), ("", "cancelled"), ("no", "cancelled: no")])
def test_a_word_that_says_it_all_is_said_once(why, said):
    film = Finished(title="Tea", status=JobStatus.CANCELLED, why=why)

    assert finished_line(film).plain == f"- Tea: {said}"


def test_what_was_said_stands_with_its_age_the_last_first():
    full, room = "no new film is begun: the disk has 1 GB free", "there is room again: going on"

    lines = drawn(
        night(
            notices=(
                TimedNotice(text="long past"),
                TimedNotice(text=full, ago_s=4000),
                TimedNotice(text=room, ago_s=59),
            )
        )
    )

    assert lines[-2:] == [room, f"{full}  1 h 07 min ago"]


def test_the_age_of_what_was_said_is_not_cropped():
    assert drawn(night(notices=(TimedNotice(text="x" * 200, ago_s=90),)))[-1].endswith("x…  2 min ago")


def test_what_is_not_known_is_left_out():
    assert drawn(night(elapsed_s=None))[1] == "2 h 40 min left"
    assert drawn(night(elapsed_s=None, remaining_s=None, at_work=()))[1] == ""


def test_times_and_stages_stand_below_each_other():
    titles = ("A", HOSTILE[3], "Tea")
    rows = drawn(night(at_work=tuple(film for title in titles for film in at_work(1, title))), width=80)[3:6]

    assert {cell_len(row.split("━", 1)[0]) for row in rows} == {cell_len(rows[0].split("━", 1)[0])}
    assert {cell_len(row) for row in rows} == {80}


@pytest.mark.parametrize("size", [(60, 11), (60, 24), (80, 23), (100, 29), (200, 59), (20, 4)])
@pytest.mark.parametrize("title", HOSTILE)
def test_no_title_breaks_the_picture_in_any_terminal(size, title):
    width, height = size
    lines = drawn(full_night(title), width=width, height=height, recent=True)

    assert len(lines) <= height
    assert all(cell_len(line) <= width for line in lines)
    assert all(line.isprintable() for line in lines)


@given(title=st.text(max_size=80), width=st.integers(20, 120))
def test_a_film_that_is_over_takes_one_line(title, width):
    line = finished_line(Finished(title=title, status=JobStatus.FAILED, why=title), width=width)

    assert line.cell_len <= width
    assert not {unicodedata.category(character) for character in line.plain} & {"Cc", "Zl", "Zp"}


def test_a_film_that_is_out_is_told_with_its_address():
    film = Finished(title="Tea", status=JobStatus.COMPLETED, film_s=48.0, took_s=12.3, urls=("https://youtu.be/1",))

    assert finished_line(film).plain == "✓ Tea: 0:48, made in 12.3 s, https://youtu.be/1"
    assert outcome_line(film) == "Tea: 0:48, made in 12.3 s, https://youtu.be/1"


@given(text=st.text(max_size=60), cells=st.integers(1, 40))
def test_a_cropped_text_fits_its_cells(text, cells):
    assert cell_len(crop(text, cells)) <= max(cells, 0)


def test_markup_in_a_title_is_text():
    assert "[red]bold[/red] [/]" in "\n".join(drawn(night(at_work=at_work(1, HOSTILE[0]))))


def test_a_low_terminal_keeps_the_bar_and_the_films_at_work():
    lines = drawn(full_night(), width=60, height=11)

    assert lines[0].startswith("space")
    assert sum("scenes" in line for line in lines) == 8
    assert "the disk is nearly full" in lines[-1]


def test_films_that_find_no_room_are_counted():
    assert drawn(night(at_work=at_work(30)), width=60, height=11)[-1] == "… and 22 more"


def test_a_single_film_is_one_line():
    (line,) = drawn(night(total=1, at_work=at_work(1)), single=True)

    assert re.fullmatch(r"Why is the sky blue\? +━━━━─── scenes +1:23", line)


def test_a_batch_of_which_nothing_is_known_can_be_drawn():
    assert re.fullmatch(r"─+  0 of 0    0 %", drawn(Snapshot())[0].strip())


def test_long_times_have_hours():
    assert [clock(seconds) for seconds in (0, 72.4, 3599.6, 36_061)] == ["0:00", "1:12", "1:00:00", "10:01:01"]


# ------------------------------------------------------------------------------------------------------ the terminal


def job(status: JobStatus = JobStatus.IN_PROGRESS, *, title: str = "Why tea cools", **changes: object) -> Job:
    return Job(id="a", batch="films", folder="tea", brief=Brief(title=title), status=status).evolve(**changes)


def pulse(**counts: int) -> RunMetrics:
    return RunMetrics(batch="space", counts=counts)


def terminal(width: int = 80) -> Console:
    return Console(file=io.StringIO(), force_terminal=True, width=width, height=24, color_system=None, _environ={})


def test_films_that_are_over_scroll_away_above_the_picture():
    console = terminal()
    with LiveDisplay(console, total=2) as hear:
        hear(JobEvent(job=job()))
        hear(JobEvent(job=job(JobStatus.COMPLETED), untouched=True))

    assert "✓ Why tea cools: 0:00, already made\n" in console.file.getvalue()


@pytest.mark.parametrize("total", [1, 2])
def test_what_was_said_stays_when_the_picture_goes(total):
    console = terminal()
    with LiveDisplay(console, total=total) as hear:
        hear(Notice(text="nothing in “[red]space[/]” has failed"))
        hear(JobEvent(job=job(JobStatus.COMPLETED)))

    _, _, left = console.file.getvalue().rpartition("\x1b[2K")
    assert left.endswith("nightreel: nothing in “[red]space[/]” has failed\n")


def test_a_batch_has_its_name_from_the_first_moment_on():
    console = terminal()
    with LiveDisplay(console, total=2, batch="space"):
        pass

    assert re.search(r"space  ─+  0 of 2    0 %", console.file.getvalue())


def test_the_terminal_is_as_it_was_after_an_exception():
    console = terminal()

    def night_with_an_end() -> None:
        with LiveDisplay(console, total=2) as hear:
            hear(JobEvent(job=job()))
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        night_with_an_end()

    written = console.file.getvalue()
    assert written.count("\x1b[?25l") == written.count("\x1b[?25h") == 1
    # What stood there last is erased.
    assert written.endswith("\x1b[2K")


def test_a_window_that_becomes_narrower_is_wiped_before_it_is_drawn_again():
    console = terminal(width=100)
    display = LiveDisplay(console, total=2)
    with display as hear:
        hear(pulse(pending=2))
        display._live.refresh()
        assert "\x1b[2J" not in console.file.getvalue()
        console.width = 60
        display._live.refresh()

        assert console.file.getvalue().count("\x1b[2J") == 1


def test_nobody_draws_the_picture_while_a_line_is_printed_above_it():
    console = terminal()
    display = LiveDisplay(console, total=2)
    was_free: list[bool] = []

    class Line:
        def __rich_console__(self, *_):
            # By now it is counted how many lines of the picture are to be erased.
            other = threading.Thread(target=try_to_draw)
            other.start()
            other.join()
            yield Text("Why tea cools")

    def try_to_draw():
        was_free.append(display._live._lock.acquire(blocking=False))
        if was_free[-1]:
            display._live._lock.release()

    with display:
        console.print(Line())

    assert was_free == [False]


def test_without_a_terminal_there_are_plain_lines(capsys):
    with reporter(CommonOptions(), total=1) as hear:
        hear(JobEvent(job=job()))

    assert capsys.readouterr().err == "[1/1] Why tea cools: started\n"


# --------------------------------------------------------------------------------------------------- lines and JSON


def test_every_event_is_a_plain_line_with_the_number_of_the_film_to_be_over_next(capsys):
    hear = PlainLines(3)
    hear(JobEvent(job=job()))
    hear(JobEvent(job=job(stage="scenes")))
    hear(JobEvent(job=job(JobStatus.COMPLETED)))
    hear(JobEvent(job=job(title="Stars", stage="script")))
    error = JobError(kind="InputError", stage="script", message="no words", exit_code=2)
    hear(JobEvent(job=job(JobStatus.FAILED, title="Stars", error=error)))
    hear(Notice(text="the disk is nearly full"))

    assert capsys.readouterr().err.splitlines() == [
        "[1/3] Why tea cools: started",
        "[1/3] Why tea cools: scenes",
        "[1/3] Why tea cools: 0:00, made in 0.0 s",
        "[2/3] Stars: script",
        "[2/3] Stars: failed: no words",
        "nightreel: the disk is nearly full",
    ]


def test_a_pulse_is_no_line_but_tells_how_many_there_are(capsys):
    hear = PlainLines(3)
    hear(pulse(completed=4, failed=1, pending=5))
    hear(JobEvent(job=job(JobStatus.COMPLETED), untouched=True))
    hear(JobEvent(job=job()))

    assert capsys.readouterr().err.splitlines()[-1] == "[6/10] Why tea cools: started"


def test_the_number_goes_up_whatever_other_processes_do(capsys):
    hear = PlainLines(10, "films")
    hear(JobEvent(job=job(JobStatus.COMPLETED)))
    for done in (4, 2, 3):
        hear(pulse(completed=done, pending=10 - done))
        hear(JobEvent(job=job(stage="scenes")))

    numbers = [int(line[1:].partition("/")[0]) for line in capsys.readouterr().err.splitlines()]
    assert numbers == [1, 5, 5, 5]


def test_a_film_of_the_queue_has_its_name_and_no_number(capsys):
    hear = PlainLines(3, "films")
    hear(JobEvent(job=job(JobStatus.COMPLETED, batch="queue")))
    hear(JobEvent(job=job()))

    assert capsys.readouterr().err.splitlines() == [
        "queue: Why tea cools: 0:00, made in 0.0 s",
        "[1/3] Why tea cools: started",
    ]


def test_a_title_is_told_once(capsys):
    error = JobError(kind="InputError", stage="script", message="Why tea cools: there are no notes", exit_code=2)
    PlainLines(1)(JobEvent(job=job(JobStatus.FAILED, error=error)))

    assert capsys.readouterr().err == "[1/1] Why tea cools: failed: there are no notes\n"


def test_one_film_that_was_asked_for_is_one_of_one_in_any_batch(capsys):
    hear = PlainLines(1)
    hear(pulse(completed=40, pending=2))
    hear(JobEvent(job=job()))

    assert capsys.readouterr().err == "[1/1] Why tea cools: started\n"


def test_a_parked_film_says_until_when_and_why(capsys):
    history = (Event(at=AT, status=JobStatus.PARKED, why="the requests of today are spent"),)
    hear = PlainLines(2)
    hear(JobEvent(job=job(JobStatus.PARKED, parked_until=AT, history=history)))
    hear(JobEvent(job=job(JobStatus.PENDING)))

    parked, waiting = capsys.readouterr().err.splitlines()
    assert re.fullmatch(r"\[1/2\] Why tea cools: parked until \w{3} \d\d:\d\d: the requests of today are spent", parked)
    assert waiting == "[1/2] Why tea cools: waiting"


@pytest.mark.parametrize("title", HOSTILE)
def test_a_title_is_one_plain_line(title, capsys):
    PlainLines(1)(JobEvent(job=job(title=title)))

    (line,) = capsys.readouterr().err.splitlines()
    assert line.isprintable()


def test_plain_lines_remember_no_film(capsys):
    hear = PlainLines(2000)
    for number in range(2000):
        hear(JobEvent(job=job(title=f"film {number}")))
        hear(JobEvent(job=job(JobStatus.COMPLETED, title=f"film {number}")))

    assert capsys.readouterr().err.splitlines()[-1].startswith("[2000/2000] film 1999: ")
    assert all(isinstance(value, int | str) for value in vars(hear).values())


def test_json_has_an_object_for_every_job_event_and_notice_and_none_for_a_pulse(capsys):
    hear = JsonLines()
    hear(JobEvent(job=job(stage="scenes")))
    hear(pulse(pending=3))
    hear(Notice(text="the disk is nearly full"))

    first, second = map(json.loads, capsys.readouterr().out.splitlines())
    assert (first["event"], first["batch"], first["stage"], first["title"]) == (
        "job",
        "films",
        "scenes",
        "Why tea cools",
    )
    assert second == {"event": "notice", "text": "the disk is nearly full"}


def test_with_json_only_a_batch_tells_its_events(capsys):
    with reporter(CommonOptions(json=True), total=1) as hear:
        hear(JobEvent(job=job()))

    assert capsys.readouterr() == ("", "")
