"""What campaigns are credited with of won deals, into the vendor's own records of influence."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any, NamedTuple

from crmbridge.company import digest
from crmbridge.flows.owed.ops import deal_op
from crmbridge.flows.read.observe.facts import current
from crmbridge.flows.read.observe.identity import follow
from crmbridge.flows.scene.scene import Scene
from crmbridge.mapping.schema import SystemMap
from crmbridge.model.codec import decode_map, encode, encode_map
from crmbridge.model.lead import Ref
from crmbridge.model.payload.writes import INFLUENCE
from crmbridge.policy.limits.judge import CREATES
from crmbridge.policy.revenue.influence import percents
from crmbridge.store import book_looks, campaigns, outbox
from crmbridge.store.book_looks import Named
from crmbridge.store.book_rows import REVENUE
from crmbridge.store.outbox import Op
from crmbridge.store.projection.deals import GAVE
from crmbridge.store.states import State

Percents = dict[str, Decimal]
"""Percent by pair: the ids of a campaign and of a person, as `pair` writes them."""


class _Before(NamedTuple):
    """What the vendor has of a deal, and what else an operation may have left there."""

    shares: Percents
    ours: frozenset[str]
    tried: bool


def influence_ops(scene: Scene, deals: Mapping[str, Ref]) -> list[Op]:
    """Return the writes that bring the influence on won deals (by ref as text) up to the books.

    Each carries all of a deal, and what may be taken away there because it is ours.
    """
    mine = {one: ref for one, ref in deals.items() if _model(_spec(scene, ref))}
    if not mine:
        return []
    headline = scene.company.agreement.attribution.headline
    named: dict[str, list[Named]] = defaultdict(list)
    found = book_looks.named_by(scene.tx, mine, REVENUE, headline)
    seen = campaigns.get_campaigns(scene.tx, {each.campaign for each in found})
    for each in found:
        if each.campaign not in seen or seen[each.campaign].live:
            named[each.deal].append(each)
    leads = {follow(scene, each.lead) for some in named.values() for each in some}
    scene.work.load_refs_of(leads)
    scene.work.books.load(mine)
    scene.work.deals.load(mine)
    ops = (_op(scene, ref, named[one]) for one, ref in mine.items())
    return [op for op in ops if op is not None]


def _spec(scene: Scene, ref: Ref) -> SystemMap:
    return scene.company.mapping.system(ref.system)


def _model(spec: SystemMap) -> str:
    return spec.deal.influence.model if spec.deal and spec.deal.influence else ""


def pair(campaign: str, person: str) -> str:
    """A campaign and a person as one text: their ids, of which none has a space."""
    return f"{campaign} {person}"


def _op(scene: Scene, ref: Ref, named: Iterable[Named]) -> Op | None:
    """The write that a deal is owed; `None` for one that is gone, or as it should be."""
    row = scene.work.deals.get(str(ref))
    if row is None or row.state == "deleted":
        return None
    wanted = _wanted(scene, ref, named)
    before = _before(scene, ref)
    if wanted == before.shares and not before.tried:
        return None
    return _as_op(scene, ref, wanted, before)


def _wanted(scene: Scene, ref: Ref, named: Iterable[Named]) -> Percents:
    """The percent of each campaign and person that have records there; nothing of no won deal."""
    row, spec = scene.work.books.booked(str(ref), REVENUE), _spec(scene, ref)
    if row is None or not row.handed or spec.campaign is None:
        return {}
    parts: dict[str, int] = defaultdict(int)
    for one in named:
        campaign = Ref.parse(one.campaign)
        if (campaign.system, campaign.obj) != (ref.system, spec.campaign.object):
            continue
        person = _person(scene, ref, one.lead)
        if person and one.currency == row.currency:
            parts[pair(campaign.id, person)] += one.minor
    return percents(dict(sorted(parts.items())), row.minor)


def _person(scene: Scene, deal: Ref, lead: str) -> str:
    """The id of the contact that a lead is there, one on the deal first; empty for none."""
    contact = _spec(scene, deal).contact
    if contact is None:
        return ""
    entries = current(scene, follow(scene, lead), deal.system)
    mine = [one.ref for one in entries if one.ref.obj == contact.object]
    on_deal = set(scene.work.deals.people_on(str(deal))) if len(mine) > 1 else set()
    return next((one.id for one in sorted(mine, key=lambda one: one not in on_deal)), "")


def _before(scene: Scene, ref: Ref) -> _Before:
    """What was written of a deal; operations that did not end well may have written, too."""
    row = scene.work.deals.get(str(ref))
    gave: Mapping[str, Any] = row.data.get(GAVE, {}) if row else {}
    known = decode_map(gave["shares"]) if gave.get("model") == _model(_spec(scene, ref)) else {}
    shares = {name: Decimal(str(value)) for name, value in known.items()}
    left: list[Op] = []
    for op in outbox.of_lead(scene.tx, str(ref)):
        if op.action == INFLUENCE and op.state is State.DONE:
            left = []
        elif op.action == INFLUENCE and op.attempts:
            left.append(op)
    tried = (name for op in left for name in (*op.payload["values"], *op.payload["ours"]))
    return _Before(shares, frozenset({*shares, *tried}), bool(left))


def _as_op(scene: Scene, ref: Ref, wanted: Percents, before: _Before) -> Op:
    model, headline = _model(_spec(scene, ref)), scene.company.agreement.attribution.headline
    rule = f"mapping.toml {ref.system}.deal.influence; agreement.toml attribution.headline"
    # not what is ours: an open operation that wants the same knows of all that came before it
    hashed = digest([ref.id, model, encode_map(wanted)])
    names = sorted({*wanted, *before.shares})
    payload: dict[str, Any] = {
        "model": model,
        "values": encode_map(wanted),
        "ours": sorted(before.ours),
        "changes": {
            f"influence {name}": [
                encode(before.shares.get(name)),
                encode(wanted.get(name)),
                f"{rule} = {headline!r}",
            ]
            for name in names
            if before.shares.get(name) != wanted.get(name)
        },
    }
    # each record that is new there counts; those that change, or go, are ours
    counts = " ".join([CREATES] * len(wanted.keys() - before.shares.keys()))
    return deal_op(scene, ref, INFLUENCE, hashed, payload, counts)
