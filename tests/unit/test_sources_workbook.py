"""Real-world workbooks: dates, formulas, merged cells, several sheets, and hostile files."""

from __future__ import annotations

import copy
import zipfile
from datetime import date, datetime, timedelta

import openpyxl
import pytest

from pipeline.errors import SourceError
from pipeline.sources.tables import BrokenRow, Number, TableOptions, cell_defect, open_table
from pipeline.sources.tables.cell_values import to_cell

# Workbooks know no time zones.
MOMENT = datetime(2026, 11, 3, 9, 30)  # noqa: DTZ001
SHEET = "xl/worksheets/sheet1.xml"


@pytest.fixture
def path(tmp_path):
    return tmp_path / "people.xlsx"


def saved(path, *rows, sheets=("People",), change=lambda book: None):
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name in sheets:
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    change(book)
    book.save(path)
    book.close()
    return path


def opened(path, **form):
    return open_table(path, TableOptions(**form))


def cells(path, **form):
    return [list(row.cells.values()) for row in opened(path, **form).rows()]


def edited(path, part, change):
    """The same workbook with another part."""
    with zipfile.ZipFile(path) as archive:
        parts = {info.filename: archive.read(info) for info in archive.infolist()}
    parts[part] = change(parts[part])
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return path


def test_days_numbers_and_truths_are_written_as_cells_are_read(path):
    row = (date(2026, 11, 3), MOMENT, 1299.5, 0.1 + 0.2, 12, True, None, "  x ")
    found = cells(saved(path, tuple("abcdefgh"), row))

    assert found == [["2026-11-03", "2026-11-03 09:30:00", "1299.5", "0.3", "12", "true", "", "  x "]]


def test_a_number_is_one_whatever_the_country_of_the_cells_beside_it(path):
    (row,) = opened(saved(path, ("price", "text"), (1.299, "1.299"))).rows()

    assert isinstance(row.cells["price"], Number)
    assert not isinstance(row.cells["text"], Number)


def formatted(book, *formats):
    for row, code in enumerate(formats, start=2):
        book.active.cell(row, 1).number_format = code


@pytest.mark.parametrize(
    ("code", "shown"),
    [
        ("[$€-407] #,##0.00", "12.5 €"),
        ('#,##0.00 "€"', "12.5 €"),
        ('"$"#,##0.00', "12.5 $"),
        ('_("$"* #,##0.00_);_("$"* \\(#,##0.00\\)', "12.5 $"),
        ("[$$-409]#,##0.00", "12.5 USD"),
        ("[$$-1009]#,##0.00", "12.5 CAD"),
        ("[$kr-41D] #,##0", "12.5 SEK"),
        ("#,##0 [$CHF-807]", "12.5 CHF"),
        ("[$USD] #,##0", "12.5 USD"),
        ("0.0%", "1250 %"),
    ],
)
def test_a_number_knows_the_currency_and_the_per_cent_that_its_program_shows(path, code, shown):
    ((cell,),) = cells(saved(path, ("a",), (12.5,), change=lambda book: formatted(book, code)))

    assert (cell, cell.shown, copy.copy(cell).shown) == ("12.5", shown, shown)


@pytest.mark.parametrize(
    ("number", "code", "shown"),
    [(1067, "00000", "01067"), (12.0, "0000", "0012"), (123456, "0000", "123456"), (-5, "000", "-5"), (7, "0", "7"),
     (7, "000.0", "7"), (1.5, "000", "1.5")],
)  # fmt: skip
def test_a_postcode_keeps_the_zeros_that_its_format_shows(path, number, code, shown):
    ((cell,),) = cells(saved(path, ("a",), (number,), change=lambda book: formatted(book, code)))

    assert (cell, type(cell)) == (shown, Number)


