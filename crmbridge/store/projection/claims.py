"""What says of whom that they are on a deal: roles of all kinds, and belonging to its account."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import tzinfo
from typing import Protocol

from crmbridge.model.evidence import Claim, Evidence, Sharing
from crmbridge.model.lead import Ref
from crmbridge.model.state import LeadState
from crmbridge.policy.revenue.people import owners
from crmbridge.store import firms
from crmbridge.store.projection.deals import Deals
from crmbridge.store.projection.shapes import RefEntry
from crmbridge.store.rows import DealRow, RoleRow
from crmbridge.store.seen_rows import BelongingRow
from crmbridge.store.sharing import Rule
from crmbridge.store.table import Tx


class Hand(Protocol):
    """What is asked of the rows in hand; see `Inventory`."""

    deals: Deals

    def load_leads(self, ids: Iterable[str]) -> None:
        """Load leads in bulk."""

    def load_refs(self, refs: Iterable[Ref]) -> None:
        """Load vendor records in bulk."""

    def state(self, lead: str) -> LeadState:
        """A lead's standing view."""

    def ref(self, ref: Ref) -> RefEntry | None:
        """A vendor record."""


def claims_of(
    tx: Tx, hand: Hand, rows: Mapping[str, DealRow], rule: Rule
) -> dict[str, list[Claim]]:
    """Return by deal what says of which lead that they are on it.

    An account's people are looked up only for deals whose sharing asks for them. Who belongs to it
    is as the rows were last written.
    """
    hand.deals.load_on(rows)
    roles = {deal: [one for one in hand.deals.roles_on(deal) if one.live] for deal in rows}
    hand.load_refs(Ref.parse(one.person) for found in roles.values() for one in found)
    claims = {deal: _by_roles(hand, found) for deal, found in roles.items()}
    asked = [one for one, row in rows.items() if row.account and _asks(rule.sharing, claims[one])]
    if asked:
        there = _periods(tx, {rows[deal].account for deal in asked})
        hand.load_refs(Ref.parse(one.person) for found in there.values() for one in found)
        for deal in asked:
            periods = there[rows[deal].account]
            claims[deal] += _by_account(hand, rows[deal], periods, rule.zone)
    return claims


def _periods(tx: Tx, accounts: set[str]) -> dict[str, list[BelongingRow]]:
    """The periods of each account's people, and of those of accounts that were merged into it."""
    merged = firms.merged_into(tx, accounts)
    there = firms.belongings_to(tx, accounts.union(*merged.values()))
    return {
        one: [row for ref in sorted({one, *merged[one]}) for row in there.get(ref, ())]
        for one in accounts
    }


def _asks(sharing: Sharing, claims: Iterable[Claim]) -> bool:
    """Whether an account's people may share a deal with these claims."""
    if sharing.people in ("explicit", "primary"):
        return False
    return sharing.people == "implicit" or not owners(sharing, claims)


def _by_roles(hand: Hand, roles: Iterable[RoleRow]) -> list[Claim]:
    return [
        Claim(lead, one.evidence, one.is_primary)
        for one in roles
        if (lead := _lead_of(hand, one.person))
    ]


def _by_account(
    hand: Hand, deal: DealRow, periods: Iterable[BelongingRow], zone: tzinfo
) -> list[Claim]:
    """Who belonged to a deal's account when it closed; while it is open, who does now (R6.1)."""
    there = (_lead_of(hand, one.person) for one in periods if _holds(one, deal, zone))
    return [Claim(lead, Evidence.ACCOUNT) for lead in dict.fromkeys(there) if lead]


def _holds(period: BelongingRow, deal: DealRow, zone: tzinfo) -> bool:
    """Whether a period counts; who came on the day of the close was there if no time is known."""
    if deal.closed_at is None:
        return period.until is None
    begun = period.since <= deal.closed_at
    if not begun and deal.data.get("precision") == "day":
        came, closed = (one.astimezone(zone).date() for one in (period.since, deal.closed_at))
        begun = came == closed
    return begun and (period.until is None or deal.closed_at < period.until)


def _lead_of(hand: Hand, person: str) -> str:
    entry = hand.ref(Ref.parse(person))
    return entry.lead if entry else ""
