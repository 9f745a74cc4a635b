"""No statement a lead: a large batch of decisions or deliveries asks as often as a small one."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from crmbridge.files import load
from crmbridge.flows.decide import decide
from crmbridge.flows.deliver import drain
from crmbridge.flows.operate.turn import arm, turn
from crmbridge.flows.read.pull import pull
from crmbridge.testing.emulator import iso
from crmbridge.testing.interleave.house import house
from tests.stages.asked import counted
from tests.stages.places import FORM, ROOT, START
from tests.stages.play import ample

STEPS = ("pull", "decide", "drain sales", "decide again", "drain marketing")


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
            form_submissions=[
                {
                    "formId": FORM,
                    "submittedAt": iso(START),
                    "values": [{"name": "email", "value": f"p{n}@firm{n}.example"}],
                    "pageUrl": "https://acme.example/demo",
                }
                for n in range(leads)
            ],
        )
        told: dict[str, Counter[str]] = {}
        for step in STEPS:
            with counted(company) as found:
                match step.split():
                    case ["pull"]:
                        pull(company, "marketing")
                    case ["decide", *_]:
                        decide(company)
                    case ["drain", side]:
                        drain(company, side)
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
    assert not more
