"""What people do in the vendor's screens, without passing any API check."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from connectors.hubspot.emulator.errors import not_found
from connectors.hubspot.emulator.merging import merge
from connectors.hubspot.emulator.portal import Portal
from connectors.hubspot.emulator.record import Hand, Record
from connectors.hubspot.emulator.seeds import link
from connectors.hubspot.emulator.store import Store
from connectors.hubspot.emulator.values import stamp
from connectors.hubspot.emulator.writes import check, commit, latest, plan, write
from crmbridge.testing.emulator import Refusal

Body = Mapping[str, Any]
SOMEBODY = "8500001"
"""The user behind an act on a record that nobody owns."""
_VISITOR = Hand(source="FORM")


def _record(portal: Portal, body: Body, object: str = "") -> tuple[Store, Record]:
    store = portal.store(object or str(body.get("object", "contacts")))
    record = store.find(str(body["id"]))
    if record is None:
        raise not_found(f"no live record {body['id']} of {store.kind.name}")
    return store, record


def person(portal: Portal, body: Body, owner: str = "") -> Hand:
    """Return whose hand it is: `by` names an owner (id, user id or e-mail), else it is the owner.

    A record that nobody owns is changed by somebody who owns nothing.
    """
    user = portal.people.user(body.get("by") or owner)
    if body.get("by") and not user:
        raise Refusal(f"no owner {body['by']!r} by id, user id or e-mail; seed owners first")
    return Hand(source="CRM_UI", user=user or SOMEBODY)


def _owner(values: Mapping[str, str]) -> str:
    return values.get("hubspot_owner_id", "")


def edit(portal: Portal, body: Body) -> dict[str, Any]:
    """`{object, id, properties, by?}`: a person edits; a lifecycle stage may go back."""
    store, record = _record(portal, body)
    values = check(portal, store, record, body["properties"])
    write(portal, store, record, values, person(portal, body, _owner(record.props)))
    return {"id": str(record.id)}


def create(portal: Portal, body: Body) -> dict[str, Any]:
    """`{object, properties, associations?, by?}`: a person creates a record.

    `associations` are as in seeds.
    """
    store = portal.store(str(body.get("object", "contacts")))
    wanted = plan(portal, store, None, body["properties"])
    made = commit(portal, store, wanted, person(portal, body, _owner(wanted.values)))
    for one in body.get("associations", ()):
        link(portal, store, made, one)
    return {"id": str(made.id)}


def submit_form(portal: Portal, body: Body) -> dict[str, Any]:
    """`{formId, email, values?, pageUrl?, at?}`: a visitor sends a form.

    A new e-mail address makes a new contact, also after a delete (hubspot.md 1.3).
    """
    form_id, email = str(body["formId"]), str(body["email"]).strip().lower()
    form = portal.forms.by_id.get(form_id) or portal.forms.add({"id": form_id}, portal.now())
    given = {str(name): str(value) for name, value in _pairs(body.get("values", {}))}
    at = latest(portal, body.get("at"))
    contact = _submitter(portal, email, given, form.name, at)
    values = [("email", email), *given.items()]
    portal.forms.submit(
        form, values, at=at, page=str(body.get("pageUrl", "")), contact=str(contact.id)
    )
    return {"id": str(contact.id)}


def _pairs(values: Any) -> list[tuple[Any, Any]]:
    if isinstance(values, Mapping):
        return list(values.items())
    return [(pair["name"], pair["value"]) for pair in values]


def _submitter(portal: Portal, email: str, given: Mapping[str, str], form: str, at: int) -> Record:
    store = portal.stores["contacts"]
    contact = store.find(email, "email")
    fits = {k: v for k, v in given.items() if k in store.properties and k != "email"}
    old = contact.props if contact else {}
    values = check(portal, store, contact, fits) | {
        "recent_conversion_date": stamp(at),
        "recent_conversion_event_name": form,
        "num_conversion_events": str(int(old.get("num_conversion_events", 0)) + 1),
    }
    if "first_conversion_date" not in old:
        values |= {"first_conversion_date": stamp(at), "first_conversion_event_name": form}
    if contact is None:
        values |= {"email": email, "lifecyclestage": values.get("lifecyclestage", "lead")}
        values.setdefault("hs_analytics_source", "DIRECT_TRAFFIC")
        contact = Record(
            id=store.new_id(portal.chance.randint(1, 9)),
            props={},
            created=at,
            updated=at,
            version=0,
            hand=_VISITOR,
        )
    return write(portal, store, contact, values, _VISITOR)


def join(portal: Portal, body: Body) -> dict[str, Any]:
    """`{object?, primary, other, by?}`: a person merges two records; answers the survivor's id."""
    store = portal.store(str(body.get("object", "contacts")))
    main = store.find(str(body["primary"]))
    hand = person(portal, body, _owner(main.props) if main else "")
    survivor = merge(portal, store, str(body["primary"]), str(body["other"]), hand)
    return {"id": str(survivor.id)}


def archive(portal: Portal, body: Body) -> dict[str, Any]:
    """`{object?, id}`: a person deletes a record."""
    store, record = _record(portal, body)
    portal.archive(store, record.id)
    return {"id": str(record.id)}