@pytest.mark.parametrize("code", ["General", "0.00", "[$-409]#,##0.00", '0 "pieces"', '0 "%"', "0;[Red]-0%"])
def test_other_formats_leave_a_number_a_number(path, code):
    ((cell,),) = cells(saved(path, ("a",), (12.5,), change=lambda book: formatted(book, code)))

    assert (cell, type(cell)) == ("12.5", Number)


def test_the_value_of_a_formula_is_what_was_worked_out(path):
    saved(path, ("name", "price", "twice"), ("Bo", 5, "=B2*2"))
    edited(
        path,
        SHEET,
        lambda xml: (
            xml.replace(b"<v></v>", b"<v>10</v>").replace(b"<v/>", b"<v>10</v>").replace(b"<v />", b"<v>10</v>")
        ),
    )

    assert cells(path) == [["Bo", "5", "10"]]


@pytest.mark.parametrize(
    ("span", "shown"),
    [
        (timedelta(minutes=90), "1:30:00"),
        (timedelta(hours=30, minutes=5), "30:05:00"),
        (timedelta(seconds=59.9999), "0:01:00"),
    ],
)
def test_how_long_something_took_is_in_hours_also_when_it_was_more_than_a_day(path, span, shown):
    def in_hours(book):
        book.worksheets[0]["B2"].number_format = "[h]:mm"

    assert cells(saved(path, ("name", "took"), ("Bo", span), change=in_hours)) == [["Bo", shown]]


def test_less_than_no_time_as_databases_know_it_has_its_sign():
    assert to_cell(timedelta(minutes=-30)) == "-0:30:00"


def test_a_formula_that_nobody_worked_out_is_told_and_is_no_empty_cell(path):
    (row,) = opened(saved(path, ("name", "twice", "note", "city"), ("Bo", "=1+1", None, "Rome"))).rows()

    assert cell_defect(row.cells["twice"]) == "is a formula without a calculated value"
    assert [(cell, cell_defect(cell)) for cell in list(row.cells.values())[2:]] == [("", ""), ("Rome", "")]


def test_a_formula_that_made_an_empty_text_was_worked_out(path):
    saved(path, ("name", "note"), ("Bo", '=IF(A2="","",A2)'))
    edited(path, SHEET, lambda xml: xml.replace(b'<c r="B2"', b'<c r="B2" t="str"'))

    assert [(cell, cell_defect(cell)) for cell in cells(path)[0]] == [("Bo", ""), ("", "")]


@pytest.mark.parametrize(
    ("written", "read"), [("a_x000D_\nb", "a\r\nb"), ("_x005F_x000D_", "_x000D_"), ("_xyz_", "_xyz_")]
)
def test_characters_that_a_sheet_writes_as_their_numbers_are_those_characters(path, written, read):
    assert cells(saved(path, ("name",), (written,))) == [[read]]


def test_an_error_of_the_sheet_is_told(path):
    saved(path, ("name", "price"), ("Bo", "#N/A"))

    (row,) = opened(path).rows()
    assert cell_defect(row.cells["price"]) == "is the error #N/A"


def test_a_sheet_is_chosen_by_its_name_in_any_case(path):
    saved(path, ("name",), ("Bo",), sheets=("First", "My People"))

    assert opened(path).description == "sheet 'First'"
    assert opened(path, sheet="my people").description == "sheet 'My People'"
    with pytest.raises(SourceError, match="has no sheet 'Secnd'"):
        opened(path, sheet="Secnd")


def test_the_first_sheet_that_is_shown_is_read(path):
    def hide(book):
        book["Old"].sheet_state = "hidden"

    assert opened(saved(path, ("name",), ("Bo",), sheets=("Old", "New"), change=hide)).description == "sheet 'New'"


def test_merged_cells_have_their_value_in_the_first_and_hidden_rows_are_read_and_say_so(path):
    def change(book):
        book["People"].merge_cells("A2:A3")
        book["People"].row_dimensions[3].hidden = True

    saved(path, ("team", "name"), ("red", "Bo"), ("red", "Ann"), change=change)
    assert cells(path) == [["red", "Bo"], ["", "Ann"]]
    assert [row.is_hidden for row in opened(path).rows()] == [False, True]


