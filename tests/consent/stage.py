"""What the tests of consent share: what both systems say of a person, and who is asked what."""

from __future__ import annotations

from typing import Any

from crmbridge.flows.explain.consent import consent_told
from crmbridge.flows.operate.consent import give_consent
from crmbridge.store import held
from crmbridge.store.held import Held
from tests.stages.late import state
from tests.stages.places import JO
from tests.stages.play import Play
from tests.stages.rest import edit, ready, rest, retouch

BY = {"by": "ann", "evidence": "signed form of 3 March"}


def on(play: Play, **span: float) -> None:
    """Some time later, at rest."""
    play.later(**(span or {"minutes": 5}))
    rest(play)


def out(play: Play) -> None:
    """Jo is with sales, opted out in HubSpot, and both systems know."""
    ready(play, "jo")
    rest(play)
    play.later(hours=1)
    play.box.marketing.act("opt_out", email=JO)
    on(play)


def lead_of(play: Play, email: str = JO) -> str:
    """The lead's id, as marketing's record carries it."""
    return str(play.person(email)["crmbridge_id"])


def boxes(play: Play) -> tuple[bool, bool]:
    """Whether Jo's records say no: marketing's, and sales'."""
    box = play.lead(JO)["HasOptedOutOfEmail"]
    return play.person(JO)["hs_email_optout"] == "true", bool(box)


def asked(play: Play, kind: str) -> list[Held]:
    """What a person is asked of this kind."""
    with play.company.ledger.read() as tx:
        return held.find(tx, kind=kind)


def given(play: Play, **more: Any) -> None:
    """Somebody records that Jo consented again."""
    give_consent(play.company, lead_of(play), **(BY | more))


def shown(play: Play) -> dict[str, Any]:
    """What `crmbridge consent` tells of Jo."""
    with play.company.ledger.read() as tx:
        return consent_told(play.company, tx, lead_of(play))


def is_out(play: Play) -> bool:
    """Whether Jo is out for us."""
    return state(play).opted_out


def back_at_sales(play: Play) -> None:
    """Sales unticks Jo's box."""
    edit(play, JO, HasOptedOutOfEmail=False)


def back_at_marketing(play: Play) -> None:
    """Jo subscribes again by HubSpot's own page."""
    retouch(play, JO, hs_email_optout="false")
