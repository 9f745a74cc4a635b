"""Whose each deal is, kept with the rows: its people, their parts, and the totals of deals."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime, tzinfo

from crmbridge.model.evidence import EXPLICIT, Evidence
from crmbridge.model.lead import Ref
from crmbridge.model.money import Money
from crmbridge.policy.revenue.people import owners
from crmbridge.policy.totals.counted import source_of
from crmbridge.policy.totals.deals import (
    FIRM,
    NO_ACCOUNT,
    NO_PERSON,
    OUTSIDE,
    PEOPLE,
    DealCounted,
)
from crmbridge.policy.totals.money import BY_FIRST, BY_KIND, BY_LAST, BY_SOURCE, parts
from crmbridge.store import firms, sharing, totals, trail
from crmbridge.store.projection.books import Books
from crmbridge.store.projection.claims import Hand, claims_of
from crmbridge.store.rows import DealRow, PartRow
from crmbridge.store.table import Tx
from crmbridge.store.totals import Sums

WON = "won"
STANDING = ("open", "won", "lost")
"""States of deals that count."""


class Shares:
    """The parts of deals in one transaction.

    Note what changes as it does, and call `write` once people and accounts are written: it notes on
    each deal what it adds, so deals are written after it.
    """

    def __init__(self, tx: Tx, hand: Hand, sums: Sums, books: Books) -> None:
        self._tx, self._hand, self._sums, self._books = tx, hand, sums, books
        self._rule: sharing.Rule | None = None
        self._deals: set[str] = set()
        self._people: set[str] = set()
        self._accounts: dict[str, datetime] = {}
        self._named: set[str] = set()
        self._gated: set[str] = set()
        self._lists: dict[str, set[str]] = defaultdict(set)
        self._drops: dict[str, set[str]] = defaultdict(set)
        self._listed: dict[str, set[str]] = {}
        self.moved: set[str] = set()
        """Leads whose part of a deal is another since somebody asked last, or whose account has
        other deals."""

    def deals(self, idents: Iterable[str]) -> None:
        """Note deals that changed, or whose people did."""
        self._deals.update(idents)

    def person(self, ref: Ref) -> None:
        """Note a person's record that is another lead's now."""
        self._people.add(str(ref))

    def accounts(self, refs: Iterable[str], since: datetime) -> None:
        """Note accounts (refs as text) whose people are others since a time; any order will do."""
        for one in refs:
            if one:
                self._accounts[one] = min(since, self._accounts.get(one, since))

    def lead(self, ident: str, before: Iterable[str], after: Iterable[str]) -> None:
        """Note a lead that changed, and the deals that its cycles listed and list now."""
        had, has = set(before), set(after)
        if has:
            self._named.add(ident)
        for deal in had - has:
            self._drops[deal].add(ident)
        for deal in has - had:
            self._lists[deal].add(ident)
        self._deals |= had ^ has

    def write(self) -> None:
        """Share every deal anew that something was noted of, and begin anew."""
        self._rename()
        self._follow_people()
        if self._accounts:
            self._books.accounts(self._accounts)  # lost deals were created with somebody, too
            self._deals.update(trail.deals_at(self._tx, self._accounts))
        if self._deals:
            self._share(sorted(self._deals))
        if self._gated:
            self._look_at_gates()
        for pile in (self._deals, self._lists, self._drops, self._people, self._named):
            pile.clear()
        self._accounts.clear()

    def _look_at_gates(self) -> None:
        """Whose account has other deals now may pass a gate of the definition, or no longer."""
        there = firms.belongings_to(self._tx, self._gated)
        people = {
            Ref.parse(one.person) for rows in there.values() for one in rows if one.until is None
        }
        self._hand.load_refs(people)
        entries = [self._hand.ref(one) for one in people]
        self.moved.update(one.lead for one in entries if one and one.lead)
        self._gated.clear()

    def _rename(self) -> None:
        """Count the parts of leads under the names that they have now."""
        news = []
        for lead, rows in totals.parts_of_leads(self._tx, self._named).items():
            for row in rows:
                now = self._as_named(row) if row.minor is not None else row
                if now != row:
                    news.append(now)
                    self._count_parts({lead: row}, {lead: now})
        totals.put_parts(self._tx, news)
        self._hand.deals.forget_shares(news)

    def _as_named(self, row: PartRow) -> PartRow:
        state = self._hand.state(row.lead)
        return replace(
            row,
            source=source_of(state.value("source")),
            first_touch=state.first_touch,
            last_touch=state.last_touch,
        )

    def holders(self, deals: Iterable[str]) -> dict[str, Mapping[str, Evidence]]:
        """Return by deal who shares it by the evidence there is, as the rows stand in hand.

        Of a deal that is not won, who would share it. A deal that does not count has nobody.
        """
        wanted = list(deals)
        self._hand.deals.load(wanted)
        rows = {one: row for one in wanted if (row := self._counts(one))}
        found = self.holders_as(rows)
        return {one: found.get(one, {}) for one in wanted}

    def holders_as(self, rows: Mapping[str, DealRow]) -> dict[str, Mapping[str, Evidence]]:
        """Return by deal who would share it if the deals were as these rows say."""
        claims = claims_of(self._tx, self._hand, rows, self.rule)
        return {one: owners(self.rule.sharing, claims[one]) for one in rows}

    @property
    def rule(self) -> sharing.Rule:
        """Who shares a deal, and in which zone its days are."""
        if self._rule is None:
            self._rule = sharing.rule(self._tx)
        return self._rule

    def _follow_people(self) -> None:
        """The deals and accounts of people whose records have moved."""
        if not self._people:
            return
        roles = trail.roles_of_people(self._tx, self._people)
        self._deals.update(one.deal for rows in roles.values() for one in rows)
        periods = firms.belongings_of(self._tx, self._people)
        for one in (one for rows in periods.values() for one in rows):
            self.accounts([one.account], one.since)

    def _counts(self, deal: str) -> DealRow | None:
        row = self._hand.deals.get(deal)
        return row if row and row.state in STANDING and not row.outside else None

    def _share(self, deals: list[str]) -> None:
        self._books.deals(deals)
        known = totals.parts_of(self._tx, deals)
        held = self.holders(deals)
        shared = {one: held[one] if self._is_won(one) else {} for one in deals}
        self._hand.load_leads({lead for found in shared.values() for lead in found})
        news: list[PartRow] = []
        gone: list[PartRow] = []
        for deal in deals:
            before = {row.lead: row for row in known.get(deal, [])}
            now = self._parts(deal, before, shared[deal])
            news += [row for lead, row in now.items() if before.get(lead) != row]
            gone += [row for lead, row in before.items() if lead not in now]
            self._count_parts(before, now)
            self._count_deal(deal, shared[deal])
            self._note_moved(before, now)
        totals.put_parts(self._tx, news)
        totals.remove_parts(self._tx, gone)
        self._hand.deals.forget_shares([*news, *gone])
        totals.deals_due(self._tx, (one for one in deals if self._is_open_question(one, held[one])))

    def _is_won(self, deal: str) -> bool:
        row = self._hand.deals.get(deal)
        return row is not None and row.state == WON

    def _is_open_question(self, deal: str, held: Mapping[str, Evidence]) -> bool:
        """Whether weak evidence puts somebody on a deal, or nothing does who is on it."""
        explicit = {lead for lead, kind in held.items() if kind in EXPLICIT}
        return bool(held.keys() - explicit or self._listed[deal] - explicit)

    def _parts(
        self, deal: str, before: Mapping[str, PartRow], shared: Mapping[str, Evidence]
    ) -> dict[str, PartRow]:
        row = self._hand.deals.get(deal)
        listed = {lead for lead, one in before.items() if one.listed}
        listed = self._listed[deal] = (listed - self._drops[deal]) | self._lists[deal]
        mine = parts(_money(row), shared)
        return {
            lead: self._part(deal, lead, mine.get(lead), shared.get(lead), listed=lead in listed)
            for lead in sorted({*listed, *shared})
        }

    def _part(
        self,
        deal: str,
        lead: str,
        money: Money | None,
        kind: Evidence | None,
        *,
        listed: bool,
    ) -> PartRow:
        plain = PartRow(deal=deal, lead=lead, kind=kind or "", listed=listed)
        if money is None:
            return plain
        return self._as_named(replace(plain, minor=money.minor, currency=money.currency))

    def _count_parts(self, before: Mapping[str, PartRow], now: Mapping[str, PartRow]) -> None:
        for rows, sign in ((before, -1), (now, 1)):
            for row in rows.values():
                if row.minor is None:
                    continue
                for what, name in (
                    (BY_SOURCE, row.source),
                    (BY_FIRST, row.first_touch),
                    (BY_LAST, row.last_touch),
                    (BY_KIND, row.kind),
                ):
                    self._sums.money((what, name, row.currency), sign, sign * row.minor)

    def _count_deal(self, deal: str, shared: Mapping[str, Evidence]) -> None:
        row = self._hand.deals.get(deal)
        if row is None:
            return
        now = counted_deal(row, self.rule.zone, reached=bool(shared))
        text = now.to_text() if now else ""
        if text == row.counted:
            return
        for counted, sign in ((DealCounted.of(row.counted), -1), (now, 1)):
            for key, minor in counted.totals() if counted else ():
                self._sums.money(key, sign, sign * minor)
                if key[0] == FIRM:
                    self._gated.add(key[1])
        self._hand.deals.note_counted(deal, text)

    def _note_moved(self, before: Mapping[str, PartRow], now: Mapping[str, PartRow]) -> None:
        for lead in before.keys() | now.keys():
            if _shown(before.get(lead)) != _shown(now.get(lead)):
                self.moved.add(lead)


def counted_deal(row: DealRow, zone: tzinfo, *, reached: bool) -> DealCounted | None:
    """How a deal counts; `None` for one that was deleted. `reached` says if anybody shares it."""
    if row.state not in STANDING:
        return None
    if row.state != WON:
        return DealCounted(row.state, row.account, row.outside)
    return DealCounted(
        row.state,
        row.account,
        row.outside,
        _reach(row, reached=reached),
        row.currency if row.amount_minor is not None else "",
        row.amount_minor or 0,
        row.closed_at.astimezone(zone).date().isoformat() if row.closed_at else "",
    )


def _reach(row: DealRow, *, reached: bool) -> str:
    if row.outside:
        return OUTSIDE
    if reached:
        return PEOPLE
    return NO_PERSON if row.account else NO_ACCOUNT


def _shown(row: PartRow | None) -> tuple[str, int | None, str]:
    """What a lead hears of its part."""
    return (row.kind, row.minor, row.currency) if row else ("", None, "")


def _money(deal: DealRow | None) -> Money | None:
    if deal is None or deal.state != WON or deal.outside or deal.amount_minor is None:
        return None
    return Money(deal.amount_minor, deal.currency)
