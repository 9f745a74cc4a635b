"""One emulated vendor behind a door: faults are applied and the audit is kept, over any wire."""

from __future__ import annotations

import time
import traceback

from crmbridge.testing.emulator.control import PREFIX, Control
from crmbridge.testing.emulator.vendor import Note, Request, Response, Vendor
from crmbridge.testing.emulator.wire import Wire
from crmbridge.testing.emulator.world import World, iso


class Door:
    """One vendor: what reaches it, and what goes back over the line."""

    def __init__(self, vendor: Vendor, world: World) -> None:
        self.control = Control(vendor, world)
        self.vendor = vendor
        self.world = world

    def pause(self, seconds: float) -> None:
        """Let a client wait, as a fault rule says."""
        time.sleep(seconds)

    def answer(self, request: Request) -> Wire:
        """Return what goes over the line for a request; control requests meet no faults."""
        if request.path.startswith(PREFIX):
            return Wire(answer=self.control.handle(request))
        route = self.vendor.route(request)
        fault = self.control.faults.pick(request, route)
        if fault is None:
            wire = Wire(answer=self._handle(request))
            self._log(request, wire.answer, wire, "", route)
            return wire
        if not fault.after:
            self.pause(fault.seconds)
        handled = self._handle(request) if fault.handles else None
        if fault.after:
            self.pause(fault.seconds)
        wire = fault.wire(handled, self.vendor)
        self._log(request, handled, wire, fault.kind, route)
        return wire

    def _handle(self, request: Request) -> Response:
        try:
            with self.vendor.lock:
                return self.vendor.handle(request)
        except Exception:  # noqa: BLE001  # a bug of the emulator must show in the test's answer
            bug = traceback.format_exc()
            return Response(status=500, body={"emulatorBug": bug}, note=Note(route="bug"))

    def _log(
        self, request: Request, handled: Response | None, wire: Wire, fault: str, route: str
    ) -> None:
        note = handled.note if handled is not None else Note()
        self.control.audit.add(
            request,
            note,
            at=iso(self.world.now()),
            status=wire.answer.status if wire.answer is not None else 0,
            fault=fault,
            route=route,
        )
