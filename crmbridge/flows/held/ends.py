"""Held work whose cause is gone waits for nobody any more: it resolves itself."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from crmbridge.agreement.recycle import MISSING_REASON, OTHER
from crmbridge.company import Company
from crmbridge.flows.owed.consent import by_hand
from crmbridge.flows.read.observe.aside import look_again
from crmbridge.flows.read.observe.facts import standing
from crmbridge.flows.read.observe.identity import are_apart, follow, marks_of, share_address
from crmbridge.flows.read.observe.merges import gone, hold_rivals
from crmbridge.flows.read.observe.weigh_anew import take
from crmbridge.flows.recycle.returned import load_said, what_sales_said
from crmbridge.flows.scene.scene import Scene
from crmbridge.mapping.schema import PersonMap
from crmbridge.model.lead import Ref
from crmbridge.model.lifecycle import SIDES, Lifecycle, Stage
from crmbridge.model.side import MARKETING
from crmbridge.policy.merge import Conflict
from crmbridge.store import held, outbox
from crmbridge.store.held import Held
from crmbridge.store.outbox import State
from crmbridge.store.projection import passes_on


def over(scene: Scene, leads: Iterable[str]) -> None:
    """Resolve what is held of these leads for a cause that does not stand any more."""
    rows = held.of_leads(scene.tx, leads, _STANDS)
    load_said(scene, (row.lead for row in rows if row.kind == "missing_reason"))
    gone = [row for row in rows if not _STANDS[row.kind](scene, row)]
    held.resolve(scene.tx, [row.id for row in gone], scene.now)
    # the record that waited is asked for anew: it may be the person's only one by now
    look_again(scene.tx, sorted({ref for row in gone for ref in _waited(scene, row)}))
    # each was asked about beside the one that is gone: of those that are left, some never were
    for lead in dict.fromkeys(row.lead for row in gone if row.kind == "two_records"):
        hold_rivals(scene, follow(scene, lead))


def _waited(scene: Scene, row: Held) -> list[Ref]:
    if row.kind != "two_records":
        return []
    refs = [Ref.parse(text) for text in _pair(row)]
    return [ref for ref in refs if (entry := scene.work.ref(ref)) and entry.live]


def _pair(row: Held) -> list[str]:
    """The two records that a question is about; an older ledger may name none."""
    return [row.detail[name] for name in ("record", "other") if name in row.detail]


def words_known(scene: Scene) -> None:
    """Resolve what is held for a status or a reason that the files know by now."""
    for kind, known in _KNOWN.items():
        rows = held.find(scene.tx, kind=kind)
        gone = [row.id for row in rows if known(*_asked(scene.company, row))]
        held.resolve(scene.tx, gone, scene.now)


def _two_records(scene: Scene, row: Held) -> bool:
    """Both records are there, and neither turned out to be another person's or another object's."""
    for text in _pair(row):
        entry = scene.work.ref(Ref.parse(text))
        if entry is None or not entry.live or entry.seen.converted_to:
            return False
        if entry.lead and follow(scene, entry.lead) != follow(scene, row.lead):
            return False
    return True


def _address_taken(scene: Scene, row: Held) -> bool:
    """The record has the other lead's address still."""
    entry = scene.work.ref(Ref.parse(row.op))
    if entry is None or not entry.live:
        return False
    lead, other = follow(scene, row.lead), follow(scene, row.detail["other"])
    if are_apart(scene, lead, other):
        return False
    if lead != other and share_address(scene, lead, other):
        return True
    held_by = (follow(scene, scene.work.identity(one)) for one in marks_of(scene, entry))
    return any(one not in ("", lead) for one in held_by)


def _maybe_merged(scene: Scene, row: Held) -> bool:
    """The record is gone still, and what it may live on as is there, another lead's."""
    ref, lead = Ref.parse(row.op), follow(scene, row.lead)
    entry, other = scene.work.ref(ref), scene.work.ref(Ref.parse(row.detail["other"]))
    if entry is None or entry.live:
        return False
    if other is not None and other.live:
        return follow(scene, other.lead) != lead
    gone(scene, lead, ref, scene.now)  # nothing is left that it could live on as
    return False


