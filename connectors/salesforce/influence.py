"""Writes the credit of deals as records of Customizable Campaign Influence, of a custom model."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Literal

from crmbridge.connector import Credit, Pair
from crmbridge.errors import ConfigError, ConnectorError, Refused
from crmbridge.kit import words
from crmbridge.kit.fields import chunks
from crmbridge.kit.keys import by_place
from crmbridge.model.record import Outcome, Row, Written
from crmbridge.net.call import Answer

from . import soql
from .client import Client
from .outcomes import settled
from .reads import Reader
from .values import write_value

OBJECT, MODEL = "CampaignInfluence", "CampaignInfluenceModel"
CUSTOM, PRIMARY = "2", "1"  # Source: salesforce.md 8, Campaign
CHUNK = 200  # records a call. Source: salesforce.md 3
DEALS = 100  # deals a look, whose records are then written together
_STEP = Decimal("0.01")
_ID = "Id"
_STALE = frozenset(
    {"DUPLICATE_VALUE", "ENTITY_IS_DELETED", "INVALID_CROSS_REFERENCE_KEY", "NOT_FOUND"}
)
"""What a record says that is not any more as it was looked at: made, or gone meanwhile."""
Way = Literal["delete", "update", "create"]


@dataclass(slots=True)
class _Part:
    """One record to write; `op` is the deal's operation, `body` what is sent of the record."""

    credit: Credit
    way: Way
    body: dict[str, Any]
    row: Row


@dataclass(slots=True, kw_only=True)
class _State:
    """What became of the deals so far: the worst of their records, by operation."""

    worst: dict[str, Written] = field(default_factory=dict)

    def note(self, op: str, told: Written) -> None:
        before = self.worst.get(op)
        if told.outcome is not Outcome.DONE and (before is None or _rank(told) > _rank(before)):
            self.worst[op] = told


class Influences:
    """Brings the records of one model up to the credit of deals, in one org."""

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
        parts = [part for one in some for part in _parts(model, one, there)]
        state = _State()
        # what makes room goes first: no deal may have more than all of it in between
        ways: tuple[Way, ...] = ("delete", "update", "create")
        for way in ways:
            mine = [one for one in parts if one.way == way]
            for some_parts in chunks(mine, CHUNK):
                self._send(way, some_parts, state)
        done = (Written(op=one.op, outcome=Outcome.DONE, id=one.deal) for one in some)
        return [state.worst.get(one.op, one) for one in done]

    def _there(self, model: str, deals: Sequence[str]) -> dict[str, dict[Pair, tuple[str, Any]]]:
        """The records of a model by deal and pair: the id of each, and its percent."""
        found: dict[str, dict[Pair, tuple[str, Any]]] = {}
        fields = ["Id", "OpportunityId", "CampaignId", "ContactId", "Influence"]
        mine = f"ModelId = {soql.text(model)}"
        for condition in soql.chunks_in("OpportunityId", map(soql.long_id, deals)):
            query = soql.select(OBJECT, fields, f"{mine} AND {condition}")
            for row in self._reader.all(query, deleted=False):
                pair = (str(row["CampaignId"]), str(row.get("ContactId") or ""))
                of_deal = found.setdefault(str(row["OpportunityId"]), {})
                of_deal[pair] = str(row["Id"]), row.get("Influence")
        return found

    def _send(self, way: Way, parts: Sequence[_Part], state: _State) -> None:
        """Send records of one way, but those of deals of which an earlier part did not go."""
        parts = [one for one in parts if one.credit.op not in state.worst]
        if not parts:
            return
        try:
            answer = self._call(way, parts)
        except (ConnectorError, ConfigError) as error:
            why = error
            told = [words.failed(one.row, why) for one in parts]
        else:
            told = by_place([one.row for one in parts], answer.data, _settled)
        for one, result in zip(parts, told, strict=True):
            state.note(one.credit.op, _as_looked(way, result))

    def _call(self, way: Way, parts: Sequence[_Part]) -> Answer:
        if way == "delete":
            return self._client.delete([one.row.id for one in parts], self._headers)
        records = [one.body for one in parts]
        if way == "update":
            return self._client.update(records, self._headers)
        return self._client.create(records, self._headers)


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


def _parts(
    model: str, one: Credit, there: Mapping[str, Mapping[Pair, tuple[str, Any]]]
) -> Iterator[_Part]:
    """Yield the records of a deal that are to be written, those that make room first."""
    deal = soql.long_id(one.deal)
    shares = {_long(pair): share for pair, share in one.shares.items()}
    known = there.get(deal, {})
    for pair in sorted(map(_long, one.ours)):
        if pair in known and pair not in shares:
            yield _part(one, "delete", known[pair][0], {})
    changed = {
        pair: share
        for pair, share in shares.items()
        if pair in known and not _same(known[pair][1], share)
    }
    for pair, share in sorted(changed.items(), key=lambda each: _grows(known[each[0]][1], each[1])):
        yield _part(one, "update", known[pair][0], {"Influence": write_value("Influence", share)})
    for (campaign, person), share in sorted(shares.items()):
        if (campaign, person) not in known:
            keys = {"OpportunityId": deal, "CampaignId": campaign, "ContactId": person}
            values = {**keys, "ModelId": model, "Influence": write_value("Influence", share)}
            yield _part(one, "create", "", values)


def _part(one: Credit, way: Way, ident: str, values: Mapping[str, Any]) -> _Part:
    row = Row(op=one.op, key="", values=values, id=ident)
    body = {"attributes": {"type": OBJECT}, **values} | ({"id": ident} if ident else {})
    return _Part(one, way, body, row)


def _long(pair: Pair) -> Pair:
    return soql.long_id(pair[0]), soql.long_id(pair[1])


def _percent(held: Any) -> Decimal:
    return Decimal(str(held or 0)).quantize(_STEP)


def _same(held: Any, share: Decimal) -> bool:
    return _percent(held) == share.quantize(_STEP)


def _grows(held: Any, share: Decimal) -> Decimal:
    return share - _percent(held)


def _settled(row: Row, told: object) -> Written:
    return settled(OBJECT, row, told, _ID)


def _as_looked(way: Way, told: Written) -> Written:
    """A deletion of what is gone is done; what changed since the look is looked at anew."""
    if told.outcome is not Outcome.REFUSED or told.code not in _STALE:
        return told
    outcome = Outcome.DONE if way == "delete" else Outcome.LATER
    return Written(op=told.op, outcome=outcome, code=told.code, message=told.message)


_RANK = (Outcome.DONE, Outcome.LATER, Outcome.UNKNOWN, Outcome.REFUSED)


def _rank(told: Written) -> int:
    return _RANK.index(told.outcome) if told.outcome in _RANK else len(_RANK)
