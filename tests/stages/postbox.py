"""A real mail server on loopback that keeps what it is given, or answers as it is told."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import Envelope


class Box:
    """A mailbox; each step may answer something else than 250."""

    def __init__(self, **says: str) -> None:
        self.says = says
        self.mails: list[tuple[list[str], EmailMessage]] = []

    async def handle_RCPT(self, server: Any, _s: Any, envelope: Envelope, to: str, _o: Any) -> str:
        if said := self.says.get("rcpt"):
            return said
        envelope.rcpt_tos.append(to)
        return "250 OK"

    async def handle_DATA(self, server: Any, _s: Any, envelope: Envelope) -> str:
        if self.says.get("data") == "break":
            server.transport.abort()
            return "250 never seen"
        content = envelope.content
        assert isinstance(content, bytes)
        made = message_from_bytes(content, policy=default)
        assert isinstance(made, EmailMessage)
        self.mails.append((envelope.rcpt_tos, made))
        return self.says.get("data", "250 OK")


class Served(Controller):
    """A mail server on a port of the system's choice."""

    def _trigger_server(self) -> None:
        assert self.server is not None
        self.port = self.server.sockets[0].getsockname()[1]
        super()._trigger_server()


@contextmanager
def posted() -> Iterator[tuple[Box, dict[str, str]]]:
    """A mailbox that is served, and the variables of acme's by which mails reach it."""
    box = Box()
    served = Served(box, hostname="127.0.0.1", port=0)
    served.start()
    names = {"HOST": "127.0.0.1", "PORT": str(served.port), "FROM": "crm@acme.example"}
    try:
        yield box, {f"CRMBRIDGE_ACME__MESSAGES__SMTP_{name}": one for name, one in names.items()}
    finally:
        served.stop()
