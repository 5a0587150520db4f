"""A table and a template: each row becomes a brief or a problem."""

from __future__ import annotations

import csv
import io
import json
import re
import sqlite3
from contextlib import closing
from datetime import date
from math import isfinite

import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE

from pipeline.errors import InputError
from pipeline.model import Brief, SourceRow
from pipeline.model.csv_escaping import escape_formulas, unescape_formulas
from pipeline.sources.campaign import RowReader, parse_row_selection, validate_rows, write_rejected
from pipeline.sources.campaign.problem import row_problem
from pipeline.sources.campaign.validation import Spool
from pipeline.sources.tables import TableOptions, TableRow, open_table
from pipeline.template import load_template

FOUND_OUT = TableOptions()
HEADER = "customer,First Name,product,price,valid until\n"
TEMPLATE = """
title = "Small"
key = "customer"
[layouts.title]
heading = 30
kicker = 30
subtitle = 30
[layouts.statement]
text = 60
kicker = 20
[fields.customer]
[fields.first_name]
required = true
max_chars = 12
help = "How the film says hello"
[fields.product]
[fields.price]
type = "money"
currency = "EUR"
[fields.valid_until]
type = "date"
[fields.hello]
derived = "Hello {{ first_name | title }}"
"""
SCRIPT = """
title = "{{ product | default('Offer') }} for {{ first_name }}"
[[scenes]]
layout = "title"
heading = "{{ hello }}"
say = "{{ hello }}."
[[scenes]]
layout = "statement"
text = "It is {{ price | default('free') }}"
say = "It is {{ price | default('free') }}."
"""


@pytest.fixture
def template(tmp_path):
    folder = tmp_path / "templates" / "small"
    folder.mkdir(parents=True)
    (folder / "template.toml").write_text(TEMPLATE, encoding="utf-8")
    (folder / "script.toml").write_text(SCRIPT, encoding="utf-8")
    for name in ("system", "user", "description"):
        (folder / f"{name}.jinja").write_text("x", encoding="utf-8")
    return load_template("small", search=[tmp_path / "templates"])


@pytest.fixture
def checked(tmp_path, template):
    def check(
        lines, name="people.csv", *, selection=None, row_check=lambda _brief: None, of=None, form=FOUND_OUT, **more
    ):
        path = tmp_path / name
        path.write_bytes(lines if isinstance(lines, bytes) else lines.encode(errors="surrogateescape"))
        table = open_table(path, form)
        reader = RowReader(table, of or template, **more)
        with write_rejected(tmp_path / "rejected.csv", table.columns) as on_reject:
            return validate_rows(table, reader, check=row_check, on_reject=on_reject, selection=selection)

    return check


def told(result):
    return [(each.row, each.line, each.column, each.value, each.problem) for each in result.problems]


def test_a_row_becomes_a_brief_with_its_values_and_position(checked, tmp_path):
    result = checked(HEADER + '7,MARIA,Roof,"1.299,00 €",30.6.2026\n')

    (brief,) = result.briefs
    assert (brief.title, brief.language, brief.template) == ("Roof for MARIA", "en", "small")
    assert brief.origin == f"{tmp_path / 'people.csv'}:2"
    assert brief.row.key == "7"
    assert dict(brief.row.fields) == {
        "customer": "7",
        "first_name": "MARIA",
        "product": "Roof",
        "price": "1299.00 EUR",
        "valid_until": "2026-06-30",
        "hello": "Hello Maria",
    }


def test_every_problem_of_every_row_is_reported_and_good_rows_go_on(checked):
    result = checked(HEADER + "1,Maria,Roof,free,3/4/26\n2,Bo,Roof,5 €,\n3,,Roof,5 €,\n4,Ann\n")

    assert [brief.row.key for brief in result.briefs] == ["2"]
    assert (result.rows, result.refused) == (4, 3)
    assert told(result) == [
        (1, 2, "price", "free", "'free' is not an amount of money"),
        (1, 2, "valid until", "3/4/26", "'3/4/26' has a two-digit year"),
        (3, 4, "First Name", "", "is empty"),
        (4, 5, "", "", "has 2 cells for 5 columns"),
    ]
    assert result.problems[2].mend == "Enter how the film says hello"


