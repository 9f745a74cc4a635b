"""No statement a lead: a large batch of decisions or deliveries asks as often as a small one."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from crmbridge.files import load
from crmbridge.flows.decide import decide
from crmbridge.flows.deliver import drain
from crmbridge.flows.operate.turn import arm, turn
from crmbridge.flows.read.pull import pull
from crmbridge.model.deal import Deal, DealState
from crmbridge.model.lead import Ref
from crmbridge.model.money import Money
from crmbridge.testing.emulator import iso
from crmbridge.testing.interleave.house import House, house
from tests.stages.asked import counted
from tests.stages.places import FORM, ROOT, START
from tests.stages.play import ample
from tests.stages.still import seen

STEPS = (
    *("pull", "decide", "drain sales", "decide again", "drain marketing"),
    *("pull what sales did", "decide what sales did", "drain marketing again"),
    *("pull touches", "decide touches", "drain sales again"),
)

HOUR_OVER = "decide touches"
"""The step before which an hour passes."""


def ask(home: House, leads: int, page: str) -> None:
    """Everybody fills in a form."""
    home.box.marketing.seed(
        form_submissions=[
            {
                "formId": FORM,
                "submittedAt": iso(home.company.now()),
                "values": [{"name": "email", "value": f"p{n}@firm{n}.example"}],
                "pageUrl": f"https://acme.example/{page}",
            }
            for n in range(leads)
        ]
    )


def half_won_half_given_back(home: House) -> None:
    """Every other lead is on a deal that is won, and the others are rejected."""
    home.box.advance(timedelta(minutes=5))
    records = sorted(one["Id"] for one in home.box.sales.state("Lead"))
    for one in records[1::2]:
        home.box.sales.act("reject", id=one)
    at = home.company.now()
    deals = [
        Deal(
            ref=Ref(system="sales", obj="Opportunity", id=f"006{n}"),
            state=DealState.WON,
            value=Money(100_000, "EUR"),
            created_at=at,
            closed_at=at,
            changed_at=at,
            people=(Ref(system="sales", obj="Lead", id=one),),
            people_seen=True,
        )
        for n, one in enumerate(records[::2])
    ]
    seen(home.company, deals)


def take(home: House, step: str) -> None:
    """Do one step of a turn."""
    match step.split():
        case ["pull", "what", *_]:
            pull(home.company, "sales")
        case ["pull", *_]:
            pull(home.company, "marketing")
        case ["decide", *_]:
            decide(home.company)
        case ["drain", side, *_]:
            drain(home.company, side)


def statements(leads: int) -> dict[str, Counter[str]]:
    """What each step asks of the ledger where so many people ask for a demo at once."""
    files = ample(load(ROOT / "mappings", "acme"))
    with TemporaryDirectory() as folder, house(files, Path(folder) / "l.db", at=START) as home:
        company = home.company
        turn(company)
        arm(company)
        home.box.marketing.seed(
            contacts=[
                {
                    "properties": {
                        "email": f"p{n}@firm{n}.example",
                        "lastname": f"P{n}",
                        "company": f"Firm {n}",
                    }
                }
                for n in range(leads)
            ],
        )
        ask(home, leads, "demo")
        told: dict[str, Counter[str]] = {}
        for step in STEPS:
            if step == "pull what sales did":
                half_won_half_given_back(home)
            if step == "pull touches":
                home.box.advance(timedelta(hours=1))
                ask(home, leads, "guide")
            with counted(company) as found:
                take(home, step)
            told[step] = found
        assert len(home.box.sales.state("Lead")) == leads
        return told


@pytest.fixture(scope="module")
def both() -> tuple[dict[str, Counter[str]], dict[str, Counter[str]]]:
    return statements(6), statements(48)


@pytest.mark.parametrize("step", STEPS)
def test_a_step_asks_as_often_for_many_leads_as_for_few(
    both: tuple[dict[str, Counter[str]], dict[str, Counter[str]]], step: str
) -> None:
    few, many = both[0][step], both[1][step]
    more = {text: (few[text], n) for text, n in many.items() if n > few[text] + 1}
    assert list(more) == []


@pytest.mark.parametrize("step", [one for one in STEPS if one.startswith("drain")])
def test_what_an_operation_says_is_read_once_where_it_is_sent(
    both: tuple[dict[str, Counter[str]], dict[str, Counter[str]]], step: str
) -> None:
    """The claim reads it; the entries that it is sent and done ask for it no more."""
    asked = [text for text in both[1][step] if "op.payload" in text]
    assert [text for text in asked if not text.startswith('SELECT op.id, op."key"')] == []


@pytest.mark.parametrize("step", [one for one in STEPS if one.startswith("decide")])
def test_a_decision_reads_no_operation_whole(
    both: tuple[dict[str, Counter[str]], dict[str, Counter[str]]], step: str
) -> None:
    """But for what waited for the end of an hour, in few statements once the hour is over."""
    whole = {
        text: n
        for text, n in both[1][step].items()
        if text.startswith("SELECT op.") and "op.payload" in text.replace("op.payload_hash", "")
    }
    assert sum(whole.values()) <= 3 * (step == HOUR_OVER), list(whole)
