"""The party behind an opportunity: its name, address and telephone, and whether it opted out."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from crmbridge.kit.manifest.account import Account
from crmbridge.model.record import Row

KINDS, OURS = ("email", "phone"), ("name", "email", "phone", "opted_out")
ASKED = ("categories", "contact_mechanisms.type", "contact_mechanisms.value")


def prepare(account: Account, obj: str, rows: Sequence[Row], bodies: list[Any]) -> list[Any]:
    """Change the parties of opportunities; a new one gets who has the address, or a new party."""
    held = _of_opportunities(account, [int(row.id) for row in rows if row.id])
    emails = [str(row.values["email"]) for row in rows if not row.id and row.values.get("email")]
    known = _by_email(account, emails)
    new: dict[str, Any] = {}
    waiting, changes = [], []
    for row, body in zip(rows, bodies, strict=True):
        ours = {name: row.values[name] for name in OURS if name in row.values}
        email = str(ours.get("email") or row.key).lower()
        party = held.get(int(row.id)) if row.id else known.get(email)
        if party and not row.id:  # somebody keeps this party: what it says already stays
            there = {"name", *(one["type"] for one in party["contact_mechanisms."])}
            ours = {name: each for name, each in ours.items() if name not in there}
            body["party"] = party["id"]
        if party and ours:
            changes += [[party["id"]], _values(account, ours, party)]
        if not party and ours:
            new.setdefault(email, _values(account, ours, {"contact_mechanisms.": []}))
            waiting.append((body, email))
    if changes:
        account.rpc("model.party.party.write", changes, reads=False)
    if new:
        made = account.rpc("model.party.party.create", [list(new.values())], reads=False)["result"]
        for body, email in waiting:
            body["party"] = made[list(new).index(email)]
    return bodies


def _values(account: Account, ours: dict[str, Any], party: dict[str, Any]) -> dict[str, Any]:
    values: dict[str, Any] = {"name": ours["name"]} if "name" in ours else {}
    steps = values["contact_mechanisms"] = []
    old = {one["type"]: one["id"] for one in reversed(party["contact_mechanisms."])}
    for kind in (one for one in KINDS if one in ours and (ours[one] or one in old)):
        own, made = [old.get(kind)], {"type": kind, "value": ours[kind]}
        changed = ["write", own, made] if ours[kind] else ["delete", own]
        steps.append(changed if kind in old else ["create", [made]])
    if "opted_out" in ours:
        way = "add" if ours["opted_out"] else "remove"
        values["categories"] = [[way, [account.names["options.no_contact"]]]]
    return values


def _of_opportunities(account: Account, ids: list[int]) -> dict[int, Any]:
    found = _search(account, "sale.opportunity", ["id", "in", ids], ["party"])
    own = [one["party"] for one in found if one["party"]]
    parties = {one["id"]: one for one in _search(account, "party.party", ["id", "in", own], ASKED)}
    return {one["id"]: parties.get(one["party"]) for one in found}


def _by_email(account: Account, emails: list[str]) -> dict[str, Any]:
    asked = [["contact_mechanisms.value", "ilike", one] for one in emails]
    found = _search(account, "party.party", ["OR", *asked], ASKED) if emails else []
    held = [(each["value"].lower(), one) for one in found for each in one["contact_mechanisms."]]
    return dict(reversed(held))


def _search(account: Account, model: str, clause: list[Any], fields: Sequence[str]) -> Any:
    asked = [[clause], 0, None, [["id", "ASC"]], list(fields)]
    return account.rpc(f"model.{model}.search_read", asked)["result"] if clause[-1] else []
