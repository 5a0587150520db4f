"""Real-world workbooks: dates, formulas, merged cells, several sheets, and hostile files."""

from __future__ import annotations

import copy
import re
import zipfile
from datetime import date, datetime, timedelta

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.errors import SourceError
from pipeline.sources.campaign.problem import row_error, row_problem
from pipeline.sources.campaign.rejected_rows import write_rejected
from pipeline.sources.tables import BrokenRow, Number, TableOptions, TableRow, cell_defect, cell_remedy, open_table
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


def test_dates_numbers_and_booleans_become_plain_cells(path):
    row = (date(2026, 11, 3), MOMENT, 1299.5, 0.1 + 0.2, 12, True, None, "  x ")
    found = cells(saved(path, tuple("abcdefgh"), row))

    assert found == [["2026-11-03", "2026-11-03 09:30:00", "1299.5", "0.3", "12", "true", "", "  x "]]


def test_numbers_are_marked_and_texts_that_look_like_numbers_are_not(path):
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
def test_a_number_has_the_currency_or_percent_sign_of_its_format(path, code, shown):
    ((cell,),) = cells(saved(path, ("a",), (12.5,), change=lambda book: formatted(book, code)))

    assert (cell, cell.shown, copy.copy(cell).shown) == ("12.5", shown, shown)


@pytest.mark.parametrize(
    ("number", "code", "shown"),
    [(1067, "00000", "01067"), (12.0, "0000", "0012"), (123456, "0000", "123456"), (-5, "000", "-5"), (7, "0", "7"),
     (7, "000.0", "7"), (1.5, "000", "1.5")],
)  # fmt: skip
def test_a_postcode_has_the_leading_zeros_of_its_format(path, number, code, shown):
    ((cell,),) = cells(saved(path, ("a",), (number,), change=lambda book: formatted(book, code)))

    assert (cell, type(cell)) == (shown, Number)


@pytest.mark.parametrize("code", ["General", "0.00", "[$-409]#,##0.00", '0 "pieces"', '0 "%"', "0;[Red]-0%"])
def test_other_number_formats_change_nothing(path, code):
    ((cell,),) = cells(saved(path, ("a",), (12.5,), change=lambda book: formatted(book, code)))

    assert (cell, type(cell)) == ("12.5", Number)


def test_the_value_of_a_formula_is_its_cached_result(path):
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
def test_durations_are_in_hours_even_above_a_day(path, span, shown):
    def in_hours(book):
        book.worksheets[0]["B2"].number_format = "[h]:mm"

    assert cells(saved(path, ("name", "took"), ("Bo", span), change=in_hours)) == [["Bo", shown]]


def test_negative_durations_have_a_sign():
    assert to_cell(timedelta(minutes=-30)) == "-0:30:00"


def test_a_formula_without_a_cached_result_is_a_problem_and_not_an_empty_cell(path):
    (row,) = opened(saved(path, ("name", "twice", "note", "city"), ("Bo", "=1+1", None, "Rome"))).rows()

    assert cell_defect(row.cells["twice"]) == "is a formula without a calculated value"
    assert [(cell, cell_defect(cell)) for cell in list(row.cells.values())[2:]] == [("", ""), ("Rome", "")]


def test_a_formula_may_result_in_an_empty_text(path):
    saved(path, ("name", "note"), ("Bo", '=IF(A2="","",A2)'))
    edited(path, SHEET, lambda xml: xml.replace(b'<c r="B2"', b'<c r="B2" t="str"'))

    assert [(cell, cell_defect(cell)) for cell in cells(path)[0]] == [("Bo", ""), ("", "")]


@pytest.mark.parametrize(
    ("written", "read"), [("a_x000D_\nb", "a\r\nb"), ("_x005F_x000D_", "_x000D_"), ("_xyz_", "_xyz_")]
)
def test_encoded_characters_are_decoded(path, written, read):
    assert cells(saved(path, ("name",), (written,))) == [[read]]


def test_an_error_value_is_a_problem(path):
    saved(path, ("name", "price"), ("Bo", "#N/A"))

    (row,) = opened(path).rows()
    assert cell_defect(row.cells["price"]) == "is the error #N/A"


def test_a_sheet_is_chosen_by_its_name_in_any_case(path):
    saved(path, ("name",), ("Bo",), sheets=("First", "My People"))

    assert opened(path).description == "sheet 'First'"
    assert opened(path, sheet="my people").description == "sheet 'My People'"
    with pytest.raises(SourceError, match="has no sheet 'Secnd'"):
        opened(path, sheet="Secnd")


def test_the_first_visible_sheet_is_read(path):
    def hide(book):
        book["Old"].sheet_state = "hidden"

    assert opened(saved(path, ("name",), ("Bo",), sheets=("Old", "New"), change=hide)).description == "sheet 'New'"


