"""Limits, `arm` and `disarm`, and the first write, as they are typed."""

from __future__ import annotations

import pytest

from crmbridge.store import cursors
from tests.stages.line import Desk

CREATES = "creates    = { pass = 500, day = 2000 }"
SHARE = "share      = 20"


@pytest.fixture
def tight(desk: Desk) -> Desk:
    """A company whose passes make three records at most, at work."""
    desk.edit("mapping.toml", CREATES, "creates = { pass = 3, day = 10 }")
    desk.armed()
    return desk


def keen(desk: Desk, number: int, tag: str = "k") -> None:
    for n in range(number):
        desk.keen(f"{tag}{n}@buyer{n}.example")


def leads(desk: Desk) -> int:
    return len(desk.sf())


STOPPED = """\
the writer stopped before it wrote more than the limits of mapping.toml let it; opt-outs alone go \
out:
4 new records in one pass: [limits] creates lets 3 be
`crmbridge plan --company acme` shows what is owed. If it is meant, `crmbridge arm --allow creates \
--company acme` lets it through, once; else mend what asks for it: the writer goes on when less is \
owed.
"""


def test_a_sync_above_a_limit_stops_with_3_says_why_and_status_says_so(tight: Desk) -> None:
    keen(tight, 4)
    said = tight.run("sync")
    assert (said.code, said.err, leads(tight)) == (3, STOPPED, 0)
    told = tight.json("status")["companies"][0]
    assert told["stopped"]["over"] == [{"kind": "creates", "span": "pass", "number": 4, "limit": 3}]
    (alarm,) = told["systems"]
    assert (alarm["system"], alarm["state"], alarm["why"]) == ("writer", "stopped", "Limit")
    assert "writer is stopped since" in tight.ok("status").out
    assert tight.ok("arm", "--allow", "creates", "--by", "Mia").out == (
        "acme's systems are written from now on.\nLet through, once: 4 new records (creates).\n"
    )
    assert tight.json("status")["companies"][0]["systems"] == []
    tight.ok("sync")
    assert leads(tight) == 4
    assert tight.json("status")["companies"][0]["stopped"] == {}


def test_a_sync_in_json_says_at_which_limits_it_stopped(tight: Desk) -> None:
    keen(tight, 4)
    said = tight.run("sync", "--json")
    assert said.code == 3
    assert said.data["stopped"] == [{"kind": "creates", "span": "pass", "number": 4, "limit": 3}]


def test_a_plan_opens_with_counts_and_says_what_apply_wants(tight: Desk) -> None:
    keen(tight, 4)
    tight.run("sync")
    file = tight.home / "next.json"
    said = tight.ok("plan", "--out", str(file)).out.splitlines()
    assert said[1:4] == [
        "4 of 4 known leads are written to: 4 created, 0 overwritten, 0 emptied in a field, 0 "
        "moved backward in their stage, 0 put on a nurture list, 0 taken back from sales, 0 given "
        "another owner, 0 messages",
        "This is a plan that exceeds a limit; `crmbridge apply` wants --allow creates:",
        "    4 new records in one pass: [limits] creates lets 3 be",
    ]
    assert said[-1].endswith(f"crmbridge apply {file} --allow creates --company acme")
    shown = tight.ok("plan", "show", str(file)).out.splitlines()
    assert shown[:4] == said[:4]
    assert len(shown) > 4
    assert tight.json("plan", "show", str(file))["counts"]["created"] == 4
    stopped = tight.run("apply", str(file))
    assert (stopped.code, leads(tight)) == (3, 0)
    assert f"`crmbridge apply {file} --allow creates --company acme`" in stopped.err
    tight.ok("apply", str(file), "--allow", "creates")
    assert leads(tight) == 4


def test_plan_show_wants_a_file(bare: Desk) -> None:
    said = bare.run("plan", "show")
    assert said.code == 1
    assert "`crmbridge plan show FILE` for a plan that" in said.err
    assert bare.run("plan", "nonsense", "x").code == 1


@pytest.mark.parametrize("words", [("arm",), ("apply", "plan.json")])
def test_a_kind_that_is_none_is_said(tight: Desk, words: tuple[str, ...]) -> None:
    file = tight.home / "plan.json"
    tight.ok("plan", "--out", str(file))
    typed = [str(file) if one == "plan.json" else one for one in words]
    said = tight.run(*typed, "--allow", "create")
    assert said.code == 1
    assert said.err == "--allow 'create' is no kind that has a limit; did you mean 'creates'?\n"


def test_disarm_is_heard_and_arm_ends_it(tight: Desk) -> None:
    assert tight.ok("disarm", "--by", "Mia").out == (
        "acme's systems are read and not written any more; opt-outs wait, too. `crmbridge arm "
        "--company acme` ends that.\n"
    )
    assert tight.ok("disarm").out == "acme's systems were not written anyway.\n"
    assert "by the word of Mia (`crmbridge arm`)" in tight.ok("status").out
    keen(tight, 1)
    assert "Nothing was written: the writer is switched off" in tight.ok("sync").out
    assert leads(tight) == 0
    tight.ok("arm")
    tight.ok("sync")
    assert leads(tight) == 1


