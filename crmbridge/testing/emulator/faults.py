"""Rules that make an emulated vendor fail on purpose, and the count of how often each did.

Kinds: status, html, empty, redirect, garbage, bomb (an answer of another sort); truncated,
truncated_close, reset, close, drip (an answer that is cut, missing or slow); delay (time only).
"""

from __future__ import annotations

import random
import threading
from collections.abc import Mapping, Sequence
from fnmatch import fnmatchcase
from typing import Any

from crmbridge.testing.emulator.vendor import Refusal, Request, Response, Vendor
from crmbridge.testing.emulator.wire import Wire, bomb, garbage, page

KINDS = (
    "status",
    "html",
    "empty",
    "redirect",
    "garbage",
    "bomb",
    "truncated",
    "truncated_close",
    "reset",
    "close",
    "drip",
    "delay",
)
_KEYS = frozenset(
    [
        "route",
        "nth",
        "every",
        "probability",
        "seed",
        "times",
        "skip",
        "when",
        "kind",
        "contains",
        "status",
        "body",
        "headers",
        "seconds",
        "location",
        "form",
        "megabytes",
        "bytes_per_second",
    ]
)
_NEEDS_ANSWER = ("delay", "drip")
_CUTS = {"truncated": "short", "truncated_close": "unsized"}


class Fault:
    """One rule and its counters: `seen` matching requests since it was posted, `fired` of them."""

    def __init__(self, rule: Mapping[str, Any]) -> None:
        _check(rule)
        self.rule = dict(rule)
        self.kind = str(rule["kind"])
        self.after = rule.get("when", "before") == "after"
        self.seconds = float(rule.get("seconds", 0))
        self.seen = 0
        self.fired = 0
        self._random = random.Random(rule.get("seed", 0))  # noqa: S311  # repeatable on purpose

    @property
    def handles(self) -> bool:
        """Whether the vendor does the work although the answer is spoilt."""
        return self.after or self.kind in _NEEDS_ANSWER

    def count(self, request: Request, route: str) -> bool:
        """Count a request; return whether the rule is due on it."""
        if not _matches(self.rule, request, route):
            return False
        self.seen += 1
        if self.seen <= self.rule.get("skip", 0):
            return False
        return self.fired < self.rule.get("times", float("inf")) and self._due()

    def wire(self, handled: Response | None, vendor: Vendor) -> Wire:
        """Return what goes over the line, given the vendor's answer when it did the work."""
        rule = self.rule
        if self.kind in ("reset", "close"):
            return Wire(how=self.kind)
        if self.kind in _CUTS:
            return Wire(answer=handled or _STOCK, how=_CUTS[self.kind])
        if self.kind == "drip":
            return Wire(answer=handled, how="drip", pace=float(rule.get("bytes_per_second", 100)))
        if self.kind == "delay":
            return Wire(answer=handled)
        return Wire(answer=self._other(vendor))

    def shown(self) -> dict[str, Any]:
        """Return the rule with its counters."""
        return {**self.rule, "seen": self.seen, "fired": self.fired}

    def _due(self) -> bool:
        rule = self.rule
        if "nth" in rule:
            wanted = rule["nth"] if isinstance(rule["nth"], list) else [rule["nth"]]
            return self.seen in wanted
        if "every" in rule:
            return bool(self.seen % int(rule["every"]) == 0)
        if "probability" in rule:
            return self._random.random() < float(rule["probability"])
        return True

    def _other(self, vendor: Vendor) -> Response:
        rule = self.rule
        headers = {k: str(v) for k, v in rule.get("headers", {}).items()}
        if self.kind == "status":
            status = int(rule.get("status", 500))
            body = rule["body"] if "body" in rule else vendor.error(status)
            return Response(
                status=status, headers=headers, body=_bytes(body) if isinstance(body, str) else body
            )
        if self.kind == "redirect":
            headers["Location"] = str(rule.get("location", "http://127.0.0.1:9/elsewhere"))
            return Response(status=int(rule.get("status", 302)), headers=headers, body=b"")
        return _other(self.kind, rule, headers)


_STOCK = Response(body=b'{"total":2,"results":[{"id":"1","properties":{"email":"a"}},{"id":"2"}]}')


class Faults:
    """The rules in force, in the order in which they were posted; safe between threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._rules: list[Fault] = []

    def post(self, rules: Sequence[Mapping[str, Any]]) -> None:
        """Add rules; their counters start at nothing. Raises `Refusal` and adds none."""
        new = [Fault(rule) for rule in rules]
        with self._lock:
            self._rules.extend(new)

    def clear(self) -> None:
        """Take all rules away."""
        with self._lock:
            self._rules.clear()

    def shown(self) -> list[dict[str, Any]]:
        """Return all rules with their counters."""
        with self._lock:
            return [fault.shown() for fault in self._rules]

    def pick(self, request: Request, route: str) -> Fault | None:
        """Count a request on every rule; return the first that is due, counted as fired."""
        with self._lock:
            due = [fault for fault in self._rules if fault.count(request, route)]
            if not due:
                return None
            due[0].fired += 1
            return due[0]


def _check(rule: Mapping[str, Any]) -> None:
    unknown = set(rule) - _KEYS
    if unknown:
        raise Refusal(f"a fault rule has no key {sorted(unknown)}; it has {sorted(_KEYS)}")
    if rule.get("kind") not in KINDS:
        raise Refusal(f"a fault's kind is one of {', '.join(KINDS)}, not {rule.get('kind')!r}")
    if rule.get("when", "before") not in ("before", "after"):
        raise Refusal("a fault comes before or after the vendor did its work")


def _matches(rule: Mapping[str, Any], request: Request, route: str) -> bool:
    wanted = str(rule.get("route", "*"))
    if str(rule.get("contains", "")).encode() not in request.body:
        return False
    method, space, pattern = wanted.partition(" ")
    if not space:
        method, pattern = "*", wanted
    if method not in ("*", request.method):
        return False
    if not pattern.startswith("/"):
        return pattern == "*" or fnmatchcase(route, pattern)
    if any(mark in pattern for mark in "*?["):
        return fnmatchcase(request.path, pattern)
    return request.path.startswith(pattern)


def _other(kind: str, rule: Mapping[str, Any], headers: dict[str, str]) -> Response:
    status = int(rule.get("status", 200))
    if kind == "html":
        headers.setdefault("Content-Type", "text/html; charset=utf-8")
        return Response(status=status, headers=headers, body=page(rule.get("body")))
    if kind == "garbage":
        return Response(status=status, headers=headers, body=garbage(str(rule.get("form", "nan"))))
    if kind == "bomb":
        headers["Content-Encoding"] = "gzip"
        return Response(status=status, headers=headers, body=bomb(int(rule.get("megabytes", 100))))
    return Response(status=status, headers=headers, body=b"")


def _bytes(text: str) -> bytes:
    return text.encode()
