"""How a history ended: what must hold of every end, and what two ends are compared by."""

from __future__ import annotations

from collections import Counter
from typing import Any

from crmbridge.flows.operate.turn import turn
from crmbridge.flows.scene.scene import Scene
from crmbridge.model.record import Value
from crmbridge.store import held
from crmbridge.testing.interleave.invariants import stranded
from tests.stages.compare import vendors
from tests.stages.late import no_wait
from tests.stages.play import Play
from tests.stages.rest import emails, kinds, rebuilds_equal

FREE = (
    *("OwnerId", "owner", "ReportsTo", "crmbridge_rep", "hubspot_owner_id", "Description"),
    *("crmbridge_engagement", "CrmBridge_Engagement__c", "crmbridge_waiting"),
    *("LastModifiedById", "hs_calculated_merged_vids", "crmbridge_won_at"),
)
"""What may differ between two orders of the same deeds, and why:

- which rep has a lead and acts on it (`OwnerId`, `crmbridge_rep`, `LastModifiedById`): of several
  leads that are ready at one instant, the first to be decided gets the first free rep;
- the engagement, which decays by the minute, and the brief that quotes it (`Description`): the two
  runs take different numbers of virtual seconds to come to rest;
- `crmbridge_waiting`: whether a lead stood in line for an instant;
- `hs_calculated_merged_vids` and `crmbridge_won_at` have stamps in them.

Ids and stamps are left out by `tests.stages.compare`.
"""


def wrong(play: Play) -> list[str]:
    """What is wrong with an end, whatever came before; nothing when all is well."""
    found = [f"stranded: {one}" for one in stranded(play.company)]
    if not rebuilds_equal(play):
        found.append("the ledger is not its rebuild")
    doubled = [email for email, number in emails(_live(play)).items() if number > 1]
    if doubled and not kinds(play):
        found.append(f"doubled: {doubled}")
    found += _opt_outs(play) + _unseen(play)
    play.later(minutes=5)
    made = turn(play.company, sleep=no_wait)
    if made.writes or made.errors:
        found.append(f"a second pass writes {made.writes}: {made.errors}")
    return found


def _live(play: Play) -> list[dict[str, Any]]:
    return [row for row in play.sf() if not row["IsDeleted"] and not row.get("IsConverted")]


def _opt_outs(play: Play) -> list[str]:
    """Who opted out in one live record of theirs is out in every other."""
    sales: dict[str, list[tuple[str, bool]]] = {}
    for obj in ("Lead", "Contact"):
        for row in play.sf(obj):
            if row.get("Email") and not row["IsDeleted"] and not row.get("IsConverted"):
                out = bool(row["HasOptedOutOfEmail"])
                sales.setdefault(row["Email"].lower(), []).append((obj, out))
    for one in play.box.marketing.state("contacts"):
        values = one["properties"]
        if not one.get("archived") and values.get("email"):
            out = str(values.get("hs_email_optout")).lower() == "true"
            sales.setdefault(values["email"], []).append(("contact", out))
    return [
        f"opted out in part: {email} {sorted(said)}"
        for email, said in sales.items()
        if len({out for _, out in said}) > 1
    ]


def _unseen(play: Play) -> list[str]:
    """Records of sales that are otherwise than the ledger thinks: a sighting was lost."""
    found = []
    with play.company.ledger.read() as tx:
        scene = Scene.open(play.company, tx)
        for person in play.company.mapping.sales.people:
            for row in play.sf(person.object):
                entry = scene.work.ref(play.company.systems["sales"].ref(person.object, row["Id"]))
                if entry is None or row["IsDeleted"]:
                    continue
                for name, value in entry.seen.raw.items():
                    if entry.live and not _same(value, row.get(name)):
                        found.append(
                            f"{entry.ref} {name}: {row.get(name)!r} is taken for {value!r}"
                        )
    return found


def _same(known: Value, there: Any) -> bool:
    if known in (None, "", False) and there in (None, "", False):
        return True
    return str(known) == str(there) or _number(known) == _number(there) is not None


def _number(value: Any) -> float | None:
    try:
        return float(value)
    except (TypeError, ValueError):
        return None


def end(play: Play) -> dict[str, Any]:
    """The vendors' end state but for what may differ; who is held, and how every lead stands."""
    out: dict[str, Any] = {
        obj: sorted((_kept(row) for row in rows), key=repr)
        for obj, rows in vendors(play.box).items()
    }
    with play.company.ledger.read() as tx:
        out["held"] = sorted(Counter(one.kind for one in held.find(tx)).items())
    return out


def _kept(row: Any) -> Any:
    if isinstance(row, list) and row and isinstance(row[0], list):
        return [_kept(one) for one in row]
    if isinstance(row, list):
        return [_plain(one) for one in row if not (isinstance(one, tuple) and one[0] in FREE)]
    return row


def _plain(one: Any) -> Any:
    """The subject of a task without the person's name and title, which are those of its moment."""
    if isinstance(one, tuple) and one[0] == "Subject":
        return (one[0], str(one[1]).split(",")[0])
    return one


def differences(one: dict[str, Any], other: dict[str, Any]) -> list[str]:
    """What differs between two ends, a line each."""
    found = []
    for name in one:
        left, right = list(map(repr, one[name])), list(map(repr, other[name]))
        found += [f"{name} - {row}" for row in (Counter(left) - Counter(right)).elements()]
        found += [f"{name} + {row}" for row in (Counter(right) - Counter(left)).elements()]
    return found
