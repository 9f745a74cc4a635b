"""A customer asks, whatever sales has of them: somebody hears of it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from crmbridge.files import CompanyFiles
from tests.signals.stage import decisions, tasks, told
from tests.stages.play import Play, begun
from tests.stages.rest import messages, rest
from tests.take_over.test_flow import ann, go_live, life, person


@pytest.fixture
def past(acme: CompanyFiles, tmp_path: Path) -> Iterator[Play]:
    """A company that nobody armed."""
    with begun(acme, tmp_path) as play:
        yield play


def _asks(play: Play, email: str) -> list[dict[str, Any]]:
    go_live(play)
    play.form(email)
    play.later(minutes=5)
    rest(play)
    return decisions(play)


def _stranger(play: Play) -> str:
    """A user of the CRM whom teams.toml does not know."""
    play.box.sales.seed(User=[{"Name": "Kim", "Email": "kim@acme.example", "IsActive": True}])
    return next(str(one["Id"]) for one in play.sf("User") if one["Email"].startswith("kim@"))


@pytest.mark.parametrize("stage", ["customer", "evangelist"])
def test_of_a_customer_whom_sales_does_not_have_the_owner_of_the_account_hears(
    past: Play, stage: str
) -> None:
    email = person(past, "jo", stage)
    past.box.sales.seed(Account=[{"Name": "jo", "OwnerId": ann(past)}])
    (one,) = _asks(past, email)
    assert (one["to"], one["rep"]) == ("rep", "ann")
    assert len(told(past)) == 1
    assert life(past, email).stage == "customer"
    assert past.sf() == []


def test_an_owner_whom_teams_does_not_know_is_named_and_the_line_is_told(past: Play) -> None:
    email = person(past, "jo", "customer")
    past.box.sales.seed(Account=[{"Name": "jo", "OwnerId": _stranger(past)}])
    assert [one["to"] for one in _asks(past, email)] == ["rep"]
    assert len(told(past)) == 1


@pytest.mark.parametrize("account", ["none", "nobody's", "another", "of one who left"])
def test_of_a_customer_who_is_nobodys_the_line_hears(past: Play, account: str) -> None:
    email = person(past, "jo", "customer")
    if account == "of one who left":
        left = _stranger(past)
        past.box.sales.seed(Account=[{"Name": "jo", "OwnerId": left}])
        past.box.sales.act("edit", object="User", id=left, fields={"IsActive": False})
    elif account != "none":
        owner = {"OwnerId": ann(past)} if account == "another" else {}
        past.box.sales.seed(Account=[{"Name": account} | owner])
    (one,) = _asks(past, email)
    assert (one["to"], one["rep"]) == ("line", "")
    assert len(told(past)) == 1
    assert "jo" in messages(past)
    assert tasks(past) == []


def test_the_owner_of_the_record_goes_before_that_of_the_account(past: Play) -> None:
    email = person(past, "jo", "customer", "contact")
    bob = next(str(one["Id"]) for one in past.sf("User") if one["Email"].startswith("bob."))
    account = past.sf("Account")[0]["Id"]
    past.box.sales.act("edit", object="Account", id=account, fields={"OwnerId": bob})
    assert [one["rep"] for one in _asks(past, email)] == ["ann"]


@pytest.mark.parametrize("stage", ["lead", "subscriber"])
def test_who_is_no_customer_is_nobodys_signal_by_the_account_alone(past: Play, stage: str) -> None:
    email = person(past, "jo", stage)
    past.box.sales.seed(Account=[{"Name": "jo", "OwnerId": ann(past)}])
    go_live(past)
    past.form(email, "https://acme.example/pricing")
    past.later(minutes=5)
    rest(past)
    assert decisions(past) == []
