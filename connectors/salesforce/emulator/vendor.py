"""The emulated Salesforce: takes requests, seeds, acts and options to the org."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from email.utils import format_datetime
from json import JSONDecodeError
from typing import Any

from connectors.salesforce.emulator import admin, deals, describe, influence, people, seeds
from connectors.salesforce.emulator.api import Call, Reply, Site, name_of, refusal
from connectors.salesforce.emulator.auth import Tokens
from connectors.salesforce.emulator.composite import split_url
from connectors.salesforce.emulator.faults import VendorError, bad_json
from connectors.salesforce.emulator.options import changed
from connectors.salesforce.emulator.org import Org
from connectors.salesforce.emulator.query import Cursors
from connectors.salesforce.emulator.quota import Quota
from connectors.salesforce.emulator.routes import ROUTES, handle
from crmbridge.testing.emulator import Note, Refusal, Request, Response, Vendor, World

LONGEST = 16_384
"""Bytes of address and headers together. Source: salesforce.md 4."""
TOKEN = "/services/oauth2/token"
ROOT = "/services/data"
_JSON = {"Content-Type": "application/json;charset=UTF-8"}
_ACTS = {**people.ACTS, **deals.ACTS, **admin.ACTS}


class Salesforce(Vendor):
    """One Salesforce org on loopback; README.md has seeds, acts and options."""

    name = "salesforce"

    def __init__(self, world: World, *, seed: int = 0) -> None:
        super().__init__(world, seed=seed)
        self.org = Org(world, self.random)
        self.tokens = Tokens(self.org)
        self.site = Site(org=self.org, cursors=Cursors(self.random), quota=Quota())
        seeds.refresh_choices(self.org)

    @classmethod
    def credentials(cls, url: str) -> dict[str, str]:
        """Return a client's credentials and the address; see `Vendor.credentials`."""
        return {
            "MY_DOMAIN": "acme.my.salesforce.com",
            "CLIENT_ID": "loopback-client",
            "CLIENT_SECRET": "loopback-secret",
            "BASE_URL": url,
        }

    def handle(self, request: Request) -> Response:
        """Answer one request of the REST API or of the token endpoint."""
        store = self.org.store
        store.settle(self.world.now())
        too_long = _too_long(request)
        if too_long:
            return Response(status=too_long, body=b"", headers={"Content-Type": "text/html"})
        path = request.path.rstrip("/")
        if path == TOKEN and request.method == "POST":
            return self._dated(self.tokens.answer(request))
        if path == ROOT and request.method == "GET":
            options = self.org.options
            known = describe.versions(
                int(options["oldest_version"]), int(options["newest_version"])
            )
            return self._dated(Response(body=known))
        before, assigned = store.writes, self.org.assigned
        store.begin()
        store.late = self.org.late("api_commit_delay")
        try:
            reply, counted = self._answer(request)
        finally:
            store.late, told = None, store.told
            store.end()
        note = Note(
            route=self.route(request),
            object=reply.obj,
            rows=reply.rows,
            quota=self._counters(self.org.assigned - assigned),
            committed=store.writes != before,
            writes=tuple(told),
        )
        headers = {**reply.headers, **(self._usage() if counted else {})}
        return self._dated(
            Response(status=reply.status, body=reply.body, headers=headers, note=note)
        )

    def seed(self, object: str, records: Sequence[Mapping[str, Any]]) -> int:
        """Add records, or fields by `describe/Object`."""
        return seeds.seed(self.org, object, records)

    def act(self, verb: str, body: Mapping[str, Any]) -> dict[str, Any]:
        """Do what a person does; `commit_delay` in seconds makes it visible later."""
        if verb in ("consume_quota", "revoke_tokens", "expire_locators"):
            return self._system(verb, body)
        if verb not in _ACTS:
            raise Refusal(f"no act {verb!r}; there are {', '.join(sorted(_ACTS))}")
        store = self.org.store
        store.settle(self.world.now())
        place = store.begin()
        store.late = self.org.late("commit_delay", body.get("commit_delay"))
        try:
            return _ACTS[verb](self.org, body)
        except (VendorError, Refusal, ValueError, KeyError) as problem:
            store.undo(place)
            raise Refusal(f"{verb}: {_words(problem)}") from None
        finally:
            store.late = None
            store.end()

    def state(self, object: str) -> list[dict[str, Any]]:
        """Return all rows of an object, deleted ones too, visible or not."""
        entity = self.org.schema.get(object)
        if entity is None:
            raise Refusal(f"no object {object!r} in the emulated org")
        return [dict(row) for row in self.org.store[entity.name].rows.values()]

    def configure(self, options: Mapping[str, Any]) -> dict[str, Any]:
        """Change options; `revoke_tokens` and `expire_locators` act once and are false again."""
        self.org.options = changed(self.org.options, options)
        for verb in ("revoke_tokens", "expire_locators"):
            if self.org.options[verb]:
                self._system(verb, {})
                self.org.options[verb] = False
        if {"hidden_fields", "readonly_fields"} & set(options):
            self.org.refresh_security()
            self.org.schema_changed = self.world.now()
        self._features(options)
        if "row_faults" in options:
            self.org.fired.clear()
        if "assignment_rules" in options:
            self._list_rules()
        fired = {f"{name}.{place}": count for (name, place), count in self.org.fired.items()}
        return {**self.org.options, "fired": fired}

    def _features(self, options: Mapping[str, Any]) -> None:
        """What an admin switches on: a sandbox or none, the currency, more of them, influence."""
        named = {"currency": "DefaultCurrencyIsoCode", "sandbox": "IsSandbox"}
        told = {field: options[name] for name, field in named.items() if name in options}
        for row in self.org.store["Organization"].rows.values() if told else ():
            self.org.store.put("Organization", {**row, **told})
        if options.get("campaign_influence"):
            influence.switch_on(self.org)
        if options.get("multicurrency"):
            spec = {"name": "CurrencyIsoCode", "type": "picklist", "picklistValues": ["USD", "EUR"]}
            for name in ("Lead", "Opportunity", "Campaign", "OpportunityLineItem"):
                admin.add_field(self.org, {"object": name, "field": spec})

    def route(self, request: Request) -> str:
        """Name the route: `token`, `versions`, or a path such as `sobjects/*/describe`."""
        path = request.path.rstrip("/")
        if path == TOKEN:
            return "token"
        if path == ROOT:
            return "versions"
        try:
            return name_of(ROUTES, _call(request, body=None))
        except VendorError:
            return ""

    def error(self, status: int) -> Any:
        """Return the vendor's body for an injected status."""
        code, message = {
            401: ("INVALID_SESSION_ID", "Session expired or invalid"),
            403: ("REQUEST_LIMIT_EXCEEDED", "TotalRequests Limit exceeded."),
            500: ("UNKNOWN_EXCEPTION", "An unexpected error occurred."),
            503: ("SERVER_UNAVAILABLE", "The server is temporarily unavailable."),
        }.get(status, ("UNKNOWN_EXCEPTION", f"injected status {status}"))
        return [{"message": message, "errorCode": code}]

    def _answer(self, request: Request) -> tuple[Reply, bool]:
        """Return the answer and whether the call was counted."""
        counted = False
        try:
            call = _call(request, body=None)
            self._check_version(call)
            self.tokens.check(request.headers.get("authorization", ""))
            self.site.quota.take(self.world.now(), int(self.org.options["daily_limit"]))
            counted = True
            return handle(self.site, _call(request, body=_body(request))), counted
        except VendorError as error:
            return refusal(error), counted or error.code == "REQUEST_LIMIT_EXCEEDED"

    def _check_version(self, call: Call) -> None:
        if call.number < self.org.options["oldest_version"]:
            raise VendorError(
                "UNSUPPORTED_API_VERSION", "This API version is no longer supported", status=410
            )
        if call.number > self.org.options["newest_version"]:
            raise VendorError("NOT_FOUND", "The requested resource does not exist", status=404)

    def _counters(self, assigned: int) -> dict[str, int]:
        used = self.site.quota.used(self.world.now())
        counters = {"used": used, "limit": int(self.org.options["daily_limit"])}
        return {**counters, "assigned": assigned} if assigned else counters

    def _usage(self) -> dict[str, str]:
        counters = self._counters(0)
        return {"Sforce-Limit-Info": f"api-usage={counters['used']}/{counters['limit']}"}

    def _dated(self, response: Response) -> Response:
        at = self.world.now() + timedelta(seconds=float(self.org.options["date_skew"]))
        headers = {**_JSON, "Date": format_datetime(at, usegmt=True), **response.headers}
        return Response(
            status=response.status, body=response.body, headers=headers, note=response.note
        )

    def _system(self, verb: str, body: Mapping[str, Any]) -> dict[str, Any]:
        if verb == "consume_quota":
            self.site.quota.add(self.world.now(), int(body.get("calls", 1)))
            return self._counters(0)
        if verb == "revoke_tokens":
            return {"revoked": self.tokens.revoke_all()}
        return {"expired": self.site.cursors.expire()}

    def _list_rules(self) -> None:
        for rule in self.org.options["assignment_rules"]:
            known = self.org.store.row("AssignmentRule", rule.get("id"))
            if known is None:
                row = self.org.add(
                    "AssignmentRule",
                    {
                        "Name": rule.get("name", "Standard"),
                        "SobjectType": rule["object"],
                        "Active": rule.get("active", True),
                        **({"Id": rule["id"]} if rule.get("id") else {}),
                    },
                )
                rule["id"] = row["Id"]


def _call(request: Request, body: Any) -> Call:
    version, parts, query = split_url(request.raw_path or request.path)
    return Call(
        method=request.method, parts=parts, version=version, query=query,
        headers=request.headers, body=body,
    )  # fmt: skip


def _body(request: Request) -> Any:
    if not request.body:
        return None
    try:
        return request.json()
    except (JSONDecodeError, UnicodeDecodeError, RecursionError):
        raise bad_json("Unexpected character in the body: it is not JSON") from None


def _too_long(request: Request) -> int:
    address = len(request.raw_path)
    if address > LONGEST:
        return 414
    headers = sum(len(name) + len(value) + 4 for name, value in request.headers.items())
    return 431 if address + headers > LONGEST else 0


def _words(problem: Exception) -> str:
    return f"missing {problem}" if isinstance(problem, KeyError) else str(problem)
