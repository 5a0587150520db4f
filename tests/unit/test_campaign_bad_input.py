"""The table of bad input in docs/campaigns.md: each row is tested here or names its test."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from anyio import to_thread

from pipeline.errors import InputError
from pipeline.orchestrator.batch.source import read_source
from pipeline.orchestrator.context import open_context
from tests.standins.photos import coast, write_hostile

ROOT = Path(__file__).parents[2]
HEADER = "customer,first_name,product,price,valid_until,photo,note\n"
MEGABYTE = "x" * (1 << 20)
NOBODY = ("bo@example.org", "+49 170 123", "Test Test", "asdf", "Mr.", "Robert (Bob)", "Smith, Bob", "x")
NAMES = (*NOBODY, "Anna & Ben", "李", "King, Jr.", "Dr. Maria")

# What is given -> the table, what is told of its rows (row, column, problem), and the films of the others.
ROWS = {
    "A row with more or fewer cells than columns": (
        HEADER + "1,Bo\n2,Eve,Roof,5 €,,,x,more\n3,Ann,Roof,5 €,,,,,\n",
        [(1, "", "has 2 cells for 7 columns"), (2, "", "has 8 cells for 7 columns")],
        ["Roof for Ann"],
    ),
    "Line breaks and quotes in a quoted cell": (
        HEADER + '1,"Ma\nria","The ""big"" roof",5 €,,,\n',
        [],
        ['The "big" roof for Ma Ria'],
    ),
    "An unclosed quote, or a quote within a quoted cell": (
        HEADER + '1,Bo,"Ro"of,5 €,,,\n2,Eve,"Roof,5 €,,,\n3,Ann,Roof,5 €,,,\n',
        [(1, "", "has an unescaped quote inside a quoted cell"), (2, "", "has an unclosed quote")],
        ["Roof for Ann"],
    ),
    "NUL bytes": (
        HEADER + "1,B\0o,Roof,5 €,,,\n2,Eve,Roof,5 €,,,\0\n",
        [(1, "first_name", "contains a null byte, and may be truncated")],
        ["Roof for Eve"],
    ),
    "A cell of 1 MB": (
        HEADER + f"1,{MEGABYTE},Roof,5 €,,,\n2,Eve,Roof,5 €,,,{MEGABYTE}\n3,Ann,Roof,5 €,,,{MEGABYTE * 5}\n",
        [
            (1, "first_name", "has 1,048,576 characters, at most 16 fit"),
            (3, "", "has a line of more than 4,194,304 characters"),
        ],
        ["Roof for Eve"],
    ),
    "5,000 columns": (
        HEADER.strip() + "".join(f",c{n}" for n in range(4993)) + "\n1,Bo,Roof,5 €,,," + ",x" * 4993 + "\n",
        [],
        ["Roof for Bo"],
    ),
    "A row whose first cell says `Total`, `Average`, `Summe`, `Subtotal North` and the like": (
        HEADER
        + "1,Bo,Roof,5 €,,,\nTotal,1 customer,1 product,5 €,,,\nSumme:,1,1,5 €,,,\n,MOYENNE (1 ligne),1,5 €,,,\n"
        + "Subtotal North,Eve,Roof,5 €,,,\nTotal Eve,Eve,Roof,5 €,,,\n,Max,Roof,5 €,,,\n",
        [
            (2, "customer", "is the label of a total or summary row"),
            (3, "customer", "is the label of a total or summary row"),
            (4, "first_name", "is the label of a total or summary row"),
            (5, "customer", "is the label of a total or summary row"),
            (7, "customer", "is empty, and it is the key column"),
        ],
        ["Roof for Bo", "Roof for Eve"],
    ),
    "A repeated header, a title or a footer (`Exported on …`) among the rows": (
        HEADER
        + "Region North,,,,,,\n1,Bo,Roof,5 €,,,\n"
        + HEADER
        + "Exported on 2026-05-12\n,,,5 €,,,\n2,Eve,,5 €,,,\n",
        [
            (1, "customer", "is the only filled cell of the row"),
            (3, "", "repeats the header"),
            (4, "", "has only the cell “Exported on 2026-05-12” for 7 columns"),
            (5, "price", "is the only filled cell of the row"),
            (6, "product", "is empty"),
        ],
        ["Roof for Bo"],
    ),
    "People who have opted out: `Unsubscribed`, `Opt out`, `Do not contact` with anything but a no; `Opt in`, "
    "`Consent`, `Accepts marketing` with a no; a cell `unsubscribed`": (
        "first_name,product,price,Email Opt Out,Consent,Status,Accepts SMS marketing\n"
        + "".join(
            f"{name},Roof,5 €,{rest}\n"
            for name, rest in {
                "Bo": "TRUE,,,",
                "Eve": "FALSE,yes,active,no",
                "Ann": "since May,,,",
                "Jo": ",Nein,,",
                "Li": "nej,Ne,,",
                "Ed": "0,,Unsubscribed,",
            }.items()
        ),
        [
            (1, "Email Opt Out", "the person opted out"),
            (3, "Email Opt Out", "the person opted out"),
            (4, "Consent", "the person opted out"),
            (5, "Consent", "the person opted out"),
            (6, "Status", "the person opted out"),
        ],
        ["Roof for Eve"],
    ),
    "People who don't attend: a yes in `Canceled`; `no`, `declined`, `Not Attending`, `Refunded` and the like in "
    "`Approval status`, `Attendee status`, `RSVP`": (
        "first_name,product,price,Canceled,approval_status,Attendee Status,Invitee accepted marketing emails,"
        "Status,RSVP\n"
        + "".join(
            f"{name},Roof,5 €,{rest}\n"
            for name, rest in {
                "Bo": "true,,,,,",
                "Eve": "false,approved,Attending,yes,canceled,–",
                "Ann": ",declined\u200b,,,,",
                "Jo": ",,Not Attending,,,",
                "Li": ",waitlist,Checked In,,refunded,maybe",
                "Ed": "false,,,false,,",
                "Ute": ",,,,,Nein",
            }.items()
        ),
        [
            (1, "Canceled", "the person is not coming"),
            (3, "approval_status", "the person is not coming"),
            (4, "Attendee Status", "the person is not coming"),
            (6, "Invitee accepted marketing emails", "the person opted out"),
            (7, "RSVP", "the person is not coming"),
        ],
        ["Roof for Eve", "Roof for Li"],
    ),
    "People who have died: a yes or a date in `Deceased`, `Date of death` and the like; a cell `deceased`": (
        "first_name,product,price,Deceased,Date of Death,Notes\n"
        + "".join(
            f"{name},Roof,5 €,{rest}\n"
            for name, rest in {
                "Bo": "Yes,,",
                "Eve": "no,,",
                "Ann": ",12.05.2024,",
                "Jo": ",,Deceased 2024",
                "Ed": "His aunt Eva,,the deceased was his aunt",
            }.items()
        ),
        [
            (1, "Deceased", "the person has died"),
            (3, "Date of Death", "the person has died"),
            (4, "Notes", "the person has died"),
        ],
        ["Roof for Eve", "Roof for Ed"],
    ),
    "A mail address, a phone number, `Test`, `asdf`, `Mr.`, `Robert (Bob)` or `Smith, Bob` as a name": (
        "first_name;product;price\n" + "".join(f"{name};Roof;5 €\n" for name in NAMES),
        [
            (1, "first_name", "'bo@example.org' is an address, not a name"),
            (2, "first_name", "'+49 170 123' has no letters, so it is not a name"),
            (3, "first_name", "'Test Test' is a test entry or a placeholder, not a name"),
            (4, "first_name", "'asdf' is a test entry or a placeholder, not a name"),
            (5, "first_name", "'Mr.' is a title without a name"),
            (6, "first_name", "'Robert (Bob)' contains '(', which is not spoken in a name"),
            (7, "first_name", "'Smith, Bob' may be 'Bob Smith'"),
            (8, "first_name", "'x' is a single letter"),
        ],
        ["Roof for Anna & Ben", "Roof for 李", "Roof for King, Jr.", "Roof for Dr. Maria"],
    ),
    "Date sentinels: `1899-12-30`, `1970-01-01`, `9999-12-31`": (
        HEADER + "1,Bo,Roof,5 €,1899-12-30,,\n2,Eve,Roof,5 €,31.12.9999 00:00,,\n3,Ann,Roof,5 €,1 January 1970,,\n",
        [
            (1, "valid_until", "'1899-12-30' is a placeholder for a missing date"),
            (2, "valid_until", "'31.12.9999 00:00' is a placeholder for a missing date"),
        ],
        ["Roof for Ann"],
    ),
    "`20%` as a number, `500.00-`": (
        "first_name,product,price,payback_years\nBo,Roof,5 €,20%\nEve,Roof,500.00-,\nAnn,Roof,(500.00),\n",
        [
            (1, "payback_years", "'20%' is a percentage"),
            (2, "price", "'500.00-' may be negative"),
            (3, "price", "-500.00 is less than 0.01"),
        ],
        [],
    ),
    '`€9,900` in a column "Price (USD)", or beside another currency': (
        "first_name,product,Price (USD),Price before,Currency\nBo,X,€5,,\nEve,X,5,€6,usd\nAn,X,5,,\nJo,X,5,6,pt\n",
        [
            (1, "Price (USD)", "is in EUR, not in USD (column Price (USD))"),
            (2, "Price before", "is in EUR, not in USD (column Currency)"),
            (4, "Price before", "has no currency, and the one in Currency is unknown"),
        ],
        ["X for An"],
    ),
    "Two columns with the same name": ("note,first_name,product,price,note\nx,Bo,Roof,5 €,y\n", [], ["Roof for Bo"]),
    "Two encodings in one file": (
        (HEADER + "1,Zoë,Roof,5 €,,,\n").encode() + "2,Jürgen,Roof,5 €,,,\n3,Bo,Roof,5 EUR,,,ü\n".encode("cp1252"),
        [
            (2, "first_name", "contains the byte 0xFC, which is invalid in the file's encoding"),
            (2, "price", "contains the byte 0x80, which is invalid in the file's encoding"),
        ],
        ["Roof for Zoë", "Roof for Bo"],
    ),
    "The replacement character �": (
        HEADER + "1,J�rgen,Roof,5 €,,,\n2,Bo,Roof,5 €,,,�\n",
        [(1, "first_name", "contains � in place of a lost letter")],
        ["Roof for Bo"],
    ),
    "`3/11/2026`, `1,299`": (
        HEADER
        + '1,Bo,Roof,"1,299 €",3/11/2026,,\n2,Eve,Roof,"1.299,00 €",25/12/2026,,\n3,Ann,Roof,free,31.11.2026,,\n',
        [
            (
                1,
                "price",
                "'1,299 €' may be 1299 or 1.299: other amounts in the column use this separator for decimals",
            ),
            (1, "valid_until", "'3/11/2026' may be 2026-11-03 or 2026-03-11"),
            (3, "price", "'free' is not an amount of money"),
            (3, "valid_until", "'31.11.2026' is not a date in any calendar"),
        ],
        ["Roof for Eve"],
    ),
    "`../../etc/passwd`, `CON`, `NUL`, `aux.txt`": (
        HEADER
        + "1,CON,Roof,5 €,,../../etc/passwd,\n2,NUL,Roof,5 €,,CON.png,\n3,Bo,aux.txt,5 €,,,\n4,Bo,../../e,5 €,,,\n",
        [
            (1, "photo", "'../../etc/passwd' lies outside the folder of the table"),
            (2, "photo", "'CON.png' is a device name on Windows"),
        ],
        ["aux.txt for Bo", "../../e for Bo"],
    ),
    "URLs of this machine or its network": (
        HEADER + "1,Bo,Roof,5 €,,http://169.254.169.254/a.png,\n2,Eve,Roof,5 €,,http://localhost/a.png,\n",
        [
            (1, "photo", "'169.254.169.254' is an address of this machine or network"),
            (2, "photo", "'localhost' is an address of this machine or network"),
        ],
        [],
    ),
    "Only a dash, a question mark, `n/a` or `(blank)`": (
        HEADER + "1,-,Roof,5 €,n/a,–,?\n2,Bo,Roof,5 €,(blank),–,?\n",
        [(1, "first_name", "is empty")],
        ["Roof for Bo"],
    ),
    "A merge field that another program left unfilled: `<<Name>>`, `%NAME%`, `{first_name}`, `[First Name]`, "
    "also within a text (`Hello [[name]]`, `Hello {{ name }}`)": (
        HEADER
        + "1,<<Name>>,%NAME%,5 €,,,\n2,{first_name},Roof,5 €,,,\n3,[First Name],Roof,5 €,,,\n4,{Bo},{a} b,5 €,,,\n"
        + "5,Ann,Roof for [[name]],5 €,,,\n6,Ann,Roof for {{ name }},5 €,,,\n",
        [
            (1, "first_name", "is <<Name>>, an unfilled merge field"),
            (1, "product", "is %NAME%, an unfilled merge field"),
            (2, "first_name", "is {first_name}, an unfilled merge field"),
            (3, "first_name", "is [First Name], an unfilled merge field"),
            (4, "first_name", "is {Bo}, an unfilled merge field"),
            (5, "product", "contains [[name]], an unfilled merge field"),
            (6, "product", "contains {{ name }}, an unfilled merge field"),
        ],
        [],
    ),
    "Only `NaN`, `null`, `None`, `undefined` or `#REF!`": (
        HEADER + "1,NaN,null,5 €,#N/A,,NaN\n2,Null,None,5 €,,,\n3,Nan,Null None,5 €,,,undefined\n",
        [
            (1, "first_name", "is NaN, which programs write for a missing value"),
            (1, "product", "is null, which programs write for a missing value"),
            (1, "valid_until", "is #N/A, which programs write for a missing value"),
            (2, "product", "is None, which programs write for a missing value"),
        ],
        ["Null None for Nan"],
    ),
    "Spreadsheet artefacts: `#WERT!`, `#¿NOMBRE?`, `Err:502`, `####`, a formula, `4.01E+12`": (
        HEADER
        + '1,#WERT!,"=HYPERLINK(""x"",""Bo"")",5 €,,,4.01E+12\n2,#¿NOMBRE?,Err:502,5 €,#NV,,=B2\n3,Bo,####,5 €,,,\n'
        + '4,"=""Bo""","=""0012""",5 €,,,\n5,Eve,#WOW!,5 €,,,= fine\n',
        [
            (1, "first_name", "is #WERT!, which programs write for a missing value"),
            (1, "product", "is a formula, not its result"),
            (2, "first_name", "is #¿NOMBRE?, which programs write for a missing value"),
            (2, "product", "is Err:502, which programs write for a missing value"),
            (2, "valid_until", "is #NV, which programs write for a missing value"),
            (3, "product", "is ####, which programs write for a missing value"),
        ],
        ["0012 for Bo", "#WOW! for Eve"],
    ),
    "Mojibake (`JÃ¼rgen`)": (
        HEADER + "1,JÃ¼rgen,Roof,5 €,,,\n2,Bo,LÃ¼beck â€“ CafÃ©,5 €,,,\n3,São,Ãgua É,5 €,,,ÃŸ\n",
        [
            (1, "first_name", "contains “JÃ¼rgen”, decoded with the wrong encoding"),
            (2, "product", "contains “LÃ¼beck”, decoded with the wrong encoding"),
        ],
        ["Ãgua É for São"],
    ),
    "A local picture that is a decompression bomb, HTML, truncated or one pixel wide": (
        HEADER
        + "1,Bo,Roof,5 €,,bomb.png,\n2,Eve,Roof,5 €,,page.png,\n3,Ann,Roof,5 €,,torn.jpg,\n"
        + "4,Jo,Roof,5 €,,dot.png,\n5,Kim,Roof,5 €,,dot.png,\n6,Ida,Roof,5 €,,coast.webp,\n",
        [
            (1, "photo", "'bomb.png': has too many pixels"),
            (2, "photo", "'page.png': is a page, not a picture"),
            (3, "photo", "'torn.jpg': is damaged: it can't be decoded"),
            (4, "photo", "'dot.png': 1 by 1 pixels is too small"),
            (5, "photo", "'dot.png': 1 by 1 pixels is too small"),
        ],
        ["Roof for Ida"],
    ),
    "A missing picture": (
        HEADER + "1,Bo,Roof,5 €,,bo.jpg,\n2,Eve,Roof,5 €,,round.png,\n3,Ann,Roof,5 €,,folder.png,\n",
        [
            (1, "photo", "'bo.jpg': no such file"),
            (2, "photo", "'round.png': no such file"),
            (3, "photo", "'folder.png': no such file"),
        ],
        [],
    ),
    "A duplicate row": (
        HEADER + "1,Bo,Roof,5 €,,,\n1,Eve,Roof,5 €,,,\n",
        [(2, "", "has the same key as line 2")],
        ["Roof for Bo"],
    ),
}
# What is given -> settings, the table, what stops the run, and what to do.
TABLES = {
    "The delimiter is detected wrongly": [
        (
            {"campaign.delimiter": ","},
            HEADER.replace(",", ";"),
            "cells between commas",
            "Set delimiter in",
        ),
    ],
    "An empty file, or only a header": [
        ({}, "", "is empty", "The first line names the columns"),
        ({}, HEADER, "has no rows", "Each line below the header is a film"),
    ],
    "5,000 columns": [({}, ",".join(f"c{n}" for n in range(20_001)) + "\n", "at most 20,000 can be read", "")],
    "Two columns with the same name": [
        ({}, "first_name,First Name,product,price\nBo,Eve,Roof,5 €\n", "match the field first_name", "--map"),
    ],
    "Rows above the header": [
        (
            {},
            "Ann,Roof,5 €,\nfirst_name,product,price,town\nBo,Roof,5 €,\n",
            "has its header in row 2, below what may be data rows",
            "Move the header to the top",
        ),
    ],
    "Another alphabet in neither UTF-8 nor Windows-1252": [
        ({}, (HEADER + "1,Борис,Крыша,5 EUR,,,\n").encode("cp1251"), "nor Windows-1252", "campaign.encoding"),
    ],
    "A Windows encoding of Central Europe, Turkey or the Baltic states": [
        (
            {},
            (HEADER + "1,Jiří Dvořák,Němec,5 EUR,,,\n").encode("cp1250"),
            "it would read “Dvoøák”; in Windows-1250, it reads “Dvořák”",
            "'cp1250'",
        ),
        ({}, (HEADER + "1,Ayşe Yıldız,Çatı,5 EUR,,,\n").encode("cp1254"), "it reads “Yıldız”", "'cp1254'"),
    ],
    "An encoding of old Macs or of DOS, or Shift-JIS": [
        (
            {},
            (HEADER + "1,René,Roof,5 EUR,,,\n").encode("mac_roman"),
            "in Mac OS Roman, it reads “René”",
            "mac_roman",
        ),
        ({}, (HEADER + "1,Björn,Roof,5 EUR,,,\n").encode("cp850"), "in DOS code page 850", "'cp850'"),
        ({}, (HEADER + "1,鈴木,東京都,5 EUR,,,\n").encode("cp932"), "in Shift-JIS, it contains “鈴木”", "'cp932'"),
    ],
    "A workbook, PDF, archive or web page named .csv": [
        ({}, "\n<!DOCTYPE html><p>Sign in", "is a web page", "Export the table as CSV or .xlsx"),
        ({}, b"PK\x03\x04rest", "is a workbook or an archive", ""),
        ({}, b"%PDF-1.7", "is a PDF", ""),
    ],
}
ELSEWHERE = {
    "Only `TRUE` or `FALSE`, in a text": ["unit/test_rows_values.py::test_booleans_are_not_accepted_as_text"],
    "A wrong weekday (`Monday, 3 November 2026`), or a qualified date (`before 3 November 2026`)": [
        "unit/test_rows_values.py::test_dates_with_a_wrong_weekday_or_other_words_are_reported"
    ],
    "More decimals than the currency has: `1.299,999 €`, `12.50 JPY`": [
        "unit/test_rows_values.py::test_invalid_amounts_are_reported",
        "unit/test_rows_values.py::test_calculated_amounts_are_rounded_as_in_spreadsheets",
    ],
    "`$1,000.00` unquoted in a comma-separated table": [
        "unit/test_sources_tables.py::test_an_amount_split_at_its_comma_is_reported_even_beside_empty_cells"
    ],
    "A JSON array or object in a cell": [
        "unit/test_sources_tables.py::test_keys_of_later_objects_are_columns_and_nested_values_are_defects"
    ],
    "A year of another calendar (`2569` with `--locale th`, `1405` with `fa`)": [
        "unit/test_rows_values.py::test_dates_in_other_calendars_are_reported"
    ],
    "Emoji and any script in names": [
        "unit/test_campaign_plan.py::test_names_in_every_script_and_device_names_become_folders"
    ],
    "`../../etc/passwd`, `CON`, `NUL`, `aux.txt`": [
        "unit/test_naming.py::test_a_device_of_windows_is_no_folder",
        "unit/test_campaign_row_selection.py::test_folders_are_named_after_columns_and_stay_inside_the_output_folder",
    ],
    "`a:b`, names of 300 letters, two names that differ only in case": [
        "unit/test_campaign_plan.py::test_titles_that_differ_only_in_case_or_unicode_form_share_no_folder"
    ],
    "URLs of this machine or its network": [
        "contract/test_row_services.py::test_private_addresses_are_refused_unless_they_are_allowed",
        "contract/test_picture_fetching.py::test_this_machine_is_not_asked_whatever_it_is_called",
    ],
    "Such a picture at a URL, or one damaged in the middle": [
        "unit/test_orchestrator_pictures.py::test_a_picture_that_can_not_be_had_is_reported_and_the_others_are_used",
        "unit/test_campaign_results.py::test_the_manifest_says_which_picture_a_film_lacks",
    ],
    "A workbook that is far larger when unpacked than any table, or declares XML entities": [
        "unit/test_sources_workbook.py::test_a_decompression_bomb_is_refused_before_it_is_read",
        "unit/test_sources_workbook.py::test_xml_entities_are_refused_before_they_are_parsed",
    ],
    "A web page, a CSV file, an old or a “Strict Open XML” workbook named .xlsx": [
        "unit/test_sources_workbook.py::test_files_of_other_types_are_refused_with_their_type",
        "unit/test_sources_workbook.py::test_a_workbook_of_the_strict_format_is_refused_with_how_to_save_it",
    ],
    "A cell of a workbook that is not what its type says, or a date out of range": [
        "unit/test_sources_workbook.py::test_a_cell_that_can_not_be_read_is_a_problem_of_its_row",
        "unit/test_sources_workbook.py::test_a_number_outside_the_range_of_dates_is_a_problem_of_its_row",
    ],
    "A database that is locked, hangs or returns rows without end": [
        "unit/test_sources_database.py::test_a_locked_database_is_given_up_after_the_time_limit",
        "unit/test_sources_database.py::test_a_query_that_returns_rows_without_end_is_ended",
        "contract/test_table_sources.py::test_a_server_that_hangs_during_a_query_is_given_up",
    ],
    "A formula without a cached result, `#N/A`, binary data": [
        "unit/test_sources_workbook.py::test_a_formula_without_a_cached_result_is_a_problem_and_not_an_empty_cell",
        "unit/test_sources_workbook.py::test_an_error_value_is_a_problem",
        "unit/test_sources_database.py::test_database_values_become_cells_and_binary_data_is_a_defect",
    ],
    "A query that would write": [
        "unit/test_sources_database.py::test_statements_that_write_are_refused",
        "unit/test_sources_database.py::test_a_query_that_writes_after_with_fails_in_the_database",
    ],
    "A service that fails half-way, paginates in a circle or endlessly, links to another host, has more rows "
    "without saying where, or returns a web page": [
        "contract/test_row_services.py::test_a_service_that_keeps_failing_gives_no_rows_at_all",
        "contract/test_row_services.py::test_pages_without_an_end_are_given_up",
        "contract/test_row_services.py::test_a_response_that_never_ends_is_given_up",
        "contract/test_row_services.py::test_the_api_key_is_sent_to_no_other_host",
        "contract/test_row_services.py::test_responses_that_are_no_table_are_refused_with_their_url",
    ],
    "An invalid line of JSON Lines": [
        "unit/test_sources_tables.py::test_json_lines_are_rows_and_invalid_ones_are_reported"
    ],
    "An invalid JSON array, or one followed by other text": [
        "unit/test_sources_tables.py::test_a_truncated_json_array_is_refused_with_the_line"
    ],
}


