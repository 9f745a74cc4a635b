"""Two spellings of a firm are one account; a name that names nothing is none."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crmbridge.policy.routing.account_mark import account_mark, account_name


@pytest.mark.parametrize(
    ("name", "wanted"),
    [
        ("US Bank", "us bank"),
        ("U.S. Bank", "us bank"),
        ("U. S. Bank", "us bank"),
        ("us  bank ", "us bank"),
        ("US Bank Inc.", "us bank"),
        ("The US Bank, Inc", "us bank"),
        ("US-BANK", "us bank"),
        ("ＵＳ Bank", "us bank"),
        ("Vogel Pumpen GmbH & Co. KG", "vogel pumpen"),
        ("Vogel Pumpen AG", "vogel pumpen"),
        ("Banco Sol S.A. de C.V.", "banco sol"),
        ("Café Paul S.à r.l.", "café paul"),
        ("O'Neil Ltd", "oneil"),
        ("Johnson & Johnson", "johnson and johnson"),
        ("Johnson and Johnson plc", "johnson and johnson"),
        ("Nederland B.V.", "nederland"),
        ("Acme Pty Ltd", "acme"),
        ("The Limited", "the limited"),
        ("Co", "co"),
        ("3M Company", "3m"),
        ("株式会社", "株式会社"),
    ],
)
def test_a_name_is_compared_without_case_punctuation_and_legal_form(name: str, wanted: str) -> None:
    assert account_name(name) == wanted


@pytest.mark.parametrize(
    "name",
    [
        *("", " ", "-", "--", "?", "&", "."),
        *("[not given]", "[Not Given]", "n/a", "N.A.", "NA", "none", "self", "Self-Employed"),
        *("test", "Test GmbH", "unknown", "x", "private", "TBD", "My Company"),
    ],
)
def test_a_name_that_names_nothing_is_no_account(name: str) -> None:
    assert account_mark(name) == ""


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Vogel", "Vogel Pumpen"),
        ("US Bank", "USB Bank"),
        ("Bank of America", "Bank America"),
        ("Test Drive Ltd", "Test"),
        ("Siemens", "Siemens Healthineers"),
    ],
)
def test_other_words_are_another_account(one: str, other: str) -> None:
    assert account_name(one) != account_name(other)


@given(st.text())
def test_the_form_of_a_name_stays_as_it_is(name: str) -> None:
    once = account_name(name)
    assert once == "" or account_name(f"{once}, Inc.") == account_name(once)
    assert account_mark(None) == account_mark(3) == ""