def test_refused_rows_are_written_with_reasons_to_a_csv_without_formulas(checked, tmp_path):
    checked(HEADER + "1,=cmd|'/c calc'!A0,Roof,@free,\n2,Bo,-5,5 €,\n")

    rows = list(csv.DictReader(io.StringIO((tmp_path / "rejected.csv").read_text(encoding="utf-8-sig"))))
    (row,) = rows
    assert row["reason"].startswith("First Name: has 17 characters")
    assert (row["row"], row["line"], row["customer"]) == ("1", "2", "1")
    assert (row["First Name"], row["price"]) == ("'=cmd|'/c calc'!A0", "'@free")


def test_a_refused_row_of_the_wrong_length_is_refused_again_when_the_list_is_run_unchanged(checked, tmp_path):
    result = checked("first_name,price,note,town\nBo,5 €,x,y\nEve,$1,000.00,,\nAnn,5 €,x\nJo,5 €,x,y,z\nEd,5 €,x,y\n")
    assert [line for _, line, *_ in told(result)] == [3, 4, 5]

    again = checked((tmp_path / "rejected.csv").read_bytes(), "again.csv")
    assert [line for _, line, *_ in told(again)] == [2, 3, 4]
    assert "Eve,$1,000.00,,one cell too many" in (tmp_path / "again.csv").read_text(encoding="utf-8-sig")


def test_the_prefix_that_disarms_a_formula_is_removed_when_the_list_is_read(checked):
    (brief,) = checked("first_name,product\nBo,'=1+1\n").briefs

    assert dict(brief.row.fields)["product"] == "=1+1"


@pytest.mark.parametrize("cell", ["=1", " =1", "+x", "-x", "@x", "\t=1", "＝1"])
def test_a_formula_in_a_cell_is_disarmed(cell):
    assert not escape_formulas(cell).strip().startswith(("=", "+", "-", "@", "\t", "＝"))


@pytest.mark.parametrize("cell", ["x;=cmd|'/c calc'!A0", "x\n=1", "x\t @SUM(1)", 'x";+1+cmd'])
def test_a_formula_behind_another_delimiter_inside_a_cell_is_disarmed(cell):
    assert not any(part.strip(' "').startswith(("=", "+", "@")) for part in re.split("[;\\t\n]", escape_formulas(cell)))
    assert unescape_formulas(escape_formulas(cell)) == cell


def test_numbers_are_not_treated_as_formulas():
    assert [escape_formulas(cell) for cell in ("-5", "+4.50", "1,5")] == ["-5", "+4.50", "1,5"]


def test_a_run_without_refused_rows_deletes_the_list_of_an_earlier_run(checked, tmp_path):
    checked(HEADER + "1,,Roof,,\n")
    assert (tmp_path / "rejected.csv").exists()
    checked(HEADER + "1,Bo,Roof,,\n")
    assert not (tmp_path / "rejected.csv").exists()


def test_two_rows_with_the_same_key_are_reported(checked):
    result = checked(HEADER + "1,Maria,Roof,,\n1,Bo,Wall,,\n")

    assert told(result) == [(2, 3, "", "1", "has the same key as line 2")]


def test_two_rows_with_the_same_key_on_one_line_are_reported(checked):
    row = {"customer": "1", "first_name": "Maria", "product": "Roof"}
    at = "[{}, {},\n{}, {}]".format(*(json.dumps({**row, "customer": key}) for key in "1233"))

    assert told(checked(json.dumps([row, row]), "a.json")) == [(2, 2, "", "1", "has the same key as line 1")]
    assert [problem for *_, problem in told(checked(at, "a.json"))] == ["has the same key as line 3"]
    lines = "[{},\n{}, {}]".format(*(json.dumps({**row, "customer": key}) for key in "122"))
    assert told(checked(lines, "b.json")) == [(3, 2, "", "2", "has the same key as line 2")]