async def read(folder, content, **settings):
    path = folder / "people.csv"

    def prepare():
        (folder / "nightreel.toml").touch()
        write_hostile(folder)
        coast(400, 260).save(folder / "coast.webp")
        (folder / "round.png").symlink_to("round.png")
        (folder / "folder.png").mkdir()
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return open_context(workspace=folder, overrides={"offline": True, "template": "offer", **settings})

    return await read_source(path, await to_thread.run_sync(prepare), batch="people")


@pytest.mark.parametrize("given", ROWS)
async def test_invalid_rows_are_reported_with_a_remedy_and_the_others_are_made(tmp_path, given):
    content, told, titles = ROWS[given]
    wanted = await read(tmp_path, content)

    assert [(each.row, each.column, each.problem) for each in wanted.problems] == told
    assert all(each.mend for each in wanted.problems)
    assert [brief.title for brief in wanted.briefs] == titles
    assert wanted.refused == len({row for row, *_ in told}) == wanted.rows - len(titles)


@pytest.mark.parametrize(("given", "number"), [(name, n) for name, cases in TABLES.items() for n in range(len(cases))])
async def test_an_unusable_table_stops_the_run_with_a_remedy(tmp_path, given, number):
    settings, content, problem, mend = TABLES[given][number]
    try:
        error = (await read(tmp_path, content, **settings)).stop
    except InputError as raised:
        error = raised

    assert problem in error.message
    assert mend in error.hint
    assert "\n" not in str(error)


async def test_requested_rows_that_do_not_exist_are_reported(tmp_path):
    def prepare():
        (tmp_path / "nightreel.toml").touch()
        (tmp_path / "people.csv").write_text(HEADER + "1,Bo,Roof,5 €,,,\n", encoding="utf-8")
        return open_context(workspace=tmp_path, overrides={"offline": True, "template": "offer"})

    context = await to_thread.run_sync(prepare)
    asked = await read_source(tmp_path / "people.csv", context, batch="people", rows="5-9")

    assert "has none of the rows 5-9" in str(asked.stop)


def test_the_page_documents_exactly_the_cases_tested_here():
    table = (ROOT / "docs" / "campaigns.md").read_text(encoding="utf-8").partition("## Bad input\n")[2]
    lines = re.findall(r"^\| (.+?) \| (.+) \|$", table, re.MULTILINE)
    tests = [test.split("::") for named in ELSEWHERE.values() for test in named]

    assert {given for given, _ in lines[2:]} == {*ROWS, *TABLES, *ELSEWHERE}
    assert all(outcome for _, outcome in lines)
    assert [test for file, test in tests if f"def {test}(" not in (ROOT / "tests" / file).read_text("utf-8")] == []
