"""The path table: every version's path form leads to one set of handlers."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from connectors.hubspot.emulator import (
    account_api,
    batches,
    edits,
    links_api,
    lists_api,
    properties_api,
    reads,
    search,
)
from connectors.hubspot.emulator.calls import Call, reply
from crmbridge.testing.emulator import Response

Handler = Callable[[Call], Response]
_VERSION = re.compile(r"(v\d|\d{4}-\d{2}(-beta)?)\Z")


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """One route: `bucket` is the quota that it counts on, `scopes` what a token needs.

    Any one of the sets in `scopes` is enough, whole; none means that every token will do.
    """

    method: str
    pattern: tuple[str, ...]
    name: str
    handler: Handler
    bucket: str = "general"
    scopes: tuple[tuple[str, ...], ...] = ()


def _token_info(call: Call) -> Response:
    """Answer what a private app's token may do, as the developers' page on private apps says."""
    options = call.portal.options
    known = options["tokens"].get(str(call.json().get("tokenKey", "")), {})
    scopes = known.get("scopes")
    guarded = [store.kind.guarded for store in call.portal.stores.values()]
    body = {
        "userId": options["integration_user"],
        "hubId": options["portal_id"],
        "appId": 1,
        "scopes": every_scope(guarded) if scopes is None else list(scopes),
    }
    return reply(body, object="token", rows=1)


_TABLE: Sequence[tuple[str, str, Handler]] = (
    ("GET objects/{object}", "{object}.list", reads.list_page),
    ("POST objects/{object}", "{object}.create", edits.create),
    ("POST objects/{object}/search", "{object}.search", search.search),
    ("POST objects/{object}/merge", "{object}.merge", edits.join),
    ("POST objects/{object}/gdpr-delete", "{object}.gdpr", edits.forget),
    ("POST objects/{object}/batch/read", "{object}.batch.read", reads.batch_read),
    ("POST objects/{object}/batch/create", "{object}.batch.create", batches.create),
    ("POST objects/{object}/batch/update", "{object}.batch.update", batches.update),
    ("POST objects/{object}/batch/upsert", "{object}.batch.upsert", batches.upsert),
    ("POST objects/{object}/batch/archive", "{object}.batch.archive", batches.archive),
    ("GET objects/{object}/{id}", "{object}.get", reads.get_one),
    ("PATCH objects/{object}/{id}", "{object}.update", edits.update),
    ("DELETE objects/{object}/{id}", "{object}.archive", edits.archive),
    ("GET objects/{from}/{id}/associations/{to}", "associations.list", links_api.list_of),
    ("PUT objects/{from}/{id}/associations/{to}/{other}", "associations.put", links_api.put_pair),
    (
        "PUT objects/{from}/{id}/associations/default/{to}/{other}",
        "associations.default",
        links_api.put_default,
    ),
    (
        "DELETE objects/{from}/{id}/associations/{to}/{other}",
        "associations.delete",
        links_api.delete_pair,
    ),
    ("POST associations/{from}/{to}/batch/read", "associations.batch.read", links_api.batch_read),
    (
        "POST associations/{from}/{to}/batch/create",
        "associations.batch.create",
        links_api.batch_create,
    ),
    (
        "POST associations/{from}/{to}/batch/associate/default",
        "associations.batch.default",
        links_api.batch_default,
    ),
    (
        "POST associations/{from}/{to}/batch/archive",
        "associations.batch.archive",
        links_api.batch_archive,
    ),
    ("GET associations/{from}/{to}/labels", "associations.labels", links_api.labels),
    ("GET properties/{object}", "properties.list", properties_api.list_all),
    ("POST properties/{object}", "properties.create", properties_api.create),
    ("GET properties/{object}/groups", "properties.groups", properties_api.groups),
    ("POST properties/{object}/groups", "properties.groups.create", properties_api.create_group),
    ("POST properties/{object}/batch/read", "properties.batch.read", properties_api.batch_read),
    (
        "POST properties/{object}/batch/create",
        "properties.batch.create",
        properties_api.batch_create,
    ),
    ("GET properties/{object}/{name}", "properties.get", properties_api.get),
    ("PATCH properties/{object}/{name}", "properties.update", properties_api.change),
    ("DELETE properties/{object}/{name}", "properties.archive", properties_api.archive),
    ("GET property-validations/{object}", "properties.rules", account_api.validations),
    ("GET pipelines/{object}", "pipelines.list", account_api.pipelines),
    ("GET pipelines/{object}/{id}", "pipelines.get", account_api.pipeline),
    ("GET pipelines/{object}/{id}/stages", "pipelines.stages", account_api.stages),
    ("POST lists", "lists.create", lists_api.create),
    ("POST lists/search", "lists.search", lists_api.find),
    ("GET lists/object-type-id/{type}/name/{name}", "lists.name", lists_api.by_name),
    ("GET lists/records/{type}/{id}/memberships", "lists.of", lists_api.of_record),
    ("GET lists/{list}", "lists.get", lists_api.get),
    ("DELETE lists/{list}", "lists.delete", lists_api.delete),
    ("GET lists/{list}/memberships", "lists.members", lists_api.memberships),
    ("GET lists/{list}/memberships/join-order", "lists.members", lists_api.memberships),
    ("PUT lists/{list}/memberships/add-and-remove", "lists.change", lists_api.add_and_remove),
    ("PUT lists/{list}/memberships/add", "lists.change", lists_api.add),
    ("PUT lists/{list}/memberships/remove", "lists.change", lists_api.remove),
    ("GET owners", "owners.list", account_api.owners),
    ("GET owners/{id}", "owners.get", account_api.owner),
    ("POST oauth/private-apps/get/access-token-info", "token.info", _token_info),
    ("GET account-info/details", "account", account_api.details),
    ("GET settings/currencies/company-currency", "currencies", account_api.currency),
    ("GET settings/currencies/exchange-rates/current", "currencies.rates", account_api.rates),
    ("GET marketing/forms", "forms.list", account_api.forms),
    ("GET marketing/forms/{id}", "forms.get", account_api.form),
    (
        "GET form-integrations/submissions/forms/{id}",
        "forms.submissions",
        account_api.submissions,
    ),
    ("GET events/events", "events.list", account_api.events),
    ("GET events/events/event-types", "events.types", account_api.event_types),
    ("GET events/event-occurrences", "events.list", account_api.events),
    ("GET events/event-occurrences/event-types", "events.types", account_api.event_types),
    ("GET communication-preferences/statuses/{email}", "consent.get", account_api.statuses),
    ("POST communication-preferences/statuses/{email}", "consent.set", account_api.set_status),
    (
        "POST communication-preferences/statuses/{email}/unsubscribe-all",
        "consent.optout",
        account_api.unsubscribe_all,
    ),
)


def _route(line: tuple[str, str, Handler]) -> Route:
    method, _, pattern = line[0].partition(" ")
    bucket = "search" if line[1] == "{object}.search" else "general"
    if line[1].startswith("associations.batch"):
        bucket = "associations"
    return Route(
        method=method,
        pattern=tuple(pattern.split("/")),
        name=line[1],
        handler=line[2],
        bucket=bucket,
        scopes=_scopes(pattern, line[1], method),
    )


def _scopes(pattern: str, name: str, method: str) -> tuple[tuple[str, ...], ...]:
    """Return the scopes that a route needs, with {object} or {from} still to be filled in."""
    reads_only = method == "GET" or name.endswith((".read", ".search"))
    power = "read" if reads_only else "write"
    family = pattern.partition("/")[0]
    if family == "objects" and "{object}" in pattern:
        return ((f"crm.objects.{{object}}.{power}",),)
    if family in ("objects", "associations"):
        return ((f"crm.objects.{{from}}.{power}",),)
    lists = ("crm.lists.read",) if power == "read" else ("crm.lists.read", "crm.lists.write")
    named = {
        "properties": ((f"crm.schemas.{{object}}.{power}",),),
        "lists": (lists,),
        "owners": (("crm.objects.owners.read",),),
        "marketing": (("forms",),),
        "form-integrations": (("forms",),),
        "communication-preferences": (
            (f"communication_preferences.{power}",),
            ("communication_preferences.read_write",),
        ),
    }
    return named.get(family, ())


_BY_SHAPE: dict[tuple[str, int], list[Route]] = {}
for _line in _TABLE:
    _made = _route(_line)
    _BY_SHAPE.setdefault((_made.method, len(_made.pattern)), []).append(_made)


def every_scope(objects: Iterable[str]) -> list[str]:
    """Return all scopes that a route can ask for; the vendor's own list is far longer."""
    found = {
        scope.format(**{"object": name, "from": name})
        for routes in _BY_SHAPE.values()
        for route in routes
        for wanted in route.scopes
        for scope in wanted
        for name in objects
    }
    return sorted(found)