def test_without_a_key_identical_rows_are_reported(checked):
    result = checked("first_name,note\nMaria,a\nMaria,b\nBo,a\n")

    assert told(result) == [(2, 3, "", "", "is a duplicate of line 2")]
    assert [brief.row.key for brief in result.briefs] == ["", ""]


def test_any_column_can_be_the_key(checked):
    assert [brief.row.key for brief in checked("ID,first name\nx1,Bo\nx2,Bo\n", key="id").briefs] == ["x1", "x2"]
    with pytest.raises(InputError, match="--key: the table has no column 'nr'"):
        checked("ID,first name\nx1,Bo\n", key="nr")
    assert told(checked("ID,first name\n,Bo\n", key="id")) == [(1, 2, "ID", "", "is empty, and it is the key column")]


def test_columns_are_mapped_to_fields(checked):
    (brief,) = checked("Vorname;Preis\nJürgen;5 €\n", mapped=("Vorname=first_name", "preis=price")).briefs

    assert dict(brief.row.fields)["price"] == "5 EUR"


@pytest.mark.parametrize(
    ("header", "mapped", "problem"),
    [
        ("Vorname", (), "no column for the field first_name; the columns are Vorname"),
        ("Vorname", (), "Write --map 'Column=field', or choose the template for this table with --template NAME"),
        ("First name (call)", (), "If these match, add --map 'First name (call)=first_name'"),
        ("Vorname", ("Vorname=first_nam",), "the template has no field 'first_nam'. Did you mean first_name"),
        ("Vorname", ("Vornme=first_name",), "the table has no column 'Vornme'. Did you mean Vorname"),
        ("Vorname", ("first_name",), "is not of the form Column=field"),
        ("First Name,first_name", (), "several columns match the field first_name: First Name, first_name"),
        ("first_name,first_name", (), "several columns match the field first_name: first_name, first_name (2)"),
    ],
)
def test_columns_that_do_not_match_the_fields_are_reported(checked, header, mapped, problem):
    with pytest.raises(InputError) as caught:
        checked(f"{header}\nBo,Bo\n", mapped=mapped)
    assert problem in str(caught.value).replace("did you mean", "Did you mean")


def test_a_column_named_almost_like_a_field_is_reported(tmp_path, template):
    (tmp_path / "people.csv").write_text("First Name,Price (net),valid untill,Notes\nBo,5 €,x,y\n", encoding="utf-8")
    table = open_table(tmp_path / "people.csv", FOUND_OUT)

    assert RowReader(table, template).suggestions == ("Price (net)=price", "valid untill=valid_until")
    assert RowReader(table, template, mapped=("Price (net)=price",)).suggestions == ("valid untill=valid_until",)


@pytest.mark.parametrize(
    ("table", "prices"),
    [
        ("first_name,Price (USD)\nBo,5\n", ["5 USD"]),
        ("first_name,price_usd,Currency\nBo,5,EUR\n", ["5 USD"]),
        ("first_name,price,Currency\nBo,5,usd\nEve,5,\nAnn,5 €,EUR\n", ["5 USD", "5 EUR", "5 EUR"]),
        ("first_name,price,Price (USD)\nBo,5,6\n", ["5 EUR"]),
        ("first_name,price,Currency of the deal,Currency rate\nBo,5,USD,1.08\n", ["5 USD"]),
        ("first_name,price,Currency\nBo,5,US Dollar (USD)\nEve,5 CHF,francs\n", ["5 USD", "5 CHF"]),
        (
            "first_name,price,Currency,Converted Currency\nBo,5,usd,eur\nEve,5,usd,usd\nAnn,5 $,usd,eur\n",
            ["5 USD", "5 USD"],
        ),
    ],
)
def test_an_amount_takes_its_currency_from_the_header_or_an_adjacent_column(checked, table, prices):
    assert [dict(brief.row.fields)["price"] for brief in checked(table).briefs] == prices


