"""Cells as people write them become values, or say what to write instead."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.template.rows import plain
from pipeline.template.rows.dates import read_date
from pipeline.template.rows.field import CellProblem, Field


def read(kind, cell, locale="", **more):
    return Field(name="it", kind=kind, **more).read(cell, locale=locale)


def problem(kind, cell, **more):
    with pytest.raises(CellProblem) as caught:
        read(kind, cell, **more)
    assert caught.value.mend
    return caught.value.problem


@pytest.mark.parametrize(
    ("cell", "money"),
    [
        ("1.299,00 €", "1299.00 EUR"),
        ("€1,299.00", "1299.00 EUR"),
        ("1 299,50 €", "1299.50 EUR"),
        ("1\u202f299 €", "1299 EUR"),
        ("CHF 1'299.–", "1299 CHF"),
        ("1.299 EUR", "1299 EUR"),
        ("1,299 eur", "1299 EUR"),
        ("12,5 €", "12.5 EUR"),
        ("US$ 5", "5 USD"),
        ("$0.99", "0.99 USD"),
        ("₹1,23,456.50", "123456.50 INR"),
        ("١٢٩٩ €", "1299 EUR"),
        ("-5 €", "-5 EUR"),
        ("1200", "1200 EUR"),
    ],
)
def test_money_is_read_in_local_forms(cell, money):
    assert read("money", cell, currency="EUR") == money


def test_a_sign_that_several_currencies_share_is_that_of_its_field():
    assert read("money", "$5", currency="CAD") == "5 CAD"
    assert read("money", "5 kr", currency="NOK") == "5 NOK"
    assert "is no currency" in problem("money", "5 kr")


@pytest.mark.parametrize(
    ("cell", "told"),
    [
        ("free", "is no sum of money"),
        ("5", "names no currency"),
        ("€", "is no sum of money"),
        ("5 smiles", "'smiles' is no currency that is known"),
        ("1.2.3,4,5 €", "'1.2.3,4,5' is no number"),
        ("12.3.567 €", "'12.3.567' is grouped oddly"),
        ("€ 5 $", "is no sum of money"),
    ],
)
def test_what_is_no_money_is_told(cell, told):
    assert told in problem("money", cell)


def test_the_locale_says_which_mark_divides():
    assert read("number", "1,299", locale="de") == "1.299"
    assert read("number", "1.299", locale="de") == "1299"
    assert read("number", "1,299", locale="en") == "1299"
    assert problem("number", "1,299") == "'1,299' may be 1299 or 1.299"


@pytest.mark.parametrize(
    ("cell", "number"), [("1.299", "1299"), ("1 000 000", "1000000"), ("-7", "-7"), ("３", "3"), ("12.0", "12")]
)
def test_whole_numbers_are_read(cell, number):
    assert read("integer", cell) == number


def test_numbers_have_limits():
    assert problem("integer", "0", minimum=1) == "0 is less than 1"
    assert problem("number", "5.1", maximum=5) == "5.1 is more than 5"
    assert "no whole number" in problem("integer", "1.5")
    assert "more than 15 digits" in problem("integer", "9" * 400)


@pytest.mark.parametrize(
    ("cell", "locale"),
    [
        ("2026-11-03", ""),
        ("2026-11-03 00:00:00", ""),
        ("2026-11-03T10:15:00Z", ""),
        ("3 Nov 2026", ""),
        ("November 3, 2026", ""),
        ("3rd of November 2026", ""),
        ("3.11.2026", ""),
        ("03. 11. 2026", ""),
        ("3. November 2026", "de"),
        ("3 de noviembre de 2026", "es"),
        ("3/11/2026", "en-GB"),
        ("11/3/2026", "en-US"),
        ("3/11/26", "fr"),
        ("٣/١١/٢٠٢٦", "en-GB"),
        ("2026年11月3日", ""),
        ("２０２６年１１月３日", "ja"),
        ("2026년 11월 3일", "ko"),
        ("3 नवंबर 2026", "hi"),
        ("3 พฤศจิกายน 2026", "th"),
        ("3-Nov-2026", ""),
    ],
)
def test_days_are_read_in_local_forms(cell, locale):
    assert read("date", cell, locale=locale) == "2026-11-03"


def test_a_day_that_may_be_two_is_told_and_one_that_can_not_is_read():
    assert problem("date", "3/11/2026") == "'3/11/2026' may be 2026-11-03 or 2026-03-11"
    assert read("date", "25/12/2026") == read("date", "12/25/2026") == "2026-12-25"
    assert read("date", "3/11/2026", order="dmy") == "2026-11-03"
    assert "two digits" in problem("date", "3/11/26")


@pytest.mark.parametrize(("cell", "locale"), [("3 พฤศจิกายน 2569", "th"), ("۱۴۰۵/۸/۱۲", "fa"), ("1448-05-23", "ar-SA")])
def test_a_day_that_is_counted_otherwise_is_told(cell, locale):
    assert "another calendar" in problem("date", cell, locale=locale)
    assert read("date", "1066-10-14", locale="en") == "1066-10-14"


@pytest.mark.parametrize("cell", ["tomorrow", "2026-02-30", "31.11.2026", "2026", "May"])
def test_what_is_no_day_is_told(cell):
    assert f"'{cell}' is no day" in problem("date", cell)


OURS, NOT_WEB = "is an address of this machine or network", "is no address on the web"


@pytest.mark.parametrize(
    ("cell", "told"),
    [
        ("javascript:alert(1)", NOT_WEB),
        ("file:///etc/passwd", NOT_WEB),
        ("http://localhost/", OURS),
        ("http://127.0.0.1/", OURS),
        ("http://[::1]/", OURS),
        ("http://2130706433/", OURS),
        ("http://0x7f.1/", OURS),
        ("http://10.0.0.1/x.png", OURS),
        ("http://169.254.169.254/latest/meta-data", OURS),
        ("https://me:secret@example.org/", "has a name or a password in its address"),
        ("https://", NOT_WEB),
        ("example.org", NOT_WEB),
        ("http://[broken", "is no address"),
    ],
)
def test_addresses_of_this_machine_and_others_that_are_none_are_told(cell, told):
    assert told in problem("url", cell)


def test_an_address_on_the_web_is_read():
    assert read("url", " https://example.org/a?b=1 ") == "https://example.org/a?b=1"


OUTSIDE, DEVICE = "lies outside the folder of the table", "is no file on Windows, but a device"


@pytest.mark.parametrize(
    ("cell", "told"),
    [
        ("../../etc/passwd", OUTSIDE),
        ("/etc/passwd", OUTSIDE),
        ("C:\\x.png", OUTSIDE),
        ("..\\x.png", OUTSIDE),
        ("x.exe", "is no picture by its name"),
        ("file:///x.png", NOT_WEB),
        ("CON.png", DEVICE),
        ("photos/nul.jpg", DEVICE),
        ("photos\\aux .png", DEVICE),
        ("com1.small.png", DEVICE),
    ],
)
def test_pictures_of_devices_and_outside_the_folder_of_the_table_are_told(cell, told):
    assert told in problem("image", cell)


def test_pictures_colours_mail_and_choices_are_read():
    assert read("image", "photos/roof.JPG") == "photos/roof.JPG"
    assert read("colour", "#2F8") == "#22ff88"
    assert read("colour", "rgb(1, 2, 255)") == "#0102ff"
    assert read("colour", "Navy") == "#000080"
    assert read("email", "mailto:maria@example.org") == "maria@example.org"
    assert read("choice", "YES", choices=("yes", "no")) == "yes"
    assert problem("choice", "maybe", choices=("yes", "no")) == "'maybe' is none of yes, no"
    assert problem("colour", "reddish") == "'reddish' is no colour"
    assert problem("email", "maria@") == "'maria@' is no e-mail address"


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        ("  two \n lines ", "two lines"),
        ("<p>Tea &amp; <b>milk</b></p>", "Tea & milk"),
        ('a <break time="2s"/> pause', "a pause"),
        ("<script>alert(1)</script>Hi", "Hi"),
        ("a < b and c > d", "a < b and c > d"),
        ("{{ 7 * 7 }} {% raw %}", "{{ 7 * 7 }} {% raw %}"),
        ("=HYPERLINK(1)", "=HYPERLINK(1)"),
        ("Mar\u202eia\u200b", "Maria"),
        ("José 👩‍🚀 ሰላም", "José 👩‍🚀 ሰላም"),
    ],
)
def test_a_text_is_one_line_without_markup_and_what_misleads(cell, text):
    assert read("text", cell) == text


@pytest.mark.parametrize("begin", ["<script>", "<style ", "<!--", "<script><!--", "</script", "<a "])
def test_what_begins_ten_thousand_times_and_never_ends_takes_no_longer_than_another_cell(begin):
    began = time.process_time()
    plain.read_text(begin * (40_000 // len(begin)))
    assert time.process_time() - began < 1


def test_what_ends_is_left_out_between_what_does_not():
    text = "a <!-- b --> c <script>d</script> e <STYLE>f</style > g <script>h <b>i</b> <!-- j"
    assert plain.read_text(text) == "a c e g h i <!-- j"


def test_a_text_that_is_too_long_is_told_and_never_cut():
    assert problem("text", "x" * 501) == "has 501 characters, at most 500 fit"
    assert "1,048,576 characters" in problem("text", "x" * (1 << 20))
    assert "1,048,576 characters" in problem("date", "1" * (1 << 20))


@given(
    kind=st.sampled_from(
        ["text", "integer", "number", "money", "date", "url", "image", "colour", "email", "paragraphs"]
    ),
    cell=st.text(max_size=60) | st.from_regex(r"[-+]?[$€]?\d{0,4}[.,/ ]?\d{0,4}[.,/ ]?\d{0,4} ?(EUR|kr)?"),
    locale=st.sampled_from(["", "de", "en-US", "xx"]),
)
def test_any_cell_is_a_value_or_a_problem(kind, cell, locale):
    field = Field(name="it", kind=kind, currency="EUR")
    try:
        value = field.read(cell, locale=locale)
    except CellProblem:
        return
    assert bool(str(field.value(value, "de"))) == bool(value)


@given(
    kind_and_cell=st.tuples(st.just("date"), st.dates().map(str))
    | st.tuples(st.just("colour"), st.from_regex(r"#[0-9a-fA-F]{6}", fullmatch=True))
    | st.tuples(st.just("image"), st.from_regex(r"(shop/)?[A-Za-z]{1,9}\.(png|JPG)", fullmatch=True)),
    locale=st.sampled_from(["", "de", "en-US", "xx"]),
)
def test_a_day_a_colour_and_a_picture_are_read_again_as_themselves(kind_and_cell, locale):
    kind, cell = kind_and_cell
    field = Field(name="it", kind=kind)
    value = field.read(cell, locale=locale)

    assert field.read(value) == value


@pytest.mark.parametrize(
    ("cell", "day"), [("46329", "2026-11-03"), ("46329.75", "2026-11-03"), ("46329,5", "2026-11-03")]
)
def test_a_day_as_spreadsheets_count_them_is_told_with_the_day_that_it_may_be(cell, day):
    with pytest.raises(CellProblem) as caught:
        read_date(cell)

    assert caught.value.problem == f"{cell!r} is how a spreadsheet counts days, and may be {day}"
