"""The emulated HubSpot account: from a request through path, token and quota to a handler."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from connectors.hubspot.emulator.acts import ACTS
from connectors.hubspot.emulator.calls import Call
from connectors.hubspot.emulator.errors import Problem
from connectors.hubspot.emulator.mirrors import mirror
from connectors.hubspot.emulator.portal import Portal
from connectors.hubspot.emulator.quota import DEFAULTS as LIMITS
from connectors.hubspot.emulator.routes import Route, match
from connectors.hubspot.emulator.seeds import seed, state
from crmbridge.testing.emulator import Note, Refusal, Request, Response, Vendor, World

TOKEN = "loopback-token"
"""The token that a play signs in with; any other would do."""
_TOKEN = re.compile(r"[A-Za-z0-9._~+/=-]+\Z")


class HubSpot(Vendor):
    """One portal behind the base of all emulators."""

    name = "hubspot"

    def __init__(self, world: World, *, seed: int = 0) -> None:
        super().__init__(world, seed=seed)
        self.portal = Portal(world, self.random)
        self._requests = 0

    @classmethod
    def credentials(cls, url: str) -> dict[str, str]:
        """Return a token and the address; see `Vendor.credentials`."""
        return {"ACCESS_TOKEN": TOKEN, "BASE_URL": url}

    def handle(self, request: Request) -> Response:
        """Answer one request; every answer has a correlation id."""
        self._requests += 1
        self.portal.wrote = []
        headers = {"X-HubSpot-Correlation-Id": f"00000000-0000-7000-8000-{self._requests:012d}"}
        found = match(request.method, request.path)
        counters: dict[str, Any] = {}
        try:
            response = self._answer(request, found, headers, counters)
        except Problem as problem:
            response = _refused(problem, headers)
        note = response.note
        wrote = tuple(self.portal.wrote)
        named = replace(note, route=self.route(request), quota=counters, writes=wrote)
        return replace(response, headers={**headers, **response.headers}, note=named)

    def _answer(
        self,
        request: Request,
        found: tuple[Route, str, Mapping[str, str]] | None,
        headers: dict[str, str],
        counters: dict[str, Any],
    ) -> Response:
        if found is None or found[1] in self.portal.options["versions_off"]:
            raise Problem(404, "No such path", text="<html><h1>404 Not Found</h1></html>")
        route, version, parts = found
        token = self._token(request)
        known = self.portal.options["tokens"].get(token, {})
        self._check_scope(route, parts, known)
        self.portal.quota.retry_after = bool(self.portal.options["retry_after"])
        rates, used = self.portal.quota.take(route.bucket, token, self.world.now())
        counters.update(used)
        headers.update({k: v for k, v in rates.items() if _sent(k, known)})
        self.portal.settle()
        call = Call(portal=self.portal, request=request, version=version, parts=parts)
        try:
            return route.handler(call)
        finally:
            mirror(self.portal)

    def _token(self, request: Request) -> str:
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        if scheme != "Bearer" or not token:
            raise Problem(401, "Authentication credentials not found.", "INVALID_AUTHENTICATION")
        if not _TOKEN.match(token):
            raise Problem(530, "malformed token", text="error code: 1016")
        options = self.portal.options
        if token in options["revoked"] or (options["tokens"] and token not in options["tokens"]):
            text = "Authentication credentials are invalid or expired."
            raise Problem(401, text, "INVALID_AUTHENTICATION")
        return token

    def _check_scope(
        self, route: Route, parts: Mapping[str, str], known: Mapping[str, Any]
    ) -> None:
        held = known.get("scopes")
        if held is None or not route.scopes:
            return
        object = parts.get("object") or parts.get("from") or "contacts"
        name = self.portal.store(object).kind.guarded
        wanted = [
            [scope.format(**{"object": name, "from": name}) for scope in together]
            for together in route.scopes
        ]
        if not any(set(together) <= set(held) for together in wanted):
            raise Problem(
                403,
                "This app hasn't been granted all required scopes to make this call.",
                "MISSING_SCOPES",
                context={"requiredGranularScopes": wanted[0]},
            )

    def seed(self, object: str, records: Sequence[Mapping[str, Any]]) -> int:
        """Add records; the README beside this file has the shapes."""
        try:
            count = seed(self.portal, object, records)
            mirror(self.portal, quiet=True)
            return count
        except Problem as problem:
            raise Refusal(f"seed {object}: {problem}") from None

    def act(self, verb: str, body: Mapping[str, Any]) -> dict[str, Any]:
        """Do what a person does in the vendor's screens; the README has the verbs."""
        if verb not in ACTS:
            raise Refusal(f"no act {verb!r}; there are {', '.join(sorted(ACTS))}")
        self.portal.settle()
        try:
            answer = ACTS[verb](self.portal, body)
            mirror(self.portal)
            return answer
        except Problem as problem:
            raise Refusal(f"act {verb}: {problem}") from None
        except KeyError as missing:
            raise Refusal(f"act {verb} needs {missing}") from None

    def state(self, object: str) -> list[dict[str, Any]]:
        """Return every stored record of an object, archived ones too."""
        self.portal.settle()
        return state(self.portal, object)

    def configure(self, options: Mapping[str, Any]) -> dict[str, Any]:
        """Change options; limits start their windows anew."""
        rest = {k: v for k, v in options.items() if k not in ("limits", "daily_used", "seed")}
        self.portal.options.change(rest)
        quota = self.portal.quota
        if "limits" in options:
            unknown = set(options["limits"]) - set(LIMITS)
            if unknown:
                raise Refusal(f"no limit {sorted(unknown)}; there are {sorted(LIMITS)}")
            quota.limits.update(options["limits"])
            quota.reset()
        if "daily_used" in options:
            quota.steal(int(options["daily_used"]), self.world.now())
        if "seed" in options:
            self.random.seed(options["seed"])
        return {**self.portal.options.values, "limits": dict(quota.limits)}

    def route(self, request: Request) -> str:
        """Name a route, such as contacts.search or lists.change; empty for no such path."""
        found = match(request.method, request.path)
        if found is None:
            return ""
        route, _, parts = found
        try:
            object = self.portal.store(parts["object"]).kind.name if "object" in parts else ""
        except Problem:
            object = parts["object"]
        return route.name.replace("{object}", object)

    def error(self, status: int) -> Any:
        """Return the vendor's body for an injected status (hubspot.md 1.2, 1.5)."""
        return _ERRORS.get(status, Problem(status, "Internal error")).body("injected")


