"""Whether a funnel that was played ended as its files say; every number counted twice, apart."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from decimal import Decimal

from crmbridge.model.event import Event
from crmbridge.store import events, leads
from crmbridge.store.projection import Workspace
from crmbridge.store.table import Tx
from crmbridge.testing.funnel.files import OPEN_LIMIT
from crmbridge.testing.funnel.play import Played


def check(played: Played) -> list[str]:
    """Return what is wrong; empty when the ledger and both systems agree with the files."""
    found = [*_people(played), *_wins(played), *_money(played), *_idle(played)]
    with played.company.ledger.read() as tx:
        found += _limits(tx)
    again = sum(played.turn().writes for _ in range(2))
    if again:
        found.append(f"a second run of every pass wrote {again} times")
    return found


def _people(played: Played) -> Iterator[str]:
    wanted = {one.email for one in played.funnel.leads}
    with played.company.ledger.read() as tx:
        number = sum(1 for _ in leads.ids(tx))
    if number != len(wanted):
        yield f"{number} leads in the ledger, {len(wanted)} in the files"
    rows = Counter((row.get("Email") or "").lower() for row in played.box.sales.state("Lead"))
    twice = [address for address, times in rows.items() if times > 1]
    if twice:
        yield f"{len(twice)} people are twice in the CRM"
    missing = len(wanted - set(rows))
    if missing:
        yield f"{missing} people never reached the CRM"


def _wins(played: Played) -> Iterator[str]:
    with played.company.ledger.read() as tx:
        work = Workspace(tx)
        found = [work.state(ident) for ident in leads.ids(tx)]
        customers = [one for one in found if one.stage == "customer"]
        begun = [one for one in customers if _begun_by_sales(work, one.id)]
    if len(customers) != len(played.funnel.winners):
        yield f"{len(customers)} customers, {len(played.funnel.winners)} wins in the files"
    early = sum(1 for one in played.funnel.winners if one.early)
    if len(begun) != early:
        yield f"{len(begun)} customers begun by sales, {early} in the files"
    by_origin = Counter(str(one.value("source") or "") for one in customers)
    if by_origin != played.funnel.wins_by_origin():
        yield f"wins by origin: {dict(by_origin)}"


def _begun_by_sales(work: Workspace, lead: str) -> bool:
    return any(one.kind in ("sales_initiated", "override") for one in work.lifecycle(lead).cycles)


def _money(played: Played) -> Iterator[str]:
    wanted = sum((one.amount for one in played.funnel.winners), Decimal(0))
    with played.company.ledger.read() as tx:
        work = Workspace(tx)
        deals = {
            deal: row
            for ident in leads.ids(tx)
            for deal in work.lifecycle(ident).won_deals
            if (row := work.deal(deal))
        }
    ledger = sum((Decimal(row.amount_minor or 0) / 100 for row in deals.values()), Decimal(0))
    if ledger != wanted:
        yield f"the ledger has {ledger} won, the files {wanted}"
    records = played.box.marketing.state("contacts")
    amounts = [one["properties"].get("crmbridge_won_amount") for one in records]
    home = sum((Decimal(one) for one in amounts if one), Decimal(0))
    if home != wanted:
        yield f"the marketing records have {home} won, the files {wanted}"


def _idle(played: Played) -> Iterator[str]:
    won = {one.email for one in played.funnel.winners}
    others = {one.email for one in played.funnel.leads} - won
    track = played.company.agreement.recycle.reasons["stale_idle"].track
    wrong: Counter[str] = Counter()
    for one in played.box.marketing.state("contacts"):
        properties = one["properties"]
        if properties["email"] not in others:
            continue
        wrong["not on the track"] += properties.get("crmbridge_track") != track
        wrong["not idle"] += properties.get("crmbridge_reason") != "stale_idle"
        wrong["on no list"] += len(one["lists"]) != 1
        wrong["handed again"] += Decimal(properties.get("crmbridge_cycle") or 0) != 2
    for what, number in wrong.items():
        if number:
            yield f"{number} of {len(others)} that were not won are {what}"


def _limits(tx: Tx) -> Iterator[str]:
    """Count every rep's open work anew from the entries: nobody at the limit was given a lead."""
    desk = _Desks()
    seq = 0
    while chunk := events.since(tx, seq, 5000):
        for event in chunk:
            desk.take(event)
        seq = chunk[-1].seq
    if desk.over:
        yield f"{desk.over} hand-offs to a rep who was at the limit"
    if not desk.given:
        yield "no hand-off was counted"


class _Desks:
    """Open and promised leads by rep, from the entries alone."""

    def __init__(self) -> None:
        self.owner: dict[str, str] = {}
        self.open: set[str] = set()
        self.promised: dict[str, str] = {}
        self.count: Counter[str] = Counter()
        self.over = self.given = 0

    def take(self, event: Event) -> None:
        lead = event.lead
        match event.type:
            case "assigned":
                rep = event.data["rep"]
                self.given += 1
                self.over += self.count[rep] >= OPEN_LIMIT
                self.count[rep] += 1
                self.promised[lead] = rep
            case "handed" | "accepted":
                self._open(lead, event.data.get("rep") or self.owner.get(lead, ""))
            case "sighting" if "owner" in event.data:
                self._owner(lead, event.data["owner"])
            case "opportunity" | "stale" | "rejected" | "recalled":
                self._close(lead)

    def _open(self, lead: str, rep: str) -> None:
        promised = self.promised.pop(lead, None)
        if promised is not None:
            self.count[promised] -= 1
        if lead not in self.open:
            self.open.add(lead)
            self.owner[lead] = rep
            self.count[rep] += 1

    def _owner(self, lead: str, rep: str) -> None:
        if lead in self.open:
            self.count[self.owner[lead]] -= 1
            self.count[rep] += 1
        self.owner[lead] = rep

    def _close(self, lead: str) -> None:
        if lead in self.open:
            self.open.discard(lead)
            self.count[self.owner[lead]] -= 1
