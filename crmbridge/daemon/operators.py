"""Word to a company's operators: what does not work, since when, and that it is over."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID, uuid5

from crmbridge.clock import SystemClock
from crmbridge.company import channel_target
from crmbridge.daemon.desk import Desk, Word
from crmbridge.daemon.pace import Way
from crmbridge.errors import ConnectorError, LedgerError, Unknown
from crmbridge.log import get_logger
from crmbridge.mapping.schema import MessagesMap
from crmbridge.model.codec import parse_instant
from crmbridge.net.messages import Message, Sender
from crmbridge.report.text import age
from crmbridge.store import alarms

_SPACE = UUID("4f9c2b1e-7d35-4a0e-9a66-1b0d5f3c8e21")
BACK = "back"
"""The state that tells that an alarm is over."""

log = get_logger("crmbridge.daemon")


def tell(desk: Desk) -> None:
    """Tell the operators what is news to them, by each way that the mapping names for them.

    What they know is kept in the ledger: nobody is told twice, and nobody misses an end because
    the daemon was restarted. A way that is down is tried again later, and holds up no other.
    """
    if desk.word is None:
        with desk.ledger.read() as tx:
            desk.word = alarms.told(tx)
    with desk.shelf.use() as kit:
        company, ways = kit.reading, kit.reading.mapping.messages
        before = {channel: dict(known) for channel, known in desk.word.items()}
        for channel in map(str, ways.operators):
            if sender := company.senders.get(channel):
                _by(desk, desk.word, channel, sender, ways)
    for channel in set(desk.word) - set(ways.operators):
        del desk.word[channel]
    if desk.word != before or desk.unkept:
        _keep(desk, desk.word)


def _keep(desk: Desk, word: Word) -> None:
    try:
        alarms.tell_told(desk.ledger, word)
        desk.unkept = False
    except LedgerError:
        desk.unkept = True
        raise


def _by(desk: Desk, word: Word, channel: str, sender: Sender, ways: MessagesMap) -> None:
    """Send what one way owes; the first message that fails ends it for now."""
    key = (channel_target(channel), "operators")
    way = desk.ways.setdefault(key, Way(probe=desk.pace.probe))
    known = word.setdefault(channel, {})
    if way.wait:
        return
    for about, alarm in list(_news(desk, known)):
        message = _message(desk.name, about, alarm, known.get(about), ways)
        if not _sent(desk, channel, sender, message):
            return
        way.fine()
        if alarm["state"] == BACK:
            del known[about]
        else:
            mine = sorted(way for name, way in desk.troubles if name == about)
            known[about] = {"state": alarm["state"], "since": alarm["since"], "ways": mine}


def _sent(desk: Desk, channel: str, sender: Sender, message: Message) -> bool:
    """Send a message; return whether it need not be sent again.

    Where nobody knows whether it arrived it is sent once more, and no more.
    """
    try:
        if not sender.arrived(message.id):
            sender.send(message)
    except ConnectorError as error:
        desk.ways[channel_target(channel), "operators"].failed(error)
        log.warning("operators not told", company=desk.name, way=channel, message=str(error))
        key = (channel, message.id)
        twice = key in desk.unsure
        if isinstance(error, Unknown):
            desk.unsure.add(key)
            return twice
        return False
    return True


def _news(
    desk: Desk, known: Mapping[str, Mapping[str, Any]]
) -> Iterator[tuple[str, Mapping[str, str]]]:
    """What the operators do not know yet: alarms first, then what is over."""
    now, standing = SystemClock().now(), desk.alarms
    for about, alarm in standing.items():
        waits = (now - parse_instant(alarm["since"])).total_seconds()
        late = alarm["state"] != "away" or waits >= desk.pace.patience
        if late and known.get(about, {}).get("state") != alarm["state"]:
            yield about, alarm
    for about, told in known.items():
        # silence is no end: what did not work must have been tried since the daemon began
        tried = all((about, way) in desk.proven for way in told.get("ways", ()))
        if about not in standing and tried:
            yield about, {"state": BACK, "since": told["since"]}


def _message(
    company: str,
    about: str,
    alarm: Mapping[str, str],
    before: Mapping[str, Any] | None,
    ways: MessagesMap,
) -> Message:
    state, since = alarm["state"], parse_instant(alarm["since"])
    if state == BACK:
        subject = f"crmbridge {company}: {about} is well again"
        lasted = (SystemClock().now() - since).total_seconds()
        text = (
            f"It was {(before or {}).get('state', 'away')} since {_said(since)}, for {age(lasted)}."
        )
    else:
        subject = f"crmbridge {company}: {about} is {state}"
        text = f"Since {_said(since)} ({alarm['why']}):\n{alarm['message']}\n{alarm['advice']}"
    address = ways.operators_email
    return Message(
        id=str(uuid5(_SPACE, "|".join((company, about, state, alarm["since"])))),
        subject=subject,
        text=text,
        to=(address,) if address else (),
        whom="the operators",
    )


def _said(at: datetime) -> str:
    return at.strftime("%Y-%m-%d %H:%M UTC")
