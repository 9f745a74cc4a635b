"""The published pipeline of a hardware seller as a company: its accounts, deals and agents.

8,800 opportunities on 85 accounts by 30 agents, without any contact role. The files are read where
they lie and never copied; `SOURCE.md` beside them says whose they are.
"""

from __future__ import annotations

import csv
import tomllib
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from typing import Any

from crmbridge.agreement import Agreement
from crmbridge.agreement.signing import SIDES
from crmbridge.agreement.versions.signed import fingerprint
from crmbridge.files import CompanyFiles, example
from crmbridge.mapping.schema import Mapping as MappingFile
from crmbridge.testing.sandbox import Sandbox, always_open, unhurried
from tests.stages.play import example as acme

COMPANY, HOME, ZONE = "acme", "USD", "America/New_York"
AT = datetime(2018, 1, 5, 12, tzinfo=UTC)
BEFORE = "2016-10-01T08:00:00Z"
STAGES = {
    "Won": "Closed Won",
    "Lost": "Closed Lost",
    "Engaging": "Qualification",
    "Prospecting": "Prospecting",
}
SERIES = {"GTX": "USD", "MG ": "EUR", "GTK": "GBP"}
"""The currency of a product's deals, where there are three."""
RATES = {
    "EUR": [(date(2016, 1, 1), Decimal("1.05")), (date(2017, 7, 1), Decimal("1.14"))],
    "GBP": [(date(2016, 1, 1), Decimal("1.2345")), (date(2017, 10, 1), Decimal("1.3312"))],
}
PAGE = 1000


@dataclass(frozen=True, slots=True)
class Row:
    """An opportunity of the file."""

    name: str
    agent: str
    account: str
    stage: str
    currency: str
    begun: date | None
    closed: date | None
    amount: Decimal | None

    @property
    def won(self) -> bool:
        return self.stage == "Won"

    @property
    def at_home(self) -> Decimal:
        """The amount in dollars, by the rate of the day, to the cent."""
        assert self.amount is not None
        assert self.closed is not None
        if self.currency == HOME:
            return self.amount
        rate = max(one for one in RATES[self.currency] if one[0] <= self.closed)[1]
        return (self.amount * rate).quantize(Decimal("0.01"), ROUND_HALF_UP)


def read(folder: Path, *, currencies: Mapping[str, str] | None = None) -> list[Row]:
    """Read the opportunities; `currencies` by the first letters of the product."""
    with (folder / "sales_pipeline.csv").open(encoding="utf-8-sig", newline="") as file:
        found = list(csv.DictReader(file))
    return [
        Row(
            one["opportunity_id"],
            one["sales_agent"],
            one["account"],
            one["deal_stage"],
            (currencies or {}).get(one["product"][:3], HOME),
            _day(one["engage_date"]),
            _day(one["close_date"]),
            Decimal(one["close_value"]) if one["close_value"] else None,
        )
        for one in found
    ]


def _day(text: str) -> date | None:
    day, month, year = text.split("-") if text else ("", "", "")
    return date(2000 + int(year), int(month), int(day)) if text else None


def sums(rows: Iterable[Row], key: str, *, home: bool) -> dict[Any, Decimal]:
    """What was won by a field, in dollars; else by the field and the currency."""
    found: dict[Any, Decimal] = defaultdict(Decimal)
    for one in rows:
        if one.won and one.amount is not None:
            name = getattr(one, key)
            found[name if home else (name, one.currency)] += one.at_home if home else one.amount
    return dict(found)


