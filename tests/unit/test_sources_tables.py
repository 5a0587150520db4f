"""Tables as real programs write them, well-formed or not: every row is read or reported."""

from __future__ import annotations

import json
import os
import sys
import time
import tracemalloc

import pytest

from pipeline.errors import InputError, SourceError
from pipeline.sources.naming import TABLES, is_table
from pipeline.sources.tables import (
    BrokenRow,
    TableOptions,
    TableRow,
    cell_defect,
    cell_remedy,
    is_blank_marker,
    open_table,
    readable,
)


@pytest.fixture
def table(tmp_path):
    def write(content, name="people.csv", **form):
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return open_table(path, TableOptions(**form))

    return write


def cells(table):
    return [dict(row.cells) for row in table.rows() if isinstance(row, TableRow)]


def broken(table):
    return [(row.number, row.line, row.problem) for row in table.rows() if isinstance(row, BrokenRow)]


@pytest.mark.parametrize(
    ("encoding", "said"),
    [
        ("utf-8", "UTF-8"),
        ("utf-8-sig", "UTF-8"),
        ("utf-16", "UTF-16"),
        ("utf-16-le", "UTF-16-LE"),
        ("utf-16-be", "UTF-16-BE"),
        ("utf-32", "UTF-32"),
        ("cp1252", "Windows-1252"),
    ],
)
def test_the_encoding_is_detected(table, encoding, said):
    people = table("name;town\nJürgen;Köln\nZoë;“Genf”\n".encode(encoding))

    assert people.columns == ("name", "town")
    assert cells(people) == [{"name": "Jürgen", "town": "Köln"}, {"name": "Zoë", "town": "“Genf”"}]
    assert people.description.startswith(said)


@pytest.mark.parametrize(
    ("encoding", "text"),
    [
        ("cp1251", "Борис;Тула\nАнна;Орёл\n"),
        ("cp1253", "Ελένη;Αθήνα\n"),
        ("gbk", "李小龙;北京市\n"),
        ("euc-kr", "김민수;서울시\n"),
        ("mac_roman", "René;Besançon\nJürgen;Köln\n"),
        ("mac_roman", "Joe’s;Mary’s\n"),
        ("cp850", "Jürgen;Köln\nBjörn;Nürnberg\n"),
        ("cp1250", "Łukasz;Łódź\nStanisław;Wałbrzych\n"),
        ("cp1250", "Jiří;Dvořák\nAnna;Nováková\n"),
        ("cp1250", "Růžena;Němcová\n"),
        ("cp1250", "Đorđe;Petrović\nKovač;Šibenik\n"),
        ("cp1250", "Ştefan;Brăila\n"),
        ("cp1250", "Szűcs;Horváth\nBőr;Erzsébet\n"),
        ("iso8859_2", "Łukasz;Święta\nKąty;Dąbrowa\n"),
        ("iso8859_2", "Tomáš;Žďár\n"),
        ("cp1254", "Ayşe;Yıldız\nÇağlar;Şahin\n"),
        ("cp1254", "İbrahim;İstanbul\nIşık;İzmir\n"),
        ("cp1257", "Žemaitė;Šiauliai\nEglė;Panevėžys\n"),
        ("cp1257", "Bērziņš;Rīga\n"),
        ("cp932", "田中;東京\n"),
        ("cp932", "コーヒー;テスト\n"),
    ],
)
def test_other_encodings_are_reported_and_read_if_declared(table, encoding, text):
    with pytest.raises(InputError, match="is neither UTF-8 nor Windows-1252"):
        table(f"name;town\n{text}".encode(encoding))

    named = table(f"name;town\n{text}".encode(encoding), encoding=encoding)

    assert [";".join(row.values()) for row in cells(named)] == text.split()


