"""A small client of the control API, for tests and scripts that drive an emulator."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from collections.abc import Mapping, Sequence
from typing import Any

from crmbridge.testing.emulator.vendor import Refusal


class Remote:
    """Talks to the control API of one vendor's port; `url` is the root of that port.

    Every method raises `Refusal` with the emulator's words when it answers 4xx.
    """

    def __init__(self, url: str, *, timeout: float = 60.0) -> None:
        self._root = url.rstrip("/") + "/__emulator__/"
        self._timeout = timeout
        self._open = urllib.request.build_opener(urllib.request.ProxyHandler({}))

    def seed(self, **objects: Sequence[Mapping[str, Any]]) -> dict[str, int]:
        """Add records by object; return how many of each."""
        return dict(self._call("POST", "seed", objects))

    def faults(self, *rules: Mapping[str, Any]) -> list[dict[str, Any]]:
        """Add fault rules, or none; return all rules with `seen` and `fired`."""
        return list(self._call("POST", "faults", list(rules)))

    def clear_faults(self) -> None:
        """Take all fault rules away."""
        self._call("DELETE", "faults")

    def clock(self, **change: Any) -> dict[str, Any]:
        """Set `now`, `rate` or `advance` (seconds), or nothing; return `now` and `rate`."""
        return dict(self._call("POST", "clock", change))

    def act(self, verb: str, **body: Any) -> dict[str, Any]:
        """Do one thing that a person does in the vendor's screens."""
        return dict(self._call("POST", "act", {"verb": verb, **body}))

    def acts(self, deeds: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
        """Do several things in their order; each is a verb and its body."""
        return list(self._call("POST", "act", list(deeds))) if deeds else []

    def config(self, **options: Any) -> dict[str, Any]:
        """Change options, or none; return all of them."""
        return dict(self._call("POST", "config", options))

    def state(self, object: str) -> list[dict[str, Any]]:
        """Return every stored record of an object."""
        return list(self._call("GET", f"state/{object}"))

    def audit(self) -> list[dict[str, Any]]:
        """Return the request log, oldest first."""
        return [json.loads(line) for line in self._raw("GET", "audit").splitlines()]

    def empty_audit(self) -> None:
        """Forget the request log."""
        self._call("DELETE", "audit")

    def _call(self, method: str, name: str, body: Any = None) -> Any:
        answer = self._raw(method, name, body)
        return json.loads(answer) if answer else None

    def _raw(self, method: str, name: str, body: Any = None) -> bytes:
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(  # noqa: S310  # the caller names a loopback emulator
            self._root + name, data=data, method=method
        )
        try:
            with self._open.open(request, timeout=self._timeout) as answer:
                return bytes(answer.read())
        except urllib.error.HTTPError as problem:
            with problem:
                raise Refusal(f"{method} {name}: {problem.read().decode()}") from None
