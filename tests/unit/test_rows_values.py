"""Parsing cells as people write them, with corrections for invalid ones."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.template import load_template
from pipeline.template.rows import strings
from pipeline.template.rows.dates import read_date
from pipeline.template.rows.field import Field
from pipeline.template.rows.money import currency_in_header
from pipeline.template.rows.problem import CellProblem


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
        ("(1.299,00 €)", "-1299.00 EUR"),
        ("$(5.00)", "-5.00 USD"),
        ("$ 500 CAD", "500 CAD"),
        ("9.900,00 TL", "9900.00 TRY"),
        ("1,299 eur", "1299 EUR"),
        ("12,5 €", "12.5 EUR"),
        ("US$ 5", "5 USD"),
        ("$0.99", "0.99 USD"),
        ("₹1,23,456.50", "123456.50 INR"),
        ("١٢٩٩ €", "1299 EUR"),
        ("-5 €", "-5 EUR"),
        ("1200", "1200 EUR"),
        ("19.9900 EUR", "19.9900 EUR"),
        ("₹1,25,000/-", "125000 INR"),
        ("١٬٢٩٩٫٥٠ ر.س", "1299.50 SAR"),
        ("１２，０００円", "12000 JPY"),
        ("1.25 KWD", "1.25 KWD"),
        ("1 299:- SEK", "1299 SEK"),
        ("USD$1,299", "1299 USD"),
    ],
)
def test_money_is_parsed_in_local_notations(cell, money):
    assert read("money", cell, currency="EUR") == money


def test_calculated_amounts_are_rounded_as_in_spreadsheets():
    field = Field(name="it", kind="money", currency="EUR")

    sums = {
        cell: field.read(cell, locale="en", rounds=True) for cell in ("12.345", "33.3333333333333", "0.333333333333333")
    }
    assert list(sums.values()) == ["12.35 EUR", "33.33 EUR", "0.33 EUR"]
    assert field.read("-1299.995 JPY", locale="en", rounds=True) == "-1300 JPY"


def test_a_shared_currency_sign_is_resolved_by_the_field():
    assert read("money", "$5", currency="CAD") == "5 CAD"
    assert read("money", "5 kr", currency="NOK") == "5 NOK"
    assert problem("money", "5 kr") == "'kr' may be SEK, NOK, DKK, ISK"


@pytest.mark.parametrize(
    ("cell", "told"),
    [
        ("free", "is not an amount of money"),
        ("5", "names no currency"),
        ("€", "is not an amount of money"),
        ("5 smiles", "'smiles' is not a known currency"),
        ("500.00- €", "'500.00- €' may be negative"),
        ("99 - 129 €", "'99 - 129 €' contains more than one number"),
        ("5 EUR (net)", "'EUR (net)' is not a known currency"),
        ("1.2.3,4,5 €", "'1.2.3,4,5' is not a number"),
        ("12.3.567 €", "'12.3.567' is grouped oddly"),
        ("€ 5 $", "is not an amount of money"),
        ("Rs. 500", "'Rs.' may be INR, PKR, LKR, NPR, MUR"),
        ("1.250 KWD", "'1.250' may be 1250 or 1.250"),
        ("1.299,999 €", "'1.299,999 €' has more decimals than EUR, which has 2"),
        ("0.0049 €", "has more decimals than EUR, which has 2"),
        ("12.50 JPY", "has more decimals than JPY, which has none"),
    ],
)
def test_invalid_amounts_are_reported(cell, told):
    assert told in problem("money", cell)


def test_the_locale_decides_on_the_decimal_separator():
    assert read("number", "1,299", locale="de") == "1.299"
    assert read("number", "1.299", locale="de") == "1299"
    assert read("number", "1,299", locale="en") == "1299"
    assert problem("number", "1,299") == "'1,299' may be 1299 or 1.299"


@pytest.mark.parametrize(
    ("cell", "number"), [("1.299", "1299"), ("1 000 000", "1000000"), ("-7", "-7"), ("３", "3"), ("12.0", "12")]
)
def test_whole_numbers_are_parsed(cell, number):
    assert read("integer", cell) == number


def test_numbers_have_limits():
    assert problem("integer", "0", minimum=1) == "0 is less than 1"
    assert problem("number", "5.1", maximum=5) == "5.1 is more than 5"
    assert "not a whole number" in problem("integer", "1.5")
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
        ("2026年11月3日(火)", ""),
        ("2026/11/3（火） 19:00", ""),
        ("2026年11月3日 19:00", ""),
        ("2026年11月3日 星期二", ""),
        ("2026년 11월 3일 화요일", ""),
        ("２０２６年１１月３日", "ja"),
        ("2026년 11월 3일", "ko"),
        ("3 नवंबर 2026", "hi"),
        ("3 พฤศจิกายน 2026", "th"),
        ("3-Nov-2026", ""),
        ("20261103", ""),
        ("Nov 3, 2026, 3:15 PM", ""),
        ("2026-11-03 5:00:00", ""),
        ("03.11.2026, 15:00 Uhr", ""),
        ("3-Nov-26", "en-US"),
        ("26-Nov-3", "ja"),
        ("Tue, 3 Nov 2026", ""),
        ("Dienstag, 3. November 2026", "de"),
        ("terça-feira, 3 de novembro de 2026", "pt"),
        ("2026 m. lapkričio 3 d., antradienis", "lt"),
        ("tiistai 3. marraskuuta 2026", "fi"),
        ("الثلاثاء، 3 نوفمبر 2026", "ar"),
        ("2026. 11. 3.", "ko"),
        ("03.11.2026 r.", "pl"),
        ("3º de novembro de 2026", "pt"),
    ],
)
def test_dates_are_parsed_in_local_notations(cell, locale):
    assert read("date", cell, locale=locale) == "2026-11-03"


def test_dates_with_a_wrong_weekday_or_other_words_are_reported():
    assert problem("date", "Monday, 3 November 2026") == "'Monday, 3 November 2026' is a Tuesday"
    assert problem("date", "2026年11月3日(月)") == "'2026年11月3日(月)' is a Tuesday"
    assert problem("date", "(月)" * 2000).endswith("is not a date")
    assert "is not a date" in problem("date", "before 3 November 2026")
    with pytest.raises(CellProblem, match="is a Tuesday"):
        read_date("Mo., 3. November 2026", locale="de")


def test_a_date_is_parsed_alike_whichever_locale_was_used_before():
    assert read_date("3 פברואר 2026", locale="he").month == 2

    with pytest.raises(CellProblem, match="not a date"):
        read_date("3 פברואר 2026", locale="fr")
    assert read_date("3 Jänner 2026", locale="de-AT").month == 1


def test_ambiguous_dates_are_reported_and_unambiguous_ones_parsed():
    assert problem("date", "3/11/2026") == "'3/11/2026' may be 2026-11-03 or 2026-03-11"
    assert read("date", "25/12/2026") == read("date", "12/25/2026") == "2026-12-25"
    assert read("date", "3/11/2026", order="dmy") == "2026-11-03"
    assert "two-digit" in problem("date", "3/11/26")
    assert "two-digit" in problem("date", "3-Nov-26")


@pytest.mark.parametrize(("cell", "locale"), [("3 พฤศจิกายน 2569", "th"), ("۱۴۰۵/۸/۱۲", "fa"), ("1448-05-23", "ar-SA")])
def test_dates_in_other_calendars_are_reported(cell, locale):
    assert "another calendar" in problem("date", cell, locale=locale)
    assert read("date", "1066-10-14", locale="en") == "1066-10-14"


@pytest.mark.parametrize("cell", ["tomorrow", "2026-02-30", "31.11.2026", "2026", "May"])
def test_invalid_dates_are_reported(cell):
    assert f"'{cell}' is not a date" in problem("date", cell)


OURS, NOT_WEB = "is an address of this machine or network", "is not a web address"


@pytest.mark.parametrize(
    ("cell", "told"),
    [
        ("javascript:alert(1)", NOT_WEB),
        ("file:///etc/passwd", NOT_WEB),
        ("http://localhost/", OURS),
        ("http://localhost./", OURS),
        ("http://ｌｏｃａｌｈｏｓｔ/", OURS),
        ("http://127。0。0。1/", OURS),
        ("http://127.0.0.1/", OURS),
        ("http://[::1]/", OURS),
        ("http://2130706433/", OURS),
        ("http://0x7f.1/", OURS),
        ("http://10.0.0.1/x.png", OURS),
        ("http://169.254.169.254/latest/meta-data", OURS),
        ("https://me:secret@example.org/", "has a user name or a password in its address"),
        ("https://", NOT_WEB),
        ("example.org", NOT_WEB),
        ("http://[broken", "is not a valid address"),
    ],
)
def test_private_and_invalid_urls_are_reported(cell, told):
    assert told in problem("url", cell)


def test_web_addresses_are_parsed():
    assert read("url", " https://example.org/a?b=1 ") == "https://example.org/a?b=1"


OUTSIDE, DEVICE = "lies outside the folder of the table", "is a device name on Windows"


@pytest.mark.parametrize(
    ("cell", "told"),
    [
        ("../../etc/passwd", OUTSIDE),
        ("/etc/passwd", OUTSIDE),
        ("C:\\x.png", OUTSIDE),
        ("..\\x.png", OUTSIDE),
        ("x.exe", "has no picture extension"),
        ("file:///x.png", NOT_WEB),
        ("CON.png", DEVICE),
        ("photos/nul.jpg", DEVICE),
        ("photos\\aux .png", DEVICE),
        ("com1.small.png", DEVICE),
    ],
)
def test_device_names_and_pictures_outside_the_folder_are_reported(cell, told):
    assert told in problem("image", cell)


def test_a_windows_path_is_quoted_as_it_was_written():
    assert problem("image", r"C:\reef\a.png").startswith(r"'C:\reef\a.png' lies outside")


def test_pictures_colours_e_mail_and_choices_are_parsed():
    assert read("image", "photos/roof.JPG") == "photos/roof.JPG"
    assert read("colour", "#2F8") == "#22ff88"
    assert read("colour", "rgb(1, 2, 255)") == "#0102ff"
    assert read("colour", "Navy") == "#000080"
    assert read("email", "mailto:maria@example.org") == "maria@example.org"
    assert read("choice", "YES", choices=("yes", "no")) == "yes"
    assert problem("choice", "maybe", choices=("yes", "no")) == "'maybe' is not one of yes, no"
    assert problem("colour", "reddish") == "'reddish' is not a colour"
    assert problem("email", "maria@") == "'maria@' is not an e-mail address"


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        ("  two \n lines ", "two lines"),
        ("<p>Tea &amp; <b>milk</b></p>", "Tea & milk"),
        ('a <break time="2s"/> pause', "a pause"),
        ("<script>alert(1)</script>Hi", "Hi"),
        ("a < b and c > d", "a < b and c > d"),
        ("Now <del>€500</del> <ins>€450</ins>, not <s>1</s> 2", "Now €450 , not 2"),
        ("&lt;p class=&quot;x&quot;&gt;Fine &lt;b&gt;cups&lt;/b&gt;&lt;/p&gt;", "Fine cups"),
        ("5 &lt; 6 &gt; 4, &lt;M&gt;", "5 < 6 > 4, <M>"),
        ("<![CDATA[Tea]]>", "Tea"),
        ("{{ 7 * 7 }} {% raw %}", "{{ 7 * 7 }} {% raw %}"),
        ("=HYPERLINK(1)", "=HYPERLINK(1)"),
        ("Mar\u202eia\u200b", "Maria"),
        ("José 👩‍🚀 ሰላም", "José 👩‍🚀 ሰላም"),
    ],
)
def test_a_text_becomes_one_line_without_markup(cell, text):
    assert read("text", cell) == text


@pytest.mark.parametrize("begin", ["<script>", "<style ", "<!--", "<script><!--", "</script", "<a ", "&lt;a ", "<del>"])
def test_unclosed_tags_are_handled_in_linear_time(begin):
    began = time.process_time()
    strings.read_text(begin * (40_000 // len(begin)))
    assert time.process_time() - began < 1


def test_closed_elements_are_removed_among_unclosed_ones():
    text = "a <!-- b --> c <script>d</script> e <STYLE>f</style > g <script>h <b>i</b> <!-- j"
    assert strings.read_text(text) == "a c e g h i <!-- j"


@pytest.mark.parametrize("cell", ["TRUE", "false", "FALSCH"])
def test_booleans_are_not_accepted_as_text(cell):
    assert problem("text", cell) == f"is {cell}, a boolean of a program"
    assert read("text", "True North") == "True North"
    assert read("text", "True") == "True"


@pytest.mark.parametrize("name", ["offer", "product"])
def test_prices_must_be_positive(name):
    template = load_template(name, search=[])
    (price,) = (field for field in template.fields if field.name == "price")

    with pytest.raises(CellProblem, match="less than"):
        price.read("0.00")
    assert price.read("0.50") == "0.50 EUR"


def test_a_text_that_is_too_long_is_reported_and_never_cut():
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
def test_canonical_texts_are_parsed_to_themselves(kind_and_cell, locale):
    kind, cell = kind_and_cell
    field = Field(name="it", kind=kind)
    value = field.read(cell, locale=locale)

    assert field.read(value) == value


@pytest.mark.parametrize(
    ("cell", "day"), [("46329", "2026-11-03"), ("46329.75", "2026-11-03"), ("46329,5", "2026-11-03")]
)
def test_serial_dates_are_reported_with_their_likely_date(cell, day):
    with pytest.raises(CellProblem) as caught:
        read_date(cell)

    assert caught.value.problem == f"{cell!r} is a spreadsheet's day number, probably {day}"


@pytest.mark.parametrize("cell", ["1899-12-30", "1900-01-01 00:00:00", "01/01/1970", "31.12.9999", "0001-01-01"])
def test_placeholder_dates_are_reported(cell):
    assert problem("date", cell) == f"{cell!r} is a placeholder for a missing date"
    assert read("date", "1 January 1970") == "1970-01-01"


@pytest.mark.parametrize(("cell", "said"), [("TRUE", "yes"), ("x", "yes"), ("Oui", "yes"), ("0", "no"), ("Nein", "no")])
def test_booleans_are_mapped_to_choices_that_mean_yes_and_no(cell, said):
    assert read("choice", cell, choices=("yes", "no")) == read("choice", cell, choices=("yes", "no", "later")) == said
    assert read("choice", cell, choices=("Ja", "Nein")) == {"yes": "Ja", "no": "Nein"}[said]
    assert "is not one of" in problem("choice", cell, choices=("1 year", "2 years"))


@pytest.mark.parametrize(
    ("yes", "no"),
    [("ano", "ne"), ("igen", "nem"), ("T", "f"), ("Sim", "Não"), ("はい", "いいえ"), ("예", "아니오"), ("ναι", "Όχι"),
     ("да", "нет"), ("так", "ні"), ("ja", "Nej"), ("có", "không"), ("כן", "לא"), ("نعم", "لا"), ("हाँ", "नहीं")],
)  # fmt: skip
def test_yes_and_no_are_known_in_many_languages(yes, no):
    assert (read("choice", yes, choices=("yes", "no")), read("choice", no, choices=("yes", "no"))) == ("yes", "no")


def test_a_word_for_yes_does_not_match_other_choices():
    assert "is not one of" in problem("choice", "x", choices=("1", "2", "3"))
    assert read("choice", "x", choices=("x", "1", "0")) == "x"


@pytest.mark.parametrize(
    "name",
    [
        "Maria",
        "MARIA",
        "Anna & Ben",
        "Dr. Jan van der Berg",
        "O'Neill",
        "J.R.",
        "King, Jr.",
        "李",
        "محمد",
        "Zoë 🌞",
        "Info Testa",
        "'t Hooft",
        "ʻOkina",
        "XÆA-12",
        "Jean-Luc",
    ],
)
def test_valid_names_are_accepted_as_written(name):
    assert read("name", name) == name


@pytest.mark.parametrize(
    ("cell", "told"),
    [
        ("maria@example.org", "is an address"),
        ("www.example.org", "is an address"),
        ("+49 170 1234567", "has no letter"),
        ("😀", "has no letter"),
        ("Test 2", "is a test entry or a placeholder, not a name"),
        ("ASDF", "is a test entry or a placeholder, not a name"),
        ("xxx", "is a test entry or a placeholder, not a name"),
        ("Valued Customer", "is a test entry or a placeholder, not a name"),
        ("Frau", "is a title without a name"),
        ("M.", "is a single letter"),
        ('Robert "Bob"', "not spoken"),
        ("J?rgen", "not spoken"),
        ("Maria/Ben", "not spoken"),
        ("Robert 'Bob'", "not spoken"),
        ("@maria", "not spoken"),
        ("- pays late", "not spoken"),
        ("Maria †", "not spoken"),
        ("Sam, deceased", "not spoken"),
        ("Info Requested", "is a test entry or a placeholder, not a name"),
        ("gelöscht", "is a test entry or a placeholder, not a name"),
        ("N.N.", "is a test entry or a placeholder, not a name"),
        ("DO NOT CALL", "is a test entry or a placeholder, not a name"),
        ("Gonzalez, Maria", "may be 'Maria Gonzalez'"),
    ],
)
def test_texts_that_are_not_names_are_reported(cell, told):
    assert told in problem("name", cell)


def test_a_long_name_is_reported_as_too_long():
    assert problem("name", "Maria Magdalena", max_chars=10) == "has 15 characters, at most 10 fit"
    assert "is an address" in problem("name", "maria@example.org", max_chars=10)


@pytest.mark.parametrize(
    ("column", "name", "code"),
    [
        ("Price (EUR)", "Price", "EUR"),
        ("Price [€]", "Price", "EUR"),
        ("Price in $", "Price", "USD"),
        ("Price before, CHF", "Price before", "CHF"),
        ("price_before_usd", "price_before", "USD"),
        ("Preis in Euro", "Preis", "EUR"),
    ],
)
def test_the_currency_of_a_column_is_read_from_its_header(column, name, code):
    assert currency_in_header(column) == (name, code)


@pytest.mark.parametrize(
    "column", ["Price", "Price (net)", "Price all", "Price (2)", "EUR", "Price per kr", "price_before"]
)
def test_other_headers_have_no_currency(column):
    assert currency_in_header(column) == (column, "")
    assert currency_in_header("Price in kr", "NOK") == ("Price", "NOK")


def test_doubly_escaped_entities_are_unescaped():
    assert read("text", "Andr&amp;eacute; &amp;amp; Ben") == "André & Ben"
    assert read("text", "AT&amp;T, R&D; Q&A") == "AT&T, R&D; Q&A"