@pytest.mark.parametrize("encoding", ["cp1250", "iso8859_2"])
@pytest.mark.parametrize("text", ["Łukasz;Święta\nKąty;Dąbrowa\n", "Tomáš;Žďár\n", "Ľubomír;Košice\nŽofia;Prešov\n"])
def test_central_european_encodings_are_distinguished(table, encoding, text):
    """Read as the other one, Święta would be ¦więta in a film."""
    with pytest.raises(InputError, match=f"campaign.encoding = '{encoding}'"):
        table(f"name;town\n{text}".encode(encoding))


WESTERN = (
    "Joe’s Café;“good” – it’s nice\nO’Brien;£5m — that’s £20bn\nZoë;50 m² ½\n",
    "Mary’s;Bob’s\nJoe’s;It’s\n",
    "MÅNS ÅKERLUND;Ängelholm\nÅsa;ÖSTERSUND\n",
    "Þórður;Ægir\nSigríður;Ólöf\n",
    "João;Conceição\nAÇÃO;À noite…\n",
    "cœur;L’Haÿ-les-Roses\nÉtienne;18°C\n",
    "Niccolò;Forlì\nPerù;Cefalù\nMosè;Cantù\n",
    "Søren;Ærø\nJørgen;Bøe\nØyvind;Høiby\n",
    "Ýmir;Ýr\nÞór;Sýsla\nGuðrún;Daði\n",
    "Tomáš;Novák\nŽiga;Eliáš\nHélène;Thérèse\nBjørn;Søren\n",
    "Tõnis;Mägi\nVõsu;Põld\n",
    "Loïc;Anaïs\nAïcha;Naïma\n",
    "Micheál;MacDhòmhnaill\nMòr;Sìne\n",
    "Kvívík;Tórshavn\nBjørg;Jógvan\n",
    "Çelik;Özgür\nCuraçao;Gül\n",
)


@pytest.mark.parametrize(
    "text", ["ÄÖÜ GmbH;Köln\nMüller;Ölde\n", "Łódź", "señor;año\nÎle d'Été;où\n", "×;½ °\n", *WESTERN]
)
def test_western_european_words_are_read_as_windows_1252(table, text):
    people = table(f"name;town\n{text}".encode("cp1252", errors="ignore"), has_header=True)

    assert people.description.startswith("Windows-1252")


@pytest.mark.parametrize("cell", ["4.01E+12", " 4,01E+12 ", "1E+05"])
def test_a_long_number_in_scientific_notation_is_a_defect(cell):
    assert cell_defect(cell) == f"is {cell.strip()}: the spreadsheet has dropped its last digits"
    assert cell_remedy(cell) == "Format the column as text, and save it again"


@pytest.mark.parametrize(
    "cell", ["E+", "1E5 street", "2E", "Model 1E+05", "=)", "= 5", "=A", "'=SUM(A1)", "# 1", "#1", "##"]
)
def test_similar_texts_are_no_rounded_numbers(cell):
    assert cell_defect(cell) == ""


def test_spaces_before_a_quoted_cell_are_skipped(table):
    people = cells(table('name, town\n"Bo", "L, A"\nJo, "She said ""no"""\n'))
    nicknames = cells(table('name,town\nDwayne, "The Rock" Johnson\nBo, "LA"\n'))

    assert [row["town"] for row in people] == ["L, A", 'She said "no"']
    assert [row["town"].strip() for row in nicknames] == ['"The Rock" Johnson', '"LA"']


@pytest.mark.skipif(sys.platform != "linux", reason="other systems have no such names")
def test_a_table_with_an_undecodable_file_name_is_refused(table):
    with pytest.raises(InputError, match=r"na\?me\.csv: its name is not valid UTF-8"):
        table("name\nBo\n", os.fsdecode(b"na\xffme.csv"))


def test_the_encoding_of_a_long_word_is_detected_in_linear_time(table):
    began_s = time.process_time()

    people = table("name;picture\nJürgen;".encode("cp1252") + b"A" * 1_000_000 + b"\nZo\xeb;x\n")

    assert people.description.startswith("Windows-1252")
    # By the square of its length, half a minute of work.
    assert time.process_time() - began_s < 10


