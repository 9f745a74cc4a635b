"""Messages to people: what leaves, what never does, and what a failure means."""

from __future__ import annotations

import json
import socket
import ssl
import stat
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from email import message_from_bytes
from email.policy import default
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.smtp import AuthResult

from crmbridge.errors import AuthFailed, ConfigError, Refused, Throttled, Unavailable, Unknown
from crmbridge.net.messages import Message, senders
from crmbridge.net.messages.file import FileSender
from crmbridge.net.messages.mail import MailSender, Server, letter
from crmbridge.net.messages.webhook import WebhookSender, payload
from tests.net.conftest import Serve, tls, trusting
from tests.stages.postbox import Box, Served
from tests.stages.server import End, http

ID = "5f0c1c8e-0000-5000-8000-000000000001"
SECRET = "/services/T0/B0/s3cr3tpath"
NASTY = "Jo\r\nBcc: all@buyer.example\r\n\r\n<!channel> @here <https://evil.example|pay> [x](http://evil.example)"


def message(**changed: Any) -> Message:
    told = {"id": ID, "subject": "Signal: Jo Kern", "text": "They read /demo", "whom": "Ann"}
    return Message(**(told | {"to": ("ann@acme.example",)} | changed))


# ---------------------------------------------------------------------- chat


def post(url: str, **how: Any) -> None:
    with closing(WebhookSender(url, timeout=2.0)) as sender:
        sender.send(message(**how))


def test_a_webhook_gets_one_text_with_the_message_s_id_in_it(serve: Serve) -> None:
    server = serve(http(200, "ok", "text/html"))
    post(f"{server.url}{SECRET}?a=1")
    (seen,) = server.seen
    said = json.loads(seen.body)
    assert (seen.method, seen.target) == ("POST", f"{SECRET}?a=1")
    assert said["text"] == f"Signal: Jo Kern\nThey read /demo\n[{ID}]"
    assert (said["mrkdwn"], said["unfurl_links"], said["link_names"]) == (False, False, False)


def test_nothing_in_a_name_calls_a_room_or_becomes_a_link() -> None:
    text = str(payload(message(subject=NASTY, text=NASTY))["text"])
    assert "<" not in text
    assert "&lt;!channel&gt;" in text
    assert "@here" not in text
    assert "://" not in text
    assert "](" not in text
    assert "\r" not in text


def test_an_address_in_a_text_stays_readable() -> None:
    assert "jo@buyer.example" in str(payload(message(text="Mail jo@buyer.example"))["text"])


@pytest.mark.parametrize(
    ("status", "error"),
    [
        *((400, Refused), (403, AuthFailed), (404, AuthFailed), (410, AuthFailed)),
        *((429, Throttled), (500, Unknown), (503, Unavailable), (302, Refused)),
    ],
)
def test_what_a_webhook_s_status_means(serve: Serve, status: int, error: type[Exception]) -> None:
    server = serve(http(status, "no_service", "text/plain"))
    with pytest.raises(error) as caught:
        post(server.url + SECRET)
    assert "s3cr3t" not in str(caught.value)
    assert len(server.seen) == 1


def test_a_webhook_that_breaks_off_leaves_the_outcome_unknown(serve: Serve) -> None:
    with pytest.raises(Unknown):
        post(serve(End.RESET).url + SECRET)


def test_a_webhook_that_says_nothing_in_time_leaves_the_outcome_unknown(serve: Serve) -> None:
    server = serve(5.0)
    with closing(WebhookSender(server.url + SECRET, timeout=0.2)) as sender, pytest.raises(Unknown):
        sender.send(message())


def test_a_webhook_that_cannot_be_reached_got_nothing() -> None:
    with pytest.raises(Unavailable):
        post(f"http://127.0.0.1:9{SECRET}")


@pytest.mark.parametrize(
    "url",
    ["", "no url", "http://chat.example/x", "https://u:p@chat.example/x", "ftp://chat.example/"],
)
def test_a_webhook_s_address_is_a_whole_https_address(url: str) -> None:
    with pytest.raises(ConfigError) as caught:
        WebhookSender(url)
    assert not url or url not in str(caught.value)


def test_no_secret_is_in_how_a_sender_shows_itself() -> None:
    with closing(WebhookSender("https://chat.example" + SECRET)) as sender:
        assert "s3cr3t" not in repr(sender)
    server = Server(host="mail.example", user="u", password="pässword", sender="crm@acme.example")
    assert "pässword" not in repr(server) + repr(MailSender(server))


# ---------------------------------------------------------------------- mail


