"""Messages by e-mail, over SMTP that is always verified TLS unless the server is this machine."""

from __future__ import annotations

import re
import smtplib
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP as WIRE
from email.utils import format_datetime

from crmbridge.errors import AuthFailed, ConfigError, ConnectorError, Refused, Unavailable, Unknown
from crmbridge.net.host import is_loopback
from crmbridge.net.messages.message import Message, clean, one_line

TIMEOUT = 30.0
"""Seconds for one message, from the connection to the server's last word."""
IMPLICIT = 465
"""The port on which TLS begins at once. Source: RFC 8314."""

_ADDRESS = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]+@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*")


@dataclass(frozen=True, slots=True, kw_only=True)
class Server:
    """Where mail goes out. `user` is empty for a server that wants no login."""

    host: str
    port: int = 587
    user: str = ""
    password: str = field(default="", repr=False)
    sender: str = field(default="", repr=False)


class MailSender:
    """Sends one mail a connection; `context` is TLS with the company's own authority, if any.

    TLS is required, by STARTTLS or from the start on port 465. Only a server on loopback may do
    without, and a password is never sent in the clear.
    """

    def __init__(
        self, server: Server, *, context: ssl.SSLContext | None = None, timeout: float = TIMEOUT
    ) -> None:
        if not _ADDRESS.fullmatch(server.sender):
            raise ConfigError("MESSAGES__SMTP_FROM: an address such as crm@example.com is needed")
        self.timeout = timeout
        self._server = server
        self._context = context or ssl.create_default_context()
        if self._context.verify_mode != ssl.CERT_REQUIRED or not self._context.check_hostname:
            raise ConfigError("SMTP: certificate and host name are always verified")

    def __repr__(self) -> str:
        return f"MailSender({self._server.host}:{self._server.port})"

    def send(self, message: Message) -> None:
        """Send a mail to all of `message.to`; see `Sender.send`."""
        if not message.to or any(not _ADDRESS.fullmatch(one) for one in message.to):
            raise Refused("mail: no address that mail can be sent to; nothing was sent", code="to")
        whole = letter(message, self._server.sender).as_bytes(policy=WIRE)
        with self._connected() as smtp:
            self._envelope(smtp, message)
            _deliver(smtp, whole)

    @contextmanager
    def _connected(self) -> Iterator[smtplib.SMTP]:
        smtp = self._open()
        # a socket's own timeout begins anew with each byte of a server that dawdles
        late = threading.Timer(self.timeout, _cut, [smtp])
        late.daemon = True
        late.start()
        try:
            self._greet(smtp)
            yield smtp
        finally:
            late.cancel()
            with suppress(smtplib.SMTPException, OSError):
                smtp.quit()
            smtp.close()

    def _open(self) -> smtplib.SMTP:
        server = self._server
        try:
            if server.port == IMPLICIT:
                return smtplib.SMTP_SSL(
                    server.host, server.port, timeout=self.timeout, context=self._context
                )
            return smtplib.SMTP(server.host, server.port, timeout=self.timeout)
        except ssl.SSLCertVerificationError:
            raise self._untrusted() from None
        except (OSError, smtplib.SMTPException) as error:
            raise Unavailable(
                f"mail: {server.host} cannot be reached ({type(error).__name__}), nothing was "
                "sent; try later"
            ) from None

    def _greet(self, smtp: smtplib.SMTP) -> None:
        server = self._server
        try:
            smtp.ehlo_or_helo_if_needed()
            if server.port != IMPLICIT and (smtp.has_extn("starttls") or not self._plain_is_fine()):
                smtp.starttls(context=self._context)
                smtp.ehlo()
            if server.user:
                smtp.login(server.user, server.password)
        except ssl.SSLCertVerificationError:
            raise self._untrusted() from None
        except smtplib.SMTPNotSupportedError:
            raise AuthFailed(
                f"mail: {server.host} offers no TLS, or no login over it; nothing was sent"
            ) from None
        except smtplib.SMTPAuthenticationError as error:
            if error.smtp_code < 500:
                raise _said(error.smtp_code, "the login") from None
            raise AuthFailed(
                f"mail: {server.host} does not accept the login ({error.smtp_code}); check "
                "MESSAGES__SMTP_USER and MESSAGES__SMTP_PASSWORD"
            ) from None
        except (OSError, smtplib.SMTPException) as error:
            raise _not_sent(error) from None

    def _plain_is_fine(self) -> bool:
        return is_loopback(self._server.host) and not self._server.user

    def _untrusted(self) -> AuthFailed:
        return AuthFailed(
            f"mail: {self._server.host} has no certificate that this machine trusts; nothing was "
            "sent"
        )

    def _envelope(self, smtp: smtplib.SMTP, message: Message) -> None:
        try:
            _expect(smtp.mail(self._server.sender), "the sender")
            for one in message.to:
                _expect(smtp.rcpt(one), "a recipient")
        except (OSError, smtplib.SMTPException) as error:
            raise _not_sent(error) from None

    def arrived(self, ident: str) -> bool | None:
        """Nobody can tell; the Message-ID lets the reader's mailbox know a second copy."""
        return None

    def close(self) -> None:
        """Nothing stays open."""


def letter(message: Message, sender: str) -> EmailMessage:
    """Return the mail. Header fields are single lines, whatever stands in a name."""
    domain = sender.rpartition("@")[2]
    mail = EmailMessage(policy=WIRE)
    mail["Subject"] = one_line(message.subject)
    mail["From"] = Address("crmbridge", addr_spec=sender)
    mail["To"] = tuple(Address(addr_spec=one) for one in message.to)
    mail["Date"] = format_datetime(datetime.now(UTC))
    mail["Message-ID"] = f"<{message.id}@{domain}>"
    mail["X-Crmbridge-Id"] = message.id
    mail["Auto-Submitted"] = "auto-generated"
    mail.set_content(f"{clean(message.text)}\n\n[{message.id}]\n", cte="quoted-printable")
    return mail


def _deliver(smtp: smtplib.SMTP, whole: bytes) -> None:
    """Hand the mail over; between its last byte and the server's word its fate is unknown."""
    try:
        answer = smtp.data(whole)
    except smtplib.SMTPDataError as error:
        raise _said(error.smtp_code, "the mail") from None
    except (OSError, smtplib.SMTPException) as error:
        raise Unknown(
            f"mail: no answer to the mail itself ({type(error).__name__}); it may have been taken"
        ) from None
    _expect(answer, "the mail")


def _expect(answer: tuple[int, bytes], what: str) -> None:
    if answer[0] not in (250, 251):
        raise _said(answer[0], what)


def _said(code: int, what: str) -> ConnectorError:
    """The error of an SMTP reply. Its text is left out: servers repeat addresses in it."""
    if 500 <= code < 600:
        return Refused(
            f"mail: the server refuses {what} ({code}); nothing was sent", code=f"smtp_{code}"
        )
    return Unavailable(f"mail: the server does not take {what} now ({code}); try later")


def _not_sent(error: Exception) -> ConnectorError:
    return Unavailable(f"mail: the connection broke ({type(error).__name__}), nothing was sent")


def _cut(smtp: smtplib.SMTP) -> None:
    sock = smtp.sock
    if sock is not None:
        with suppress(OSError):
            sock.shutdown(socket.SHUT_RDWR)