@pytest.mark.parametrize(
    "cell",
    [
        "*|FNAME|*",
        "<<First Name>>",
        "«Vorname»",
        "%FIRSTNAME%",
        "{first_name}",
        "{{ name }}",
        "${name}",
        "[First Name]",
    ],
)
def test_a_cell_that_is_an_unfilled_merge_field_is_a_problem(cell):
    assert cell_defect(cell) == f"is {cell}, an unfilled merge field"


@pytest.mark.parametrize(
    "field",
    [
        "[[name]]",
        "[[Albert Einstein|Einstein]]",
        "{{ name }}",
        "{{customer.first_name|default('x')}}",
        "*|FNAME|*",
        "<<First Name>>",
        "%%name%%",
        "%FIRSTNAME%",
        "{first_name}",
        "[First Name]",
        "[name]",
        "{!Contact.FirstName}",
    ],
)
def test_an_unfilled_merge_field_within_a_text_is_a_problem(field):
    assert cell_defect(f"Hello {field}, this is your offer.") == f"contains {field}, an unfilled merge field"


@pytest.mark.parametrize(
    "cell",
    [
        "{{ 7*7 }}",
        "{% raw %}",
        "[sic]",
        "5 %",
        "50%",
        "%",
        "{a} and {b}",
        "«Ann» and «Bo»",
        "*Ann*",
        "<3",
        "Open %APPDATA%, then ${HOME}",
        "the sets {x} and [y], a << b >> c",
        "surnames [sic] and user names",
        "100%name brands",
        "a matrix, [[1, 2], [3, 4]]",
    ],
)
def test_other_text_in_brackets_is_no_merge_field(cell):
    assert cell_defect(cell) == ""


@pytest.mark.parametrize("start", ["{{a", "[[a ", "<<a ", "%%a ", "{!a.", "*|a"])
def test_merge_fields_are_looked_for_in_linear_time(start):
    since = time.process_time()
    assert cell_defect(start * 200_000) == ""
    assert time.process_time() - since < 10


@pytest.mark.parametrize("cell", ["-", "–", " — ", "…", "?", "n/a", "N/A", "N.A.", "n. a.", "k.A."])
def test_dashes_and_similar_marks_count_as_empty(cell):
    assert is_blank_marker(cell)


@pytest.mark.parametrize("cell", ["Na", "NA", "A", "0", "-5", "R2-D2", "+", "!", "🎉", "*", "n"])
def test_letters_digits_and_emoji_are_values(cell):
    assert not is_blank_marker(cell)


def test_a_table_with_half_a_character_is_still_utf_8(table):
    people = table("name;town\nAnn\ud800;Köln\n".encode("utf-8", "surrogatepass"))

    assert people.description.startswith("UTF-8")
    assert "0xED" in cell_defect(cells(people)[0]["name"])


def test_a_lone_surrogate_is_a_defect(table):
    (row,) = cells(table('{"name": "B\\ud83do"}\n', "a.jsonl"))

    assert cell_defect(row["name"]) == "contains half of a character (a lone surrogate)"


def test_invalid_bytes_in_a_file_of_two_encodings_are_defects(table):
    people = table("name\nZoë\n".encode() + "Jürgen\n".encode("cp1252"))

    good, bad = cells(people)
    assert good == {"name": "Zoë"}
    assert cell_defect(bad["name"]) == "contains the byte 0xFC, which is invalid in the file's encoding"


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_the_delimiter_is_detected(table, delimiter):
    people = table(f'name{delimiter}price\nMaria{delimiter}"1,50"\nBo{delimiter}"2;50"\n')

    assert cells(people) == [{"name": "Maria", "price": "1,50"}, {"name": "Bo", "price": "2;50"}]


def test_decimal_commas_do_not_make_a_comma_the_delimiter(table):
    assert table("name;price;weight\na;1,50;2,5\nb;2,50;3,5\n").columns == ("name", "price", "weight")


