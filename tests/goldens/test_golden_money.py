"""The golden conversions of money by dated rates."""

from datetime import date
from decimal import Decimal

import pytest

from crmbridge.agreement.revenue.rates import Rate
from crmbridge.model.money import exponent
from crmbridge.policy.definition.exchange import Exchange
from tests.goldens.shape import only

FILE = {"topic", "company", "exponents", "rates", "max_rate_age_days", "convert", "allocate"}
CASE = {"amount", "from", "date", "to", "expect"}
EXPECT = {"result", "unrounded", "rate_from", "status"}
EIGHT = Decimal("1E-8")


def exchange(doc):
    only(doc, FILE, "file")
    rates = [
        Rate.model_validate({"currency": currency, "from": day, "per_unit": per_unit})
        for currency, rows in doc["rates"].items()
        for day, per_unit in rows
    ]
    return Exchange(currency=doc["company"], rates=tuple(rates))


def converted(case, doc):
    """What becomes of an amount, as the cases write it."""
    only(case, CASE, "case")
    only(case["expect"], EXPECT, "expect")
    found = exchange(doc).quoted(
        Decimal(case["amount"]),
        case["from"],
        case["to"],
        date.fromisoformat(case["date"]),
        fresh_days=doc["max_rate_age_days"],
    )
    return {
        "result": None if found.result is None else str(found.result),
        "unrounded": None if found.unrounded is None else str(found.unrounded.quantize(EIGHT)),
        "rate_from": found.rate_from.isoformat() if found.rate_from else None,
        "status": found.status,
    }


def test_an_amount_is_converted_by_the_rate_of_its_day(conversion, golden):
    found, expect = converted(conversion, golden("money.json")), conversion["expect"]
    assert {name: found[name] for name in expect} == expect


def test_currencies_have_the_digits_that_the_file_says(golden):
    digits = golden("money.json").get("exponents", {})
    assert {currency: exponent(currency) for currency in digits} == digits


def test_every_part_of_a_conversion_is_understood(conversion, golden):
    doc = golden("money.json")
    for odd, file in ((conversion | {"mood": 1}, doc), (conversion, doc | {"mood": 1})):
        with pytest.raises(AssertionError, match="mood"):
            converted(odd, file)
    with pytest.raises(AssertionError, match="mood"):
        converted(conversion | {"expect": {"mood": 1}}, doc)
