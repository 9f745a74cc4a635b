"""The party behind an opportunity: its name, address and telephone, and whether it opted out."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from crmbridge.kit.manifest.account import Account
from crmbridge.model.record import Row

KINDS = ("email", "phone")
OURS = ("name", *KINDS, "opted_out")
ASKED = ("categories", "contact_mechanisms.type", "contact_mechanisms.value")


def prepare(account: Account, obj: str, rows: Sequence[Row], bodies: list[Any]) -> list[Any]:
    """Change the parties of opportunities; a new one gets who has the address, or a new party."""
    held = _of_opportunities(account, [int(row.id) for row in rows if row.id])
    known = _by_email(account, [str(row.values.get("email")) for row in rows if not row.id])
    new: dict[str, Any] = {}
    wait, changes = {}, []
    for number, row in enumerate(rows):
        ours = {name: row.values[name] for name in OURS if name in row.values}
        email = str(ours.get("email") or number).lower()
        party = held.get(int(row.id)) if row.id else known.get(email)
        if party and not row.id:  # somebody keeps this party: what it says already stays
            there = {"name", *(one["type"] for one in party["contact_mechanisms."])}
            ours = {name: each for name, each in ours.items() if name not in there}
            bodies[number]["party"] = party["id"]
        if party and (values := _values(account, ours, party)):
            changes += [[party["id"]], values]
        if not party and ours:
            new.setdefault(email, _values(account, ours, {"contact_mechanisms.": []}))
            wait[number] = email
    if changes:
        account.rpc("model.party.party.write", changes, reads=False)
    if new:
        made = account.rpc("model.party.party.create", [list(new.values())], reads=False)["result"]
        ids = dict(zip(new, made, strict=True))
        for number, email in wait.items():
            bodies[number]["party"] = ids[email]
    return bodies


def _values(account: Account, ours: dict[str, Any], party: dict[str, Any]) -> dict[str, Any]:
    steps: list[Any] = []
    for kind in [one for one in KINDS if one in ours]:
        old = next((one for one in party["contact_mechanisms."] if one["type"] == kind), None)
        if ours[kind]:
            value = {"value": ours[kind]}
            steps += [
                ["write", [old["id"]], value] if old else ["create", [{"type": kind} | value]]
            ]
        elif old:
            steps += [["delete", [old["id"]]]]
    values: dict[str, Any] = {"name": ours["name"]} if "name" in ours else {}
    if "opted_out" in ours:
        way = "add" if ours["opted_out"] else "remove"
        values["categories"] = [[way, [account.names["options.no_contact"]]]]
    return values | ({"contact_mechanisms": steps} if steps else {})


def _of_opportunities(account: Account, ids: Sequence[int]) -> dict[int, Any]:
    found = _search(account, "sale.opportunity", [["id", "in", ids]], ["party"]) if ids else []
    parties = _search(
        account, "party.party", [["id", "in", [one["party"] for one in found]]], ASKED
    )
    by_id = {one["id"]: one for one in parties}
    return {one["id"]: by_id.get(one["party"]) for one in found}


def _by_email(account: Account, emails: Sequence[str]) -> dict[str, Any]:
    asked = [["contact_mechanisms.value", "ilike", one] for one in emails]
    found = _search(account, "party.party", ["OR", *asked], ASKED) if emails else []
    held = [(each["value"].lower(), one) for one in found for each in one["contact_mechanisms."]]
    return dict(reversed(held))


def _search(account: Account, model: str, domain: Any, fields: Sequence[str]) -> Any:
    asked = [domain, 0, None, [["id", "ASC"]], list(fields)]
    return account.rpc(f"model.{model}.search_read", asked)["result"]
