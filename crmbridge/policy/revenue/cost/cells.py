"""One cell of a file of costs: read as it must be written, or refused with what to write."""

from __future__ import annotations

import re
from collections.abc import Collection
from datetime import date
from decimal import Decimal
from unicodedata import category

from crmbridge.model.money import Money, exponent
from crmbridge.model.nearest import meant
from crmbridge.policy.revenue.cost.months import first_day

EARLIEST = 1970
"""No earlier year is taken: it is a slip of the keys."""
LONGEST_NAME = 300
MOST_DIGITS = 15
"""Digits before the point of an amount: as many as the ledger holds in any currency."""

_MONTH = re.compile(r"[0-9]{4}-(0[1-9]|1[0-2])")
_AMOUNT = re.compile(r"([0-9]+)(?:\.([0-9]+))?")
_YEAR_FIRST = re.compile(r"([0-9]{4})[-/. ]([0-9]{1,2})(?:[-/. ][0-9]{1,2})?")
_MONTH_FIRST = re.compile(r"([0-9]{1,2})[-/. ]([0-9]{4})")
_IN_WORDS = re.compile(r"(?:[0-9]{1,2}\.? )?([^\W\d_]{3,})\.?,?[-/. ]+(20)?([0-9]{2})")
_ENGLISH = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_SHORT = {name: number for number, name in enumerate(_ENGLISH, 1)} | {
    **{"mär": 3, "mrz": 3, "mai": 5, "okt": 10, "dez": 12}
}
_SPOKEN = re.compile(r"[0-9][0-9.,'\u2019\u00a0\u202f ]*")


class Wrong(ValueError):
    """A cell that is refused; the text says which and what to write."""


def month(text: str, today: date) -> str:
    """Read a month such as `2026-03`. Raises `Wrong` for any other text, and for one to come."""
    if not text:
        raise Wrong("the month is empty: write it as 2026-03")
    if not _MONTH.fullmatch(text):
        like = _month_like(text)
        raise Wrong(f"month {short(text)} is not as 2026-03: write {like or 'year-month'}")
    if int(text[:4]) < EARLIEST:
        raise Wrong(f"month {text} is before {EARLIEST}: look at the year")
    if first_day(text) > today:
        raise Wrong(
            f"month {text} has not begun (today is {today}): look at the year, or leave the line "
            f"out until then"
        )
    return text


def _month_like(text: str) -> str:
    """The month that was probably meant; empty where nobody can tell."""
    if found := _YEAR_FIRST.fullmatch(text):
        year, number = int(found[1]), int(found[2])
    elif found := _MONTH_FIRST.fullmatch(text):
        year, number = int(found[2]), int(found[1])
    elif found := _IN_WORDS.fullmatch(text.casefold()):
        year, number = 2000 + int(found[3]), _SHORT.get(found[1][:3], 0)
    else:
        return ""
    return f"{year:04}-{number:02}" if 1 <= number <= 12 else ""


def campaign(text: str) -> str:
    """Read a campaign's name or record, spaces made single. Raises `Wrong` for none."""
    name = " ".join(text.split())
    if not name:
        raise Wrong("the campaign is empty: write its name, or its record in the CRM")
    if len(name) > LONGEST_NAME:
        raise Wrong(f"the campaign {short(name)} is longer than {LONGEST_NAME} characters")
    if odd := [char for char in name if category(char) in ("Cc", "Cs")]:
        raise Wrong(
            f"the campaign {short(name)} has a character that nobody can see "
            f"(U+{ord(odd[0]):04X}): type the name anew"
        )
    return name


def currency(text: str, known: Collection[str]) -> str:
    """Read a currency's code, also in small letters. Raises `Wrong` for one not `known`."""
    if not text:
        raise Wrong("the currency is missing: write its code of three letters, such as EUR")
    code = text.upper()
    if code not in known:
        hint = meant(code, sorted(known), "write its code of three letters, such as EUR")
        raise Wrong(f"currency {short(text)} is not known: {hint}")
    return code


def amount(text: str, code: str) -> Money:
    """Read an amount in major units, such as `1200.50`; `code` is empty if its currency is wrong.

    Raises:
        Wrong: it is missing, negative, too large, has more digits than the currency, or is
            written in any other way.
    """
    if not text:
        raise Wrong("the amount is missing: write it as 1200.50, or 0")
    found = _AMOUNT.fullmatch(text)
    if found is None:
        raise Wrong(_misspelled(text))
    whole, cents = found[1], found[2] or ""
    if len(whole.lstrip("0")) > MOST_DIGITS:
        raise Wrong(f"amount {short(text)} is too large: at most {MOST_DIGITS} digits")
    digits = exponent(code)
    # 1200.00 is how spreadsheets write yen, too
    if code and len(cents) > max(digits, 0 if cents.strip("0") else 2):
        raise Wrong(
            f"amount {text[:60]} has {len(cents)} digits after the point, and {code} has {digits}: "
            f"a point stands before the cents alone, as in 1200.50"
        )
    return Money.of(Decimal(text), code)


def _misspelled(text: str) -> str:
    if text[0] in "-\u2212(" and any(char.isdigit() for char in text):
        return (
            f"amount {short(text)} is negative: write what the campaign cost in that month in all, "
            "refunds taken off"
        )
    like = _amount_like(text) or "digits, and a point before the cents, as in 1200.50"
    return f"amount {short(text)} is no plain number: write {like}"


def _amount_like(text: str) -> str:
    """The amount that was meant; empty where a comma or a point may be either."""
    if not _SPOKEN.fullmatch(text):
        return ""
    plain = re.sub(r"['\u2019\u00a0\u202f ]", "", text)
    last = max(plain.rfind(","), plain.rfind("."))
    before, after = plain[:last], plain[last + 1 :]
    digits = re.sub(r"[.,]", "", before)
    if last < 0:
        return plain
    if 1 <= len(after) <= 2 and plain.count(plain[last]) == 1:
        return f"{digits}.{after}"
    # 1.200.300 can only be thousands; 1,200 may be either
    alike = len(set(re.findall(r"[.,]", plain))) == 1
    return digits + after if alike and plain.count(plain[last]) > 1 else ""


def short(text: str) -> str:
    """A text of the file as a message shows it, not longer than a line."""
    return repr(text if len(text) <= 60 else text[:59] + "…")
