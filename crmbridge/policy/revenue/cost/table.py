"""A file of costs: one line a campaign and month, read whole or refused with all its faults."""

from __future__ import annotations

import csv
from codecs import BOM_UTF16_BE, BOM_UTF16_LE
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from io import StringIO
from typing import TypeVar

from crmbridge.model.nearest import meant
from crmbridge.policy.revenue.cost import cells
from crmbridge.policy.revenue.cost.cells import Wrong, short
from crmbridge.policy.revenue.cost.lines import Given
from crmbridge.policy.revenue.cost.names import folded

T = TypeVar("T")

COLUMNS = ("month", "campaign", "amount", "currency")
HEADER = ",".join(COLUMNS)
UTF_8 = "save it as CSV in UTF-8"


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A cost and the line of the file that it stands in."""

    line: int
    given: Given


@dataclass(frozen=True, slots=True, kw_only=True)
class Read:
    """What a file says; `faults` name their lines, and while there are any nothing counts."""

    rows: tuple[Row, ...] = ()
    faults: tuple[str, ...] = ()


def read(data: bytes, today: date, currencies: Collection[str]) -> Read:
    """Read a file of costs: CSV in UTF-8, with comma or semicolon, its columns in any order.

    `today` is the company's day, `currencies` are the codes that may stand in it. A campaign may
    stand once a month for each currency.
    """
    try:
        text = _text(data)
        lines = list(_lines(text))
        places = _places(lines)
    except Wrong as error:
        return Read(faults=(str(error),))
    return _read(lines[1:], places, len(lines[0].cells), today, currencies)


@dataclass(frozen=True, slots=True)
class _Cells:
    """The cells of a line; `fault` where it cannot be taken apart."""

    line: int
    cells: list[str]
    fault: str = ""


def _text(data: bytes) -> str:
    if data.startswith((BOM_UTF16_BE, BOM_UTF16_LE)):
        raise Wrong(f"it is UTF-16: {UTF_8}")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        raise Wrong(f"line {line}: it is not UTF-8: {UTF_8}") from None
    if not text.strip():
        raise Wrong(f"it is empty: begin with the line {HEADER}, then a line for each cost")
    return text


def _lines(text: str) -> Iterator[_Cells]:
    """Lines with something in them, taken apart by what the first has more of."""
    first = next(line for line in text.splitlines() if line.strip())
    mark = ";" if first.count(";") > first.count(",") else ","
    reader = csv.reader(
        StringIO(text, newline=""), delimiter=mark, strict=True, skipinitialspace=True
    )
    while True:
        line = reader.line_num + 1
        try:
            found = [cell.strip() for cell in next(reader)]
        except StopIteration:
            return
        except csv.Error:
            yield _Cells(line, [], "its double quotes do not go in pairs: look at them")
            continue
        if any(found):
            yield _Cells(line, found)


def _places(lines: list[_Cells]) -> dict[str, int]:
    """Where each column stands."""
    head = lines[0]
    names = [one.casefold() for one in head.cells]
    while names and not names[-1]:
        names.pop()  # a spreadsheet's empty columns
    faults = []
    for name, told in zip(names, head.cells, strict=False):
        if name not in COLUMNS:
            hint = meant(name, COLUMNS, f"there are {', '.join(COLUMNS)}")
            faults.append(f"the column {short(told)} is not known: {hint}")
        elif names.count(name) > 1:
            faults.append(f"the column {name} stands twice: leave one")
    missing = [name for name in COLUMNS if name not in names]
    if missing:
        what = "column is" if len(missing) == 1 else "columns are"
        faults.append(f"the {what} missing: {', '.join(missing)}. The first line is {HEADER}")
    if head.fault:
        faults = [head.fault]
    if not faults and len(lines) == 1:
        raise Wrong("it has no costs below its first line: add a line for each")
    if faults:
        raise Wrong("\n".join(f"line {head.line}: {one}" for one in dict.fromkeys(faults)))
    return {name: names.index(name) for name in COLUMNS}


def _read(
    lines: list[_Cells],
    places: Mapping[str, int],
    width: int,
    today: date,
    currencies: Collection[str],
) -> Read:
    rows: list[Row] = []
    faults: list[str] = []
    at: dict[tuple[str, str, str], int] = {}
    for one in lines:
        wrong, given = _row(one, places, width, today, currencies)
        if given is not None:
            key = (given.month, folded(given.campaign), given.cost.currency)
            first = at.setdefault(key, one.line)
            if first != one.line:
                wrong = [
                    f"{short(given.campaign)} stands in line {first} for {given.month} already: "
                    "make one line of the two"
                ]
            rows.append(Row(line=one.line, given=given))
        faults += (f"line {one.line}: {text}" for text in wrong)
    return Read(faults=tuple(faults)) if faults else Read(rows=tuple(rows))


def _row(
    one: _Cells,
    places: Mapping[str, int],
    width: int,
    today: date,
    currencies: Collection[str],
) -> tuple[list[str], Given | None]:
    """The cost of a line, or all that is wrong with it."""
    if one.fault:
        return [one.fault], None
    if any(one.cells[width:]):
        return [
            f"it has more than the {width} cells of the first line: put a text with a comma or a "
            "semicolon in double quotes, and write amounts as 1200.50"
        ], None
    cell = {name: (one.cells[n] if n < len(one.cells) else "") for name, n in places.items()}
    wrong: list[str] = []
    month = _tried(wrong, lambda: cells.month(cell["month"], today))
    campaign = _tried(wrong, lambda: cells.campaign(cell["campaign"]))
    code = _tried(wrong, lambda: cells.currency(cell["currency"], currencies)) or ""
    cost = _tried(wrong, lambda: cells.amount(cell["amount"], code))
    if wrong or month is None or campaign is None or cost is None:
        return wrong, None
    return wrong, Given(month=month, campaign=campaign, cost=cost)


def _tried(wrong: list[str], read_one: Callable[[], T]) -> T | None:
    """What a cell says; `None` for one that is refused, which is noted."""
    try:
        return read_one()
    except Wrong as error:
        wrong.append(str(error))
        return None
