"""One lead as a decision sees it: its facts, its lifecycle and its scores, at one instant."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from crmbridge.flows.scene.account import NO_DEALS, AccountDeals, account_deals
from crmbridge.flows.scene.products import products_won
from crmbridge.flows.scene.scene import Scene
from crmbridge.model.codec import parse_instant
from crmbridge.model.lead import Ref
from crmbridge.model.lifecycle import EXPANSION, NEW, Lifecycle
from crmbridge.model.record import Value
from crmbridge.model.side import SALES
from crmbridge.model.state import LeadState, Return
from crmbridge.model.touch import Touch
from crmbridge.policy.definition.evaluate import Verdict
from crmbridge.policy.definition.tree import Origin
from crmbridge.policy.qualify.judge import Case, facts_at, facts_with, scored_alike
from crmbridge.policy.scoring.all_scores import Scores
from crmbridge.policy.scoring.fit import NO_FIT
from crmbridge.store.projection import is_waiting, passes_on
from crmbridge.store.rows import TouchRow


@dataclass(slots=True, kw_only=True)
class View:
    """A lead in hand during a decision; `coming` is when the next touch that is known of happens.

    A vendor's clock may be ahead of ours.
    """

    state: LeadState
    life: Lifecycle
    touches: list[Touch]
    case: Case
    scores: Scores
    facts: dict[str, Value]
    coming: datetime | None
    verdict: Verdict | None = None
    """What `verdict.judge` made of it, once it is asked."""

    @property
    def id(self) -> str:
        """Our lead id."""
        return self.state.id

    @property
    def waits(self) -> bool:
        """Whether the lead is in the waiting line."""
        return is_waiting(self.state, self.life)

    @property
    def passes_on(self) -> bool:
        """Whether a team of sales is done with the lead, and no other has it yet."""
        return passes_on(self.state, self.life)

    @property
    def returns(self) -> list[Return]:
        """The returns that stand, by time, each as it was last decided.

        A reopened deal makes the end of its trip void (L06); a reason that came later is decided
        anew.
        """
        ends = {cycle.closed for cycle in self.life.cycles}
        stand = {one.at: one for one in self.state.returns if one.at in ends}
        return [stand[at] for at in sorted(stand)]

    @property
    def points(self) -> Decimal:
        """The engagement score."""
        return self.scores.points

    @property
    def since(self) -> Decimal:
        """The engagement since the cycle began."""
        return self.scores.since

    @property
    def hand_raise_at(self) -> datetime | None:
        """When the person last asked for sales."""
        return self.scores.hand_raise_at

    @property
    def returned(self) -> Return | None:
        """The newest return; `None` before the first."""
        return self.returns[-1] if self.returns else None

    @property
    def bound(self) -> Return | None:
        """The newest return while its row still holds.

        Not after a person reinstated (R1.7), nor after a later trip that ended otherwise: who
        bought since then is bound by no earlier reason.
        """
        last = self.returned
        if last is None:
            return None
        back = [one.at for one in self.state.life if one.type == "reinstated"]
        later = [one.closed for one in self.life.cycles if one.closed and one.closed > last.at]
        return None if later or any(at >= last.at for at in back) else last

    @property
    def loops(self) -> int:
        """Counted returns so far."""
        return sum(one.counted for one in self.returns)


def view(scene: Scene, lead: str) -> View:
    """Look at a lead as of the scene's instant; made anew once something happened to it."""
    kept = scene.views.get(lead)
    if not isinstance(kept, View):
        kept = scene.views[lead] = scene.looked[lead] = _view(scene, lead)
    return kept


def _view(scene: Scene, lead: str) -> View:
    state, life = scene.work.state(lead), scene.work.lifecycle(lead)
    touches, coming, before = _touched(scene, lead)
    case = Case(
        facts=standing_facts(
            state, life, account_deals(scene, lead), products_won(scene, lead, life)
        ),
        touches=touches,
        opened=life.current.opened,
        zone=scene.company.zone,
        exchange=scene.company.exchange,
        origins=_origins(scene.now, state, life),
    )
    found, facts = _scored(scene, case, before)
    return View(
        state=state,
        life=life,
        touches=touches,
        case=case,
        scores=found,
        facts=facts,
        coming=coming,
    )