def test_a_mark_used_for_decimals_elsewhere_in_the_column_is_not_a_thousands_separator(checked):
    result = checked('first_name,price\nAnn,8.3\nBo,15.99\nEve,12.495\nJo,"1,299"\nEd,0.750\n')

    problem = "'12.495' may be 12495 or 12.495: other amounts in the column use this separator for decimals"
    assert told(result) == [(3, 4, "price", "12.495", problem)]
    prices = [dict(brief.row.fields)["price"] for brief in checked("first_name;price\nAnn;8,30\nBo;1.299\n").briefs]
    assert prices == ["8.30 EUR", "1299 EUR"]
    # In another locale than one says, and in that one with a slip.
    assert len(told(checked("first_name,price\nAnn,8.3\nBo,12.495\nJo,9.9\n", locale="de"))) == 3
    assert len(told(checked("first_name;price\nAnn;8.30\nBo;1.299\nJo;2.499\n", locale="de"))) == 1


def test_the_date_order_of_a_column_is_detected_against_the_locale(checked):
    days = "first_name,product,valid_until\nAnn,x,25/12/2026\nBo,x,3/4/2026\nEve,x,5/5/2026\nJo,x,28.2.2026\n"

    result = checked(days, locale="en-US")
    problem = "'3/4/2026' is ambiguous: other dates in the column begin with the day"
    assert told(result)[1] == (2, 3, "valid_until", "3/4/2026", problem)
    assert [dict(brief.row.fields)["valid_until"] for brief in result.briefs] == ["2026-05-05"]
    assert not told(checked(days, locale="en-GB"))
    assert not told(checked("first_name,product,valid_until\nAnn,x,26-11-03\nBo,x,10-11-03\n", locale="sv"))
    # A single slip says nothing of the others.
    slip = "".join(f"Bo,x{month},{month}/4/2026\n" for month in range(1, 9) if month != 4)
    assert len(told(checked(f"first_name,product,valid_until\nAnn,x,25/12/2026\n{slip}", locale="en-US"))) == 1


def test_two_currency_columns_beside_an_amount_are_ambiguous(checked):
    result = checked("first_name,price,Currency,Converted Currency\nBo,5,usd,eur\n")

    assert told(result) == [
        (1, 2, "price", "5", "may be in USD (column Currency) or EUR (column Converted Currency)"),
    ]


def test_only_email_keys_ignore_case(checked):
    table = "mail,first_name\nbo@example.org,Bo\nBo@Example.org,Bob\nA1,Eve\na1,Ann\n"
    result = checked(table, key="mail")

    assert told(result) == [(2, 3, "", "Bo@Example.org", "has the same key as line 2")]
    assert len(result.briefs) == 3


@pytest.mark.parametrize(
    ("text", "rows"),
    [("3", [1, 2, 3]), ("2,5-6", [2, 5, 6]), ("4-4", [4]), ("1,1", [1])],
)
def test_a_selection_names_rows_and_ranges(checked, text, rows):
    table = HEADER + "".join(f"{n},Bo{n},Roof,,\n" for n in range(1, 9))

    assert [int(brief.row.key) for brief in checked(table, selection=parse_row_selection(text)).briefs] == rows


@pytest.mark.parametrize("text", ["", "0", "5-2", "a", "1,,2", "-3", "1;2"])
def test_a_selection_without_rows_is_refused(text):
    with pytest.raises(InputError, match="is not a row selection"):
        parse_row_selection(text)


def test_a_template_without_a_script_gets_notes_in_which_cells_are_not_markdown(checked):
    cell = '"One *two*\n\n![x](/etc/passwd)\n\n# Three"'
    (brief,) = checked(f"Title,Notes\nTea,{cell}\n", of=load_template("explainer", search=[])).briefs

    assert (brief.title, brief.pictures) == ("Tea", ())
    assert [block.text for block in brief.sections[0].blocks] == ["One *two*", "![x](/etc/passwd)", "# Three"]


def test_an_empty_cell_gets_the_default_of_its_field_and_limits_are_enforced(checked):
    offer = load_template("offer", search=[])
    result = checked(
        "first_name,product,price,battery,payback_years\nBo,Roof,5 €,,\nEve,Roof,5 €,YES,7\nAnn,Roof,-5 €,perhaps,51\n",
        of=offer,
    )

    assert [dict(brief.row.fields)["battery"] for brief in result.briefs] == ["no", "yes"]
    assert [problem for *_, problem in told(result)] == [
        "-5 is less than 0.01",
        "51 is more than 50",
        "'perhaps' is not one of yes, no",
    ]