def test_the_sep_line_of_excel_declares_the_delimiter(table):
    people = table("sep=|\nname|town\nMaria|Ulm, Donau\n")

    assert cells(people) == [{"name": "Maria", "town": "Ulm, Donau"}]
    assert [row.line for row in people.rows()] == [3]


def test_a_configured_delimiter_overrides_the_detected_one(table):
    assert table("a;b,c\n1;2,3\n", delimiter=",").columns == ("a;b", "c")


def test_embedded_line_breaks_and_quotes_are_part_of_their_cell(table):
    people = table('name,note\nMaria,"two\nlines and ""quotes"""\nBo,5" pipe\n')

    assert cells(people) == [
        {"name": "Maria", "note": 'two\nlines and "quotes"'},
        {"name": "Bo", "note": '5" pipe'},
    ]
    assert [(row.number, row.line) for row in people.rows()] == [(1, 2), (2, 4)]


def test_ragged_rows_are_reported_and_trailing_empty_cells_ignored(table):
    people = table("name,town\nMaria\nBo,Ulm,,\nAnn,Bonn,Rhein\n")

    assert broken(people) == [
        (1, 2, "has 1 cell for 2 columns"),
        (3, 4, "has 3 cells for 2 columns"),
    ]
    assert cells(people) == [{"name": "Bo", "town": "Ulm"}]


def test_an_amount_split_at_its_comma_is_reported_even_beside_empty_cells(table):
    people = table("name,price,town,note\nMaria,$1,000.00,,\nBo,$5,,\nAnn,1,299 €,Ulm,\nEva,$7,300,\nJo,$8,,\n")

    assert broken(people) == [
        (1, 2, "has one cell too many; $1,000.00 may be one amount"),
        (3, 4, "has one cell too many; 1,299 € may be one amount"),
    ]
    # Where all rows end in a comma, that says nothing.
    assert not broken(table("name,price,stock\nMaria,5,100,\nBo,6,200,\nAnn,7,300,\n"))


def test_an_unclosed_quote_rejects_only_its_own_row(table):
    people = table('name,town\nMaria,"Ulm\nBo,Bonn\nAnn,Kiel\n')

    assert broken(people) == [(1, 2, "has an unclosed quote")]
    assert [row["name"] for row in cells(people)] == ["Bo", "Ann"]


def test_two_stray_quotes_do_not_swallow_the_rows_between_them(table):
    people = table('name,town\nMaria,"Ulm\nBo,Bonn\nAnn,"Kiel\nEva,Linz\n')

    assert broken(people) == [
        (1, 2, "has an unescaped quote inside a quoted cell"),
        (3, 4, "has an unclosed quote"),
    ]
    assert [row["name"] for row in cells(people)] == ["Bo", "Eva"]


def test_a_null_byte_is_a_defect(table):
    assert cell_defect(cells(table(b"name\nMa\0ria\n"))[0]["name"]) == "contains a null byte, and may be truncated"


def test_a_cell_of_a_megabyte_and_5000_columns_can_be_read(table):
    wide = table(",".join(f"c{n}" for n in range(5000)) + "\n" + ",".join(["x"] * 5000) + "\n", "wide.csv")
    long = table("name,note\nMaria," + "x" * (1 << 20) + "\n", "long.csv")

    assert len(wide.columns) == 5000
    assert len(cells(wide)[0]) == 5000
    assert len(cells(long)[0]["note"]) == 1 << 20


def test_an_endless_line_is_a_rejected_row(table):
    people = table("name\nMaria\n" + "x" * (5 << 20) + "\nBo\n")

    assert broken(people) == [(2, 3, "has a line of more than 4,194,304 characters")]
    assert [row["name"] for row in cells(people)] == ["Maria", "Bo"]


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b"", "is empty"),
        (b"\n\n  \n", "is empty"),
        (b"PK\x03\x04rest", "is a workbook or an archive, not a text file"),
        (b"%PDF-1.7", "is a PDF, not a table"),
    ],
)
def test_files_that_are_no_table_are_refused(table, content, problem):
    with pytest.raises(InputError, match=problem):
        table(content)