def _touched(scene: Scene, lead: str) -> tuple[list[Touch], datetime | None, View | None]:
    """A lead's touches, when the next one comes, and how it looked with the same touches before."""
    before = scene.looked.get(lead)
    if isinstance(before, View):
        return before.touches, before.coming, before
    rows = scene.work.touches(lead)
    # what is in the ledger is known, even if a clock that ran ahead wrote down when
    touches = [touch_of(row) for row in rows if row.at <= scene.now]
    return touches, min((row.at for row in rows if row.at > scene.now), default=None), None


def _scored(scene: Scene, case: Case, before: View | None) -> tuple[Scores, dict[str, Value]]:
    """Score a lead, unless it scores what it did: a step rarely changes what scores follow from."""
    agreement = scene.company.agreement
    if before is not None and scored_alike(agreement, before.case, case):
        return before.scores, facts_with(before.scores, case, len(case.touches))
    return facts_at(agreement, case, scene.now)


def standing_facts(
    state: LeadState,
    life: Lifecycle,
    account: AccountDeals = NO_DEALS,
    products: tuple[str, ...] | None = None,
) -> dict[str, Value]:
    """The facts that stand until something happens.

    `account` are the deals with its account, `products` what the won deals of both were about,
    `None` where nobody knows.
    """
    facts = {word: fact.value for word, fact in state.facts.items()}
    address = state.value("email")
    if isinstance(address, str) and "@" in address:
        facts.setdefault("email_domain", address.rsplit("@", 1)[1])
    facts.setdefault("internal", False)
    customer = life.customer or account.won > 0
    return facts | {
        "opted_out": state.opted_out,
        "stage": life.stage.value,
        "cycle": life.cycle,
        "open_deal": bool(life.open_deals) or account.open > 0,
        "customer": customer,
        "motion": EXPANSION if customer else NEW,
        "products_won": products,
        NO_FIT: denied_at(state, life) is not None,
        "owner": state.owner or None,
    }


def denied_at(state: LeadState, life: Lifecycle) -> datetime | None:
    """When sales last said of a lead that it does not fit; `None` if never (R2.3).

    It holds until a person reinstates the lead, or sales accepts it after all.
    """
    at: datetime | None = None
    for cycle in life.cycles:
        if "accepted" in cycle.effective:
            at = None
        if cycle.reason == NO_FIT and cycle.closed and not cycle.voided:
            at = cycle.closed
    back = [one.at for one in state.life if one.type == "reinstated"]
    return None if at is None or any(one >= at for one in back) else at


def _origins(now: datetime, state: LeadState, life: Lifecycle) -> dict[str, Origin]:
    told = {word: Origin(source=fact.by, at=fact.at) for word, fact in state.facts.items()}
    ours = dict.fromkeys(OURS, Origin(source="crmbridge", at=now))
    denied = denied_at(state, life)
    said = {NO_FIT: Origin(source=SALES, at=denied)} if denied else {}
    return told | ours | said


OURS = (
    "engagement",
    "engagement_since",
    "engagement_digit",
    "touches",
    "open_deal",
    "customer",
    "motion",
    "products_won",
    NO_FIT,
    "fit",
    "completeness",
    "grade",
    "grade_letter",
    "rating",
    "buying_stage",
    "signals",
)
"""Facts that we work out ourselves."""


def known(row: TouchRow, at: datetime, by: datetime | None = None) -> bool:
    """Whether a touch had happened at an instant, and was recorded then, or `by` then (R2.12)."""
    recorded = row.data.get("recorded")
    return row.at <= at and (not recorded or parse_instant(recorded) <= (by or at))


def touch_of(row: TouchRow) -> Touch:
    """Read a touch from its row."""
    return Touch(
        ref=Ref.parse(row.id),
        at=row.at,
        kind=row.kind,
        asset=row.asset,
        channel=row.channel,
        value=row.value,
        campaign=Ref.parse(row.campaign) if row.campaign else None,
    )
