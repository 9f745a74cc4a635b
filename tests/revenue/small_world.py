"""A small company of 2025 for reports of the books: who touched what, what sales did, what was won.

It is told in days of that year, all at once, and looked at in June 2026: the books are opened then,
so that everything of before stands on its own day.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import select

from crmbridge.clock import FixedClock
from crmbridge.company import Company
from crmbridge.files import CompanyFiles
from crmbridge.flows.revenue.post import post_books
from crmbridge.flows.scene.scene import Scene
from crmbridge.model import payload
from crmbridge.model.campaign import Campaign
from crmbridge.model.deal import About, Deal, DealState, Role
from crmbridge.model.firm import Firm
from crmbridge.model.lead import Ref, Sighting
from crmbridge.model.money import Money
from crmbridge.model.payload import Payload
from crmbridge.model.touch import Activity, Touch
from crmbridge.report.credit.missing import missing
from crmbridge.report.credit.scope import Scope
from crmbridge.report.frame.period import Period, span
from crmbridge.report.frame.sheet import Report
from crmbridge.report.won import won
from crmbridge.store.book_rows import CLASS, BookedRow, CreditRow
from crmbridge.store.schema import credit_day
from crmbridge.store.table import Tx
from tests.stages.kept import rows
from tests.stages.led_up import what_led_up_is_kept
from tests.stages.play import example
from tests.stages.still import seen, still
from tests.stages.worked import sheet

NOW = datetime(2026, 6, 30, 12, tzinfo=UTC)


def at(text: str) -> datetime:
    """An instant of 2025: `03-10` is the noon of that day, `03-10 09:30` that minute.

    A day with its year is of that year.
    """
    day, _, minute = text.partition(" ")
    whole = day if len(day) > len("03-10") else f"2025-{day}"
    return datetime.fromisoformat(f"{whole}T{minute or '12:00'}:00+00:00")


def eur(amount: float) -> Money:
    return Money(round(amount * 100), "EUR")


def of_sales(obj: str, ident: str) -> Ref:
    return Ref(system="sales", obj=obj, id=ident)


@dataclass
class Small:
    """A company in which a test says what happened."""

    company: Company
    clock: FixedClock
    n: int = 0
    leads: dict[str, str] = field(default_factory=dict)

    def person(
        self, name: str, made: str = "01-10", source: str = "", account: str = "", **more: Any
    ) -> None:
        values = {"email": f"{name}@buyer.example"} | ({"source": source} if source else {})
        ref, firm = of_sales("Contact", name), of_sales("Account", account) if account else None
        seen(
            self.company,
            [
                Sighting(
                    ref=ref,
                    values=values | more,
                    raw={"Email": name},
                    created_at=at(made),
                    changed_at=at(made),
                    account=firm,
                    account_seen=bool(account),
                )
            ],
        )
        with self.company.ledger.write("test") as tx:
            entry = Scene.open(self.company, tx).work.ref(ref)
        assert entry is not None
        assert entry.lead is not None
        self.leads[name] = entry.lead

    def touch(self, who: str, when: str, channel: str = "organic", **more: Any) -> str:
        """A form unless `kind` says another; `campaign` is an id. Returns its name in the books."""
        self.n += 1
        ref = Ref(system="marketing", obj="form", id=f"t{self.n}")
        if campaign := more.pop("campaign", ""):
            more["campaign"] = of_sales("Campaign", campaign)
        kind = more.pop("kind", "form")
        person = of_sales("Contact", who)
        seen(
            self.company,
            [Touch(ref=ref, at=at(when), kind=kind, channel=channel, person=person, **more)],
        )
        return str(ref)

    def did(self, who: str, when: str, kind: str = "call") -> None:
        """Sales did something with a person."""
        self.n += 1
        ref = of_sales("Event", f"e{self.n}")
        seen(
            self.company,
            [Activity(ref=ref, at=at(when), person=of_sales("Contact", who), kind=kind)],
        )

    def campaign(self, ident: str, name: str, **more: Any) -> None:
        told = frozenset({"name", *more})
        seen(
            self.company, [Campaign(ref=of_sales("Campaign", ident), name=name, told=told, **more)]
        )

    def tell(self, who: str, when: str, *told: Payload) -> None:
        with self.company.ledger.write("test") as tx:
            scene = Scene.open(self.company, tx)
            for one in told:
                self.n += 1
                scene.observed(one, self.leads[who], f"{one.type}:{self.n}", at(when))
            scene.work.flush()

    def handed(self, who: str, when: str) -> None:
        self.tell(who, when, payload.Handed(kind="pushed", rep="ann"))

    def accepted(self, who: str, when: str) -> None:
        self.tell(who, when, payload.SalesTouched(), payload.Accepted())

    def rejected(self, who: str, when: str, reason: str = "no_fit") -> None:
        self.tell(who, when, payload.read("rejected", {"reason": reason}))

    def returned(self, who: str, when: str, reason: str = "bad_timing") -> None:
        self.tell(who, when, payload.read("returned", {"reason": reason}))

    def deal(
        self,
        name: str,
        value: Money | None,
        *who: str,
        made: str = "02-10",
        won: str | None = "03-10",
        lost: str | None = None,
        **more: Any,
    ) -> None:
        """A deal with a role for each person; `won` as `None` leaves it open, unless `lost`."""
        state = DealState.LOST if lost else DealState.WON if won else DealState.OPEN
        closed = lost or won
        about = {name: more.pop(name) for name in ("source", "account") if name in more}
        if isinstance(about.get("account"), str):
            about["account"] = of_sales("Account", about["account"])
        ref = of_sales("Opportunity", name)
        told = Deal(
            ref=ref,
            state=more.pop("state", state),
            value=value,
            created_at=at(made),
            closed_at=at(closed) if closed else None,
            changed_at=more.pop("changed", self.clock.now()),
            about=About(**about, told=frozenset(about)),
            **more,
        )
        on = [
            Role(
                ref=of_sales("OpportunityContactRole", f"{name}-{one}"),
                deal=ref,
                person=of_sales("Contact", one),
            )
            for one in who
        ]
        seen(self.company, [told, *on])

    def firm(self, name: str) -> None:
        seen(
            self.company,
            [Firm(ref=of_sales("Account", name), name=name, told=frozenset({"name"}))],
        )

    def spend(self, month: str, *costs: tuple[str, str, int]) -> None:
        """What campaigns cost in a month (`2025-03`): a name, a currency and its smallest units."""
        with self.company.ledger.write("test") as tx:
            scene = Scene.open(self.company, tx)
            scene.decided(payload.CostGiven(month=month, costs=costs), "", f"cost:{month}")
            scene.work.flush()

    def post(self) -> int:
        return post_books(self.company)

    def scope(self, since: str = "", until: str = "", by: str = "", compare: str = "") -> Scope:
        """A question of some days, both included, as people write them."""
        company = self.company
        today = self.clock.now().astimezone(company.zone).date()
        return Scope(
            company=company.name,
            agreement=company.agreement,
            currency=company.mapping.currency,
            exchange=company.exchange,
            zone=company.zone,
            today=today,
            period=Period(
                span(since, today).since if since else None,
                span(until, today).until if until else None,
            ),
            by=by,
            compare=compare,
        )

    def ask(self, report: Callable[[Tx, Scope], Report], *days: str, **more: str) -> Report:
        with self.company.ledger.read() as tx:
            return report(tx, self.scope(*days, **more))


def agreed(**attribution: Any) -> CompanyFiles:
    """The example's files; without targets, unless `targets` gives them as in the file."""
    files = example()
    raw = files.agreement.model_dump(by_alias=True)
    raw["target"] = attribution.pop("targets", ())
    raw["rates"] = attribution.pop("rates", ())
    raw["attribution"] |= {"models": ("first", "linear", "w_shaped")} | attribution
    raw["effective_from"] = date(2024, 1, 1)
    return replace(files, agreement=files.agreement.model_validate(raw))


