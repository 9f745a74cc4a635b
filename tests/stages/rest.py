"""Short words for tests of a company at work: come to rest, look at what is held."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

from crmbridge.flows.decide import decide
from crmbridge.flows.operate.turn import Turn, turn
from crmbridge.flows.read.pull import pull
from crmbridge.store import events, held, outbox
from crmbridge.store.held import Held
from tests.stages.compare import remade
from tests.stages.places import JO
from tests.stages.play import Play
from tests.stages.process import age


def turns(play: Play, times: int = 1) -> Turn:
    """Make turns whatever they meet; the last one is returned with its errors."""
    for _ in range(times):
        made = turn(play.company, sleep=lambda _s: None)
    return made


def waiting(play: Play) -> int:
    """Operations that both systems are still owed; held ones do not count."""
    with play.company.ledger.read() as tx:
        return sum(outbox.pending(tx, side) for side in ("marketing", "sales"))


def look(play: Play) -> None:
    """Read both systems and decide; send nothing."""
    for side in ("marketing", "sales"):
        pull(play.company, side, sleep=lambda _s: None)
    decide(play.company)


def rest(play: Play, most: int = 10) -> None:
    """Make turns, with the waits between them, until nothing is written and nothing waits."""
    for _ in range(most):
        made = turns(play)
        if not made.writes and not made.errors and not waiting(play):
            return
        age(play.company.ledger)
    raise AssertionError(f"work is left: {waiting(play)} waiting, {made.errors}")


def later(play: Play, email: str = JO) -> dict[str, Any]:
    """Five minutes on, at rest: a person's marketing record."""
    play.later(minutes=5)
    rest(play)
    return play.person(email)


def holds(play: Play) -> list[Held]:
    """What is held for a person now."""
    with play.company.ledger.read() as tx:
        return held.find(tx)


def kinds(play: Play) -> Counter[str]:
    """How much is held, by kind."""
    return Counter(one.kind for one in holds(play))


def ready(play: Play, *names: str, **properties: Any) -> list[str]:
    """People who asked for a demo, handed over to sales; returns their addresses."""
    made = []
    for name in names:
        email = f"{name}@buyer.example"
        told = {"firstname": name.title(), "lastname": "Kern", "company": "Buyer"}
        play.contact(email, **told | properties)
        play.form(email)
        made.append(email)
    play.turn()
    return made


def edit(play: Play, email: str, /, **fields: Any) -> None:
    """A salesperson edits a lead."""
    play.box.sales.act("edit", object="Lead", id=play.lead(email)["Id"], fields=fields)


def retouch(play: Play, email: str, /, **properties: Any) -> None:
    """A marketer edits a contact."""
    ident = play.person(email)["id"]
    play.box.marketing.act("edit", object="contacts", id=ident, properties=properties)


def told(play: Play, *types: str) -> list[dict[str, Any]]:
    """What the ledger's entries of these types say, in their order."""
    with play.company.ledger.read() as tx:
        return [dict(one.content.json) for one in events.of_types(tx, types)]


def messages(play: Play) -> str:
    """All that the company's people were told, as the file has it."""
    return (play.company.ledger.home / "messages.txt").read_text("utf-8")


def two_records(play: Play, **more: str) -> None:
    """Sales enters Jo, whether it has a lead of Jo's already or not."""
    fields = {"LastName": "Kern", "Company": "B", "Email": JO, **more}
    play.box.sales.act("create", object="Lead", fields=fields)


def rebuilds_equal(play: Play) -> bool:
    """Whether the projections made anew from the events are those that stand."""
    before, after = remade(play.company.ledger)
    return before == after


def emails(rows: Sequence[dict[str, Any]]) -> Counter[str]:
    """How many live records each address has."""
    return Counter(row["Email"] for row in rows if not row.get("IsDeleted"))


def conflict(play: Play) -> None:
    """Marketing and sales each give Jo another number."""
    retouch(play, JO, phone="+49 30 1")
    edit(play, JO, Phone="+49 30 2")