def test_a_header_alone_is_a_table_without_rows(table):
    people = table("name,town\n")

    assert people.columns == ("name", "town")
    assert list(people.rows()) == []


def test_duplicate_and_missing_column_names_are_made_unique(table):
    people = table("Name,Name,,Name\na,b,c,d\n")

    assert people.columns == ("Name", "Name (2)", "3", "Name (3)")
    assert people.duplicates == {"Name"}


@pytest.mark.parametrize(
    ("lines", "columns"),
    [
        ("Maria,5 €\nBo,6 €\n", ("1", "2")),
        ("maria@example.org,Ulm\n", ("1", "2")),
        ("country,2019,2020\nChad,5,6\nMali,7,8\n", ("country", "2019", "2020")),
        ("name,town\nMaria,Ulm\n", ("name", "town")),
        ("id,price\n1,2\n", ("id", "price")),
    ],
)
def test_a_first_line_of_values_is_no_header(table, lines, columns):
    assert table(lines).columns == columns


def test_a_first_line_with_a_field_name_is_the_header(table):
    assert table("First name,5\nBo,6\n", expected_columns=frozenset({"firstname"})).columns == ("First name", "5")


def test_empty_rows_are_not_counted(table):
    assert [row.line for row in table("name,town\n\n,\nMaria,Ulm\n\n").rows()] == [4]


def test_json_lines_are_rows_and_invalid_ones_are_reported(table):
    people = table('{"name": "Maria", "price": 1.10}\n\n{"name": \n[1]\n{"name": null, "tall": true}\n', "a.jsonl")

    assert cells(people) == [{"name": "Maria", "price": "1.10"}, {"name": "", "tall": "true"}]
    assert [(number, line) for number, line, _ in broken(people)] == [(2, 3), (3, 4)]


@pytest.mark.parametrize("name", ["a.jsonl", "a.json"])
def test_keys_of_later_objects_are_columns_and_nested_values_are_defects(table, name):
    lines = ['{"id": 1}', '{"id": 2, "name": "Bo", "colours": ["red"], "size": {"m": 1}}']
    people = table("\n".join(lines) if name == "a.jsonl" else f"[{','.join(lines)}]", name)

    assert people.columns == ("id", "name", "colours", "size")
    _, row = cells(people)
    assert row["colours"] == '["red"]'
    assert [cell_defect(cell) for cell in row.values()] == ["", "", *["is a list or an object, not a text"] * 2]
    # In the file of rejected rows, they are shown, and defects as well.
    kept = [readable(cell) for cell in row.values()]
    assert kept == ["2", "Bo", '["red"]', '{"m": "1"}']
    assert [bool(cell_defect(str(cell))) for cell in kept] == [False, False, True, True]


def test_a_json_array_is_streamed_with_the_lines_of_its_rows(table):
    people = table(json.dumps([{"name": f"n{n}"} for n in range(3000)], indent=1), "a.json")

    rows = list(people.rows())
    assert (rows[0].line, rows[1].line, rows[-1].number, rows[-1].line) == (2, 5, 3000, 8999)


def test_rows_of_a_one_line_array_are_located_by_their_number(table):
    people = table('[{"name": "Maria"}, [1], {"name": "Bo"}]', "a.json")

    assert [(row.number, row.line) for row in people.rows()] == [(1, 1), (2, 2), (3, 3)]


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        ('{"name": "Maria"}', "is not a list of rows"),
        ('[{"name": "Maria"}', "the list is not closed"),
        ('[{"name": "Maria"} {"name": "Bo"}]', "a comma is missing after row 1"),
        ('[{"name": "Maria"}, {"name": "Bo", }]', "row 2 is invalid JSON"),
        ('[{"name": "Maria"}]\n[{"name": "Bo"}]', "a.json:2: has data after its list of rows"),
        ("[" * 100_000, "nested too deeply"),
    ],
)
def test_a_truncated_json_array_is_refused_with_the_line(table, content, problem):
    with pytest.raises(InputError, match=problem):
        list(table(content, "a.json").rows())