def files(*, rates: bool = False) -> CompanyFiles:
    """The worked example's files, moved to America, under an agreement of before the first deal."""
    raw = {name: tomllib.loads(text.decode()) for name, text in example()}
    mapping = raw["mapping.toml"] | {"company": COMPANY, "currency": HOME, "zone": ZONE}
    agreement = raw["agreement.toml"]
    agreement |= {"company": COMPANY, "zone": ZONE, "effective_from": date(2016, 1, 1)}
    agreement |= {"signed": []}
    if rates:
        agreement["rates"] = [
            {"currency": name, "from": day, "per_unit": rate}
            for name, some in RATES.items()
            for day, rate in some
        ]
    made = Agreement.model_validate(agreement)
    signed = [
        {
            "side": side,
            "name": made.owners.of(side)[0],
            "on": date(2016, 1, 1),
            "hash": fingerprint(made),
        }
        for side in SIDES
    ]
    teams = always_open(acme().teams).model_copy(update={"company": COMPANY})
    return CompanyFiles(
        folder=Path(COMPANY),
        mapping=unhurried(MappingFile.model_validate(mapping)),
        agreement=Agreement.model_validate(agreement | {"signed": signed}),
        teams=teams,
    )


def address(account: str) -> str:
    """The address of the one contact that an account has."""
    return f"buyer@{''.join(one for one in account.lower() if one.isalnum())}.example"


def seed(box: Sandbox, rows: list[Row], *, roles: bool) -> None:
    """Enter everything into the emulated vendors, a contact an account."""
    if len({one.currency for one in rows}) > 1:
        box.sales.config(multicurrency=True)
    agents = sorted({one.agent for one in rows})
    mail = {one: f"{one.lower().replace(' ', '.')}@seller.example" for one in agents}
    box.sales.seed(User=[{"Name": n, "Email": m, "IsActive": True} for n, m in mail.items()])
    users = {one["Name"]: one["Id"] for one in box.sales.state("User")}
    accounts = sorted({one.account for one in rows if one.account})
    stamp = {"CreatedDate": BEFORE, "SystemModstamp": BEFORE}
    box.sales.seed(Account=[{"Name": one, **stamp} for one in accounts])
    ids = {one["Name"]: one["Id"] for one in box.sales.state("Account")}
    box.marketing.seed(
        contacts=[
            {
                "properties": {"email": address(one), "company": one, "lastname": "Buyer"},
                "createdAt": BEFORE,
                "updatedAt": BEFORE,
            }
            for one in accounts
        ]
    )
    box.sales.seed(
        Contact=[
            {"LastName": "Buyer", "Email": address(one), "AccountId": ids[one], **stamp}
            for one in accounts
        ]
    )
    people = {one["AccountId"]: one["Id"] for one in box.sales.state("Contact")}
    made = [_deal(one, users, ids) for one in rows]
    for at in range(0, len(made), PAGE):
        box.sales.seed(Opportunity=made[at : at + PAGE])
    if roles:
        deals = {one["Name"]: one["Id"] for one in box.sales.state("Opportunity")}
        told = [
            {
                "OpportunityId": deals[one.name],
                "ContactId": people[ids[one.account]],
                "Role": "Decision Maker",
                "IsPrimary": True,
                **stamp,
            }
            for one in rows
            if one.account
        ]
        for at in range(0, len(told), PAGE):
            box.sales.seed(OpportunityContactRole=told[at : at + PAGE])


def _deal(row: Row, users: Mapping[str, str], ids: Mapping[str, str]) -> dict[str, Any]:
    begun = row.begun or date(2017, 6, 1)
    ended = row.closed or begun
    made = {
        "Name": row.name,
        "StageName": STAGES[row.stage],
        "Amount": float(row.amount) if row.amount is not None else None,
        "CloseDate": (row.closed or date(2018, 3, 1)).isoformat(),
        "OwnerId": users[row.agent],
        "AccountId": ids.get(row.account),
        "CurrencyIsoCode": row.currency if row.currency != HOME else None,
        "CreatedDate": f"{begun}T15:00:00Z",
        "SystemModstamp": f"{ended}T20:00:00Z",
        "LastStageChangeDate": f"{ended}T20:00:00Z",
    }
    return {name: value for name, value in made.items() if value is not None}