def test_titles_in_merged_cells_stand_above_the_names_of_the_columns(path):
    def merge(book):
        book.active.merge_cells("A1:C1")
        book.active.merge_cells("A2:B2")

    saved(
        path, ["Customers of May"], ["Person", None, "Offer"], ["Number", "Name", "Price"], [1, "Bo", 5], change=merge
    )
    people = opened(path, expected_columns=frozenset({"name", "price"}))

    assert (people.columns, people.title_rows) == (("Number", "Name", "Price"), 2)
    assert [(row.number, row.line) for row in people.rows()] == [(1, 4)]


def test_empty_rows_are_no_rows_and_lines_are_those_of_the_sheet(path):
    saved(path, (), ("name", "town"), (), ("Bo", None), (" ", None), ("Ann", "Ghent", "x"))

    table = opened(path)
    bo, ann = table.rows()
    assert table.columns == ("name", "town")
    assert (bo.number, bo.line, dict(bo.cells)) == (1, 4, {"name": "Bo", "town": ""})
    assert isinstance(ann, BrokenRow)
    assert (ann.line, ann.problem) == (6, "has 3 cells for 2 columns")


def test_what_a_sheet_says_about_its_size_is_not_believed(path):
    saved(path, ("name",), ("Bo",))
    edited(path, SHEET, lambda xml: xml.replace(b'ref="A1:A2"', b'ref="A1:XFD1048576"'))

    assert cells(path) == [["Bo"]]


def test_an_empty_sheet_is_told(path):
    with pytest.raises(SourceError, match="the sheet 'People' is empty"):
        opened(saved(path))


def test_what_unpacks_to_far_more_than_a_table_is_refused_before_it_is_read(path):
    saved(path, ("name",), ("Bo",))
    edited(path, SHEET, lambda xml: xml + b" " * (32 << 20))

    with pytest.raises(SourceError, match="is far larger when unpacked than any table"):
        opened(path)


LONG = "".join(f"{number:x} of a text that packs to a hundredth; " * 10 for number in range(110_000)).encode()


@pytest.mark.parametrize(
    ("part", "after", "text"), [(SHEET, b"<t>Bo", LONG), ("xl/styles.xml", b"</styleSheet>", b"<!--" + LONG + b"-->")]
)
def test_a_row_and_styles_that_do_not_end_are_refused_before_they_fill_the_memory(path, part, after, text):
    edited(saved(path, ("name",), ("Bo",)), part, lambda xml: xml.replace(after, after + text))

    with pytest.raises(SourceError, match="is far larger when unpacked than any table"):
        list(opened(path).rows())


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_entities_are_refused_before_they_are_parsed(path, encoding):
    bomb = '<?xml version="1.0"?><!DOCTYPE b [<!ENTITY a "aa"><!ENTITY b "&a;&a;">]><b>&b;</b>'
    edited(saved(path, ("name",), ("Bo",)), "xl/workbook.xml", lambda _: bomb.encode(encoding))

    with pytest.raises(SourceError, match="contains an XML DOCTYPE"):
        opened(path)


@pytest.mark.parametrize(
    "content", [b"", b"PK\x03\x04 and no more", b"name,town\nBo,Ghent\n", b"\xd0\xcf\x11\xe0" + bytes(600)]
)
def test_what_is_no_workbook_is_told(path, content):
    path.write_bytes(content)

    with pytest.raises(SourceError, match="is not a readable workbook"):
        opened(path)


@pytest.mark.parametrize("part", ["xl/workbook.xml", SHEET, "xl/styles.xml", "[Content_Types].xml"])
def test_a_broken_part_is_told(path, part):
    edited(saved(path, ("name",), ("Bo",)), part, lambda xml: xml[: len(xml) // 2])

    with pytest.raises(SourceError, match="is not a readable workbook"):
        list(opened(path).rows())