_ERRORS = {
    401: Problem(
        401, "Authentication credentials are invalid or expired.", "INVALID_AUTHENTICATION"
    ),
    403: Problem(
        403,
        "This app hasn't been granted all required scopes to make this call.",
        "MISSING_SCOPES",
        context={"requiredGranularScopes": ["crm.objects.contacts.read"]},
    ),
    404: Problem(404, "resource not found", "OBJECT_NOT_FOUND"),
    423: Problem(423, "The resource is locked", "LOCKED"),
    429: Problem(
        429,
        "You have reached your ten_secondly_rolling limit.",
        extra={"errorType": "RATE_LIMIT", "policyName": "TEN_SECONDLY_ROLLING"},
    ),
    477: Problem(477, "This account is moving to another data centre", "MIGRATION_IN_PROGRESS"),
}


def _sent(header: str, token: Mapping[str, Any]) -> bool:
    return not (token.get("oauth") and "Daily" in header)


def _refused(problem: Problem, headers: Mapping[str, str]) -> Response:
    if problem.text:
        kind = {"Content-Type": "text/html; charset=utf-8"}
        return Response(status=problem.status, headers=kind, body=problem.text.encode())
    body = problem.body(headers["X-HubSpot-Correlation-Id"])
    return Response(status=problem.status, headers=problem.headers, body=body, note=Note())