def match(method: str, path: str) -> tuple[Route, str, Mapping[str, str]] | None:
    """Find the route of a path: the route, the version, the named parts; `None` for no such path.

    v3 and v4 stand behind the family (`/crm/v3/objects`), dates behind the resource
    (`/crm/objects/2026-09`).
    """
    version, segments = canonical(path)
    for route in _BY_SHAPE.get((method, len(segments)), ()):
        parts = _parts(route.pattern, segments)
        if parts is not None:
            return route, version, parts
    return None


def canonical(path: str) -> tuple[str, list[str]]:
    """Take the version out of a path; no segments for a path that is of no version's form."""
    segments = [segment for segment in path.split("/") if segment]
    place = next((i for i, one in enumerate(segments[:4]) if _VERSION.match(one)), 0)
    if not place or (segments[place].startswith("v") and place != 1):
        return "", []
    version = segments[place]
    rest = segments[:place] + segments[place + 1 :]
    linking = rest[1:2] == ["associations"] or "associations" in rest[3:5]
    if rest[0] == "crm" and version.startswith("v") and (version == "v4") != linking:
        return version, []
    return version, rest[1:] if rest[0] == "crm" else rest


def _parts(pattern: Sequence[str], segments: Sequence[str]) -> dict[str, str] | None:
    parts = {}
    for wanted, given in zip(pattern, segments, strict=True):
        if wanted.startswith("{"):
            parts[wanted[1:-1]] = given
        elif wanted != given:
            return None
    return parts
