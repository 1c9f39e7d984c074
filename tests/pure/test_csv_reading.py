"""Tables are read however they were saved; what is wrong is told with its line."""

from __future__ import annotations

import codecs

import pytest

from tenants.csv_reading import CsvRefused, CsvRow, CsvTable, csv_columns, csv_read
from tenants.csv_writing import csv_text

COLUMNS = {"number": ("Extension Number", "ext"), "name": ()}


def read(data: bytes | str, **changes: object) -> CsvTable:
    options = {"columns": COLUMNS, "bytes_max": 10_000, "rows_max": 100} | changes
    return csv_read(data.encode() if isinstance(data, str) else data, **options)  # type: ignore[arg-type]


ROW = CsvRow(2, {"number": "101", "name": "Jürgen"})


@pytest.mark.parametrize(
    "data",
    [
        pytest.param("number,name\n101,Jürgen\n".encode(), id="utf-8"),
        pytest.param("number,name\r\n101,Jürgen".encode("utf-8-sig"), id="byte-order-mark"),
        pytest.param("number;name\r101;Jürgen\r".encode("cp1252"), id="windows-semicolon-old-mac-lines"),
        pytest.param(codecs.BOM_UTF16_LE + "number\tname\n101\tJürgen".encode("utf-16-le"), id="utf-16-tab"),
        pytest.param('"number"|"name"\n"101"|" Jürgen "'.encode(), id="quoted-bar"),
        pytest.param("EXTENSION_NUMBER,Name\n101,Jürgen\n".encode(), id="other-spelling-of-the-header"),
        pytest.param("name,other,ext\nJürgen,x,101\n".encode(), id="other-order-and-more-columns"),
    ],
)
def test_a_table_is_read_however_it_was_saved(data: bytes) -> None:
    table = read(data)
    assert table.rows == (ROW,)
    assert table.errors == ()


def test_a_columns_name_that_is_not_ours_is_told() -> None:
    assert read("number,Shoe size\n101,43").ignored == ("Shoe size",)


def test_lines_are_those_of_the_file() -> None:
    table = read('number,name\n\n101,"two\nlines"\n,,\n102,Bob\n')
    assert [row.line for row in table.rows] == [3, 6]


def test_a_row_that_is_too_wide_is_an_error_and_a_short_one_lacks_values() -> None:
    table = read("number,name\n101,Ann,oops\n102\n103,Cy,,\n")
    assert [(error.line, error.code) for error in table.errors] == [(2, "too_many_cells")]
    assert [dict(row.values) for row in table.rows] == [{"number": "102"}, {"number": "103", "name": "Cy"}]


@pytest.mark.parametrize(
    ("data", "changes", "code"),
    [
        pytest.param("", {}, "empty", id="empty"),
        pytest.param("\n \n,,\n", {}, "empty", id="only-blank-lines"),
        pytest.param("name\nBob", {"required": ["number"]}, "missing_column", id="no-number"),
        pytest.param("number,ext\n1,2", {}, "duplicate_column", id="column-twice"),
        pytest.param(b"PK\x03\x04\x00\x00number", {}, "not_text", id="a-spreadsheet-itself"),
        pytest.param("number\n" * 200, {}, "too_many_rows", id="too-many-rows"),
        pytest.param("number\n" + "1" * 20_000, {}, "too_large", id="too-large"),
        pytest.param('number\n"' + "x" * 200_000, {"bytes_max": 10**6}, "not_csv", id="quote-without-end"),
    ],
)
def test_what_is_no_table_is_refused_as_a_whole(
    data: bytes | str, changes: dict[str, object], code: str
) -> None:
    with pytest.raises(CsvRefused) as refused:
        read(data, **changes)
    assert refused.value.code == code


@pytest.mark.parametrize("cell", ["=1+1", "+4930123456", "-5", "@SUM(A1)", "'=1", "plain", "O'Neill"])
def test_what_we_write_is_no_formula_and_can_be_read_again(cell: str) -> None:
    text = csv_text(["name"], [[cell]])
    assert not text.splitlines()[1].startswith(("=", "+", "-", "@"))
    assert read(text).rows[0].values["name"] == cell.removeprefix("'")


def test_a_choice_goes_before_the_names_and_the_others_are_still_understood() -> None:
    table = csv_read(
        b"Nebenstelle;Number;E-Mail\n201;7;a@b.example\n",
        columns={"number": ("extension",), "email": ("e-mail",)},
        bytes_max=1000,
        rows_max=10,
        chosen={"nebenstelle ": "number", "Number": ""},
    )
    assert dict(table.rows[0].values) == {"number": "201", "email": "a@b.example"}
    assert table.ignored == ("Number",)


@pytest.mark.parametrize(
    ("chosen", "code"),
    [
        ({"Gibt es nicht": "number"}, "unknown_header"),
        ({"Nebenstelle": "number", "Number": "number"}, "duplicate_column"),
        ({"Number": ""}, "missing_column"),
    ],
)
def test_a_choice_that_fits_the_file_badly_is_refused(chosen: dict[str, str], code: str) -> None:
    with pytest.raises(CsvRefused) as refusal:
        csv_read(
            b"Nebenstelle,Number\n201,7\n",
            columns={"number": ()},
            required=("number",),
            bytes_max=1000,
            rows_max=10,
            chosen=chosen,
        )
    assert refusal.value.code == code


def test_columns_are_shown_with_what_they_are_taken_for() -> None:
    found = csv_columns(
        b"Ext,,Color\n201,x,red\n202\n203,,blue\n204,,green\n", columns={"number": ("ext",)}, bytes_max=1000
    )
    assert [(one.header, one.samples, one.name) for one in found] == [
        ("Ext", ("201", "202", "203"), "number"),
        ("Color", ("red", "blue"), ""),
    ]
