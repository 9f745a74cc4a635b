"""A file of costs: how it may be written, and how each fault is named."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crmbridge.model.currencies import CURRENCIES
from crmbridge.model.money import Money
from crmbridge.policy.revenue.cost.table import Read, read

TODAY = date(2026, 5, 20)
HEAD = "month,campaign,amount,currency\n"


def reading(text: str | bytes) -> Read:
    data = text if isinstance(text, bytes) else text.encode()
    return read(data, TODAY, CURRENCIES)


def faults(*lines: str) -> list[str]:
    found = reading(HEAD + "\n".join(lines))
    assert found.rows == ()
    return list(found.faults)


def rows(text: str | bytes) -> list[tuple[int, str, str, Money]]:
    found = reading(text)
    assert found.faults == ()
    return [(one.line, one.given.month, one.given.campaign, one.given.cost) for one in found.rows]


FAIR = [(2, "2026-03", "Spring fair", Money(1200_50, "EUR"))]


@pytest.mark.parametrize(
    "text",
    [
        HEAD + "2026-03,Spring fair,1200.50,EUR\n",
        HEAD + "2026-03,Spring fair,1200.5,eur",
        "month;campaign;amount;currency\r\n2026-03;Spring fair;1200.50;EUR\r\n",
        "\ufeffMonth,CAMPAIGN , Amount,currency\n2026-03, Spring  fair ,1200.50,EUR\n",
        "currency,amount,campaign,month\nEUR,1200.50,Spring fair,2026-03\n",
        'month,campaign,amount,currency\n"2026-03", "Spring\nfair", "1200.50", "EUR"\n',
        HEAD.strip() + ",,\n2026-03,Spring fair,1200.50,EUR,,\n,,,,,\n\n",
    ],
)
def test_a_file_may_be_written_as_spreadsheets_write_it(text: str) -> None:
    assert rows(text) == FAIR


def test_currencies_have_their_own_digits_and_a_campaign_may_have_two_in_a_month() -> None:
    found = rows(
        HEAD + "2026-05,A,1200,JPY\n2026-05,A,1200.00,USD\n2026-05,A,1.200,KWD\n2026-05,B,3.00,JPY"
    )
    assert [one[3] for one in found] == [
        Money(1200, "JPY"),
        Money(1200_00, "USD"),
        Money(1200, "KWD"),
        Money(3, "JPY"),
    ]


@pytest.mark.parametrize(
    "name", ["=HYPERLINK(1)", "@SUM(A1)", "+1", "-2", "Müller; \u202e GmbH", "x" * 300, "🎉", "'"]
)
def test_a_hostile_name_is_a_name(name: str) -> None:
    quoted = '"' + name.replace('"', '""') + '"'
    ((*_, told, _),) = rows(HEAD + f"2026-03,{quoted},1,EUR")
    assert told == " ".join(name.split())


@pytest.mark.parametrize(
    ("month", "told"),
    [
        ("", "line 2: the month is empty: write it as 2026-03"),
        ("March 2026", "line 2: month 'March 2026' is not as 2026-03: write 2026-03"),
        ("Mar-26", "line 2: month 'Mar-26' is not as 2026-03: write 2026-03"),
        ("2026-3", "line 2: month '2026-3' is not as 2026-03: write 2026-03"),
        ("03/2026", "line 2: month '03/2026' is not as 2026-03: write 2026-03"),
        ("2026-03-01", "line 2: month '2026-03-01' is not as 2026-03: write 2026-03"),
        ("März 2026", "line 2: month 'März 2026' is not as 2026-03: write 2026-03"),
        ("2026-13", "line 2: month '2026-13' is not as 2026-03: write year-month"),
        ("2026-00", "line 2: month '2026-00' is not as 2026-03: write year-month"),
        ("Q1", "line 2: month 'Q1' is not as 2026-03: write year-month"),
        ("２０２６-03", "line 2: month '２０２６-03' is not as 2026-03: write year-month"),
        ("1926-03", "line 2: month 1926-03 is before 1970: look at the year"),
        (
            "2026-06",
            "line 2: month 2026-06 has not begun (today is 2026-05-20): look at the year, or "
            "leave the line out until then",
        ),
    ],
)
def test_a_wrong_month_is_named_with_what_to_write(month: str, told: str) -> None:
    assert faults(f"{month},A,1,EUR") == [told]


@pytest.mark.parametrize(
    ("amount", "told"),
    [
        ("", "the amount is missing"),
        ("-5", "amount '-5' is negative"),
        ("(5)", "amount '(5)' is negative"),
        ('"1.200,50"', "amount '1.200,50' is no plain number: write 1200.50"),
        ('"1,200.50"', "amount '1,200.50' is no plain number: write 1200.50"),
        ('"1200,5"', "amount '1200,5' is no plain number: write 1200.5"),
        ('"1,200"', "amount '1,200' is no plain number: write digits, and a point"),
        ("1.200.300", "amount '1.200.300' is no plain number: write 1200300"),
        ("1 200", "amount '1 200' is no plain number: write 1200"),
        ("1'200.50", "is no plain number: write 1200.50"),
        ("1.200", "amount 1.200 has 3 digits after the point, and EUR has 2"),
        ("€5", "amount '€5' is no plain number: write digits"),
        ("1e3", "amount '1e3' is no plain number"),
        ("NaN", "amount 'NaN' is no plain number"),
        ("=1+1", "amount '=1+1' is no plain number"),
        ("+5", "amount '+5' is no plain number"),
        ("１２", "amount '１２' is no plain number"),
        ("9" * 16, "is too large: at most 15 digits"),
        ("free", "amount 'free' is no plain number"),
    ],
)
def test_a_wrong_amount_is_named_with_what_to_write(amount: str, told: str) -> None:
    (fault,) = faults(f"2026-03,A,{amount},EUR")
    assert fault.startswith("line 2: ")
    assert told in fault


@pytest.mark.parametrize(
    ("code", "told"),
    [
        ("", "the currency is missing: write its code of three letters, such as EUR"),
        ("EURO", "currency 'EURO' is not known: did you mean 'EUR'?"),
        ("€", "currency '€' is not known: write its code of three letters, such as EUR"),
        ("XYZ", "currency 'XYZ' is not known"),
    ],
)
def test_a_currency_that_is_missing_or_unknown_is_named(code: str, told: str) -> None:
    (fault,) = faults(f"2026-03,A,1.00,{code}")
    assert told in fault


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("", "the campaign is empty"),
        ('" \t "', "the campaign is empty"),
        ("x" * 301, "longer than 300 characters"),
        ("a\x00b", "a character that nobody can see (U+0000)"),
        ("a\x1b[31m", "a character that nobody can see (U+001B)"),
    ],
)
def test_a_campaign_without_a_usable_name_is_named(name: str, told: str) -> None:
    (fault,) = faults(f"2026-03,{name},1,EUR")
    assert told in fault


def test_every_fault_of_every_line_is_told_at_once() -> None:
    assert [one.partition(": ")[0] for one in faults("x,,-1,", "2026-03,A,1,EUR", "2026-03,B")] == [
        *["line 2"] * 4,
        *["line 4"] * 2,
    ]


def test_a_campaign_twice_in_a_month_is_named_with_both_lines() -> None:
    assert faults("2026-03,Fair,1,EUR", "2026-02,Fair,1,EUR", "", "2026-03, FAIR ,2,eur") == [
        "line 5: 'FAIR' stands in line 2 for 2026-03 already: make one line of the two"
    ]


def test_a_line_that_cannot_be_taken_apart_does_not_hide_the_next_faults() -> None:
    found = faults('2026-03,"A"x,1,EUR', "2026-03,A,1,200,EUR", "13,A,1,EUR", '2026-03,"A,1,EUR')
    assert [one.partition(": ")[0] for one in found] == ["line 2", "line 3", "line 4", "line 5"]
    assert "double quotes" in found[0]
    assert "more than the 4 cells" in found[1]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "it is empty: begin with the line month,campaign,amount,currency"),
        ("\ufeff \n", "it is empty"),
        (HEAD, "it has no costs below its first line"),
        ("month,campaign,cost,currency\n2026-03,A,1,EUR", "the column 'cost' is not known"),
        ("monht,campaign,amount,currency\n", "did you mean 'month'?"),
        (
            "month,campaign,amount\n2026-03,A,1",
            "the column is missing: currency. The first line is month,",
        ),
        ("2026-03,A,1,EUR\n", "the columns are missing: month, campaign, amount, currency"),
        (HEAD.replace("\n", ",month\n") + "x", "the column month stands twice"),
        ("month\tcampaign\tamount\tcurrency\n", "is not known"),
        ('"month,campaign\n', "double quotes"),
    ],
)
def test_a_file_without_its_columns_or_costs_is_refused(text: str, told: str) -> None:
    found = reading(text)
    assert found.rows == ()
    assert told in "\n".join(found.faults)


def test_a_file_in_another_encoding_is_refused() -> None:
    assert reading((HEAD + "2026-03,Müller,1,EUR").encode("latin-1")).faults == (
        "line 2: it is not UTF-8: save it as CSV in UTF-8",
    )
    assert reading(HEAD.encode("utf-16")).faults == ("it is UTF-16: save it as CSV in UTF-8",)


@given(st.binary(max_size=200) | st.text(max_size=200).map(lambda text: (HEAD + text).encode()))
def test_whatever_a_file_holds_it_is_read_or_refused(data: bytes) -> None:
    found = reading(data)
    assert bool(found.rows) != bool(found.faults)
