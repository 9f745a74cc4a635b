"""Records of sales that are gone without a word: whether they were deleted, or merged untold.

What became of it is asked once all of sales was read: its successor may stand on a later page. An
address is followed: whoever waits for the record takes its place. A phone number, or a name with
its account, is too little to join two people, and enough to ask before "deleted" is believed.
"""

from __future__ import annotations

from datetime import datetime

from crmbridge.flows.read.observe.doubles import waiting_for
from crmbridge.flows.read.observe.identity import are_apart, follow, stands
from crmbridge.flows.read.observe.merges import gone
from crmbridge.flows.scene.scene import Scene, recalled
from crmbridge.model.codec import instant, parse_instant
from crmbridge.model.lead import Ref
from crmbridge.model.lifecycle import SIDES, WITH_SALES
from crmbridge.model.side import SALES
from crmbridge.model.state import LeadState
from crmbridge.policy.definition.values import fold
from crmbridge.policy.routing.account_mark import account_mark
from crmbridge.store import cursors, leads

KIND = "maybe_merged"
AT_SALES = tuple(one.value for one in WITH_SALES)
GONE = "gone_at_sales"
"""Row of the ledger's facts: records that are gone without a word, and since when."""
LEAST = 7
"""Digits of a phone number, behind its noughts, that can tell two people apart."""


def note_gone(scene: Scene, ref: Ref, at: datetime) -> None:
    """Remember a record of sales that is gone, until all of sales was read."""
    scene.remember(GONE, str(ref), instant(at))


def believe_gone(scene: Scene, system: str) -> None:
    """Say of each record of a system of sales that was noted what became of it.

    All of that system was read now; what another one noted waits until it was, too.
    """
    noted = recalled(scene.tx, GONE)
    some = {text: at for text, at in noted.items() if Ref.parse(text).system == system}
    if not some:
        return
    left = {text: at for text, at in noted.items() if text not in some}
    cursors.put_meta(scene.tx, GONE, left)
    scene.work.load_refs(map(Ref.parse, some))
    for text, at in some.items():
        ref, entry = Ref.parse(text), scene.work.ref(Ref.parse(text))
        lead = follow(scene, entry.lead) if entry and not entry.live else ""
        if lead and not any(one.ref.system == ref.system for one in waiting_for(scene, lead)):
            gone_or_merged(scene, lead, ref, parse_instant(at))


def gone_or_merged(scene: Scene, lead: str, ref: Ref, at: datetime) -> None:
    """Believe that a record is deleted, or ask where another one may be what it was merged into."""
    found = _twin(scene, lead, ref)
    if found is None:
        gone(scene, lead, ref, at)
        return
    entry = scene.work.ref(found)
    other = follow(scene, entry.lead)[:8] if entry else str(found)
    scene.hold(
        KIND,
        lead,
        str(ref),
        f"{ref} is gone and nobody said why; {found} has the same phone number, or the same name "
        f"and account. If they were merged: `crmbridge identity join {lead[:8]} {other} "
        '--why "…"`; if it was '
        "deleted, `crmbridge held resolve`: then the lead is marketing's again. Until then it "
        "stays where it is.",
        record=str(ref),
        other=str(found),
    )


def _twin(scene: Scene, lead: str, ref: Ref) -> Ref | None:
    """A live record of sales, of another lead, that may be the one that is gone."""
    stage = scene.work.lifecycle(lead).stage
    if not scene.company.stands(ref.system, SALES) or SIDES[stage] != SALES:
        return None
    mine = traits(scene.work.state(lead))
    for other in dict.fromkeys(one for trait in mine for one in _known(scene).get(trait, ())):
        if other == lead or are_apart(scene, lead, other):
            continue
        for entry in scene.work.refs(other):
            if entry.ref.system == ref.system and entry.ref != ref and stands(entry):
                return entry.ref
    return None


def traits(state: LeadState) -> list[str]:
    """What may tell that two records are one person: a phone number; a name with its account."""
    digits = "".join(one for one in str(state.value("phone") or "") if one.isdigit())
    phone = digits.lstrip("0")
    first, last = (fold(str(state.value(word) or "")) for word in ("first_name", "last_name"))
    account = account_mark(state.value("account"))
    # whoever types the same digit over and over has no number to tell
    out = [f"phone {phone}"] if len(phone) >= LEAST and len(set(phone)) > 1 else []
    return [*out, f"name {first} {last} {account}"] if first and last and account else out


def _known(scene: Scene) -> dict[str, list[str]]:
    """The leads that sales has, by their traits; looked up once a transaction, and seldom."""
    if scene.traits is None:
        scene.traits = {}
        for row in leads.get_many(scene.tx, leads.in_stages(scene.tx, AT_SALES)).values():
            for trait in traits(LeadState.of(row.id, row.state or {})):
                scene.traits.setdefault(trait, []).append(row.id)
    return scene.traits
