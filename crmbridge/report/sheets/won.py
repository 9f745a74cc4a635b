"""What sales won, as sheets: they stand below each report, so that it adds up."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

from crmbridge.model.money import Money
from crmbridge.report.frame.sheet import Column, Sheet
from crmbridge.report.won import TEXT, notes

EMPTY = "Nothing is won in sales."


def sums(money: Mapping[str, str]) -> tuple[Money, ...]:
    """Sums by currency, which reports hold as text in major units, as money."""
    return tuple(Money.of(Decimal(amount), currency) for currency, amount in money.items())


def won_sheets(won: Mapping[str, Any]) -> Iterator[Sheet]:
    """Yield what `report.won.won` returned: whom it reached, and by which evidence people."""
    reach = [(name, one) for name, one in won["reach"].items() if one["deals"]]
    yield Sheet(
        name="won",
        title="what sales won",
        columns=(
            Column(name="reach", title="what sales won"),
            Column(name="deals", title="deals", kind="count"),
            Column(name="revenue", title="revenue", kind="money"),
        ),
        rows=tuple((TEXT[name], one["deals"], sums(one["money"])) for name, one in reach),
        total=("all that sales won", won["total"]["deals"], sums(won["total"]["money"])),
        empty=EMPTY,
        notes=tuple(notes(won)),
    )
    if won["evidence"]:
        yield Sheet(
            name="evidence",
            title="won by people of ours, by what says that it is theirs",
            columns=(
                Column(name="evidence", title="evidence"),
                Column(name="revenue", title="revenue", kind="money"),
            ),
            rows=tuple((kind, sums(money)) for kind, money in won["evidence"].items()),
        )
