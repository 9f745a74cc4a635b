"""Messages to a chat room through a Slack-compatible incoming webhook."""

from __future__ import annotations

import re
from collections.abc import Collection

import httpx

from crmbridge.errors import AuthFailed, ConfigError, ConnectorError, Refused
from crmbridge.model.limits import Limits
from crmbridge.net.call import Call, split_query
from crmbridge.net.messages.message import Message, clean
from crmbridge.net.transport import Transport

TIMEOUT = 15.0
TAKEN = frozenset({200, 201, 202, 204})
LONGEST = 4_000
"""Characters of a text. Source: Slack's guide to message length; not verified."""

_CALLS = re.compile(r"(?<![\w.+-])@(?=\w)")
_LINKS = re.compile(r"(?i)([a-z][a-z0-9+.-]*):(?=//)")
_WWW = re.compile(r"(?i)\bwww\.")
_MARKS = re.compile(r"([\\`\[\]])")


class WebhookSender:
    """Posts `{"text": …}` to one address, which is itself the secret.

    A webhook cannot be asked whether a message arrived, and knows no idempotency key.
    """

    def __init__(self, url: str, *, timeout: float = TIMEOUT) -> None:
        self.timeout = timeout
        base, self._path, self._query = _parts(url)
        limits = Limits(read_page=1, write_batch=1, budgets=(), timeout=timeout, body=64 * 1024)
        self._transport = Transport(base, limits=limits, classify=_classify)

    def __repr__(self) -> str:
        return f"WebhookSender({self._transport.base.host})"

    def send(self, message: Message) -> None:
        """Post a message; see `Sender.send`."""
        self._transport.send(
            Call(
                method="POST",
                path=self._path,
                params=self._query,
                route="messages webhook",
                json=payload(message),
                expect=TAKEN,
                content="any",
                priority=1,
            )
        )

    def arrived(self, ident: str) -> bool | None:
        """Nobody can tell."""
        return None

    def close(self) -> None:
        """Close the connections."""
        self._transport.close()


def payload(message: Message) -> dict[str, object]:
    """Return what is posted: one text without mark-up, links, previews or calls to everybody."""
    lines = [message.subject, message.text]
    whole = "\n".join(clean(one) for one in lines if one)[:LONGEST]
    text = _but_for(message.links, whole)[:LONGEST]
    return {
        "text": f"{text}\n[{message.id}]",
        "mrkdwn": False,
        "link_names": False,
        "unfurl_links": False,
        "unfurl_media": False,
    }


def _but_for(links: Collection[str], text: str) -> str:
    """Make a text plain, but for some addresses that were not made of anybody's words."""
    if not links:
        return plain(text)
    known = "|".join(re.escape(one) for one in sorted(links, key=len, reverse=True))
    # a longer address that begins like ours is another one
    parts = re.split(rf"({known})(?=\s|$)", text)
    return "".join(part if n % 2 else plain(part) for n, part in enumerate(parts))


def plain(text: str) -> str:
    """Take out of a text what a chat would act on.

    `<!channel>`, `<@U1>` and `<http://…|x>` are escaped as Slack asks for; a bare `@channel`
    (Mattermost, Rocket.Chat) and links get an invisible character or a bracket put in between.
    """
    text = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    text = _MARKS.sub("'", text) if "](" in text else text
    return _WWW.sub("www[.]", _LINKS.sub(r"\1[:]", _CALLS.sub("@\u200b", text)))


def _parts(url: str) -> tuple[str, str, list[tuple[str, str]]]:
    """Split an address into host, path and query. Never shows it: whoever has it can post."""
    try:
        whole = httpx.URL(url)
    except (httpx.InvalidURL, TypeError):
        whole = httpx.URL("")
    if not whole.host or whole.userinfo or whole.fragment:
        raise ConfigError("MESSAGES__WEBHOOK_URL: give the whole address, https://host/path")
    path, query = split_query(whole.raw_path.decode("ascii"))
    return str(whole.copy_with(raw_path=b"/")), path or "/", query


def _classify(status: int, headers: object, data: object) -> ConnectorError | None:
    """A dead address is no single message's fault: the way itself is shut.

    Slack answers 403 and 404 (`no_service`, `invalid_token`) for an address that was withdrawn,
    and 410 for an archived room. Source: Slack's list of webhook errors; not verified.
    """
    if status in (401, 403, 404, 410):
        return AuthFailed(
            f"POST messages webhook: answered {status}; the address is not valid any more, set "
            "MESSAGES__WEBHOOK_URL to a new one"
        )
    if 300 <= status < 400:
        return Refused(
            f"POST messages webhook: answered {status}, redirects are never followed",
            code=f"http_{status}",
        )
    return None
