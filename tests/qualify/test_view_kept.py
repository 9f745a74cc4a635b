"""A look at a lead that is kept through steps is the look that would be made anew."""

from __future__ import annotations

import random
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from crmbridge.files import CompanyFiles
from crmbridge.flows.qualify.verdict import judge
from crmbridge.flows.scene.lead_view import View, view
from crmbridge.flows.scene.scene import Scene
from crmbridge.model.lead import Ref, Sighting
from crmbridge.model.payload import (
    Accepted,
    Engaged,
    Handed,
    Payload,
    Ready,
    RecordSeen,
    Rejected,
    Score,
    Scored,
    Unready,
)
from crmbridge.model.touch import Touch
from tests.stages.places import START
from tests.stages.still import seen, still

JO = Ref(system="marketing", obj="contacts", id="1")
HOUR = timedelta(hours=1)
JUDGED: dict[str, Any] = {
    "verdict": {},
    "engagement": Decimal(1),
    "engagement_since": Decimal(1),
    "reentry": "reenter",
    "definition": "v1",
}


def person(**said: str) -> Sighting:
    values = {"email": "jo@view.example", "title": "Head of Operations", "country": "Germany"}
    return Sighting(ref=JO, values=values | said, raw=values | said, created_at=START - 900 * HOUR)


def touch(n: int) -> Touch:
    ref = Ref(system="marketing", obj="form_submissions", id=str(n))
    return Touch(ref=ref, at=START - n * HOUR, kind="form", asset="/pricing", person=JO)


def news(dice: random.Random, n: int) -> Payload:
    """A step, a fact that fit asks for or one that it does not, or what changes no look."""
    facts = {dice.choice(["country", "title", "phone"]): dice.choice(["Germany", "Chad", "CEO"])}
    told: list[Payload] = [
        Engaged(),
        Ready(**JUDGED),
        Unready(**JUDGED),
        Handed(kind="pushed"),
        Accepted(),
        Rejected(reason=dice.choice(["no_fit", "bad_timing", ""]), out=False, text=""),
        RecordSeen(ref=JO, facts=facts),
        Scored(score=Score(grade="A1", rating="hot", engagement=n, score_fit=n, given=None)),
    ]
    return dice.choice(told)


def anew(scene: Scene, lead: str) -> View:
    kept = scene.views, scene.looked
    scene.views, scene.looked = {}, {}
    try:
        return view(scene, lead)
    finally:
        scene.views, scene.looked = kept


@pytest.mark.parametrize("seed", range(25))
def test_a_look_that_is_kept_is_as_one_made_anew(acme: CompanyFiles, seed: int) -> None:
    dice = random.Random(seed)
    with still(acme) as (company, _):
        seen(company, [person(), *(touch(n) for n in range(3))])
        with company.ledger.write("test") as tx:
            scene = Scene.open(company, tx)
            entry = scene.work.ref(JO)
            assert entry is not None
            for n in range(12):
                at = START - 300 * HOUR + n * HOUR
                scene.observed(news(dice, n), entry.lead, f"news:{n}", at)
                kept, made = view(scene, entry.lead), anew(scene, entry.lead)
                assert judge(scene, kept).explain() == judge(scene, made).explain()
                kept.verdict = made.verdict = None
                assert kept == made


def test_a_step_scores_nobody_anew(acme: CompanyFiles) -> None:
    with still(acme) as (company, _):
        seen(company, [person(), touch(1)])
        with company.ledger.write("test") as tx:
            scene = Scene.open(company, tx)
            entry = scene.work.ref(JO)
            assert entry is not None
            before = view(scene, entry.lead)
            told = Ready(**JUDGED)
            scene.observed(told, entry.lead, "ready", scene.now)
            after = view(scene, entry.lead)
            assert after.life != before.life
            assert after.scores is before.scores
            assert after.touches is before.touches