def restore(portal: Portal, body: Body) -> dict[str, Any]:
    """`{object?, id, by?}`: a person restores a deleted record under its old id."""
    store = portal.store(str(body.get("object", "contacts")))
    gone = store.archived.get(int(body["id"]))
    if gone is None:
        raise not_found(f"no archived record {body['id']} of {store.kind.name}")
    if any(value in store.unique[name] for name, value in store.keys(gone)):
        raise Refusal("another record has taken a unique value of the deleted one")
    del store.archived[gone.id]
    now = portal.now()
    back = gone.changed({}, now, person(portal, body, _owner(gone.props)))
    portal.save(store, replace(back, archived=0))
    return {"id": str(gone.id)}


def opt_out(portal: Portal, body: Body) -> dict[str, Any]:
    """`{email}` or `{id}`: a contact unsubscribes from all e-mail."""
    store = portal.stores["contacts"]
    contact = store.find(str(body["email"]), "email") if "email" in body else None
    if contact is None:
        contact = _record(portal, body, "contacts")[1]
    write(portal, store, contact, {"hs_email_optout": "true"}, Hand(source="EMAIL"))
    email = contact.props.get("email", "")
    portal.people.statuses.setdefault(email, {})["1"] = "UNSUBSCRIBED"
    return {"id": str(contact.id)}


def list_add(portal: Portal, body: Body) -> dict[str, Any]:
    """`{list: id or name, ids}`: a person puts contacts on a list."""
    list_ = portal.lists.get(str(body["list"]))
    added, _ = portal.lists.change(list_, map(int, body["ids"]), (), portal.now())
    return {"added": [str(id) for id in added]}


def list_remove(portal: Portal, body: Body) -> dict[str, Any]:
    """`{list: id or name, ids}`: a person takes contacts off a list."""
    list_ = portal.lists.get(str(body["list"]))
    _, removed = portal.lists.change(list_, (), map(int, body["ids"]), portal.now())
    return {"removed": [str(id) for id in removed]}


def create_deal(portal: Portal, body: Body) -> dict[str, Any]:
    """`{properties, contacts?: [ids], companies?: [ids], by?}`: a rep opens a deal."""
    store = portal.stores["deals"]
    given = {"dealname": "Deal", "dealstage": "appointmentscheduled", "pipeline": "default"}
    wanted = plan(portal, store, None, given | body["properties"])
    deal = commit(portal, store, wanted, person(portal, body, _owner(wanted.values)))
    for object in ("contacts", "companies"):
        for id in body.get(object, ()):
            _, other = _record(portal, {"id": id}, object)
            portal.links.add(("deals", deal.id), (object, other.id), [])
    _raise_stage(portal, deal, "opportunity")
    return {"id": str(deal.id)}


def close_deal(portal: Portal, body: Body) -> dict[str, Any]:
    """`{id, won?: true, amount?, reason?, at?, by?}`: a rep wins or loses a deal."""
    store, deal = _record(portal, body, "deals")
    won = bool(body.get("won", True))
    values = {
        "dealstage": _closing(portal, deal.props.get("pipeline", ""), won=won),
        "closedate": stamp(latest(portal, body.get("at"))),
    }
    if "amount" in body:
        values["amount"] = str(body["amount"])
    if "reason" in body:
        values["closed_won_reason" if won else "closed_lost_reason"] = str(body["reason"])
    hand = person(portal, body, _owner(deal.props))
    write(portal, store, deal, check(portal, store, deal, values), hand)
    if won:
        _raise_stage(portal, deal, "customer")
    return {"id": str(deal.id)}


def _closing(portal: Portal, pipeline: str, *, won: bool) -> str:
    lines = portal.pipelines["deals"]
    line = next((one for one in lines if one.id == pipeline), lines[0])
    return next(stage.id for stage in line.stages if stage.closed and stage.won == won)


def _raise_stage(portal: Portal, deal: Record, stage: str) -> None:
    """Move the contacts of a deal forward, when that option is on (hubspot.md 7.10, U)."""
    if not portal.options["deal_raises_stage"]:
        return
    store = portal.stores["contacts"]
    for id in portal.links.of("deals", deal.id, "contacts"):
        made = plan(portal, store, store.live[id], {"lifecyclestage": stage})
        commit(portal, store, made, Hand(source="DEALS"))


def associate(portal: Portal, body: Body) -> dict[str, Any]:
    """`{from: {object, id}, to: {object, id}, types?: [type ids]}`: a person links two records."""
    ends = []
    for name in ("from", "to"):
        store, record = _record(portal, body[name])
        ends.append((store.kind.name, record.id))
    portal.links.add(ends[0], ends[1], [int(id) for id in body.get("types", ())])
    return {}


def mass_stamp(portal: Portal, body: Body) -> dict[str, Any]:
    """`{object?, ids?, at?}`: the vendor touches many records (all by default) in one ms."""
    store = portal.store(str(body.get("object", "contacts")))
    ids = [int(id) for id in body["ids"]] if "ids" in body else list(store.ids)
    at = latest(portal, body.get("at"))
    stamped = [
        replace(record, updated=at, version=record.version + 1)
        for record in (store.live[store.survivor(id)] for id in ids)
    ]
    store.bulk(stamped)
    return {"count": len(stamped), "at": stamp(at)}


ACTS: Mapping[str, Callable[[Portal, Body], dict[str, Any]]] = {
    "edit": edit,
    "create": create,
    "submit_form": submit_form,
    "merge": join,
    "archive": archive,
    "delete": archive,
    "restore": restore,
    "opt_out": opt_out,
    "list_add": list_add,
    "list_remove": list_remove,
    "create_deal": create_deal,
    "close_deal": close_deal,
    "associate": associate,
    "mass_stamp": mass_stamp,
}