def test_merged_cells_have_their_value_in_the_first_and_hidden_rows_are_marked(path):
    def change(book):
        book["People"].merge_cells("A2:A3")
        book["People"].row_dimensions[3].hidden = True

    saved(path, ("team", "name"), ("red", "Bo"), ("red", "Ann"), change=change)
    assert cells(path) == [["red", "Bo"], ["", "Ann"]]
    assert [row.is_hidden for row in opened(path).rows()] == [False, True]


def test_titles_in_merged_cells_above_the_header_are_skipped(path):
    def merge(book):
        book.active.merge_cells("A1:C1")
        book.active.merge_cells("A2:B2")

    saved(
        path, ["Customers of May"], ["Person", None, "Offer"], ["Number", "Name", "Price"], [1, "Bo", 5], change=merge
    )
    people = opened(path, expected_columns=frozenset({"name", "price"}))

    assert (people.columns, people.title_rows) == (("Number", "Name", "Price"), 2)
    assert [(row.number, row.line) for row in people.rows()] == [(1, 4)]


def test_empty_rows_are_skipped_and_lines_are_those_of_the_sheet(path):
    saved(path, (), ("name", "town"), (), ("Bo", None), (" ", None), ("Ann", "Ghent", "x"))

    table = opened(path)
    bo, ann = table.rows()
    assert table.columns == ("name", "town")
    assert (bo.number, bo.line, dict(bo.cells)) == (1, 4, {"name": "Bo", "town": ""})
    assert isinstance(ann, BrokenRow)
    assert (ann.line, ann.problem) == (6, "has 3 cells for 2 columns")


def test_the_declared_size_of_a_sheet_is_ignored(path):
    saved(path, ("name",), ("Bo",))
    edited(path, SHEET, lambda xml: xml.replace(b'ref="A1:A2"', b'ref="A1:XFD1048576"'))

    assert cells(path) == [["Bo"]]


def test_an_empty_sheet_is_refused(path):
    with pytest.raises(SourceError, match="the sheet 'People' is empty"):
        opened(saved(path))


def test_a_decompression_bomb_is_refused_before_it_is_read(path):
    saved(path, ("name",), ("Bo",))
    edited(path, SHEET, lambda xml: xml + b" " * (32 << 20))

    with pytest.raises(SourceError, match="is far larger when unpacked than any table"):
        opened(path)


# 42 MB, more than styles may have, and 10 MB, more than a row may have.
LONG = "".join(f"{number:x} of a text that packs to a hundredth; " * 10 for number in range(110_000)).encode()
LONG_ROW = LONG[: 10 << 20]


@pytest.mark.parametrize(
    ("part", "after", "text"),
    [(SHEET, b"<t>Bo", LONG_ROW), ("xl/styles.xml", b"</styleSheet>", b"<!--" + LONG + b"-->")],
)
def test_an_endless_row_and_endless_styles_are_refused_before_they_fill_the_memory(path, part, after, text):
    edited(saved(path, ("name",), ("Bo",)), part, lambda xml: xml.replace(after, after + text))

    with pytest.raises(SourceError, match="is far larger when unpacked than any table"):
        list(opened(path).rows())


def test_an_endless_shared_string_is_refused_before_it_fills_the_memory(path):
    with_shared_strings(path, STRINGS.replace(b"<t>Bo", b"<t>" + LONG_ROW))

    with pytest.raises(SourceError, match="is far larger when unpacked than any table"):
        opened(path)


def test_an_endless_cell_in_a_sheet_without_a_declared_size_is_refused(path):
    saved(path, ("name",), ("Bo",))
    edited(
        path, SHEET, lambda xml: xml.replace(b'<dimension ref="A1:A2" />', b"").replace(b"<t>Bo", b"<t>Bo" + LONG_ROW)
    )

    with pytest.raises(SourceError, match="is far larger when unpacked than any table"):
        opened(path)


def test_parts_that_hold_no_cells_are_not_read(path):
    saved(path, ("name",), ("Bo",))
    edited(path, "docProps/core.xml", lambda _: b"<damaged")
    edited(path, SHEET, lambda xml: xml.replace(b"<pageMargins", b"<!--" + LONG_ROW + b"--><pageMargins"))

    assert cells(path) == [["Bo"]]