def test_damaged_cells_are_reported_unless_no_field_uses_them(checked):
    result = checked(b"first_name,note\n" + "Zoë,x\n".encode() + b"B\xf6,x\nBo,\xf6\nEv\0a,x\n")

    assert [brief.title for brief in result.briefs] == ["Offer for Zoë", "Offer for Bo"]
    assert [problem for *_, problem in told(result)] == [
        "contains the byte 0xF6, which is invalid in the file's encoding",
        "contains a null byte, and may be truncated",
    ]


cells = st.text(max_size=12) | st.sampled_from(
    [
        "",
        "5 €",
        "3/4/2026",
        "{{ 7 * 7 }}",
        "=1+1",
        '"',
        '""',
        "a\nb",
        "\0",
        "\u202e",
        "../../etc/passwd",
        "con",
        "é" * 99,
    ]
)
tables = st.lists(st.lists(cells, min_size=1, max_size=6), min_size=1, max_size=8)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=60)
@given(rows=tables, delimiter=st.sampled_from(",;\t|"), encoding=st.sampled_from(["utf-8", "utf-16", "cp1252"]))
def test_every_row_of_any_table_becomes_a_brief_or_a_problem(checked, rows, delimiter, encoding):
    file = io.StringIO()
    csv.writer(file, delimiter=delimiter).writerows([["first_name", "product", "price", "valid_until"], *rows])
    # By chance letters are no words of the West: whoever has such a table names its encoding.
    form = TableOptions(encoding=encoding) if encoding == "cp1252" else FOUND_OUT
    result = checked(file.getvalue().encode(encoding, errors="replace"), form=form)

    refused = {problem.row for problem in result.problems}
    assert len(result.briefs) + len(refused) == result.rows == result.refused + len(result.briefs)
    assert all(brief.title and brief.row for brief in result.briefs)


def test_an_amount_in_a_workbook_has_the_currency_of_its_number_format(checked):
    book = openpyxl.Workbook()
    for row in (["first_name", "product", "price"], ["Bo", 0.5, 1299], ["Eve", 0.5, 1299], ["Ann", 5, 1299]):
        book.active.append(row)
    for line, price, product in ((2, "[$$-409]#,##0.00", "0%"), (3, '#,##0.00 "€"', '"$"0.00')):
        book.active.cell(line, 3).number_format = price
        book.active.cell(line, 2).number_format = product
    file = io.BytesIO()
    book.save(file)

    result = checked(file.getvalue(), "a.xlsx", locale="de")

    found = [(dict(brief.row.fields)["price"], dict(brief.row.fields)["product"]) for brief in result.briefs]
    assert found == [("1299 USD", "50 %"), ("1299 EUR", "0.5 $")]
    assert told(result)[0][4] == "has no currency, and other amounts of the table are in USD"


def test_an_amount_without_currency_among_others_with_one_is_reported(checked):
    others = "".join(f"Bo,{number}\n" for number in range(8))

    result = checked(f"first_name,price\n{others}Eve,£5\nAnn,-\n")
    assert {problem[4] for problem in told(result)} == {"has no currency, and other amounts of the table are in GBP"}
    assert len(told(result)) == 8
    assert result.problems[0].mend.endswith("1299.00 GBP, or to the column name for all of them: Price (GBP)")
    # A single one says nothing of ten others.
    assert not told(checked(f"first_name,price\n{others}Bo,8\nBo,9\nEve,£5\n"))
    assert not told(checked("first_name,price\nEve,€5\nBo,5\n"))


