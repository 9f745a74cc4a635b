"""Customers (expansion) in teams in a row: decision 0033 2 where it meets 0031 6."""

from __future__ import annotations

from pathlib import Path

from crmbridge.agreement import Teams
from crmbridge.files import CompanyFiles
from tests.routing.row import a_row, look_at, rep
from tests.routing.row_with import as_data, asks_again, selling
from tests.stages.play import at_work
from tests.stages.rest import rest


def test_a_customer_goes_to_the_callers_where_the_customers_team_is_the_next_in_the_row(
    acme: CompanyFiles, tmp_path: Path
) -> None:
    """Callers of Norway hand customers on to `care`, which names customers. `care` gets nobody from
    marketing, so no such team takes them there, and they go by the other rules (0033 2): to the
    callers whose rule names Norway."""
    data = as_data(a_row())
    data["teams"][0] |= {"takes": {"country": ["Norway"]}, "hands_on": {"to": ["care", "field"]}}
    data["teams"].append({"id": "care", "takes": {"motion": ["expansion"]}, "reps": [rep("carl")]})
    with at_work(selling(acme, Teams.model_validate(data)), tmp_path) as play:
        asks_again(play, country="Norway")
        assert look_at(play).life.stage == "handed"
        assert look_at(play).state.owner in ("sam", "sue")


def test_a_customer_is_handed_on_to_the_team_of_their_country(
    acme: CompanyFiles, tmp_path: Path
) -> None:
    """The callers name customers; the field, to which they hand on, goes by country. Of the teams
    that a lead may be handed on to, none names customers, so the other rules count (0033 2), and
    Norway is the field's."""
    data = as_data(a_row())
    data["teams"][0] |= {"takes": {"motion": ["new", "expansion"]}}
    data["teams"][1] |= {"takes": {"country": ["Norway"]}}
    with at_work(selling(acme, Teams.model_validate(data)), tmp_path) as play:
        ident = asks_again(play, country="Norway")
        assert look_at(play).life.stage == "handed"
        play.later(minutes=5)
        play.box.sales.act("edit", object="Contact", id=ident, fields={"Department": "Qualified"})
        rest(play)
        assert look_at(play).state.owner in ("fay", "fred")
