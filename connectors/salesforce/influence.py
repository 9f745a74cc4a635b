"""Writes the credit of deals as records of Customizable Campaign Influence, of a custom model."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any, ClassVar

from crmbridge.connector import Credit, Pair
from crmbridge.errors import Refused
from crmbridge.kit.children import Bringing, Child, Way, changes
from crmbridge.kit.fields import chunks
from crmbridge.kit.keys import by_place
from crmbridge.model.record import Outcome, Row, Written
from crmbridge.net.call import Answer

from . import soql
from .client import Client
from .outcomes import settled
from .reads import Reader
from .values import write_value
from .writes import CHUNK

OBJECT, MODEL = "CampaignInfluence", "CampaignInfluenceModel"
CUSTOM, PRIMARY = "2", "1"  # Source: salesforce.md 8, Campaign
DEALS = 100  # deals a look, whose records are then written together
_STEP = Decimal("0.01")
There = Mapping[Pair, tuple[str, Decimal]]
"""The records of a deal by campaign and person: the id of each, and its percent."""


class Influences(Bringing):
    """Brings the records of one model up to the credit of deals, in one org."""

    batch: ClassVar[int] = CHUNK
    stale: ClassVar[frozenset[str]] = frozenset(
        {"DUPLICATE_VALUE", "ENTITY_IS_DELETED", "INVALID_CROSS_REFERENCE_KEY", "NOT_FOUND"}
    )

    def __init__(self, client: Client, reader: Reader, headers: Mapping[str, str]) -> None:
        self._client = client
        self._reader = reader
        self._headers = headers
        self._models: dict[str, str] = {}

    def credit(self, model: str, deals: Sequence[Credit]) -> list[Written]:
        """Bring the records of a model up to what deals are credited; see `Credits.credit`."""
        model_id = self._model(model)
        told: list[Written] = []
        for some in chunks(deals, DEALS):
            told += self._some(model_id, some)
        return told

    def _model(self, name: str) -> str:
        """The id of a custom model, by its id or developer name."""
        if name not in self._models:
            self._models[name] = self._asked(name)
        return self._models[name]

    def _asked(self, name: str) -> str:
        fields = ["Id", "DeveloperName", "ModelType"]
        try:
            rows = list(self._reader.all(soql.select(MODEL, fields), deleted=False))
        except Refused as error:
            if error.code not in ("INVALID_TYPE", "NOT_FOUND"):
                raise
            raise Refused(
                "Salesforce has no Customizable Campaign Influence here: switch it on in Setup, "
                "and let our user see it, or take the table influence out of the mapping",
                code="no_influence",
            ) from error
        wanted = soql.long_id(name) if soql.is_id(name) else ""
        for row in rows:
            if wanted == row.get("Id") or row.get("DeveloperName") == name:
                return _custom(row, name)
        known = ", ".join(
            sorted(str(row.get("DeveloperName")) for row in rows if _type(row) == CUSTOM)
        )
        raise Refused(
            f"Salesforce has no campaign influence model {name[:80]!r}; custom models are: "
            f"{known or 'none, make one in Setup'}",
            code="unknown_model",
        )

    def _some(self, model: str, some: Sequence[Credit]) -> list[Written]:
        """Look at the records of some deals, and write what is other than it should be."""
        there = self._there(model, [one.deal for one in some])
        worst = self.bring([child for one in some for child in _children(model, one, there)])
        done = (Written(op=one.op, outcome=Outcome.DONE, id=one.deal) for one in some)
        return [worst.get(one.op, one) for one in done]

    def _there(self, model: str, deals: Sequence[str]) -> dict[str, There]:
        """The records of a model by deal."""
        found: dict[str, dict[Pair, tuple[str, Decimal]]] = {}
        fields = ["Id", "OpportunityId", "CampaignId", "ContactId", "Influence"]
        mine = f"ModelId = {soql.text(model)}"
        ids = map(soql.long_id, deals)
        of_deals = self._reader.matching(
            OBJECT, fields, "OpportunityId", ids, deleted=False, also=mine
        )
        for row in of_deals:
            pair = (str(row["CampaignId"]), str(row.get("ContactId") or ""))
            percent = Decimal(str(row.get("Influence") or 0)).quantize(_STEP)
            found.setdefault(str(row["OpportunityId"]), {})[pair] = str(row["Id"]), percent
        return dict(found)

    def send(self, way: Way, rows: Sequence[Row]) -> list[Written]:
        """Write some records in one call; see `Bringing.send`."""
        told = self._call(way, rows).data
        return by_place(rows, told, lambda row, each: settled(OBJECT, row, each, "Id"))

    def _call(self, way: Way, rows: Sequence[Row]) -> Answer:
        if way == "delete":
            return self._client.delete([row.id for row in rows], self._headers)
        kind = {"attributes": {"type": OBJECT}}
        records = [{**kind, **row.values} | ({"id": row.id} if row.id else {}) for row in rows]
        return self._client.each("PATCH" if way == "update" else "POST", records, self._headers)


def _type(row: Mapping[str, Any]) -> str:
    return str(row.get("ModelType") or "")


def _custom(row: Mapping[str, Any], name: str) -> str:
    """The id of a model that is ours to write; raises `Refused` for one of the vendor's."""
    if _type(row) == CUSTOM:
        return soql.long_id(str(row.get("Id")))
    if _type(row) == PRIMARY:
        raise Refused(
            f"{name[:80]!r} is the Primary Campaign Source model: Salesforce deletes what others "
            "write there when it works it out anew. Make a custom model in Setup and name that",
            code="primary_model",
        )
    raise Refused(
        f"{name[:80]!r} is a model that Salesforce works out itself: make a custom model in Setup "
        "and name that",
        code="no_custom_model",
    )


def _children(model: str, one: Credit, there: Mapping[str, There]) -> Iterator[Child]:
    """Yield the records of a deal that are to be written."""
    deal = soql.long_id(one.deal)
    known = there.get(deal, {})
    shares = {_long(pair): share for pair, share in one.shares.items()}
    held = {pair: percent for pair, (_, percent) in known.items()}
    wanted = {pair: share.quantize(_STEP) for pair, share in shares.items()}
    for way, pair in changes(held, wanted, map(_long, one.ours)):
        values: dict[str, Any] = {}
        if way == "create":
            campaign, person = pair
            values = {"OpportunityId": deal, "CampaignId": campaign, "ContactId": person}
            values["ModelId"] = model
        if way != "delete":
            values["Influence"] = write_value("Influence", shares[pair])
        ident = known[pair][0] if pair in known else ""
        yield Child(way=way, row=Row(op=one.op, key="", values=values, id=ident))


def _long(pair: Pair) -> Pair:
    return soql.long_id(pair[0]), soql.long_id(pair[1])