FIELDS = ("first_name", "product", "price", "valid_until")
values = (
    cells
    | st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**63 - 1)
    | st.floats()
    | st.binary(max_size=4)
    | st.dates()
    | st.datetimes()
    | st.lists(cells, max_size=2)
)
rows_of_values = st.lists(st.lists(values, min_size=4, max_size=4), min_size=1, max_size=5)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=40)
@given(rows=rows_of_values, suffix=st.sampled_from([".json", ".jsonl", ".xlsx", ".sqlite"]))
def test_every_row_of_any_json_values_becomes_a_brief_or_a_problem(checked, rows, suffix):
    content = {".json": as_array, ".jsonl": as_lines, ".xlsx": as_workbook, ".sqlite": as_database}[suffix](rows)
    result = checked(content, f"a{suffix}", form=TableOptions(query="SELECT * FROM people"))

    refused = {problem.row for problem in result.problems}
    assert len(result.briefs) + len(refused) == result.rows == result.refused + len(result.briefs)
    assert result.rows <= len(rows)
    assert suffix == ".xlsx" or result.rows == len(rows)
    assert all(brief.title and brief.row for brief in result.briefs)


def as_array(rows):
    return json.dumps([dict(zip(FIELDS, row, strict=True)) for row in rows], default=str).encode()


def as_lines(rows):
    return "".join(json.dumps(dict(zip(FIELDS, row, strict=True)), default=str) + "\n" for row in rows).encode()


def as_workbook(rows):
    book = openpyxl.Workbook()
    book.active.append(FIELDS)
    for row in rows:
        book.active.append(
            [ILLEGAL_CHARACTERS_RE.sub("", each) if isinstance(each, str) else as_cell(each) for each in row]
        )
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def as_cell(value):
    """What a workbook can hold of it: floats that are none, bytes and lists are texts there."""
    if isinstance(value, str):
        return ILLEGAL_CHARACTERS_RE.sub("", value)
    is_plain = value is None or isinstance(value, bool | int | date) or (isinstance(value, float) and isfinite(value))
    return value if is_plain and not (isinstance(value, date) and value.year < 1901) else str(value)


def as_database(rows):
    with closing(sqlite3.connect(":memory:")) as database:
        database.execute(f"CREATE TABLE people ({', '.join(FIELDS)})")
        plain = [
            [each if isinstance(each, str | int | float | bytes | None) else str(each) for each in row] for row in rows
        ]
        database.executemany("INSERT INTO people VALUES (?, ?, ?, ?)", plain)
        database.commit()
        return bytes(database.serialize())


NAMES = ["a.csv", "a.tsv", "a.json", "a.jsonl", "a.ndjson", "a.xlsx", "a.sqlite"]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=100)
@given(content=st.binary(max_size=200), name=st.sampled_from(NAMES))
def test_any_file_is_read_or_refused(checked, content, name):
    try:
        result = checked(content, name, form=TableOptions(query="SELECT * FROM people"))
    except InputError:
        return
    assert len(result.briefs) + result.refused == result.rows
    assert all(isinstance(brief, Brief) for brief in result.briefs)


def test_spooled_briefs_can_be_read_repeatedly_and_are_unchanged():
    spool, all_of_them = Spool(), []
    for number in range(950):
        row = SourceRow(key=str(number), fields=(("town", "Łódź"),), kept=(("segment", f"s{number}"),), chars=number)
        all_of_them.append(Brief(title=f"Film {number}", row=row, origin=f"t.csv:{number}", tags=("a",) * (number % 3)))
        spool.append(all_of_them[-1])
        if number == 500:
            assert len(list(spool)) == 501

    once, twice = iter(spool), iter(spool)
    pairs = [(next(once), next(twice)) for _ in range(950)]

    assert len(spool) == 950
    assert [one for one, _ in pairs] == [other for _, other in pairs] == all_of_them
    assert [one.row.kept for one, _ in pairs] == [each.row.kept for each in all_of_them]
    assert next(once, None) is None


@pytest.mark.parametrize("password", ["s3cret", "s3cret@home", "s3:cret"])
def test_the_password_in_a_url_is_not_in_the_message_about_the_cell(password):
    row = TableRow(number=1, line=2, cells={})
    told = row_problem(
        row, "picture", f"https://me:{password}@example.org/a.png?at=me@home", "has a password", "Remove it"
    )

    assert told.value == "https://…@example.org/a.png?at=me@home"