def test_numbers_too_large_for_a_float_keep_their_digits(table):
    assert cells(table('{"n": ' + "9" * 5000 + ', "m": NaN}', "a.jsonl")) == [{"n": "9" * 5000, "m": "NaN"}]


def test_memory_does_not_grow_with_the_rows(table):
    def peak(rows):
        people = table("name,town\n" + "Maria,Ulm\n" * rows, f"{rows}.csv")
        tracemalloc.start()
        for _ in people.rows():
            pass
        size = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return size

    peak(10)
    assert peak(4_000) < peak(200) + 200_000


def test_tables_are_recognised_by_their_suffix():
    assert is_table("a/B.CSV")
    assert is_table("a.jsonl")
    assert not is_table("a.md")
    assert not is_table("What is CSV?")


@pytest.mark.parametrize("suffix", TABLES)
def test_every_table_suffix_has_an_opener(suffix, tmp_path):
    with pytest.raises(InputError):
        list(open_table(tmp_path / f"nothing{suffix}", TableOptions()).rows())


@pytest.mark.parametrize(
    ("above", "titles"),
    [
        ("", 0),
        ("Customers of May\n\n", 1),
        ("Customers of May;;;\nAs of;2026-05-12;;\n", 2),
        ("Person;;Offer;\n", 1),
    ],
)
def test_titles_and_group_names_above_the_header_are_skipped(table, above, titles):
    names = frozenset({"firstname", "product", "price"})
    people = table(
        f"{above}Number;First name;Product;Price\n1;Bo;Roof;5,00 €\n2;Eve;Roof, flat;5,00 €\n", expected_columns=names
    )

    assert people.columns == ("Number", "First name", "Product", "Price")
    assert people.title_rows == titles
    assert [row.number for row in people.rows()] == [1, 2]
    assert cells(people)[0] == {"Number": "1", "First name": "Bo", "Product": "Roof", "Price": "5,00 €"}


def test_a_title_is_skipped_even_if_no_field_is_known(table):
    people = table("Kunden im Mai;;\nVorname;Produkt;Preis\nBo;Dach;5\n")

    assert (people.columns, people.title_rows) == (("Vorname", "Produkt", "Preis"), 1)


def test_a_title_may_stand_above_rows_without_a_header(table):
    people = table("Kunden im Mai;;\n1;Bo;5\n2;Eve;6\n")

    assert [list(row.values()) for row in cells(people)] == [["1", "Bo", "5"], ["2", "Eve", "6"]]


def test_a_list_of_sentences_has_one_column(table):
    people = table("title\nWhy; oh; why?\nHow; and; when?\n", expected_columns=frozenset({"title"}))

    assert [row["title"] for row in cells(people)] == ["Why; oh; why?", "How; and; when?"]


def test_rows_above_the_header_are_refused(table):
    with pytest.raises(InputError, match="in row 2, below what may be data rows"):
        table(
            "Ann,Roof,7 €\nfirst_name,product,price\nBo,Roof,5 €\n",
            expected_columns=frozenset({"firstname", "product"}),
        )


@pytest.mark.parametrize("name", ["custmers.csv", "custmers.xlsx", "custmers.jsonl"])
def test_a_missing_table_is_reported_with_the_nearest_name(tmp_path, name):
    there = name.replace("custmers", "customers")
    (tmp_path / there).touch()

    with pytest.raises(SourceError) as caught:
        open_table(tmp_path / name, TableOptions())

    assert str(caught.value) == f"{tmp_path / name}: no such file. Did you mean {tmp_path / there}?"
