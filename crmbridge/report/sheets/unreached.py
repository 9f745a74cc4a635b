"""The won deals that reach nobody, as a sheet."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal

from crmbridge.model.money import Money
from crmbridge.report.frame.sheet import Column, Report, Row, Sheet
from crmbridge.report.won import ADVICE


def unreached_report(told: Iterable[Mapping[str, str]], company: str) -> Report:
    """Put what `report.won.unreached` found into a sheet, with what to do about each kind."""
    found = list(told)
    kinds = dict.fromkeys(one["reach"] for one in found)
    deals = Sheet(
        name="deals",
        title="won deals that reach nobody",
        columns=(
            Column(name="reach", title="why"),
            Column(name="day", title="day", kind="day"),
            Column(name="deal", title="deal"),
            Column(name="account", title="account"),
            Column(name="amount", title="amount", kind="money"),
        ),
        rows=tuple(map(_row, found)),
        empty="Every won deal reaches somebody.",
        notes=tuple(f"{name}: {ADVICE[name]}" for name in kinds),
    )
    return Report(
        name="unreached", title="Won deals that reach nobody", company=company, sheets=(deals,)
    )


def _row(one: Mapping[str, str]) -> Row:
    day = date.fromisoformat(one["day"]) if one["day"] else None
    amount, _, currency = one["amount"].partition(" ")
    money = Money.of(Decimal(amount), currency) if amount else None
    return one["reach"], day, one["deal"], one["account"], money
