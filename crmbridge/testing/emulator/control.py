"""The control API under `/__emulator__/`: seeds, faults, clock, acts, audit, state, options."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from crmbridge.testing.emulator.audit import Audit
from crmbridge.testing.emulator.faults import Faults
from crmbridge.testing.emulator.vendor import Refusal, Request, Response, Vendor
from crmbridge.testing.emulator.world import World, iso, parse

PREFIX = "/__emulator__/"


class Control:
    """The control API of one vendor's port; the clock is that of the whole world."""

    def __init__(self, vendor: Vendor, world: World) -> None:
        self.vendor = vendor
        self.world = world
        self.faults = Faults()
        self.audit = Audit(vendor.name)
        self._routes: Mapping[str, Callable[[Request], Any]] = {
            "GET ": lambda _: {"vendor": vendor.name, **self._clock()},
            "POST seed": self._seed,
            "POST faults": self._post_faults,
            "GET faults": lambda _: self.faults.shown(),
            "DELETE faults": lambda _: self.faults.clear(),
            "GET clock": lambda _: self._clock(),
            "POST clock": self._set_clock,
            "POST act": self._act,
            "GET audit": lambda _: Response(
                body=self.audit.text(), headers={"Content-Type": "application/x-ndjson"}
            ),
            "DELETE audit": lambda _: self.audit.empty(),
            "GET config": lambda _: vendor.configure({}),
            "POST config": lambda request: vendor.configure(_object(request)),
        }

    def handle(self, request: Request) -> Response:
        """Answer one control request: 200, 204 without a body, 400 with an `error`, or 404."""
        name = request.path.removeprefix(PREFIX)
        try:
            with self.vendor.lock:
                result = self._run(request, name)
        except (Refusal, ValueError) as problem:
            return Response(status=400, body={"error": str(problem)})
        if isinstance(result, Response):
            return result
        return Response(status=204) if result is None else Response(body=result)

    def _run(self, request: Request, name: str) -> Any:
        if request.method == "GET" and name.startswith("state/"):
            return self.vendor.state(name.removeprefix("state/"))
        route = self._routes.get(f"{request.method} {name}")
        if route is None:
            known = ", ".join(sorted([*self._routes, "GET state/<object>"]))
            return Response(status=404, body={"error": f"the control API has {known}"})
        return route(request)

    def _seed(self, request: Request) -> dict[str, int]:
        wanted = _object(request)
        return {name: self.vendor.seed(name, records) for name, records in wanted.items()}

    def _post_faults(self, request: Request) -> list[dict[str, Any]]:
        body = request.json()
        self.faults.post(body if isinstance(body, list) else [body])
        return self.faults.shown()

    def _clock(self) -> dict[str, Any]:
        return {"now": iso(self.world.now()), "rate": self.world.rate}

    def _set_clock(self, request: Request) -> dict[str, Any]:
        body = _object(request)
        unknown = set(body) - {"now", "rate", "advance"}
        if unknown:
            raise Refusal(f"the clock takes now, advance and rate, not {sorted(unknown)}")
        if "now" in body:
            self.world.set(parse(body["now"]))
        if "rate" in body:
            self.world.rate = float(body["rate"])
        if "advance" in body:
            self.world.advance(float(body["advance"]))
        return self._clock()

    def _act(self, request: Request) -> Any:
        body = request.json()
        if isinstance(body, list):
            return [self._act_one(one) for one in body]
        return self._act_one(body)

    def _act_one(self, body: Any) -> dict[str, Any]:
        if not isinstance(body, dict) or not isinstance(body.get("verb"), str):
            raise Refusal("an act is an object with a verb, or a list of them")
        rest = {name: value for name, value in body.items() if name != "verb"}
        return self.vendor.act(body["verb"], rest)


def _object(request: Request) -> dict[str, Any]:
    body = request.json()
    if not isinstance(body, dict):
        raise Refusal("the body is a JSON object")
    return body
