"""Everything that the ledger knows of a lead, entry by entry, each with a line for people."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from crmbridge.model.codec import instant
from crmbridge.model.event import Event
from crmbridge.model.lifecycle import REASON_GIVEN
from crmbridge.report.text import shown, visible, when
from crmbridge.store.replay import story
from crmbridge.store.table import Tx

Data = Mapping[str, Any]


def history(tx: Tx, lead: str) -> list[dict[str, Any]]:
    """Return all entries of a lead, and of those that were merged into it, in order.

    Each has `seq, kind, type, at, recorded_at, source, lead, data`, in JSON's types, and `line`.
    They hold personal data. Empty for an unknown lead.
    """
    return [_entry(event) for event in story(tx, lead)]


def _entry(event: Event) -> dict[str, Any]:
    return {
        "seq": event.seq,
        "kind": event.kind.value,
        "type": event.type,
        "at": instant(event.at),
        "recorded_at": instant(event.recorded_at),
        "source": event.source,
        "lead": event.lead,
        "data": dict(event.data),
        "line": line(event.type, event.data),
    }


def line(type_: str, data: Data) -> str:
    """Say in a line what an entry means; types that have no words of their own show their name."""
    words = _LINES.get(type_)
    if words is None:
        return visible(type_.replace("_", " ")) + _reason(data)
    return words(data)


def _reason(data: Data) -> str:
    return f": {visible(str(data['reason']))}" if data.get("reason") else ""


def _sighting(data: Data) -> str:
    ref = visible(data["ref"])
    if data.get("deleted"):
        return f"{ref} is gone"
    facts = data.get("facts") or data.get("values") or {}
    told = "; ".join(f"{visible(word)} = {shown(value)}" for word, value in facts.items())
    status = f"; status {shown(data['status'])}" if data.get("status") else ""
    return f"{ref} says {told or 'nothing new of the lead'}{status}"


def _touch(data: Data) -> str:
    where = " by " + visible(data["channel"]) if data.get("channel") else ""
    return f"touch: {visible(data['kind'])} {visible(data['asset'])}{where}"


def _handed(data: Data) -> str:
    how = {"pushed": "by us", "override": "by a person of sales"}.get(data.get("kind", ""), "")
    rep = f" to {visible(data['rep'])}" if data.get("rep") else ""
    return " ".join(f"handed to sales{rep} {how}".split())


def _told(data: Data) -> str:
    return visible(str(data.get("rep") or "the team's line"))


def _ready(data: Data) -> str:
    return f"ready for sales, engagement {visible(str(data.get('engagement', '?')))}"


def _routed(data: Data) -> str:
    row = data["return"]
    until = f", not before {when(row['until'])}" if row.get("until") else ""
    track = f", track {visible(row['track'])}" if row.get("track") else ""
    return f"came back ({visible(row['outcome'])}): {visible(row['reason'])}{track}{until}"


def _write(data: Data) -> str:
    changes = "; ".join(
        f"{visible(name)}: {shown(before)} -> {shown(after)}"
        for name, (before, after, _) in data["changes"].items()
    )
    return (
        f"{visible(data['action'])} for {visible(data['system'])} {visible(data['obj'])}: {changes}"
    )


def _done(data: Data) -> str:
    made = "created" if data.get("created") else "took"
    return f"{visible(data['system'])} {made} {visible(data['ref'])} ({visible(data['action'])})"


def _refused(data: Data) -> str:
    said = ": ".join(visible(str(data[one])) for one in ("code", "message") if data.get(one))
    return f"refused by the vendor: {said or 'no reason given'}"


def _deal(verb: str) -> Callable[[Data], str]:
    return lambda data: f"{verb}: {visible(str(data.get('deal', '')))}{_reason(data)}"


def _rejected(data: Data) -> str:
    later = "sales says later why it gave the lead back"
    return (later if data.get("kind") == REASON_GIVEN else "given back by sales") + _reason(data)


def _deal_lost(data: Data) -> str:
    later = data.get("kind") == REASON_GIVEN
    return _deal("sales says later why the deal was lost" if later else "deal lost")(data)


def _clock(data: Data) -> str:
    return f"the clock {visible(str(data['clock'])).replace('_', ' ')}"


def _room(data: Data) -> str:
    """How full the rep was, for entries that tell."""
    capacity = data.get("capacity")
    if not capacity:
        return ""
    how = "who asked for leads, with" if data.get("how") == "pull" else "with"
    return f", {how} {capacity['open']} of {capacity['limit']} open"


def _correction(data: Data) -> str:
    """A late entry changed what was told of a cycle before."""
    told = [
        f"cycle {cycle} {visible(str(name))}: {_point(before)} -> {_point(after)}"
        for cycle, name, before, after in data["changed"]
    ]
    return f"corrected by a late entry: {'; '.join(told)}"


def _point(value: str | None) -> str:
    """An instant of a milestone, or the word of an outcome."""
    try:
        return when(value)
    except ValueError:
        return visible(str(value))


_LINES: Mapping[str, Callable[[Data], str]] = {
    "sighting": _sighting,
    "known": lambda _: "known for the first time",
    "engaged": lambda _: "engaged",
    "touch": _touch,
    "adopted": lambda data: f"{len(data['touches'])} earlier touches are this person's",
    "activity": lambda _: "sales did something with the lead",
    "sales_touch": lambda _: "sales touched the lead for the first time",
    "absorbed": lambda data: f"merged in the vendor: {shown(list(data['refs']))}",
    "linked": lambda data: f"lives on as {visible(data['ref'])}",
    "opted_out": lambda _: "opted out, by a record that waits for a person",
    "correction": _correction,
    "lead_merged": lambda data: f"lead {visible(data['loser'])} is the same person",
    "merged_away": lambda data: f"lives on as lead {visible(data['into'])}",
    "ready": _ready,
    "unready": lambda _: "no longer ready for sales",
    "waits": lambda data: f"waits for sales{_reason(data)}",
    "queue_expired": lambda _: "waited too long for sales, and left the line",
    "assigned": lambda data: f"given to {visible(data['rep'])}{_room(data)}",
    "refunded": lambda data: f"{visible(data['rep'])} has the turn back{_reason(data)}",
    "unassigned": lambda data: f"hand-off taken back: {visible(data['why'])}",
    "handed": _handed,
    "signalled": lambda data: f"signal {visible(data['asset'])}, told to {_told(data)}",
    "sla_soon": lambda data: f"{_clock(data)} is due by {when(data['due'])}",
    "sla_breached": lambda data: f"{_clock(data)} is overdue since {when(data['due'])}",
    "sla_settled": lambda data: f"{_clock(data)}, which was overdue, is settled",
    "data_fixed": lambda data: f"data corrected: {shown(data.get('words') or 'by a person')}",
    "reinstated": lambda data: f"out no more, says {visible(data['by'])}: {visible(data['why'])}",
    "accepted": lambda _: "accepted by sales",
    "qualified": lambda _: "qualified by sales",
    "rejected": _rejected,
    "stale": lambda data: f"taken back, nobody worked it{_reason(data)}",
    "routed": _routed,
    "opportunity": _deal("on a deal"),
    "deal_won": _deal("deal won"),
    "deal_lost": _deal_lost,
    "deal_reopened": _deal("deal opened again"),
    "credited": lambda data: (
        f"won: first touch {shown(data['first'])}, last touch {shown(data['last'])}"
    ),
    "write": _write,
    "sent": lambda data: f"sent to {visible(data['system'])}, try {data['attempt']}",
    "done": _done,
    "refused": _refused,
    "field_refused": lambda data: f"the vendor does not take {shown(sorted(data['values']))}",
    "dropped": lambda data: f"not sent: {visible(data['why'])}",
    "held_retried": lambda data: f"a person sends held work again ({visible(data['held_kind'])})",
    "held_resolved": lambda data: f"a person resolved held work ({visible(data['held_kind'])})",
}