def test_arm_needs_a_plan_that_was_applied(desk: Desk) -> None:
    said = desk.run("arm")
    assert said.code == 3
    assert said.err.startswith("no plan was applied yet, so nothing is armed")


def production(desk: Desk) -> tuple[str, str]:
    """Make both emulated accounts real ones; return their ids."""
    desk.box.marketing.config(account_type="STANDARD", portal_id=4711)
    desk.box.sales.config(sandbox=False)
    (org,) = desk.box.sales.state("Organization")
    return "4711", str(org["Id"])


def planned(desk: Desk) -> str:
    desk.ok("sync")
    file = str(desk.home / "plan.json")
    desk.ok("plan", "--out", file)
    return file


def test_a_sandbox_wants_no_id_and_is_kept(desk: Desk) -> None:
    desk.armed()
    told = desk.json("status")["companies"][0]["accounts"]
    assert {side: one["sandbox"] for side, one in told.items()} == {
        "marketing": True,
        "sales": True,
    }
    assert ", a sandbox; sales 00D" in desk.ok("status").out


def test_the_first_write_to_what_is_no_sandbox_wants_its_id_once(desk: Desk) -> None:
    portal, org = production(desk)
    desk.keen("jo@buyer.example")
    file = planned(desk)
    said = desk.run("apply", file)
    assert (said.code, leads(desk)) == (3, 0)
    assert said.err == (
        "this would be the first write to what is no sandbox: nothing was written.\n"
        "marketing (HubSpot) is known by its Hub ID, which stands in the menu behind your picture, "
        "top right, in HubSpot\n"
        "sales (Salesforce) is known by its Organization ID, which stands under Setup > Company "
        "Information in Salesforce\n"
        "Look there which account it is, and say so, once: `crmbridge apply "
        f"{file} --to <Hub ID> --to <Organization ID> --company acme`\n"
    )
    assert portal not in said.err.replace(file, "")
    assert org not in said.err
    one = desk.run("apply", file, "--to", portal)
    assert (one.code, leads(desk)) == (3, 0)
    assert "marketing (HubSpot)" not in one.err
    desk.ok("apply", file, "--to", portal, "--to", org[:15], "--by", "Mia")
    assert leads(desk) == 1
    desk.keen("al@buyer.example")
    desk.later(minutes=5)
    again = planned(desk)
    desk.ok("apply", again)


def test_an_id_that_is_no_accounts_is_said_without_the_right_one(desk: Desk) -> None:
    portal, org = production(desk)
    file = planned(desk)
    said = desk.run("apply", file, "--to", portal, "--to", "00D000000000001AAA")
    assert (said.code, leads(desk)) == (1, 0)
    assert said.err.startswith("--to: an id that is not that of any account behind the credentials")
    assert "sales (Salesforce) is known by its Organization ID" in said.err
    assert org not in said.err


def test_the_id_of_a_sandbox_is_not_what_was_asked_for(desk: Desk) -> None:
    desk.box.sales.config(sandbox=False)
    file = planned(desk)
    said = desk.run("apply", file, "--to", "62515")
    assert (said.code, leads(desk)) == (3, 0)
    assert said.err.startswith(
        "--to says the id of marketing (HubSpot), which is a sandbox, and was not asked for"
    )
    assert "sales (Salesforce) is known by its Organization ID" in said.err


def test_an_id_that_was_kept_is_not_asked_for_and_not_taken(desk: Desk) -> None:
    desk.armed()
    said = desk.run("apply", planned(desk), "--to", "62515")
    assert said.code == 1
    assert "the accounts that are written were said before, and are kept" in said.err


def test_another_account_behind_the_credentials_is_never_written(desk: Desk) -> None:
    desk.armed()
    desk.box.marketing.config(portal_id=99)
    desk.keen("jo@buyer.example")
    said = desk.run("sync")
    assert said.code == 1
    assert said.err.startswith(
        "the marketing credentials lead to another account than the one that this ledger has "
        "written to: nothing was read or written."
    )
    assert leads(desk) == 0


def test_a_ledger_that_kept_no_account_takes_the_one_that_it_writes_to(desk: Desk) -> None:

    desk.armed()
    with desk.ledger() as ledger, ledger.write("test") as tx:
        cursors.put_meta(tx, "accounts", {})
    desk.ok("sync")
    told = desk.json("status")["companies"][0]["accounts"]
    assert told["marketing"] == {"id": "62515", "sandbox": None}
    desk.box.marketing.config(portal_id=99)
    assert desk.run("sync").code == 1


def test_a_limit_of_nought_is_said(desk: Desk) -> None:
    desk.edit("mapping.toml", SHARE, "share = 0")
    said = desk.run("validate", "acme")
    assert said.code == 1
    assert "limits.share: a limit is at least 1: to let nothing be written at all, run" in (
        said.out + said.err
    )
