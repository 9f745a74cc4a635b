"""The lines of teams.toml that say who is sent a digest, and wrong ones with their advice."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from crmbridge.agreement import Teams
from tests.stages.line import Line

REPS: list[dict[str, Any]] = [
    {"id": "ann", "name": "Ann Becker", "email": "ann@acme.example", "open_limit": 9},
    {"id": "bob", "name": "Bob Lind", "user": "005A", "open_limit": 9},
    {"id": "pool", "queue": "Pool", "open_limit": 9},
]


def teams(*digests: dict[str, Any]) -> Teams:
    data = {"company": "acme", "teams": [{"id": "dach", "reps": REPS}], "digest": digests}
    return Teams.model_validate(data)


def entry(person: str, audience: str = "sales", channel: Any = "email", **more: Any) -> Any:
    return {"person": person, "audience": audience, "channel": channel, **more}


def test_a_person_is_a_rep_by_id_name_or_address_or_who_has_an_address() -> None:
    for person in ("ann", "Ann Becker", "ANN@acme.example"):
        made = teams(entry(person))
        (one,) = made.digest
        assert (one.who(made.reps), one.email(made.reps)) == ("ann", "ann@acme.example")
        assert one.called(made.reps) == "Ann Becker"
    made = teams(entry("dana@acme.example", "marketing", ["email", "webhook"], name="Dana"))
    (one,) = made.digest
    assert (one.email(made.reps), one.called(made.reps)) == ("dana@acme.example", "Dana")
    assert one.channel == ("email", "webhook")
    assert "dana" not in one.who(made.reps)


@pytest.mark.parametrize(
    ("digests", "said"),
    [
        ([entry("anm")], "no rep has the id or name 'anm'; did you mean 'ann'?"),
        ([entry("Zoe")], "write a rep's id, or an e-mail address"),
        ([entry("bob")], "no e-mail address: add email to the rep, or choose another channel"),
        ([entry("pool", channel="file")], "this rep is no person"),
        ([entry("ann", channel=[])], "at least 1 item"),
        ([entry("ann", channel="fax")], "'webhook', 'email' or 'file'"),
        ([entry("ann", "boss")], "'marketing', 'sales', 'rep' or 'leadership'"),
        ([entry("dana@acme.example", "rep")], "choose marketing, sales or leadership"),
        ([entry("ann", team="dahc")], "no team 'dahc'; did you mean 'dach'?"),
        ([entry("")], "at least 1 character"),
        ([{"person": "ann", "audience": "sales"}], "Field required"),
        ([entry("ann", day="friday")], "day"),
        (
            [entry("ann"), entry("ann@acme.example", "rep", "file")],
            "number 1 and number 2 are for one person, who is sent one a week",
        ),
    ],
)
def test_a_digest_to_nobody_twice_or_by_no_way_is_refused(digests: Any, said: str) -> None:
    with pytest.raises(ValidationError) as error:
        teams(*digests)
    assert said in str(error.value)


def test_validate_says_it_with_the_file(bare: Line) -> None:
    path = bare.file("teams.toml")
    text = path.read_text("utf-8")
    text += '\n[[digest]]\nperson = "anm"\naudience = "rep"\nchannel = "email"\n'
    path.write_text(text, "utf-8")
    said = bare.run("validate", "acme")
    assert said.code == 1
    assert "teams.toml" in said.err
    assert "did you mean 'ann'?" in said.err


def test_who_is_sent_a_digest_changes_no_decision() -> None:
    from crmbridge.company import digest

    def hashed(made: Teams) -> str:
        return digest(made.model_dump(mode="json", by_alias=True, exclude={"digest"}))

    assert hashed(teams()) == hashed(teams(entry("ann")))