def test_a_workbook_of_the_strict_format_is_refused_with_how_to_save_it(path):
    strict = (
        b"http://schemas.openxmlformats.org/spreadsheetml/2006/main",
        b"http://purl.oclc.org/ooxml/spreadsheetml/main",
    )
    edited(saved(path, ("name",), ("Bo",)), "xl/workbook.xml", lambda xml: xml.replace(*strict))

    with pytest.raises(SourceError, match="“Strict Open XML” workbook") as caught:
        opened(path)
    assert caught.value.hint == "Save it again as “Excel Workbook (.xlsx)”"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_xml_entities_are_refused_before_they_are_parsed(path, encoding):
    bomb = '<?xml version="1.0"?><!DOCTYPE b [<!ENTITY a "aa"><!ENTITY b "&a;&a;">]><b>&b;</b>'
    edited(saved(path, ("name",), ("Bo",)), "xl/workbook.xml", lambda _: bomb.encode(encoding))

    with pytest.raises(SourceError, match="contains an XML DOCTYPE"):
        opened(path)


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b"", "is empty"),
        (b"name,town\nBo,Ghent\n", "is a text file, not a workbook. Name it .csv"),
        (b'[{"name": "Bo"}]', "is a text file, not a workbook. Name it .csv, or .json"),
        (b"<html><body><table><tr><td>Bo", "is a web page, not a table. Export the table as CSV or .xlsx"),
        (b"\xef\xbb\xbf\n<TABLE border=1><tr><td>Bo", "is a web page, not a table"),
        (b'<?xml version="1.0"?><?mso-application progid="Excel.Sheet"?>', "is an XML file, not a table"),
        (b"\xd0\xcf\x11\xe0" + bytes(600), "is an old or password-protected workbook, not a table. Save"),
        (b"SQLite format 3\0", "is a database, not a table"),
        (b"%PDF-1.7", "is a PDF, not a table"),
        (b"version https://git-lfs.github.com/spec/v1\noid sha256:00", "is a placeholder of Git LFS"),
        (bytes(600), "is no workbook. Save the sheet as .xlsx or CSV"),
        (b"PK\x03\x04 and no more", "is not a readable workbook. Save it again as .xlsx, or as CSV"),
    ],
)
def test_files_of_other_types_are_refused_with_their_type(path, content, problem):
    path.write_bytes(content)

    with pytest.raises(SourceError, match=re.escape(problem)) as caught:
        opened(path)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("part", ["content.xml", "word/document.xml", "xl/workbook.bin"])
def test_archives_without_a_workbook_are_refused(path, part):
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(
            "[Content_Types].xml", '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>'
        )
        archive.writestr(part, "<x/>")

    with pytest.raises(SourceError, match="is not a readable workbook"):
        opened(path)


@pytest.mark.parametrize(
    ("old", "new", "defect"),
    [
        (b"<v>6</v>", b"<v>six</v>", "is “six” where the sheet should have a number"),
        (b"<v>6</v>", b"<v>NaN</v>", "is “NaN” where the sheet should have a number"),
        (b"<v>6</v>", b"<v>1e999</v>", "is “1e999” where the sheet should have a number"),
        (b"<v>6</v>", b"<v>" + b"9" * 5000 + b"</v>", f"is “{'9' * 40}” where the sheet should have a number"),
        (b't="n"><v>6</v>', b't="b"><v>maybe</v>', "is “maybe” where the sheet should have TRUE or FALSE"),
        (b't="n"><v>6</v>', b't="d"><v>2026-13-45</v>', "is “2026-13-45” where the sheet should have a date"),
        (b't="n"><v>6</v>', b't="s"><v>700</v>', "is “700” where the sheet should have a text"),
        (b't="n"><v>6</v>', b't="s"><v>-1</v>', "is “-1” where the sheet should have a text"),
        (b't="n"><v>6</v>', b't="e"><v>#SPILL!</v>', "is the error #SPILL!"),
    ],
)
def test_a_cell_that_can_not_be_read_is_a_problem_of_its_row(path, old, new, defect):
    saved(path, ("name", "price"), ("Bo", 5), ("Ann", 6), ("Cy", 7))
    edited(path, SHEET, lambda xml: xml.replace(old, new))

    bo, ann, cy = opened(path).rows()
    assert (ann.line, cell_defect(ann.cells["price"])) == (3, defect)
    assert [dict(bo.cells), dict(cy.cells)] == [{"name": "Bo", "price": "5"}, {"name": "Cy", "price": "7"}]


def test_a_problem_of_a_workbook_names_the_file_the_sheet_the_row_and_the_column(path):
    table = opened(saved(path, ("name", "price"), ("Bo", "#N/A"), sheets=("May",)))
    (row,) = table.rows()
    cell = row.cells["price"]

    found = row_problem(row, "price", cell, cell_defect(cell), cell_remedy(cell))
    error = row_error([found], table)
    assert found.value == ""
    assert str(error) == f"{path}:2: sheet “May”: price: is the error #N/A. Enter it as a plain value"


