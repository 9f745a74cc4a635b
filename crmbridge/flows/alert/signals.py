"""Signals: a lead consumes content that shows intent, and its salesperson hears of it at once."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from crmbridge.company import digest
from crmbridge.flows.alert.tell import Rep, is_urgent, line, messages, rep_of, task
from crmbridge.flows.owed.brief import brief
from crmbridge.flows.owed.ops import as_op
from crmbridge.flows.owed.write import Write
from crmbridge.flows.read.observe.at_sales import at_sales
from crmbridge.flows.read.observe.identity import follow
from crmbridge.flows.routing.preferred import account_owner
from crmbridge.flows.scene.account import firm_owners
from crmbridge.flows.scene.lead_view import View, known, touch_of, view
from crmbridge.flows.scene.live_since import last_of_the_past
from crmbridge.flows.scene.scene import Scene
from crmbridge.model.lifecycle import Lifecycle, Stage
from crmbridge.model.payload import Signalled
from crmbridge.policy.signals import LINE, Audience, Signal, Standing, audience, live
from crmbridge.store.outbox import Op

TOMBS = frozenset({Stage.MERGED, Stage.ERASED})


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """A signal that was decided: of which lead, under which key, and who hears of it."""

    lead: str
    key: str
    signal: Signal
    rep: Rep | None
    owner: str = ""


def signals(scene: Scene, lead: str) -> list[Told]:
    """Decide which touches of a lead are told now; each decision is an entry of the ledger.

    A lead that got no touch costs one look at its touches.
    """
    lead = follow(scene, lead)
    state, life = scene.work.state(lead), scene.work.lifecycle(lead)
    if life.stage in TOMBS:
        return []
    found = live(
        (touch_of(row) for row in scene.work.touches(lead) if known(row, scene.now)),
        scene.company.agreement.scoring,
        scene.now,
        told=state.told,
        since=_news_since(scene, life),
    )
    who = audience(_standing(scene, lead)) if found else None
    if who is None or who.to == "nobody" or _known_bad_fit(scene, view(scene, lead)):
        return []
    rep = rep_of(scene, who.rep) if who.to == "rep" else None
    if rep is None and not _line_is_told(who, life):
        return []
    return [_decided(scene, lead, one, who.rep, rep) for one in found]


def _news_since(scene: Scene, life: Lifecycle) -> datetime:
    """Touches up to then are no news: of before the company went live, or told by a hand-off."""
    before, handed = last_of_the_past(scene), _last_handed(life)
    return before if handed is None else max(before, handed)


def _last_handed(life: Lifecycle) -> datetime | None:
    """When sales last got this lead: the hand-off's own brief told of all before."""
    handed = [one.milestones["handed"] for one in life.cycles if "handed" in one.milestones]
    return max(handed, default=None)


def _standing(scene: Scene, lead: str) -> Standing:
    look = view(scene, lead)
    state, last = look.state, look.returned
    account = "" if state.owner else account_owner(scene, look) or _firm_owner(scene, look)
    return Standing(
        stage=look.life.stage,
        owner=state.owner,
        last_rep=state.owner or account or (last.rep if last else ""),
        assigned=state.assigned is not None,
        waiting=bool(state.waiting),
        avoid=not account and last is not None and last.avoid,
    )


def _firm_owner(scene: Scene, look: View) -> str:
    """Whom sales names as owner of a customer's account and who can be told; empty for nobody.

    Of others nobody hears by that: a firm's owner does not work all the people of the firm.
    """
    if look.life.stage is not Stage.CUSTOMER:
        return ""
    avoided = {one.rep for one in look.returns if one.avoid}
    owners = (one for one in firm_owners(scene, look.state) if one not in avoided)
    return next((one for one in owners if rep_of(scene, one) is not None), "")


def _line_is_told(who: Audience, life: Lifecycle) -> bool:
    """An owner who cannot be told: the line hears of it while the lead is in somebody's hands."""
    return who == LINE or life.stage not in (Stage.KNOWN, Stage.ENGAGED, Stage.NURTURE)


def _known_bad_fit(scene: Scene, look: View) -> bool:
    """The worst letter that counts takes no signal (R2.6)."""
    fit = scene.company.agreement.fit
    return fit is not None and look.scores.letter == fit.letters[-1][0]


def _decided(scene: Scene, lead: str, one: Signal, owner: str, rep: Rep | None) -> Told:
    key = f"signalled:{lead}:{digest(one.asset)}:{one.touch.ref}"
    scene.decided(
        Signalled(
            asset=one.asset,
            touch=one.touch.ref,
            touched=one.touch.at,
            stage=one.stage,
            rating=one.rating,
            to="rep" if rep is not None else "line",
            rep=owner if rep is not None else "",
        ),
        lead,
        key,
    )
    return Told(lead=lead, key=key, signal=one, rep=rep, owner=owner if rep else "")


def signal_ops(scene: Scene, told: Iterable[Told]) -> list[Op]:
    """Return the task and the messages of signals that were decided in this transaction."""
    ops: list[Op] = []
    for one in told:
        look = view(scene, one.lead)
        ops += [as_op(scene, one.lead, write) for write in _writes(scene, look, one)]
    return ops


def _writes(scene: Scene, look: View, one: Told) -> list[Write]:
    about = one.signal.title or one.signal.asset
    made = brief(scene, look, one.signal, rater=one.owner)
    subject, text = f"Signal: {about}, {made.who}", made.text()
    to = one.rep.to if one.rep else line(scene)
    urgent = is_urgent(scene, look, one.signal.rating)
    out = messages(scene, to, key=one.key, subject=subject, text=text, urgent=urgent)
    records = at_sales(scene, look.id)
    if one.rep is not None and records:
        out += task(
            scene,
            records[0].ref,
            one.rep,
            key=one.key,
            about=one.signal.asset,
            subject=subject,
            text=text,
        )
    return out
