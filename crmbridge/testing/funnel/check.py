"""Whether a funnel that was played ended as its files say; every number counted twice, apart."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from decimal import Decimal

from crmbridge.store import events, leads
from crmbridge.store.projection import Workspace
from crmbridge.testing.funnel.play import Played
from crmbridge.testing.funnel.spigot import Recounted, in_crm, recount
from crmbridge.testing.reported import differ, reported


def check(played: Played) -> list[str]:
    """Return what is wrong; empty when the ledger and both systems agree with the files."""
    found = [*_people(played), *_wins(played), *_money(played), *_idle(played)]
    found += _spigot(played)
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
    rows = Counter(one.email for one in played.box.at_sales.leads())
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
            if (row := work.deals.get(deal))
        }
    ledger = sum((Decimal(row.amount_minor or 0) / 100 for row in deals.values()), Decimal(0))
    if ledger != wanted:
        yield f"the ledger has {ledger} won, the files {wanted}"
    amounts = [one.words.get("won_amount") for one in played.box.at_marketing.people()]
    home = sum((Decimal(one) for one in amounts if one), Decimal(0))
    if home != wanted:
        yield f"the marketing records have {home} won, the files {wanted}"
    with played.company.ledger.read() as tx:
        yield from differ(reported(played.company, tx), wanted)


def _idle(played: Played) -> Iterator[str]:
    won = {one.email for one in played.funnel.winners}
    others = {one.email for one in played.funnel.leads} - won
    track = played.company.agreement.recycle.reasons["stale_idle"].track
    wrong: Counter[str] = Counter()
    for one in played.box.at_marketing.people():
        if one.email not in others:
            continue
        wrong["not on the track"] += one.words.get("track") != track
        wrong["not idle"] += one.words.get("reason") != "stale_idle"
        wrong["on no list"] += one.lists != 1
        wrong["said to wait"] += bool(one.words.get("waiting"))
        wrong["handed again"] += Decimal(one.words.get("cycle") or 0) != 2
    for what, number in wrong.items():
        if number:
            yield f"{number} of {len(others)} that were not won are {what}"


def recounted(played: Played) -> Recounted:
    """Count all that the spigot did anew, from the ledger's entries."""
    company = played.company
    with company.ledger.read() as tx:
        return recount(events.walk(tx), company.teams, company.definition)


def _spigot(played: Played) -> Iterator[str]:
    found = recounted(played)
    yield from found.wrong
    if found.late:
        yield f"{found.late} clocks ran out, though every rep calls within half an hour"
    won = {one.email for one in played.funnel.winners}
    sales = played.box.at_sales
    rows = [one for one in sales.leads() if one.email not in won]
    mails = {rep.email: rep.id for rep in played.company.teams.reps}
    users = {ident: mails.get(email, "") for email, ident in sales.users().items()}
    yield from in_crm(rows, found.owners, played.company.definition, users)
