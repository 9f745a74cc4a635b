"""Why a vendor refuses is told in words of ours: no vendor's code is known to the core."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from connectors.hubspot.verdicts import CAUSES as HUBSPOT
from connectors.salesforce.outcomes import CAUSES as SALESFORCE
from connectors.salesforce.outcomes import settled
from connectors.tables.words import CAUSES as TABLES
from crmbridge.errors import NotSupported, RefusalCause, Refused
from crmbridge.flows.deliver.narrow import nameless
from crmbridge.kit import words
from crmbridge.model.record import Outcome, Row, Written

ROOT = Path(__file__).parents[2] / "crmbridge"
OURS = frozenset({"NO_KEY", "FORBIDDEN", "NO_TABLE", "NO_COLUMN"})
"""Codes that our own connectors give, and that a kit may give, too."""
ASIDE = ("testing", "dialect")
"""Rooms that know such words by right: who plays a vendor, and the database of the ledger."""
ROW = Row(op="op", key="lead", values={"name": "x"}, id="1")


def _texts() -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for path in ROOT.rglob("*.py"):
        if not set(ASIDE) & set(path.parts):
            for node in ast.walk(ast.parse(path.read_text())):
                if isinstance(node, ast.Constant) and isinstance(node.value, str):
                    found.setdefault(node.value, set()).add(str(path.relative_to(ROOT)))
    return found


def test_no_code_of_a_vendor_stands_in_the_core() -> None:
    texts = _texts()
    codes = (HUBSPOT.keys() | SALESFORCE.keys() | TABLES.keys()) - OURS
    assert len(codes) > 10
    assert {code: texts[code] for code in codes & texts.keys()} == {}


@pytest.mark.parametrize(
    ("cause", "looked_for"),
    [
        (None, True),
        (RefusalCause.FIELD, True),
        (RefusalCause.NO_FIELD, True),
        (RefusalCause.DUPLICATE, True),
        (RefusalCause.OWNER, False),
        (RefusalCause.TRACK, False),
        (RefusalCause.LOCKED, False),
        (RefusalCause.RIGHTS, False),
        (RefusalCause.UNABLE, False),
    ],
)
def test_a_field_is_looked_for_only_where_one_may_be_at_fault(
    cause: RefusalCause | None, looked_for: bool
) -> None:
    told = Written(op="op", outcome=Outcome.REFUSED, code="Q", cause=cause)
    assert nameless(ROW, told) is looked_for


def test_a_code_gets_its_cause_on_the_way_out() -> None:
    causes = {"Q": RefusalCause.OWNER}
    assert words.caused(words.refused(ROW, "Q", ""), causes).cause is RefusalCause.OWNER
    assert words.caused(words.refused(ROW, "Q", "", "name"), causes).cause is RefusalCause.OWNER
    assert words.caused(words.refused(ROW, "R", "", "name"), causes).cause is RefusalCause.FIELD
    assert words.caused(words.later(ROW, "Q", ""), causes).cause is None
    own = words.refused(ROW, "Q", "", cause=RefusalCause.LOCKED)
    assert words.caused(own, causes).cause is RefusalCause.LOCKED
    part = Written(op="op", outcome=Outcome.DONE, id="1", code="Q", without=("name",))
    assert words.caused(part, causes).cause is RefusalCause.OWNER


def test_an_error_of_a_whole_call_gets_it_too() -> None:
    with pytest.raises(Refused) as told, words.telling({"Q": RefusalCause.RIGHTS}):
        raise Refused("no", code="Q")
    assert told.value.cause is RefusalCause.RIGHTS
    assert words.failed(ROW, told.value).cause is RefusalCause.RIGHTS
    assert words.failed(ROW, NotSupported("no")).cause is RefusalCause.UNABLE


@pytest.mark.parametrize(
    ("code", "fields", "cause"),
    [
        ("INVALID_CROSS_REFERENCE_KEY", ["OwnerId"], RefusalCause.OWNER),
        ("INSUFFICIENT_ACCESS_ON_CROSS_REFERENCE_ENTITY", ["OwnerId"], RefusalCause.OWNER),
        ("INACTIVE_OWNER_OR_USER", ["OwnerId"], RefusalCause.OWNER),
        ("INVALID_CROSS_REFERENCE_KEY", ["CampaignId"], RefusalCause.FIELD),
        ("INSUFFICIENT_ACCESS_OR_READONLY", [], RefusalCause.RIGHTS),
        ("STRING_TOO_LONG", ["Title"], RefusalCause.FIELD),
        ("FIELD_CUSTOM_VALIDATION_EXCEPTION", [], None),
    ],
)
def test_salesforce_tells_an_owner_who_is_gone_from_other_records(
    code: str, fields: list[str], cause: RefusalCause | None
) -> None:
    told = {"success": False, "errors": [{"statusCode": code, "message": "", "fields": fields}]}
    result = words.caused(settled("Lead", ROW, told, "Key__c"), SALESFORCE)
    assert result.cause is cause
