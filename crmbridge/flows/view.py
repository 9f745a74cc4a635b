"""One lead as a decision sees it: its facts, its lifecycle and its score, at one instant."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from crmbridge.flows.scene import Scene
from crmbridge.model.lead import Ref
from crmbridge.model.lifecycle import Lifecycle
from crmbridge.model.record import Value
from crmbridge.model.state import LeadState, Return
from crmbridge.model.touch import Touch
from crmbridge.policy.engagement import buying_stage, engagement, hand_raise_at
from crmbridge.policy.explain import Origin
from crmbridge.store.rows import TouchRow


@dataclass(slots=True, kw_only=True)
class View:
    """A lead in hand during a decision."""

    state: LeadState
    life: Lifecycle
    touches: list[Touch]
    points: Decimal
    since: Decimal
    hand_raise_at: datetime | None
    facts: dict[str, Value]
    origins: dict[str, Origin]

    @property
    def id(self) -> str:
        """Our lead id."""
        return self.state.id

    @property
    def returned(self) -> Return | None:
        """The newest return; `None` before the first."""
        return self.state.returns[-1] if self.state.returns else None

    @property
    def loops(self) -> int:
        """Counted returns so far."""
        return sum(one.counted for one in self.state.returns)


def view(scene: Scene, lead: str) -> View:
    """Look at a lead as of the scene's instant."""
    state, life = scene.work.state(lead), scene.work.lifecycle(lead)
    agreement = scene.company.agreement
    touches = [_touch(row) for row in scene.work.touches(lead) if row.at <= scene.now]
    points = engagement(touches, agreement.engagement, scene.now).total
    opened = life.current.opened
    since = engagement(touches, agreement.engagement, scene.now, since=opened).total
    out = View(
        state=state,
        life=life,
        touches=touches,
        points=points,
        since=since,
        hand_raise_at=hand_raise_at(touches, agreement.hand_raise, scene.now),
        facts={},
        origins={},
    )
    _facts(scene, out)
    return out


def _facts(scene: Scene, view: View) -> None:
    state, life = view.state, view.life
    view.facts |= {word: fact.value for word, fact in state.facts.items()}
    view.origins |= {word: Origin(source=fact.by, at=fact.at) for word, fact in state.facts.items()}
    address = state.value("email")
    if isinstance(address, str) and "@" in address:
        view.facts.setdefault("email_domain", address.rsplit("@", 1)[1])
    view.facts.setdefault("internal", False)
    view.facts |= {
        "opted_out": state.opted_out,
        "stage": life.stage.value,
        "cycle": life.cycle,
        "engagement": view.points,
        "engagement_since": view.since,
        "hand_raise_at": view.hand_raise_at,
        "touches": len(view.touches),
        "buying_stage": buying_stage(view.touches, scene.company.agreement.engagement, scene.now),
        "open_deal": bool(life.open_deals),
        "customer": life.customer,
        "owner": state.owner or None,
    }
    for word in ("engagement", "engagement_since", "touches", "open_deal", "customer"):
        view.origins[word] = Origin(source="crmbridge", at=scene.now)


def _touch(row: TouchRow) -> Touch:
    return Touch(
        ref=Ref.parse(row.id), at=row.at, kind=row.kind, asset=row.asset, channel=row.channel
    )
