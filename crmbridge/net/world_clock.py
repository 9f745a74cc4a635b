"""Business time from an emulator's world clock, for demos and tests that play months in minutes."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from crmbridge.errors import ConfigError, Refused, Unavailable
from crmbridge.model.limits import Limits
from crmbridge.net.call import Call

TIMEOUT = 5.0
"""Seconds that one question may take."""
PAUSES = (0.2, 1.0)
"""Seconds between the tries: a busy machine may answer late."""
_LIMITS = Limits(read_page=1, write_batch=1, budgets=(), timeout=TIMEOUT, body=4096)


class WorldClock:
    """Asks an emulator what time it is, at every look.

    Raises `Unavailable` when it does not answer in three tries: that is a delay, and business time
    must not fall back to the machine's clock in the middle of a play. Raises `ConfigError` when
    something else than an emulator answers.
    """

    def __init__(
        self,
        address: str,
        *,
        timeout: float = TIMEOUT,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        from crmbridge.net.transport import Transport

        self._address = address.rstrip("/")
        self._timeout = timeout
        self._sleep = sleep
        try:
            self._transport = Transport(self._address, limits=_LIMITS, user_agent="crmbridge")
        except ConfigError as error:
            what = str(error).removeprefix("BASE_URL: ")
            raise ConfigError(f"CRMBRIDGE_CLOCK is {address!r}: {what}") from None

    def close(self) -> None:
        """Close the connection to the emulator."""
        self._transport.close()

    def now(self) -> datetime:
        """Return the world's instant, aware, in UTC."""
        data = self._asked()
        try:
            at = datetime.fromisoformat(data["now"])
        except (TypeError, KeyError, ValueError):
            raise self._stranger() from None
        return at if at.tzinfo else at.replace(tzinfo=UTC)

    def _asked(self) -> Any:
        call = Call(
            method="GET",
            path="/__emulator__/clock",
            route="clock",
            auth=False,
            deadline=self._timeout,
        )
        for pause in (*PAUSES, None):
            try:
                return self._transport.send(call).data
            except Refused:
                raise self._stranger() from None
            except Unavailable as error:
                if pause is None:
                    raise Unavailable(
                        f"CRMBRIDGE_CLOCK: the clock at {self._address} does not answer; it is "
                        "asked again. If no emulator runs there, start it, or unset the variable "
                        "to use this machine's clock."
                    ) from error
                self._sleep(pause)
        raise AssertionError("the last try returns or raises")

    def _stranger(self) -> ConfigError:
        return ConfigError(f"CRMBRIDGE_CLOCK: {self._address} is no emulator's address")
