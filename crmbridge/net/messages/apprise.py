"""Alerts to operators by any service that the library Apprise knows, such as Teams or PagerDuty.

The addresses are secrets: they have tokens in them, and are in no log and no error.
"""

from __future__ import annotations

import logging
from importlib import import_module
from typing import Any

from crmbridge.errors import ConfigError, Unavailable
from crmbridge.net.messages.message import Message, clean, one_line

TIMEOUT = 60.0
"""Seconds for all services together, as far as their own limits (4 s to connect, 4 s to answer
each, by Apprise's default) leave any."""


class AppriseSender:
    """Tells each service once; one that did not take a message is tried again without the others.

    No service can be asked whether a message arrived.
    """

    timeout = TIMEOUT

    def __init__(self, urls: str) -> None:
        library = _library()
        asset = library.AppriseAsset(app_id="crmbridge", secure_logging=True, async_mode=False)
        self._services: list[Any] = []
        for n, url in enumerate(urls.split(), 1):
            service = library.Apprise(asset=asset)
            if not service.add(url):
                raise ConfigError(
                    f"MESSAGES__APPRISE_URLS: address {n} is none that Apprise knows. Write each "
                    "as Apprise's page of its service says, with white space between two"
                )
            self._services.append(service)
        if not self._services:
            raise ConfigError("MESSAGES__APPRISE_URLS: give one address or more")
        self._taken: dict[int, str] = {}
        """By service, the id of the message that it took last."""

    def __repr__(self) -> str:
        return f"AppriseSender({len(self._services)})"

    def send(self, message: Message) -> None:
        """Tell all services that were not told yet; see `Sender.send`."""
        failed = 0
        for n, service in enumerate(self._services):
            if self._taken.get(n) == message.id:
                continue
            if service.notify(
                title=one_line(message.subject),
                body=f"{clean(message.text)}\n[{message.id}]",
                body_format="text",
            ):
                self._taken[n] = message.id
            else:
                failed += 1
        if failed:
            raise Unavailable(
                f"apprise: {failed} of {len(self._services)} services did not take the message; it "
                "is tried again"
            )

    def arrived(self, ident: str) -> bool | None:
        """Nobody can tell."""
        return None

    def close(self) -> None:
        """Nothing stays open."""


def _library() -> Any:
    """Apprise, with nothing of it in any log: it writes addresses, and what services answer."""
    try:
        library = import_module("apprise")
    except ImportError:
        raise ConfigError(
            "mapping.toml [messages] names 'apprise', and the library is not installed: "
            "pip install 'crmbridge[apprise]', or take the way out"
        ) from None
    quiet = logging.getLogger("apprise")
    quiet.disabled = True
    quiet.propagate = False
    return library
