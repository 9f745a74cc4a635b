"""A company with stages of its own: the example's files with them, and questions."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from typing import Any

from crmbridge.agreement import Agreement
from crmbridge.files import CompanyFiles
from crmbridge.flows.explain import explain
from crmbridge.flows.operate.find import find_lead
from crmbridge.mapping.schema import FieldMap
from crmbridge.mapping.schema import Mapping as MappingFile
from crmbridge.report.stages import stages
from tests.stages.agreement import signed
from tests.stages.places import JO
from tests.stages.play import Play

CURIOUS = {
    "id": "curious",
    "name": "Curious",
    "when": {"field": "buying_stage", "op": "at_least", "value": "interest"},
    "calls": {"marketing": "Curious lead"},
}
WARM = {
    "id": "warm",
    "name": "Warm",
    "when": {"field": "engagement", "op": "ge", "value": 20},
}
STAGES: dict[str, Any] = {
    "known": {"name": "New"},
    "engaged": {
        "name": "In conversation",
        "calls": {"marketing": "Talking"},
        "parts": [CURIOUS],
    },
}


def with_stages(
    agreement: Agreement, stages: dict[str, Any], version: int = 1, day: date | None = None
) -> Agreement:
    """An agreement with stages of its own, signed by both sides."""
    data = agreement.model_dump(by_alias=True, exclude_unset=True)
    day = day or agreement.effective_from
    data |= {"version": version, "effective_from": day, "stages": stages}
    return signed(data, day)


def owning(files: CompanyFiles, stages: dict[str, Any], *others: Agreement) -> CompanyFiles:
    """The example with stages of its own, which marketing holds in fields of its own."""
    return replace(
        files,
        agreement=with_stages(files.agreement, stages),
        others=others,
        mapping=telling(files.mapping),
    )


def telling(mapping: MappingFile, **more: Any) -> MappingFile:
    """A mapping that writes the stage to a field of our own, with its name and since when."""
    lead = mapping.marketing.lead
    fields = lead.fields | {
        "stage": FieldMap(field="crmbridge_stage", way="out", **more),
        "own_stage": FieldMap(field="crmbridge_stage_name", way="out"),
        "own_stage_at": FieldMap(field="crmbridge_stage_since", way="out"),
    }
    made = lead.model_copy(update={"fields": fields})
    side = mapping.marketing.model_copy(update={"lead": made})
    return mapping.model_copy(update={"marketing": side})


def told(play: Play, email: str = JO, as_of: datetime | None = None) -> dict[str, Any]:
    """The explanation of a lead."""
    with play.company.ledger.read() as tx:
        return explain(play.company, tx, find_lead(play.company, tx, email), as_of)


def counted(play: Play) -> dict[str, Any]:
    """What the funnel counts by stage, in the order of the report."""
    company = play.company
    with company.ledger.read() as tx:
        found = stages(tx, company.agreement, company.versions.all)
    return {row["stage"]: row for row in found}


def in_marketing(play: Play, email: str = JO) -> tuple[Any, Any]:
    """What the marketing record says of the stage: the system's name, and what people see."""
    person = play.person(email)
    return person.get("crmbridge_stage"), person.get("crmbridge_stage_name")


def entries(play: Play, email: str = JO) -> list[tuple[str, str, int, int]]:
    """The lead's entries of own stages: core stage, part, version, trip."""
    return [
        (one["stage"], one["part"], one["version"], one["cycle"])
        for one in told(play, email)["own_stage"]["entered"]
    ]