Mailer = Callable[..., MailSender]


@pytest.fixture
def mailer(certificate: Path) -> Iterator[Mailer]:
    """Start a mail server and return a sender to it."""
    with ExitStack() as stack:

        def start(box: Box, *, user: str = "", trusted: bool = True, **how: Any) -> MailSender:
            served = Served(box, hostname="127.0.0.1", port=0, **how)
            served.start()
            stack.callback(served.stop)
            context = trusting(certificate.read_text()) if trusted else None
            server = Server(
                host="localhost",
                port=served.port,
                user=user,
                password="pw",
                sender="crm@acme.example",
            )
            return MailSender(server, context=context, timeout=5.0)

        yield start


def secured(certificate: Path) -> dict[str, Any]:
    return {"tls_context": tls(certificate), "require_starttls": True}


def test_a_mail_goes_out_over_starttls(mailer: Mailer, certificate: Path) -> None:
    box = Box()
    mailer(box, **secured(certificate)).send(message(text="Zeile 1\nGrüße 🎉"))
    ((to, mail),) = box.mails
    assert to == ["ann@acme.example"]
    assert mail["Subject"] == "Signal: Jo Kern"
    assert mail["Message-ID"] == f"<{ID}@acme.example>"
    assert mail["X-Crmbridge-Id"] == ID
    assert mail.get_content().replace("\r\n", "\n") == f"Zeile 1\nGrüße 🎉\n\n[{ID}]\n"


def test_a_certificate_that_nobody_vouches_for_stops_the_mail(
    mailer: Mailer, certificate: Path
) -> None:
    box = Box()
    with pytest.raises(AuthFailed, match="certificate"):
        mailer(box, trusted=False, **secured(certificate)).send(message())
    assert box.mails == []


def test_a_password_is_never_sent_in_the_clear(mailer: Mailer) -> None:
    heard: list[object] = []

    def listen(*said: object) -> AuthResult:
        heard.append(said)
        return AuthResult(success=True)

    box = Box()
    sender = mailer(box, user="u", auth_require_tls=False, authenticator=listen)
    with pytest.raises(AuthFailed, match="no TLS"):
        sender.send(message())
    assert (heard, box.mails) == ([], [])


@pytest.mark.parametrize("success", [True, False])
def test_the_login_goes_over_tls(mailer: Mailer, certificate: Path, success: bool) -> None:
    box = Box()
    said: Any = AuthResult(success=success, handled=False)
    how = secured(certificate) | {"authenticator": lambda *_: said, "auth_required": True}
    sender = mailer(box, user="u", **how)
    if success:
        sender.send(message())
    else:
        with pytest.raises(AuthFailed, match="SMTP_PASSWORD"):
            sender.send(message())
    assert len(box.mails) == success


def test_a_name_cannot_add_a_header_or_a_recipient(mailer: Mailer) -> None:
    box = Box()
    mailer(box).send(message(subject=NASTY, text=NASTY))
    ((to, mail),) = box.mails
    assert to == ["ann@acme.example"]
    assert mail["Bcc"] is None
    assert str(mail["Subject"]).startswith("Jo Bcc: all@buyer.example <!channel>")


@pytest.mark.parametrize(
    "address", ["", "ann", "ann@acme.example\r\nDATA", "a b@acme.example", "<a@b>"]
)
def test_mail_goes_to_plain_addresses_only(address: str) -> None:
    sender = MailSender(Server(host="localhost", port=9, sender="crm@acme.example"))
    with pytest.raises(Refused):
        sender.send(message(to=(address,)))


@pytest.mark.parametrize(
    ("says", "error"),
    [
        ({"rcpt": "550 no <ann@acme.example>"}, Refused),
        ({"rcpt": "451 greylisted"}, Unavailable),
        ({"data": "554 spam"}, Refused),
        ({"data": "452 full"}, Unavailable),
        ({"data": "break"}, Unknown),
    ],
)
def test_what_a_mail_server_s_answer_means(
    mailer: Mailer, says: dict[str, str], error: type[Exception]
) -> None:
    with pytest.raises(error) as caught:
        mailer(Box(**says)).send(message())
    assert "ann" not in str(caught.value)


def test_a_mail_server_that_is_away_got_nothing() -> None:
    sender = MailSender(Server(host="127.0.0.1", port=9, sender="crm@acme.example"))
    with pytest.raises(Unavailable):
        sender.send(message())


