"""A field that we know to be empty is told apart from one that we do not know, up to the vendor."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from crmbridge.files import CompanyFiles
from crmbridge.flows.deliver.send import row_of
from crmbridge.flows.operate.turn import arm
from crmbridge.mapping.schema import Mapping
from crmbridge.model.codec import encode_map
from crmbridge.model.record import Value
from crmbridge.store.outbox import Op
from tests.stages.places import JO
from tests.stages.play import Play, at_work, begun
from tests.stages.rest import retouch

STAGE = "lifecyclestage"


def reads(play: Play) -> int:
    """Calls that read contacts by their ids."""
    lines = play.box.marketing.audit()
    return sum("contacts/batch/read" in line["path"] for line in lines)


def met(play: Play, **more: Any) -> int:
    """Jo is seen and written to for the first time; how often the record was read back."""
    play.contact(JO, lastname="Jo", company="B", **more)
    play.later(minutes=5)
    before = reads(play)
    play.turn()
    return reads(play) - before


def op(before: Value, blank: list[str] | None, ident: str = "1") -> Op:
    payload: dict[str, Any] = {
        "id": ident,
        "key": "lead-1",
        "values": encode_map({STAGE: "lead"}),
        "words": {},
        "changes": {STAGE: [before, "lead", "a rule"]},
    }
    return Op(
        id="op-1",
        key="k",
        system="marketing",
        obj="contacts",
        action="update",
        lead="lead-1",
        priority=1,
        payload=payload if blank is None else payload | {"blank": blank},
        payload_hash="h",
        created_at=0.0,
    )


@pytest.mark.parametrize(
    ("made", "told"),
    [
        (op(None, [STAGE]), {STAGE: None}),
        (op("customer", []), {STAGE: "customer"}),
        (op(None, []), {}),
        (op(None, ["firstname"]), {}),
        (op(None, None), {}),
        (op(None, [STAGE], ident=""), {}),
    ],
    ids=["empty", "filled", "not known", "another is empty", "of an earlier build", "to be made"],
)
def test_a_row_says_what_is_known_of_a_field_before(made: Op, told: dict[str, Value]) -> None:
    assert row_of(made).before == told


def test_the_first_stage_of_a_record_without_one_is_not_read_back(play: Play) -> None:
    assert met(play) == 0
    assert play.person(JO)[STAGE] == "lead"


def test_a_stage_that_goes_forward_is_not_read_back(play: Play) -> None:
    assert met(play, lifecyclestage="subscriber") == 0
    assert play.person(JO)[STAGE] == "subscriber"  # it means what we would write
    play.form(JO)
    play.later(minutes=5)
    before = reads(play)
    play.turn(2)
    assert reads(play) == before
    assert play.person(JO)[STAGE] == "marketingqualifiedlead"


def test_a_stage_that_goes_backward_is_read_back_and_put_right(play: Play) -> None:
    """One that we wrote and somebody moved on; what stood there before us would stay."""
    assert met(play) == 0
    play.box.marketing.act(
        "edit", object="contacts", id=play.person(JO)["id"], properties={STAGE: "opportunity"}
    )
    play.later(minutes=5)
    before = reads(play)
    play.turn()
    assert reads(play) - before == 2  # it was kept, and then it was not
    assert play.person(JO)[STAGE] == "lead"


def test_a_stage_is_not_read_back_where_other_fields_were_written_first(
    acme: CompanyFiles, tmp_path: Path
) -> None:
    """A company that names no stage for people who are only known writes one at the hand-off."""
    stage = acme.mapping.marketing.lead.fields["stage"]
    values = {word: one for word, one in stage.values.items() if word != "known"}
    with at_work(_with_stages(acme, values), tmp_path) as play:
        assert met(play) == 0
        assert not play.person(JO).get(STAGE)
        assert play.person(JO)["crmbridge_id"]
        play.form(JO)
        play.later(minutes=5)
        before = reads(play)
        play.turn(2)
        assert reads(play) == before
        assert play.person(JO)[STAGE] == "marketingqualifiedlead"


def _with_stages(acme: CompanyFiles, values: dict[str, str]) -> CompanyFiles:
    raw = acme.mapping.model_dump(mode="json")
    raw["marketing"]["lead"]["fields"]["stage"]["values"] = values
    return replace(acme, mapping=Mapping.model_validate(raw))


def test_a_stage_that_news_came_in_before_is_read_back(acme: CompanyFiles, tmp_path: Path) -> None:
    """What was seen later tells what is news alone: whether the rest is empty nobody says."""
    with begun(acme, tmp_path) as play:
        play.contact(JO, lastname="Jo", company="B")
        play.turn()
        retouch(play, JO, company="C")
        play.later(minutes=5)
        play.turn()
        before = reads(play)
        arm(play.company)
        play.later(minutes=5)
        play.turn(2)
        assert play.person(JO)[STAGE] == "lead"
        assert reads(play) - before == 1
