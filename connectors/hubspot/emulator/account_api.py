"""Answers what surrounds the records: account, owners, pipelines, forms, events, consent."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

from connectors.hubspot.emulator.calls import Call, reply
from connectors.hubspot.emulator.errors import Problem, invalid, not_found
from connectors.hubspot.emulator.shapes import Pipeline
from connectors.hubspot.emulator.values import epoch
from connectors.hubspot.emulator.writes import tell, write
from crmbridge.testing.emulator import Response


def details(call: Call) -> Response:
    """Answer what account this is (hubspot.md 1.1)."""
    options, portal = call.portal.options, call.portal
    offset = portal.moment().astimezone(ZoneInfo(options["time_zone"])).utcoffset() or timedelta()
    body = {
        "portalId": options["portal_id"],
        "accountType": options["account_type"],
        "timeZone": options["time_zone"],
        "utcOffset": "",
        "utcOffsetMilliseconds": round(offset.total_seconds() * 1000),
        "companyCurrency": options["currency"],
        "additionalCurrencies": sorted(options["rates"]),
        "uiDomain": "app.vendor.example",
        "dataHostingLocation": "na1",
    }
    return reply(body, object="account", rows=1)


def currency(call: Call) -> Response:
    """Answer the company's currency."""
    return reply({"currencyCode": call.portal.options["currency"]}, object="currencies", rows=1)


def rates(call: Call) -> Response:
    """Answer the exchange rates into the company's currency."""
    home = call.portal.options["currency"]
    found = [
        {"fromCurrencyCode": code, "toCurrencyCode": home, "conversionRate": float(rate)}
        for code, rate in sorted(call.portal.options["rates"].items())
    ]
    return reply({"results": found}, object="currencies", rows=len(found))


def owners(call: Call) -> Response:
    """Answer owners in order of id, active or archived ones."""
    archived = call.request.one("archived") == "true"
    email, after = call.request.one("email"), call.after()
    limit = call.number("limit", 100, 500)
    known = sorted(call.portal.people.owners.values(), key=lambda one: int(one["id"]))
    found = [
        one
        for one in known
        if one["archived"] == archived
        and int(one["id"]) >= after
        and (not email or one["email"] == email)
    ]
    body: dict[str, Any] = {"results": [dict(one) for one in found[:limit]]}
    if len(found) > limit:
        body["paging"] = {"next": {"after": found[limit]["id"], "link": ""}}
    return reply(body, object="owners", rows=len(body["results"]))


def owner(call: Call) -> Response:
    """Answer one owner by id or by user id."""
    id, by = call.parts["id"], call.request.one("idProperty", "id")
    field = "userIdIncludingInactive" if by == "userId" else "id"
    found = [one for one in call.portal.people.owners.values() if str(one[field]) == id]
    if not found:
        raise not_found()
    return reply(dict(found[0]), object="owners", rows=1)


def pipelines(call: Call) -> Response:
    """Answer the pipelines of an object."""
    found = [_pipeline(one) for one in call.portal.pipelines.get(call.store.kind.name, [])]
    return reply({"results": found}, object="pipelines", rows=len(found))


def pipeline(call: Call) -> Response:
    """Answer one pipeline."""
    return reply(_pipeline(_line(call)), object="pipelines", rows=1)


def stages(call: Call) -> Response:
    """Answer the stages of one pipeline."""
    found = _pipeline(_line(call))["stages"]
    return reply({"results": found}, object="pipelines", rows=len(found))


def _line(call: Call) -> Pipeline:
    for one in call.portal.pipelines.get(call.store.kind.name, []):
        if one.id == call.parts["id"]:
            return one
    raise not_found()


def _pipeline(one: Pipeline) -> dict[str, Any]:
    stages = []
    for place, stage in enumerate(one.stages):
        metadata = {"isClosed": str(stage.closed).lower()}
        if stage.probability:
            metadata["probability"] = stage.probability
        stages.append(
            {
                "id": stage.id,
                "label": stage.label,
                "displayOrder": place,
                "metadata": metadata,
                "archived": False,
                "createdAt": "2020-01-01T00:00:00.000Z",
                "updatedAt": "2020-01-01T00:00:00.000Z",
                "writePermissions": "CRM_PERMISSIONS_ENFORCEMENT",
            }
        )
    return {
        "id": one.id,
        "label": one.label,
        "displayOrder": 0,
        "archived": False,
        "createdAt": "2020-01-01T00:00:00.000Z",
        "updatedAt": "2020-01-01T00:00:00.000Z",
        "stages": stages,
    }