def test_a_mail_server_that_dawdles_ends_at_the_deadline(serve: Serve) -> None:
    """One byte now and then keeps a socket's own timeout from ever coming."""
    listener = socket.create_server(("127.0.0.1", 0))
    done = threading.Event()

    def drip() -> None:
        sock, _ = listener.accept()
        sock.sendall(b"220 hello\r\n")
        while not done.wait(0.1):
            try:
                sock.sendall(b"2")
            except OSError:
                break
        sock.close()

    thread = threading.Thread(target=drip)
    thread.start()
    port = listener.getsockname()[1]
    server = Server(host="127.0.0.1", port=port, sender="crm@acme.example")
    started = time.monotonic()
    with pytest.raises(Unavailable):
        MailSender(server, timeout=0.6).send(message())
    assert time.monotonic() - started < 5
    done.set()
    thread.join()
    listener.close()


def test_tls_cannot_be_left_unverified() -> None:
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    with pytest.raises(ConfigError, match="verified"):
        MailSender(Server(host="mail.example", sender="crm@acme.example"), context=context)


def test_a_sender_needs_an_address() -> None:
    with pytest.raises(ConfigError, match="SMTP_FROM"):
        MailSender(Server(host="mail.example", sender="crm"))


def test_a_subject_in_any_script_is_one_line() -> None:
    raw = letter(
        message(subject="Зигнал\u2028Bcc: x\x00" + "ü" * 300), "crm@acme.example"
    ).as_bytes()
    made = message_from_bytes(raw, policy=default)
    assert str(made["Subject"]).startswith("Зигнал Bcc: x ü")
    assert len(str(made["Subject"])) <= 150
    assert made["Bcc"] is None


# ---------------------------------------------------------------------- file


def test_a_file_gets_a_block_of_text_that_only_its_owner_reads(tmp_path: Path) -> None:
    path = tmp_path / "new" / "messages.txt"
    sender = FileSender(path)
    sender.send(message(text="one\r\ntwo\x1b[2J"))
    sender.send(message(id="other"))
    head, subject, *rest = path.read_text("utf-8").splitlines()
    assert head.endswith(f"to Ann  [{ID}]")
    assert (subject, rest[:3]) == ("Signal: Jo Kern", ["  one", "  two[2J", ""])
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_jsonl_file_gets_a_line_each(tmp_path: Path) -> None:
    path = tmp_path / "messages.jsonl"
    for _ in range(2):
        FileSender(path).send(message(text=NASTY))
    rows = [json.loads(line) for line in path.read_text("utf-8").splitlines()]
    assert [row["id"] for row in rows] == [ID, ID]
    assert rows[0]["subject"] == "Signal: Jo Kern"


def test_a_file_knows_what_it_holds(tmp_path: Path) -> None:
    path = tmp_path / "messages.txt"
    sender = FileSender(path)
    assert sender.arrived(ID) is False
    sender.send(message(text="x" * (1 << 20)))
    sender.send(message(id="later"))
    assert [sender.arrived(one) for one in (ID, "later", "never")] == [True, True, False]


def test_a_file_that_cannot_be_written_is_tried_later(tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("")
    with pytest.raises(Unavailable):
        FileSender(tmp_path / "taken" / "messages.txt").send(message())


# ---------------------------------------------------------------------- settings


@pytest.mark.parametrize(
    ("channels", "given", "said"),
    [
        (["webhook"], {}, "CRMBRIDGE_ACME__MESSAGES__WEBHOOK_URL is not set"),
        (["email"], {"SMTP_HOST": "m"}, "SMTP_FROM is not set"),
        (["file"], {"SMPT_HOST": "m"}, "did you mean CRMBRIDGE_ACME__MESSAGES__SMTP_HOST"),
        (
            ["email"],
            {"SMTP_HOST": "m", "SMTP_FROM": "a@b.example", "SMTP_PORT": "many"},
            "SMTP_PORT: a number",
        ),
    ],
)
def test_a_wrong_setting_says_which_and_what_to_do(
    channels: list[str], given: dict[str, str], said: str, tmp_path: Path
) -> None:
    with pytest.raises(ConfigError, match=said):
        senders("acme", channels, given, default_file=tmp_path / "m.txt")


def test_a_sender_is_built_for_each_channel_that_is_named(tmp_path: Path) -> None:
    given = {"WEBHOOK_URL": "https://chat.example/x", "SMTP_HOST": "m", "SMTP_FROM": "a@b.example"}
    made = senders("acme", ["file", "email", "webhook"], given, default_file=tmp_path / "m.txt")
    assert sorted(made) == ["email", "file", "webhook"]
    for one in made.values():
        one.close()
