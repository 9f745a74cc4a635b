"""Reads the golden cases of own stages: a lead's stage at instants, under the version in force."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from crmbridge.agreement import Agreement, Versions
from crmbridge.agreement.lint.stages import wrong_stages
from crmbridge.model.lead import Ref
from crmbridge.model.touch import Touch
from crmbridge.policy.definition.exchange import Exchange
from crmbridge.policy.definition.tree import WORDS
from crmbridge.policy.qualify.judge import Case, facts_at
from crmbridge.policy.stages.reach import unreachable
from crmbridge.policy.stages.reading import next_turn, read
from tests.goldens.shape import Json, only
from tests.stages.agreement import raw, signed

FILE = {"topic", "tz", "rules", "engagement", "versions", "cases"}
VERSION = {"version", "effective_from", "stages"}
CASE = {"id", "note", "stage", "touches", "facts", "looks"}
LOOK = {"at", "expect"}
EXPECT = {"version", "part", "name", "met", "turns"}


def versions(doc: Json) -> Versions:
    """The versions of a file, in the place of the worked example's, signed by both sides."""
    only(doc, FILE, "file")
    found = []
    for one in doc["versions"]:
        only(one, VERSION, "version")
        data = raw() | {"engagement": doc["engagement"], "content": [], "test": []}
        data |= {"version": one["version"], "stages": one["stages"], "zone": doc["tz"]}
        data["effective_from"] = date.fromisoformat(one["effective_from"])
        made = signed(data, data["effective_from"])
        assert [*wrong_stages(made), *unreachable(made)] == []
        found.append(made)
    return Versions.of(found)


def case_of(given: Json, doc: Json) -> Case:
    """A lead of a case: its core stage, its touches and the facts that the case fixes."""
    only(given, CASE, "case")
    touches = [
        Touch(
            ref=Ref(system="test", obj="touch", id=str(number)),
            at=datetime.fromisoformat(one["at"]),
            kind=one["kind"],
            asset=one["asset"],
        )
        for number, one in enumerate(given["touches"])
    ]
    return Case(
        facts={"stage": given["stage"], "cycle": 1},
        touches=touches,
        opened=datetime.fromisoformat("2026-01-01T00:00:00Z"),
        zone=ZoneInfo(doc["tz"]),
        exchange=Exchange(),
        fixed=given.get("facts", {}),
    )


def looked(agreement: Agreement, case: Case, core: str, at: datetime) -> Json:
    """What the policy says of a lead at an instant, as the cases write it."""
    found, facts = facts_at(agreement, case, at)
    reading = read(agreement, core, case, facts, at)
    turn = next_turn(agreement, reading, case, (found, facts), at)
    return {
        "version": agreement.version,
        "part": reading.part or None,
        "name": reading.name,
        "met": {part.id: WORDS[verdict.result] for part, verdict in reading.tried},
        "turns": turn,
    }


def expected(look: Json) -> dict[str, Any]:
    """What a case expects of a look, its instants read."""
    only(look, LOOK, "look")
    only(look["expect"], EXPECT, "expect")
    turns = look["expect"].get("turns")
    return look["expect"] | (
        {"turns": datetime.fromisoformat(turns) if turns else None}
        if "turns" in look["expect"]
        else {}
    )
