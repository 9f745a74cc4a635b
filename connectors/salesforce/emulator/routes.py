"""The table of REST paths, and the query calls."""

from __future__ import annotations

import re

from connectors.salesforce.emulator import composite, describe, many, rows
from connectors.salesforce.emulator.api import Call, Reply, Route, Site, dispatch
from connectors.salesforce.emulator.faults import VendorError
from connectors.salesforce.emulator.query import PAGE, SMALLEST_PAGE, run

_SIZE = re.compile(r"batchSize\s*=\s*(\d+)", re.IGNORECASE)


def query(site: Site, call: Call) -> Reply:
    """GET query?q=: live rows."""
    return _query(site, call, deleted=False)


def query_all(site: Site, call: Call) -> Reply:
    """GET queryAll?q=: deleted and archived rows too."""
    return _query(site, call, deleted=True)


def more(site: Site, call: Call) -> Reply:
    """GET query/01g…-2000: the next page; the set of rows stays as it was."""
    org = site.org
    body = site.cursors.next(
        call.parts[1], org.world.now(), shrink=float(org.options["page_shrink"])
    )
    return Reply(body=body, rows=len(body["records"]))


def handle(site: Site, call: Call) -> Reply:
    """Answer a call, an outer one or one inside a composite."""
    return dispatch(site, ROUTES, call)


def _query(site: Site, call: Call, *, deleted: bool) -> Reply:
    text = call.query.get("q", "")
    if not text:
        raise VendorError("MALFORMED_QUERY", "SOQL statements cannot be empty or null")
    org = site.org
    result = run(text, org.store, org.schema, org.hidden, deleted=deleted)
    body = site.cursors.first(
        result, org.world.now(), size=_page_size(call), version=call.version,
        shrink=float(org.options["page_shrink"]),
    )  # fmt: skip
    return Reply(body=body, rows=len(body["records"]), obj=result.paths.entity.name)


def _page_size(call: Call) -> int:
    asked = _SIZE.search(call.headers.get("sforce-query-options", ""))
    return min(PAGE, max(SMALLEST_PAGE, int(asked[1]))) if asked else PAGE


def _composite(site: Site, call: Call) -> Reply:
    return composite.composite(site, call, handle)


def _batch(site: Site, call: Call) -> Reply:
    return composite.batch(site, call, handle)


ROUTES: tuple[Route, ...] = (
    ("GET", "", describe.resources),
    ("GET", "query", query),
    ("GET", "queryAll", query_all),
    ("GET", "query/*", more),
    ("GET", "queryAll/*", more),
    ("GET", "limits", describe.limits),
    ("GET", "sobjects", describe.objects),
    ("GET", "sobjects/*", describe.about),
    ("GET", "sobjects/*/describe", describe.describe),
    ("GET", "sobjects/*/updated", rows.updated),
    ("GET", "sobjects/*/deleted", rows.removed),
    ("POST", "sobjects/*", rows.create),
    ("GET", "sobjects/*/*", rows.get),
    ("PATCH", "sobjects/*/*", rows.update),
    ("DELETE", "sobjects/*/*", rows.delete),
    ("GET", "sobjects/*/*/*", rows.get_by_key),
    ("PATCH", "sobjects/*/*/*", rows.upsert),
    ("DELETE", "sobjects/*/*/*", rows.delete_by_key),
    ("POST", "composite", _composite),
    ("POST", "composite/batch", _batch),
    ("POST", "composite/sobjects", many.create),
    ("PATCH", "composite/sobjects", many.update),
    ("DELETE", "composite/sobjects", many.delete),
    ("GET", "composite/sobjects/*", many.retrieve),
    ("POST", "composite/sobjects/*", many.retrieve),
    ("PATCH", "composite/sobjects/*/*", many.upsert),
)
