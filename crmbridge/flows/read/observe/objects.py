"""Products, campaigns, their members and firms: each version that says something new is kept."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from typing import Any

from crmbridge.flows.read.observe.counted import Counted
from crmbridge.flows.read.observe.versions import outdated
from crmbridge.flows.scene.scene import Scene
from crmbridge.model.campaign import Campaign, Member
from crmbridge.model.firm import Firm
from crmbridge.model.money import Money
from crmbridge.model.payload import AccountSeen, CampaignSeen, MemberSeen, Payload, ProductSeen
from crmbridge.model.product import Product
from crmbridge.store.projection.shelf import Shelf
from crmbridge.store.seen_rows import as_row, said_by

Thing = Product | Campaign | Member | Firm
Said = dict[str, Any]
"""What an entry is to say, by field."""


def observe_objects(scene: Scene, items: Iterable[Any], counted: Counted) -> None:
    """Note new and changed products, campaigns, members and firms; other items are passed over.

    They move no lead: nobody is made due.
    """
    things = [one for one in items if isinstance(one, Thing)]
    kept = scene.work.kept
    products = [one for one in things if isinstance(one, Product)]
    scene.work.deals.load(str(one.deal) for one in products if one.deal)
    _observe(scene, kept.products, products, _product, counted)
    campaigns = [one for one in things if isinstance(one, Campaign)]
    _observe(scene, kept.campaigns, campaigns, _campaign, counted)
    members = [one for one in things if isinstance(one, Member)]
    _observe(scene, kept.members, members, _member, counted)
    _observe(scene, kept.firms, [one for one in things if isinstance(one, Firm)], _firm, counted)


def _observe(
    scene: Scene,
    shelf: Shelf[Any],
    things: Sequence[Thing],
    tell: Callable[[Scene, Any, Said], Payload],
    counted: Counted,
) -> None:
    shelf.load(str(one.ref) for one in things)
    for one in things:
        row = shelf.get(str(one.ref))
        if _is_late(row, one):
            counted.unchanged += 1
            continue
        state = {"id": one.ref, "live": one.live, "changed_at": one.changed_at}
        said = said_by(row) | state | {name: getattr(one, name) for name in one.told}
        told = tell(scene, one, said)
        if row and replace(as_row(type(row), told), changed_at=row.changed_at) == row:
            counted.unchanged += 1
            continue
        counted.changed += 1
        key = f"{told.type}:{one.ref}:{scene.work.turn()}"
        scene.observed(told, "", key, one.changed_at or scene.now, source=str(one.ref))


def _is_late(row: Any, one: Thing) -> bool:
    """Whether a version says nothing: it is older than what we know, or gone and never seen.

    What was deleted and is seen again was restored, whatever its stamp.
    """
    if row is None:
        return not one.live
    return row.live and outdated(one.changed_at, row.changed_at)


def _product(scene: Scene, one: Product, said: Said) -> ProductSeen:
    """A line's amount is in its own currency, else in its deal's, else in the company's."""
    amount = said.pop("amount", None)
    if "amount" not in one.told:
        return ProductSeen(**said)
    deal = scene.work.deals.get(str(one.deal)) if one.deal else None
    theirs = deal.currency if deal else ""
    currency = one.currency or theirs or scene.company.mapping.currency
    money = None if amount is None else Money.of(amount, currency)
    return ProductSeen(**said | {"amount_minor": money.minor if money else None} | _in(money))


def _campaign(scene: Scene, one: Campaign, said: Said) -> CampaignSeen:
    cost = said.pop("cost", None)
    if "cost" not in one.told:
        return CampaignSeen(**said)
    return CampaignSeen(**said | {"cost_minor": cost.minor if cost else None} | _in(cost))


def _in(money: Money | None) -> Said:
    return {"currency": money.currency if money else ""}


def _member(scene: Scene, one: Member, said: Said) -> MemberSeen:
    """A response without a date of its own is of the change that told of it."""
    told = MemberSeen(**said)
    if told.responded and told.responded_at is None:
        return replace(told, responded_at=one.changed_at or scene.now)
    return told


def _firm(scene: Scene, one: Firm, said: Said) -> AccountSeen:
    return AccountSeen(**said)
