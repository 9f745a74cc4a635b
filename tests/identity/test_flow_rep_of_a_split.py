"""A split leaves each of two people with the rep and the work of their own record of sales."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from crmbridge.files import CompanyFiles
from crmbridge.flows.operate.parting import join_leads, split_lead
from crmbridge.flows.scene.scene import Scene
from crmbridge.model.lead import Ref
from tests.stages.play import Play, begun
from tests.stages.rest import rebuilds_equal, rest
from tests.take_over.test_flow import LAST_YEAR, go_live

JO, AL = "jo@jo.example", "al@al.example"
OWNERS = {JO: "ann", AL: "bob"}
STATUS = {"open": "Open - Not Contacted", "working": "Working - Contacted"}
STAGES = {"open": "handed", "working": "accepted", "contact": "known"}


@pytest.fixture
def past(acme: CompanyFiles, tmp_path: Path) -> Iterator[Play]:
    """A company that nobody armed."""
    with begun(acme, tmp_path) as play:
        yield play


def _seeded(play: Play, email: str, sales: str) -> str:
    """Somebody of last year whom a rep has; returns how sales names the record."""
    users = {row["Email"].split(".")[0]: row["Id"] for row in play.sf("User")}
    old = {"CreatedDate": LAST_YEAR, "SystemModstamp": LAST_YEAR}
    who = {"LastName": email[:2], "Email": email, "OwnerId": users[OWNERS[email]]}
    obj = "Contact" if sales == "contact" else "Lead"
    more = {} if sales == "contact" else {"Company": email[:2], "Status": STATUS[sales]}
    play.box.sales.seed(**{obj: [who | old | more]})
    (ident,) = [row["Id"] for row in play.sf(obj) if row["Email"] == email]
    return f"sales:{obj}:{ident}"


def _shown(play: Play, records: dict[str, str]) -> dict[str, tuple[str, str]]:
    """Stage and owner of the leads of some records, by address."""
    out = {}
    with play.company.ledger.read() as tx:
        work = Scene.open(play.company, tx).work
        for email, record in records.items():
            entry: Any = work.ref(Ref.parse(record))
            out[email] = (str(work.lifecycle(entry.lead).stage), work.state(entry.lead).owner)
    return out


def _pass(play: Play) -> None:
    play.later(minutes=5)
    rest(play)


@pytest.mark.parametrize("jo", STAGES)
@pytest.mark.parametrize("al", STAGES)
@pytest.mark.parametrize("how", ["the lead", "the record"])
@pytest.mark.parametrize("edited", ["", AL])
def test_a_join_that_is_undone_gives_each_their_rep_back(
    past: Play, jo: str, al: str, how: str, edited: str
) -> None:
    records = {JO: _seeded(past, JO, jo), AL: _seeded(past, AL, al)}
    go_live(past)
    before = _shown(past, records)
    assert before == {JO: (STAGES[jo], "ann"), AL: (STAGES[al], "bob")}
    done = join_leads(past.company, JO, AL, by="ann", why="looked alike")
    _pass(past)
    if edited:
        obj, ident = records[edited].split(":")[1:]
        past.box.sales.act("edit", object=obj, id=ident, fields={"Phone": "+49 30 1"})
        _pass(past)
    what = done.other if how == "the lead" else records[AL]
    split_lead(past.company, done.lead, [what], by="ann", why="two people after all")
    assert {email: owner for email, (_, owner) in _shown(past, records).items()} == OWNERS
    _pass(past)
    after = _shown(past, records)
    assert {email: owner for email, (_, owner) in after.items()} == OWNERS
    if how == "the lead":
        assert after == before
    assert rebuilds_equal(past)


def test_the_rep_goes_with_a_record_though_a_dead_one_stays_behind(past: Play) -> None:
    """A record of sales that was deleted is nobody's, and keeps no rep."""
    old = _seeded(past, JO, "open")
    past.box.marketing.seed(contacts=[{"properties": {"email": JO, "lastname": "jo"}}])
    go_live(past)
    past.box.sales.act("delete", id=old.split(":")[2])
    _pass(past)
    users = {row["Email"].split(".")[0]: row["Id"] for row in past.sf("User")}
    fields = {"LastName": "Other", "Company": "jo", "Email": JO, "OwnerId": users["bob"]}
    past.box.sales.act("create", object="Lead", fields=fields)
    _pass(past)
    (new,) = [row["Id"] for row in past.sf() if not row["IsDeleted"]]
    lead = past.person(JO)["crmbridge_id"]
    done = split_lead(past.company, lead, [new], by="ann", why="father and son")
    _pass(past)
    with past.company.ledger.read() as tx:
        work = Scene.open(past.company, tx).work
        assert work.state(done.lead).owner == "bob"
        assert work.state(lead).owner == ""
    assert rebuilds_equal(past)
