"""One call of the REST API: how it arrives, how it is answered, which handler it goes to."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any

from connectors.salesforce.emulator.faults import VendorError, bad_json, no_object, not_found
from connectors.salesforce.emulator.ids import read_id
from connectors.salesforce.emulator.org import Manner, Org
from connectors.salesforce.emulator.query import Cursors
from connectors.salesforce.emulator.quota import Quota
from connectors.salesforce.emulator.schema import Entity


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One call: the path's parts after the version, decoded; header names in lower case.

    `whole` says that an outer composite call rolls everything back together.
    """

    method: str
    parts: tuple[str, ...]
    version: str
    query: Mapping[str, str] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    body: Any = None

    def object(self) -> Mapping[str, Any]:
        """Return the body as an object. Raises JSON_PARSER_ERROR."""
        if not isinstance(self.body, Mapping):
            raise bad_json(
                "The HTTP entity body is required, but this request has no entity body."
                if self.body is None
                else "Unexpected start of the body: an object is wanted"
            )
        return self.body

    @property
    def number(self) -> float:
        """The API version as a number."""
        return float(self.version)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """One answer; `rows` and `obj` are for the audit, `failed` says that rows in it failed."""

    status: int = 200
    body: Any = None
    headers: Mapping[str, str] = field(default_factory=dict)
    rows: int = 0
    obj: str = ""
    failed: bool = False


@dataclass(slots=True, kw_only=True)
class Site:
    """What the handlers of calls share."""

    org: Org
    cursors: Cursors
    quota: Quota

    def entity(self, name: str) -> Entity:
        """Return an object of a path. Raises NOT_FOUND."""
        found = self.org.schema.get(name)
        if found is None:
            raise no_object(name)
        return found

    @contextmanager
    def whole(self) -> Iterator[None]:
        """Take back all writes inside when the vendor refuses."""
        place = self.org.store.begin()
        try:
            yield
        except VendorError:
            self.org.store.undo(place)
            raise

    def manner(self, call: Call) -> Manner:
        """Return how a call writes, by its headers. Raises MALFORMED_ID for a wrong rule."""
        assign = call.headers.get("sforce-auto-assign", "TRUE").strip()
        if assign.upper() in ("TRUE", "FALSE"):
            assign = assign.upper()
        elif read_id(assign) is None:
            raise VendorError("MALFORMED_ID", f"Sforce-Auto-Assign: bad id {assign}")
        duplicate = call.headers.get("sforce-duplicate-rule-header", "").lower().replace(" ", "")
        # the header exists since v52 (salesforce.md 3)
        allow = "allowsave=true" in duplicate.split(";") and call.number >= 52
        return Manner(user=self.org.integration_user, assign=assign, allow_save=allow)


Handler = Callable[[Site, Call], Reply]
Route = tuple[str, str, Handler]


def dispatch(site: Site, routes: Sequence[Route], call: Call) -> Reply:
    """Answer a call; errors come as replies in the vendor's shape."""
    try:
        return find(routes, call)(site, call)
    except VendorError as error:
        return refusal(error)


def refusal(error: VendorError) -> Reply:
    """Return the reply of an error: an array with one object."""
    return Reply(status=error.status, body=[error.row()], failed=True)


def find(routes: Sequence[Route], call: Call) -> Handler:
    """Return the handler of a call. Raises NOT_FOUND or METHOD_NOT_ALLOWED."""
    fitting = [(method, handler) for method, path, handler in routes if _fits(path, call.parts)]
    for method, handler in fitting:
        if method == call.method or (method == "GET" and call.method == "HEAD"):
            return handler
    if not fitting:
        raise not_found()
    allowed = ",".join(sorted({method for method, _ in fitting}))
    raise VendorError(
        "METHOD_NOT_ALLOWED",
        f"HTTP Method '{call.method}' not allowed. Allowed are {allowed}",
        status=405,
    )


def name_of(routes: Sequence[Route], call: Call) -> str:
    """Return the route's own path, such as `sobjects/*/describe`; empty for none."""
    same = [path for method, path, _ in routes if method == call.method]
    return next((path for path in same if _fits(path, call.parts)), "")


def inner(call: Call, **change: Any) -> Call:
    """Return a call with some parts changed."""
    return replace(call, **change)


def _fits(path: str, parts: tuple[str, ...]) -> bool:
    wanted = path.split("/") if path else []
    return len(wanted) == len(parts) and all(
        one in ("*", part) or one.lower() == part.lower()
        for one, part in zip(wanted, parts, strict=True)
    )
