"""Messages to people: to a chat room, by e-mail, into a file; built from a company's settings."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from pathlib import Path

from crmbridge.errors import ConfigError
from crmbridge.net.messages.file import FileSender
from crmbridge.net.messages.message import Message, Sender, one_line

__all__ = ["APPRISE", "CHANNELS", "SETTINGS", "Message", "Sender", "one_line", "senders"]

CHANNELS = ("webhook", "email", "file")
"""Ways that the outbox delivers by."""
APPRISE = "apprise"
"""The way that only operators are told by."""
SETTINGS = (
    *("WEBHOOK_URL", "SMTP_HOST", "SMTP_PORT", "SMTP_USER", "SMTP_PASSWORD", "SMTP_FROM", "FILE"),
    "APPRISE_URLS",
)
"""Names of what a company's messages need, after `CRMBRIDGE_<COMPANY>__MESSAGES__`."""


def senders(
    company: str, channels: Iterable[str], given: Mapping[str, str], *, default_file: Path
) -> dict[str, Sender]:
    """Build the senders of the channels that a mapping names.

    `given` has the company's settings by name; without `FILE` messages go to `default_file`.

    Raises:
        ConfigError: a setting is missing, unknown, or no value of its kind.
    """
    prefix = f"CRMBRIDGE_{company.upper()}__MESSAGES__"
    for name in given:
        if name not in SETTINGS:
            near = get_close_matches(name, SETTINGS, n=1)
            hint = f"did you mean {prefix}{near[0]}?" if near else f"there are: {SETTINGS}"
            raise ConfigError(f"{prefix}{name}: no such setting; {hint}")

    def need(name: str, channel: str) -> str:
        if not given.get(name):
            raise ConfigError(
                f"mapping.toml [messages], or a [[digest]] of teams.toml, names {channel!r}, but "
                f"{prefix}{name} is not set. Set it, or take the channel out."
            )
        return given[name]

    made: dict[str, Sender] = {}
    for channel in dict.fromkeys(channels):
        if channel == "webhook":
            from crmbridge.net.messages.webhook import WebhookSender

            made[channel] = WebhookSender(need("WEBHOOK_URL", channel))
        elif channel == "email":
            from crmbridge.net.messages.mail import MailSender, Server

            server = Server(
                host=need("SMTP_HOST", channel),
                port=_port(given.get("SMTP_PORT", "587"), prefix),
                user=given.get("SMTP_USER", ""),
                password=given.get("SMTP_PASSWORD", ""),
                sender=need("SMTP_FROM", channel),
            )
            made[channel] = MailSender(server)
        elif channel == APPRISE:
            from crmbridge.net.messages.apprise import AppriseSender

            made[channel] = AppriseSender(need("APPRISE_URLS", channel))
        else:
            made[channel] = FileSender(Path(given.get("FILE") or default_file))
    return made


def _port(text: str, prefix: str) -> int:
    if text.isascii() and text.isdigit() and 0 < int(text) < 65536:
        return int(text)
    raise ConfigError(f"{prefix}SMTP_PORT: a number from 1 to 65535 is needed")