@contextmanager
def small(**more: Any) -> Iterator[Small]:
    """A company over a fresh ledger, which knows nobody; see `agreed`."""
    with still(agreed(**more), at=NOW) as (company, clock):
        yield Small(company, clock)


def amounts(report: Report, name: str, label: str, *columns: str) -> dict[Any, Any]:
    """Amounts of a sheet in major units by its label; one column alone is no tuple."""
    found = sheet(report, name)
    places = [found.index(one) for one in columns]
    out = {}
    for row in found.rows:
        cells = tuple(_plain(row[place]) for place in places)
        out[row[found.index(label)]] = cells if len(cells) > 1 else cells[0]
    return out


def total(report: Report, name: str, column: str) -> Any:
    found = sheet(report, name)
    assert found.total is not None
    return _plain(found.total[found.index(column)])


def _plain(cell: Any) -> Any:
    return float(cell.amount) if isinstance(cell, Money) else cell


def must_add_up(world: Small) -> None:
    """What is credited, what is classed and what sales says that it won are one amount.

    A won deal is in the books in the company's currency, or without a rate in its own, or it is
    outside the mapping's filter: nothing else is missing.
    """
    company = world.company
    booked = {(one.deal, one.measure): one for one in rows(company, BookedRow) if one.handed}
    credited: dict[Any, int] = defaultdict(int)
    many: dict[Any, int] = defaultdict(int)
    for row in rows(company, CreditRow):
        credited[row.deal, row.measure, row.model, row.currency] += row.minor
        many[row.deal, row.measure, row.model] += row.deals
    for (deal, measure, model, currency), minor in credited.items():
        row_ = booked.get((deal, measure))
        due = row_.minor if row_ and row_.currency == currency else 0
        assert minor == due, (deal, measure, model)
        if model.startswith(CLASS):
            assert many[deal, measure, model] == (row_ is not None)
    days_add_up(company)
    what_led_up_is_kept(company.ledger)
    with company.ledger.read() as tx:
        told = won(tx, company.exchange)
        lost = missing(tx, world.scope())
    ours: dict[str, int] = defaultdict(int)
    for (_, measure), row_ in booked.items():
        if measure == "revenue" and row_.own_currency:
            ours[row_.own_currency] += row_.own_minor
    for one in lost.outside_money:
        ours[one.currency] += one.minor
    theirs = {name: text for name, text in told["total"]["money"].items() if float(text)}
    assert {name: str(Money(n, name).amount) for name, n in ours.items() if n} == theirs
    there = sum(measure == "revenue" for _, measure in booked) + lost.outside
    assert there == told["total"]["deals"]


def days_add_up(company: Company) -> None:
    """The sums that are kept by day are what a count of all postings gives, three times."""
    due: dict[Any, int] = defaultdict(int)
    for row in rows(company, CreditRow):
        if not row.model.startswith(CLASS):
            none = row.touch == ""
            by = {"channel": row.channel, "campaign": row.campaign, "asset": row.asset}
            for of, name in by.items():
                shown = row.channel if none else name
                when = (row.day, row.posted)
                due[row.measure, of, row.model, when, row.currency, none, shown] += row.minor
    with company.ledger.read() as tx:
        found = {
            (one.measure, one.of, one.model, (one.day, one.posted), *one[6:9]): int(one.minor)
            for one in tx.conn.execute(select(*credit_day.columns))
        }
    assert found == due
