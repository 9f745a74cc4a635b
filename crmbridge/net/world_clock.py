"""Business time from an emulator's world clock, for demos and tests that play months in minutes."""

from __future__ import annotations

from datetime import datetime

from crmbridge.errors import ConfigError, Unavailable
from crmbridge.model.limits import Limits
from crmbridge.net.call import Call
from crmbridge.net.transport import Transport

_LIMITS = Limits(read_page=1, write_batch=1, budgets=(), timeout=5.0, body=4096)


class WorldClock:
    """Asks an emulator what time it is, at every look.

    Raises `ConfigError` from the first look when no emulator answers: business time must not
    fall back to the machine's clock in the middle of a play.
    """

    def __init__(self, address: str) -> None:
        self._address = address.rstrip("/")
        self._transport = Transport(self._address, limits=_LIMITS, user_agent="crmbridge")

    def close(self) -> None:
        """Close the connection to the emulator."""
        self._transport.close()

    def now(self) -> datetime:
        """Return the world's instant, aware, in UTC."""
        call = Call(method="GET", path="/__emulator__/clock", route="clock", auth=False)
        try:
            data = self._transport.send(call).data
        except Unavailable as error:
            raise ConfigError(
                f"CRMBRIDGE_CLOCK: no emulator answers at {self._address}. Start it, or unset the "
                "variable to use this machine's clock."
            ) from error
        if not isinstance(data, dict) or not isinstance(data.get("now"), str):
            raise ConfigError(f"CRMBRIDGE_CLOCK: {self._address} is no emulator's address")
        return datetime.fromisoformat(data["now"])
