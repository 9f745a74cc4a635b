"""What the books say of deals, onto the vendors' records of them: the writes that are owed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from crmbridge.company import Company, digest
from crmbridge.flows.fit.fitting import Fitting
from crmbridge.flows.owed.influence import influence_ops
from crmbridge.flows.owed.ops import deal_op
from crmbridge.flows.revenue.post import UNTOLD
from crmbridge.flows.revenue.told import WHOLE, Told
from crmbridge.flows.scene.scene import Scene
from crmbridge.flows.scene.unread import unread
from crmbridge.mapping.schema import DealMap
from crmbridge.mapping.values import looked_up
from crmbridge.mapping.words import OF_DEAL
from crmbridge.model.codec import decode_map, encode, encode_map
from crmbridge.model.lead import Ref
from crmbridge.model.money import Money
from crmbridge.model.payload.writes import DEAL
from crmbridge.model.record import Value
from crmbridge.policy.limits.judge import Altered, kinds_of
from crmbridge.policy.revenue.brought import first_campaign, headline_campaign
from crmbridge.store import books, cursors
from crmbridge.store.book_rows import PIPELINE, REVENUE, BookedRow
from crmbridge.store.claims import in_doubt
from crmbridge.store.outbox import Op
from crmbridge.store.projection.deals import SHOWN, WROTE


def note_deals(scene: Scene) -> None:
    """Have every deal looked at where the mapping writes other things onto deals than before.

    So it is, too, where something was posted while nothing could be written.
    """
    lines = _lines(scene.company)
    writes = {"fields", "influence"}
    told = digest(
        {side: one.model_dump(mode="json", include=writes) for side, one in lines.items()}
    )
    kept = cursors.get_meta(scene.tx, UNTOLD)
    if lines and kept != told:
        books.mark_all(scene.tx)
        cursors.put_meta(scene.tx, UNTOLD, told)
    elif not lines and kept:
        cursors.put_meta(scene.tx, UNTOLD, "")


def _lines(company: Company) -> dict[str, DealMap]:
    """The tables of deals that write something, by side."""
    return {side: spec.deal for side, spec in company.mapping.systems() if _writes(spec.deal)}  # type: ignore[misc]


def _writes(spec: DealMap | None) -> bool:
    return spec is not None and bool(spec.fields or spec.influence)


def deal_ops(scene: Scene, deals: Iterable[str]) -> list[Op]:
    """Return the writes that bring the records of deals (refs as text) up to what the books say.

    A value that the record holds, or that was written and is another one by now, is not written
    again: it is the vendor's, or somebody's.
    """
    lines = _lines(scene.company)
    refs = {one: Ref.parse(one) for one in deals} if lines else {}
    mine = [
        one
        for one, ref in refs.items()
        if ref.system in lines and ref.obj == lines[ref.system].object
    ]
    if not mine:
        return []
    told, fits = Told.of(scene, deals=mine), Fitting(scene=scene)
    flying = {one for side in lines for one in in_doubt(scene.tx, side)}
    found = influence_ops(scene, {one: refs[one] for one in mine})
    for one in mine:
        spec = lines[refs[one].system]
        wanted = _wanted(fits, told, refs[one], spec)
        # while a write is on its way, nobody knows what the record will hold
        other = wanted if one in flying else _other(fits, one, wanted)
        if other:
            found.append(_as_op(scene, refs[one], spec, other, wanted))
    return found


def deal_words(scene: Scene, told: Told, deal: str) -> dict[str, Value]:
    """What the books say of a deal, in our words; all `None` for one that does not count.

    Marketing's part and the campaigns are those of the win, before it those of the creation.
    Amounts are in the company's currency, or in the deal's own where there is no rate.
    """
    won, made = told.counts(deal, REVENUE), told.counts(deal, PIPELINE)
    row = won or made
    if row is None:
        return dict.fromkeys(OF_DEAL)
    home, headline = scene.company.mapping.currency, scene.company.agreement.attribution.headline
    revenue, pipeline = _money(won), _money(made)
    return {
        "won_amount": revenue.amount if revenue else None,
        "won_currency": revenue.currency if revenue else None,
        "pipeline_amount": pipeline.amount if pipeline else None,
        "pipeline_currency": pipeline.currency if pipeline else None,
        "sourced": told.sourced(row),
        "first_campaign": first_campaign(told.backing(row, WHOLE)) or None,
        "headline_campaign": headline_campaign(told.backing(row, headline), home) or None,
        "credit_version": told.rules,
    }


def _money(row: BookedRow | None) -> Money | None:
    return None if row is None or row.unpriced else Money(row.minor, row.currency)


def _wanted(fits: Fitting, told: Told, ref: Ref, spec: DealMap) -> dict[str, Value]:
    """What each field of a deal is to hold; nothing of one that is gone, or never counted."""
    row = fits.scene.work.deals.get(str(ref))
    if row is None or row.state == "deleted":
        return {}
    words = deal_words(fits.scene, told, str(ref))
    if WROTE not in row.data and all(value is None for value in words.values()):
        return {}  # what stands there is not ours to clear
    return dict(_by_field(fits, ref, spec, words))


def _by_field(
    fits: Fitting, ref: Ref, spec: DealMap, words: Mapping[str, Value]
) -> Iterator[tuple[str, Value]]:
    """Yield what each field is to hold; nothing of one of which nobody knows what it holds."""
    closed = unread(fits.scene, ref.system, ref.obj)
    for word, entry in spec.fields.items():
        if entry.field in closed:
            continue
        value = words[word]
        if value is not None:
            value = looked_up(entry.values, value)
            one = fits.fitted(ref.system, ref.obj, entry.field, value)
            value = value if one.why else one.value
        yield entry.field, value


def _other(fits: Fitting, deal: str, wanted: Mapping[str, Value]) -> dict[str, Value]:
    """What of it the record does not hold; but for what was written, and is another one by now."""
    shown, wrote = _known(fits.scene, deal)
    return {
        name: value
        for name, value in wanted.items()
        if not fits.same(shown.get(name), value)
        if name not in wrote or not fits.same(wrote[name], value)
    }


def _known(scene: Scene, deal: str) -> tuple[dict[str, Value], dict[str, Value]]:
    """What a deal's record shows in the fields that we write, and what we wrote there last."""
    row = scene.work.deals.get(deal)
    data = row.data if row else {}
    return decode_map(data.get(SHOWN, {})), decode_map(data.get(WROTE, {}))


def _as_op(
    scene: Scene,
    ref: Ref,
    spec: DealMap,
    other: Mapping[str, Value],
    wanted: Mapping[str, Value],
) -> Op:
    """An operation that writes `other`, in the deal's own lane; `wanted` tells it from the next."""
    shown, wrote = _known(scene, str(ref))
    word_of = {one.field: word for word, one in spec.fields.items()}
    hashed = digest([ref.id, encode_map(wanted)])
    altered = (
        Altered(
            before=shown.get(name),
            after=value,
            lost=name not in wrote or wrote[name] != shown.get(name),
        )
        for name, value in other.items()
    )
    payload: dict[str, Any] = {
        "values": encode_map(other),
        "changes": {
            name: [
                encode(shown.get(name)),
                encode(value),
                f"mapping.toml {ref.system}.deal.fields.{word_of[name]}",
            ]
            for name, value in other.items()
        },
    }
    return deal_op(scene, ref, DEAL, hashed, payload, " ".join(kinds_of(altered)))
