"""What the tests of signals share: somebody reads, and the ways by which a rep hears of it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from crmbridge.files import CompanyFiles
from crmbridge.mapping.schema import MessagesMap
from crmbridge.store import events
from tests.stages.places import JO
from tests.stages.play import Play
from tests.stages.rest import turns
from tests.stages.server import Seen, Server, http

PRICES = "https://acme.example/pricing"
HOOK = "CRMBRIDGE_ACME__MESSAGES__WEBHOOK_URL"


def channels(files: CompanyFiles, *names: str) -> CompanyFiles:
    """The same company, whose people are told by these ways."""
    ways = MessagesMap.model_validate({"reps": names, "line": names, "line_email": "l@a.example"})
    return replace(files, mapping=files.mapping.model_copy(update={"messages": ways}))


def agreed(files: CompanyFiles, **changed: Any) -> CompanyFiles:
    """The same company under an agreement with other rules."""
    (first, *rest) = files.versions.all
    return replace(files, agreement=first.model_copy(update=changed), others=tuple(rest))


def reads(play: Play, page: str = PRICES, email: str = JO, **later: float) -> None:
    """Somebody fills in the form of a page, and all is looked at five minutes later."""
    play.later(**(later or {"hours": 1}))
    play.form(email, page)
    play.later(minutes=5)
    turns(play, 2)


def tasks(play: Play) -> list[dict[str, Any]]:
    return [one for one in play.sf("Task") if str(one["Subject"]).startswith("Signal: ")]


def told(play: Play) -> list[str]:
    """Subjects of the messages in the company's file."""
    path = play.company.ledger.home / "messages.txt"
    if not path.exists():
        return []
    blocks = path.read_text("utf-8").split("\n\n")
    return [one.strip().splitlines()[1] for one in blocks if one.strip()]


def decisions(play: Play) -> list[dict[str, Any]]:
    with play.company.ledger.read() as tx:
        found = events.since(tx, 0, 100_000)
    return [dict(one.content.json) for one in found if one.type == "signalled"]


def hook(answers: Any) -> Server:
    """A chat room that answers as told, the last answer for ever."""

    def script(_seen: Seen, number: int) -> Any:
        return answers[min(number, len(answers) - 1)]

    return Server(script)


OK = [http(200, "ok", "text/html")]
