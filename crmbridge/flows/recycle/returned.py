"""What the end of a trip tells people: held work, and word to the manager of the rep."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta

from crmbridge.agreement.recycle import MISSING_REASON, OTHER
from crmbridge.flows.recycle.repair import FIX
from crmbridge.flows.scene.lead_view import View
from crmbridge.flows.scene.scene import Notice, Scene
from crmbridge.model.codec import instant
from crmbridge.model.lifecycle import Cycle
from crmbridge.model.payload import DealLost, GivenBack, Rejected, Returned
from crmbridge.model.state import Return
from crmbridge.policy.recycle import Returned as Meant
from crmbridge.store import events, held

NEWS = timedelta(days=7)
"""Returns older than this, as a first look at a system finds them, are told to no manager."""
BACK = frozenset({Rejected.type, Returned.type, DealLost.type})
"""Types of entries that say why a trip to sales is over."""
UNEXPLAINED = (MISSING_REASON, OTHER)
"""Reasons of a return that leave something to ask for."""
OF_A_REASON = (FIX, "missing_reason", "missing_note", "manual_only")
"""Kinds of held work that follow from the reason of a return, and go when it is another one."""


def tell_of(scene: Scene, view: View, row: Return, cycle: Cycle, result: Meant) -> None:
    """Hold what a person must see of a return, and tell the rep's manager."""
    _untouched_again(scene, view, row)
    _unexplained(scene, view, row, cycle)
    if result.loops > result.max_loops and result.class_ == "returns":
        scene.hold(
            "manual_only",
            view.id,
            "",
            f"This lead has come back {result.loops} times; the agreement allows "
            f"{result.max_loops} for {result.row}. It stays in nurture: only a person hands it "
            "over again, by an owner and an open status in the CRM.",
            loops=result.loops,
        )


def _untouched_again(scene: Scene, view: View, row: Return) -> None:
    """R5.5: a lead that nobody touched, twice, is for the management of sales to see."""
    before = [one for one in view.returns if one.outcome == "stale_untouched" and one.at < row.at]
    if row.outcome != "stale_untouched" or not before:
        return
    reps = [one.rep for one in before] + [row.rep]
    scene.hold(
        "untouched_twice",
        view.id,
        "",
        f"Sales has left this lead untouched {len(before) + 1} times; it goes on to another "
        "rep. That is not the lead's fault: look at the reps named here and at `crmbridge "
        "capacity show`.",
        reps=reps,
    )
    names = ", ".join(map(scene.company.teams.called, reps))
    _tell(
        scene,
        view,
        row,
        "untouched_twice",
        f"Left untouched {len(reps)} times",
        f"Nobody touched this lead in time: {names}. It goes on to another rep.",
    )


def _unexplained(scene: Scene, view: View, row: Return, cycle: Cycle) -> None:
    """R5.2: a return without a reason, or for another reason that nobody wrote down."""
    if cycle.reason not in UNEXPLAINED:
        return
    said = what_sales_said(scene, view.id)
    who = scene.company.teams.called(row.rep) or "Sales"
    if cycle.reason == MISSING_REASON and not (said and said.text):
        scene.hold(
            "missing_reason",
            view.id,
            str(cycle.n),
            f"{who} gave a lead back without a reason. Ask for it, and enter it in the CRM: what "
            "becomes of the lead then follows from it. Until then the lead is treated as the "
            "agreement says for a missing reason.",
            rep=row.rep,
        )
        _tell(
            scene,
            view,
            row,
            "missing_reason",
            "Given back without a reason",
            f"{who} gave this lead back without a reason. Ask for it, and enter it "
            "in the CRM: what becomes of the lead then follows from it.",
        )
    if cycle.reason == OTHER and said and said.noted is False:
        scene.hold(
            "missing_note",
            view.id,
            str(cycle.n),
            f"{who} gave a lead back with the reason {OTHER!r} and no note. Ask "
            "what it was; a reason that comes often deserves a row of its own in agreement.toml.",
            rep=row.rep,
        )


def _tell(scene: Scene, view: View, row: Return, kind: str, subject: str, text: str) -> None:
    if scene.now - row.at > NEWS:
        return
    scene.notices.append(
        Notice(
            lead=view.id,
            key=f"{kind}:{view.id}:{row.cycle}:{instant(row.at)}",
            rep=row.rep,
            subject=subject,
            text=text,
        )
    )


def load_said(scene: Scene, leads: Iterable[str]) -> None:
    """Look up in bulk what sales said when it last gave some leads back."""
    missing = [one for one in dict.fromkeys(leads) if one not in scene.said]
    found = events.of_leads(scene.tx, missing, types=BACK) if missing else {}
    scene.said.update({one: found[one][-1].payload if one in found else None for one in missing})


def load_unexplained(scene: Scene, leads: Iterable[str]) -> None:
    """Look up in bulk what sales said of the leads of which a return is to be decided now."""
    load_said(scene, [one for one in leads if _is_unexplained(scene, one)])


def _is_unexplained(scene: Scene, lead: str) -> bool:
    done = {one.at for one in scene.work.state(lead).returns}
    cycles = scene.work.lifecycle(lead).cycles
    return any(one.reason in UNEXPLAINED and one.closed not in done for one in cycles)


def what_sales_said(scene: Scene, lead: str) -> GivenBack | None:
    """What sales said when it last gave a lead back; `None` for nothing, or by a lost deal."""
    load_said(scene, [lead])
    last = scene.said[lead]
    return last if isinstance(last, GivenBack) else None


def settled(scene: Scene, lead: str) -> None:
    """A return has another reason: what was held for the one before waits for nobody any more."""
    held.end(scene.tx, lead, OF_A_REASON, scene.now)