def forms(call: Call) -> Response:
    """Answer the marketing forms."""
    limit, start = call.number("limit", 20, 500), call.after()
    known = list(call.portal.forms.by_id.values())
    body: dict[str, Any] = {"results": [one.shown() for one in known[start : start + limit]]}
    if len(known) > start + limit:
        body["paging"] = {"next": {"after": str(start + limit), "link": ""}}
    return reply(body, object="forms", rows=len(body["results"]))


def form(call: Call) -> Response:
    """Answer one form."""
    return reply(call.portal.forms.get(call.parts["id"]).shown(), object="forms", rows=1)


def submissions(call: Call) -> Response:
    """Answer a form's submissions, newest first; the cursor is not verified."""
    found = call.portal.forms.get(call.parts["id"])
    limit = call.number("limit", 20, 50)
    try:
        page, after = call.portal.forms.page(found, limit, call.request.one("after"))
    except ValueError:
        raise invalid("Invalid after") from None
    body: dict[str, Any] = {"results": [one.shown() for one in page]}
    if after:
        body["paging"] = {"next": {"after": after, "link": ""}}
    return reply(body, object="form_submissions", rows=len(page))


def events(call: Call) -> Response:
    """Answer behaviour events, by type, by record, in a span of time; oldest first."""
    ask, limit = call.request.one, call.number("limit", 100, 1000)
    start = call.after()
    found = [one for one in call.portal.people.events if _wanted(one, call)]
    if ask("sort").startswith("-"):
        found.reverse()
    body: dict[str, Any] = {"results": [dict(one) for one in found[start : start + limit]]}
    if len(found) > start + limit:
        body["paging"] = {"next": {"after": str(start + limit), "link": ""}}
    return reply(body, object="events", rows=len(body["results"]))


def _wanted(event: dict[str, Any], call: Call) -> bool:
    ask, at = call.request.one, epoch(event["occurredAt"])
    if ask("eventType") and ask("eventType") != event["eventType"]:
        return False
    if ask("objectId") and ask("objectId") != event["objectId"]:
        return False
    late = not ask("occurredBefore") or at < epoch(ask("occurredBefore"))
    return late and (not ask("occurredAfter") or at >= epoch(ask("occurredAfter")))


def event_types(call: Call) -> Response:
    """Answer the names of the events that there are."""
    names = sorted({one["eventType"] for one in call.portal.people.events})
    return reply({"eventTypes": names}, object="events", rows=len(names))


def statuses(call: Call) -> Response:
    """Answer the subscription statuses of one e-mail address."""
    email = call.parts["email"].lower()
    found = [
        {"subscriptionId": int(id), "status": status, "channel": "EMAIL"}
        for id, status in call.portal.people.statuses.get(email, {}).items()
    ]
    return reply({"results": found, "status": "COMPLETE"}, object="consent", rows=len(found))


def set_status(call: Call) -> Response:
    """Set one subscription status of one e-mail address."""
    given, email = call.json(), call.parts["email"].lower()
    status = str(given.get("statusState", ""))
    if status not in ("SUBSCRIBED", "UNSUBSCRIBED", "NOT_SPECIFIED"):
        raise invalid("statusState must be SUBSCRIBED, UNSUBSCRIBED or NOT_SPECIFIED")
    known = call.portal.people.statuses.setdefault(email, {})
    known[str(given.get("subscriptionId", "1"))] = status
    return reply({"status": status}, object="consent", rows=1, committed=True)


def unsubscribe_all(call: Call) -> Response:
    """Opt one e-mail address out of everything; its contact says so at once."""
    if call.request.one("channel", "EMAIL") != "EMAIL":
        raise invalid("channel must be EMAIL")
    portal, email = call.portal, call.parts["email"].lower()
    known = portal.people.statuses.setdefault(email, {})
    known.update(dict.fromkeys([*known, "1"], "UNSUBSCRIBED"))
    store = portal.stores["contacts"]
    contact = store.find(email, "email")
    if contact is not None:
        told = {"hs_email_optout": "true"}
        tell(portal, "contacts", contact, told)
        write(portal, store, contact, told, portal.integration())
    return reply({"status": "COMPLETE", "results": []}, object="consent", rows=1, committed=True)


def validations(call: Call) -> Response:
    """Answer the admin's rules for writes (shape not verified)."""
    rules = call.portal.options["required"].get(call.store.kind.name, [])
    if not isinstance(rules, list):
        raise Problem(500, "the option required holds no list")
    return reply({"results": [{"rule": one} for one in rules]}, object="rules", rows=len(rules))
