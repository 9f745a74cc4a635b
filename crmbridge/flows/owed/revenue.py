"""Closed revenue home to the marketing record: what was won, by which first and last touch."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from crmbridge.company import digest
from crmbridge.flows.scene.lead_view import View
from crmbridge.flows.scene.scene import Scene
from crmbridge.model.lead import Ref
from crmbridge.model.money import Money
from crmbridge.model.payload import Credited
from crmbridge.policy.revenue.attribution import Credit, first_last
from crmbridge.policy.totals.money import parts
from crmbridge.store.rows import DealRow, PartRow


@dataclass(frozen=True, slots=True, kw_only=True)
class Won:
    """What a lead brought: its share of each won deal that stands. Nothing won: zero deals.

    `apart` are the sums, one a currency, that `value` leaves out for want of a rate.
    """

    deals: tuple[str, ...] = ()
    value: Money | None = None
    at: datetime | None = None
    apart: tuple[Money, ...] = ()


@dataclass(frozen=True, slots=True)
class _Share:
    """A lead's part of a won deal; `part` has no money where the deal has no amount."""

    deal: DealRow
    part: PartRow

    @property
    def money(self) -> Money | None:
        return None if self.part.minor is None else Money(self.part.minor, self.part.currency)


def won(scene: Scene, view: View) -> Won:
    """Add up a lead's shares.

    Shares in one currency are added in it. Shares in several are added in the company's currency,
    each by the rate of the day on which its deal was won; without a rate one stands apart.
    """
    shares = _shares(scene, view.id)
    if not shares:
        return Won()
    value, apart = _summed(scene, view.id, shares)
    closed = [_closed(scene, one.deal) for one in shares]
    return Won(deals=tuple(one.deal.id for one in shares), value=value, at=max(closed), apart=apart)


def _closed(scene: Scene, deal: DealRow) -> datetime:
    """When a deal was won: no later than now, whatever a vendor's clock says."""
    return min(deal.closed_at or deal.changed_at or scene.now, scene.now)


def _summed(
    scene: Scene, lead: str, shares: Sequence[_Share]
) -> tuple[Money | None, tuple[Money, ...]]:
    sums: dict[str, int] = defaultdict(int)
    for one in shares:
        if money := one.money:
            sums[money.currency] += money.minor
    if len(sums) < 2:
        return next((Money(minor, name) for name, minor in sums.items()), None), ()
    found: dict[str, int] = defaultdict(int)
    home = scene.company.mapping.currency
    for one in shares:
        money = _at_home(scene, lead, one, home) or one.money
        if money is not None:
            found[money.currency] += money.minor
    # what was written first stays where nothing can be converted: it is never blanked
    first = min((one for one in shares if one.money), key=lambda one: _closed(scene, one.deal))
    shown = home if home in found else first.part.currency
    value = Money(found.pop(shown), shown)
    # what adds up to nothing, as a refund does with its sale, stands nowhere
    return value, tuple(Money(minor, name) for name, minor in sorted(found.items()) if minor)


def _at_home(scene: Scene, lead: str, share: _Share, home: str) -> Money | None:
    """A lead's part of a deal in the company's currency; `None` without a rate.

    The deal is converted as a whole and then shared, so that the parts add up to it (R6.17).
    """
    if share.part.currency == home:
        return share.money
    deal = share.deal
    whole = Money(deal.amount_minor or 0, deal.currency)
    rate = scene.company.exchange
    amount = rate.convert(whole.amount, deal.currency, home, _closed(scene, deal))
    if amount is None:
        return None
    return parts(Money.of(amount, home), scene.work.deals.sharers(deal.id)).get(lead)


def load_won(scene: Scene, leads: Iterable[str]) -> None:
    """Look up in bulk what leads share, and who else shares it."""
    scene.work.deals.load_shares(leads)


def has_won(scene: Scene, lead: str) -> bool:
    """Whether a lead shares a won deal."""
    return bool(_shares(scene, lead))


def _shares(scene: Scene, lead: str) -> list[_Share]:
    """A lead's shares of won deals, by the deal's id."""
    found = []
    for part in scene.work.deals.shares(lead):
        row = scene.work.deals.get(part.deal)
        if row is not None and part.kind:
            found.append(_Share(row, part))
    return found


def shares_of(scene: Scene, lead: str) -> list[tuple[str, str, Money | None]]:
    """Return the won deals that a lead shares: the deal, the evidence, and the lead's part."""
    return [(one.deal.id, one.part.kind, one.money) for one in _shares(scene, lead)]


def credit(scene: Scene, view: View) -> None:
    """Note first and last touch of what was won; again when the deals or the touches change."""
    rows = [one.deal for one in _shares(scene, view.id)]
    if not rows:
        return
    newest = max(rows, key=lambda row: (_closed(scene, row), row.id))
    cutoff = _closed(scene, newest)
    lookback = timedelta(days=scene.company.agreement.attribution.lookback_days)
    found = first_last(view.touches, cutoff, (newest.created_at or cutoff) - lookback)
    first, last = _shown(view, found.first), _shown(view, found.last)
    if (first, last) == (view.state.first_touch, view.state.last_touch):
        return
    told = Credited(
        first=first,
        last=last,
        deals=tuple(Ref.parse(row.id) for row in rows),
        cutoff=cutoff,
        first_refs=tuple(one.touch.ref for one in found.first),
        last_refs=tuple(one.touch.ref for one in found.last),
    )
    key = f"credited:{view.id}:{digest(told.to_json())}:{view.state.rev}"
    scene.decided(told, view.id, key)


def _shown(view: View, group: tuple[Credit, ...]) -> str:
    """A group of touches as the marketing record shows it: `channel / asset`.

    A touch that names no channel came by the lead's own source.
    """
    source = str(view.state.value("source") or "")
    names = [
        " / ".join(part for part in (one.channel or source or one.source, one.asset) if part)
        for one in group
    ]
    return " + ".join(dict.fromkeys(names))
