"""Tables from spreadsheets and other telephone systems: whatever encoding and separator they were saved with.

What can't be read at all is refused as a whole (`CsvRefused`); what is wrong in a row is a `RowError` of that row.
"""

from __future__ import annotations

import codecs
import csv
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from io import StringIO

SEPARATORS = (",", ";", "\t", "|")
CELL_LENGTH_MAX = 2000
SAMPLE_LENGTH_MAX = 60
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n")


class CsvRefused(ValueError):
    """The file as a whole; `code` names the rule and the message says it to the person who chose the file."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


@dataclass(frozen=True, slots=True)
class RowError:
    """`line` is that of the file, as a text editor shows it; `field` is the column's name, or empty."""

    line: int
    field: str
    code: str
    message: str


@dataclass(frozen=True, slots=True)
class CsvRow:
    line: int
    values: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class CsvTable:
    """`columns` are the header's names as ours; `ignored` what the header has besides."""

    columns: tuple[str, ...]
    rows: tuple[CsvRow, ...]
    errors: tuple[RowError, ...] = ()
    ignored: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class FileColumn:
    """One column of a file before it is read; `name` is ours, or empty."""

    header: str
    samples: tuple[str, ...]
    name: str


def csv_read(
    data: bytes,
    *,
    columns: Mapping[str, Sequence[str]],
    required: Sequence[str] = (),
    bytes_max: int,
    rows_max: int,
    chosen: Mapping[str, str] | None = None,
) -> CsvTable:
    """`columns`: our name -> other names that headers may use for it, in any case and spelling.

    `chosen`: a header of the file -> our name, or empty for a column that is not read; it goes before the names.
    """
    lines = _lines_of(data, bytes_max)
    header = _header_of(lines)
    names, ignored = _header_names(header, columns, _by_key(chosen or {}, header))
    present = tuple(name for name in names if name is not None)
    if missing := [name for name in required if name not in present]:
        raise CsvRefused(
            "missing_column",
            f"The first line names no column {' and no column '.join(missing)}."
            if chosen is None
            else f"No column is chosen for {' and none for '.join(missing)}.",
        )
    rows: list[CsvRow] = []
    errors: list[RowError] = []
    while (cells := lines.next_row()) is not None:
        if len(rows) + len(errors) >= rows_max:
            raise CsvRefused("too_many_rows", f"The file has more than {rows_max:,} rows.")
        problem = _row_problem(lines.began_at, cells, len(header))
        if problem is not None:
            errors.append(problem)
            continue
        values = {name: _plain(cell) for name, cell in zip(names, cells, strict=False) if name is not None}
        rows.append(CsvRow(lines.began_at, values))
    return CsvTable(present, tuple(rows), tuple(errors), ignored)


def csv_columns(
    data: bytes, *, columns: Mapping[str, Sequence[str]], bytes_max: int, samples: int = 3
) -> list[FileColumn]:
    """What the first line names, with what we take each for, and the beginning of what stands below."""
    lines = _lines_of(data, bytes_max)
    header = _header_of(lines)
    ours = _ours(columns)
    rows = [row for _ in range(samples) if (row := lines.next_row()) is not None]
    return [
        FileColumn(
            cell.strip(),
            tuple(row[place].strip()[:SAMPLE_LENGTH_MAX] for row in rows if place < len(row)),
            ours.get(_folded(cell), ""),
        )
        for place, cell in enumerate(header)
        if cell.strip()
    ]


def csv_header_key(header: str) -> str:
    """What two headers have in common that mean the same column: neither case, blanks nor signs."""
    return _folded(header) or header.strip().casefold()


def csv_decode(data: bytes) -> str:
    """By the byte order mark, else UTF-8, else what Windows writes in western Europe."""
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        encoding = "utf-16"
    else:
        encoding = "utf-8-sig"
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError:
        text = data.decode("cp1252", errors="replace")
    if "\0" in text:
        raise CsvRefused("not_text", "This is not a text file: save the table as CSV first.")
    return text


class _Lines:
    """The rows that are not empty, each with the line it began at."""

    def __init__(self, text: str, separator: str) -> None:
        self._reader = csv.reader(StringIO(text, newline=""), delimiter=separator)
        self.began_at = 0

    def next_row(self) -> list[str] | None:
        while True:
            self.began_at = self._reader.line_num + 1
            try:
                cells = next(self._reader, None)
            except csv.Error as error:
                raise CsvRefused("not_csv", f"Line {self.began_at} can't be read as CSV.") from error
            if cells is None or any(cell.strip() for cell in cells):
                return cells


def _separator(text: str) -> str:
    """The one that stands most often in the first line outside quotes."""
    first = next((line for line in text.splitlines() if line.strip()), "")
    outside = "".join(first.split('"')[::2])
    counts = Counter(outside)
    return max(SEPARATORS, key=lambda separator: counts[separator])


def _lines_of(data: bytes, bytes_max: int) -> _Lines:
    if len(data) > bytes_max:
        raise CsvRefused("too_large", f"The file is larger than {bytes_max // 1_000_000} MB.")
    text = csv_decode(data)
    return _Lines(text, _separator(text))


def _header_of(lines: _Lines) -> list[str]:
    header = lines.next_row()
    if header is None:
        raise CsvRefused("empty", "The file is empty.")
    return header


def _ours(columns: Mapping[str, Sequence[str]]) -> dict[str, str]:
    return {_folded(other): name for name, others in columns.items() for other in (name, *others)}


def _by_key(chosen: Mapping[str, str], header: Sequence[str]) -> dict[str, str]:
    there = {csv_header_key(cell) for cell in header}
    if unknown := [cell for cell in chosen if csv_header_key(cell) not in there]:
        raise CsvRefused("unknown_header", f"The first line names no column “{unknown[0][:64]}”.")
    return {csv_header_key(cell): name for cell, name in chosen.items()}


def _header_names(
    header: Sequence[str], columns: Mapping[str, Sequence[str]], chosen: Mapping[str, str]
) -> tuple[list[str | None], tuple[str, ...]]:
    ours = _ours(columns)
    names = [
        chosen.get(csv_header_key(cell), ours.get(_folded(cell), "")) or None if cell.strip() else None
        for cell in header
    ]
    twice = [name for name, count in Counter(names).items() if name is not None and count > 1]
    if twice:
        told = "Two columns are chosen for" if chosen else "The first line names the column"
        raise CsvRefused("duplicate_column", f"{told} {twice[0]}{'' if chosen else ' twice'}.")
    ignored = tuple(
        cell.strip() for cell, name in zip(header, names, strict=True) if name is None and cell.strip()
    )
    return names, ignored


def _folded(name: str) -> str:
    return "".join(letter for letter in name.casefold() if letter.isalnum())


def _row_problem(line: int, cells: Sequence[str], width: int) -> RowError | None:
    if any(cell.strip() for cell in cells[width:]):
        return RowError(
            line, "", "too_many_cells", f"This row has {len(cells)} cells, the first line {width}."
        )
    if any(len(cell) > CELL_LENGTH_MAX for cell in cells):
        return RowError(line, "", "too_long", f"A cell has more than {CELL_LENGTH_MAX} characters.")
    return None


def _plain(cell: str) -> str:
    """Without the apostrophe that keeps a spreadsheet from calculating: what we write can be read again."""
    text = cell.strip()
    return text[1:] if text.startswith("'") and text[1:].startswith(_FORMULA_STARTS) else text