def _conflict(scene: Scene, row: Held) -> bool:
    """Both sides differ still and none is to win; where the files name a winner by now, it wins."""
    lead = follow(scene, row.lead)
    found = standing(scene, lead, row.op)
    if isinstance(found, Conflict):
        return True
    if found is not None and found[0].value != scene.work.state(lead).value(row.op):
        take(scene, lead, row.op, *found)
    return False


def _consent_again(scene: Scene, row: Held) -> bool:
    """The person is out still: nothing but a word with evidence ends it."""
    return scene.work.state(follow(scene, row.lead)).opted_out


def _by_hand(scene: Scene, row: Held) -> bool:
    """A record says no still of somebody who consented."""
    return bool(by_hand(scene, follow(scene, row.lead)))


def _mixed_currency(scene: Scene, row: Held) -> bool:
    """An earlier build held a lead for it; now a currency is held once, as `no_rate`."""
    return False


def _missing_reason(scene: Scene, row: Held) -> bool:
    said = what_sales_said(scene, row.lead)
    return _reason(scene, row) == MISSING_REASON and not (said and said.text)


def _missing_note(scene: Scene, row: Held) -> bool:
    return _reason(scene, row) == OTHER


def _manual_only(scene: Scene, row: Held) -> bool:
    return _with_marketing(scene.work.lifecycle(follow(scene, row.lead)))


def _reason(scene: Scene, row: Held) -> str:
    """Why sales gave the lead back on the trip that a row names.

    Empty when sales has had the lead since: no reason would change its way any more.
    """
    life = scene.work.lifecycle(follow(scene, row.lead))
    ended = [one for one in life.cycles if one.outcome and not one.voided]
    if not ended or str(ended[-1].n) != row.op or not _with_marketing(life):
        return ""
    return ended[-1].reason


def _waits_for_a_team(scene: Scene, row: Held) -> bool:
    """The lead waits still for the team that gets it next."""
    lead = follow(scene, row.lead)
    return passes_on(scene.work.state(lead), scene.work.lifecycle(lead))


def _tried_on(scene: Scene, row: Held) -> bool:
    """The write that it is about was not taken yet, and nothing came in its place."""
    op = outbox.get(scene.tx, [row.op]).get(row.op)
    return op is not None and op.state not in (State.DONE, State.REFUSED, State.SUPERSEDED)


def _with_marketing(life: Lifecycle) -> bool:
    """Nobody gave the lead to sales again, and no deal of it was won."""
    return SIDES[life.stage] == MARKETING and life.stage is not Stage.CUSTOMER


_STANDS: Mapping[str, Callable[[Scene, Held], bool]] = {
    "address_taken": _address_taken,
    "conflict": _conflict,
    "consent_again": _consent_again,
    "consent_by_hand": _by_hand,
    "hand_on_waits": _waits_for_a_team,
    "manual_only": _manual_only,
    "maybe_merged": _maybe_merged,
    "missing_note": _missing_note,
    "missing_reason": _missing_reason,
    "mixed_currency": _mixed_currency,
    "opt_out_refused": _tried_on,
    "slow": _tried_on,
    "two_records": _two_records,
}
"""Whether the cause of each kind stands. The other kinds end where what they wait for happens."""


def _asked(company: Company, row: Held) -> tuple[Company, list[PersonMap], str]:
    """What a row is about, and the tables that may know it: those of the system that it is of.

    Rows of earlier builds name none.
    """
    system = row.detail.get("system", "")
    known = [one for name, one in company.mapping.systems() if system in ("", name)]
    people = [person for one in known for person in one.people]
    return company, people, row.op.removeprefix(f"{system}:")


def _status_known(company: Company, people: list[PersonMap], about: str) -> bool:
    obj, _, label = about.partition(":")
    statuses = [one.status for one in people if one.object == obj]
    return not people or any(one is not None and label in one.types for one in statuses)


def _reason_known(company: Company, people: list[PersonMap], about: str) -> bool:
    tables = [one.status.reason.values for one in people if one.status]
    known = about in company.agreement.recycle.reasons or any(about in one for one in tables)
    return known or not people


_KNOWN: Mapping[str, Callable[[Company, list[PersonMap], str], bool]] = {
    "unmapped_reason": _reason_known,
    "unmapped_status": _status_known,
}