def test_an_unreadable_cell_is_still_refused_when_the_rejected_rows_are_run(path, tmp_path):
    table = opened(saved(path, ("name", "note"), ("Bo", "#N/A"), ("Ann", "=1+1")))
    with write_rejected(tmp_path / "rejected.csv", table.columns) as reject:
        for row in table.rows():
            reject(row, [row_problem(row, "note", "", "is wrong", "Correct it")])

    notes = [row.cells["note"] for row in opened(tmp_path / "rejected.csv").rows()]
    assert list(map(cell_defect, notes)) == ["is #ERROR!, which programs write for a missing value"] * 2


@pytest.mark.parametrize("number", ["-5", "9999999", "1e30"])
def test_a_number_outside_the_range_of_dates_is_a_problem_of_its_row(path, number):
    def as_date(book):
        book.active["B2"].number_format = "yyyy-mm-dd"

    saved(path, ("name", "day"), ("Bo", 6), change=as_date)
    edited(path, SHEET, lambda xml: xml.replace(b"<v>6</v>", f"<v>{number}</v>".encode()))

    ((_, day),) = cells(path)
    assert cell_defect(day) == f"is “{number}” where the sheet should have a date"


def test_errors_and_formulas_in_the_header_leave_their_columns_unnamed(path):
    saved(path, ("name", "=A1", "#N/A"), ("Bo", 5, "x"))

    table = opened(path)
    assert table.columns == ("name", "2", "3")
    assert cells(path) == [["Bo", "5", "x"]]


STRINGS = (
    b'<sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><si><t>Bo</t></si>'
    b'<si><r><t xml:space="preserve">J\xc3\xbcrgen </t></r><r><rPr><b/></rPr><t>Ott</t></r>'
    b'<rPh sb="0" eb="1"><t>X</t></rPh>'
    b"</si><si><t>a_x000D_b _x005F_x000D_</t></si><si/></sst>"
)


def with_shared_strings(path, strings):
    """A workbook whose cells refer to shared strings, as Excel writes them; openpyxl writes none."""
    saved(path, ("name", "note"), (0, 1), (2, 3))
    edited(path, SHEET, lambda xml: xml.replace(b't="n"', b't="s"'))
    overridden = (
        b'<Override PartName="/xl/texts.xml" ContentType="application/vnd.openxmlformats-officedocument.'
        b'spreadsheetml.sharedStrings+xml"/></Types>'
    )
    edited(path, "[Content_Types].xml", lambda xml: xml.replace(b"</Types>", overridden))
    with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/texts.xml", strings)
    return path


def test_shared_strings_are_read_without_formatting_and_phonetic_guides(path):
    assert cells(with_shared_strings(path, STRINGS)) == [["Bo", "Jürgen Ott"], ["a\rb _x000D_", ""]]


def test_shared_strings_after_the_last_one_that_is_used_are_not_read(path):
    with_shared_strings(path, STRINGS.replace(b"<si/>", b"<si/><si><t>" + LONG_ROW + b"</t></si>"))

    assert len(cells(path)) == 2


@pytest.mark.parametrize("part", ["xl/workbook.xml", SHEET, "xl/styles.xml", "[Content_Types].xml"])
def test_a_truncated_part_is_refused(path, part):
    edited(saved(path, ("name",), ("Bo",)), part, lambda xml: xml[: len(xml) // 2])

    with pytest.raises(SourceError, match="is not a readable workbook"):
        list(opened(path).rows())


VALUE = re.compile(rb'(?<==")[^"<>]*(?=")|(?<=>)[^<>]+(?=<)')
ODD_VALUES = [b"", b"x", b"-1", b"1e999", b"NaN", b"9" * 400, b"A1", b"ZZZ99999999", b"_xD800_", b"&#0;", b"<", b"str"]


@settings(deadline=None, max_examples=60)
@given(part=st.sampled_from([SHEET, SHEET, "xl/workbook.xml", "xl/styles.xml"]), data=st.data())
def test_a_workbook_with_an_invalid_value_is_read_or_refused(tmp_path_factory, part, data):
    path = tmp_path_factory.mktemp("workbook") / "people.xlsx"
    with zipfile.ZipFile(saved(path, ("name", "price"), ("Bo", 5), (MOMENT, True))) as archive:
        values = list(VALUE.finditer(archive.read(part)))
    at = data.draw(st.sampled_from(values))
    value = data.draw(st.sampled_from(ODD_VALUES))
    edited(path, part, lambda xml: xml[: at.start()] + value + xml[at.end() :])

    try:
        rows = list(opened(path).rows())
    except SourceError:
        return
    assert all(isinstance(row, TableRow | BrokenRow) for row in rows)
