"""What each type of entry means, in one line for people."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from crmbridge.model import payload as p
from crmbridge.model.codec import encode
from crmbridge.model.lead import Ref
from crmbridge.model.lifecycle import REASON_GIVEN
from crmbridge.model.record import Value
from crmbridge.report.text import shown, visible, when, who


def told(said: p.Payload) -> str:
    """Say in a line what an entry means; types without words of their own show their name."""
    words = _PLAIN.get(type(said))
    if words is not None:
        return words
    for part in (
        _of_people,
        _of_identity,
        _of_the_line,
        _of_turns,
        _of_the_way,
        _of_deals,
        _of_things,
        _of_writes,
    ):
        if (line := part(said)) is not None:
            return line
    return visible(said.type.replace("_", " ")) + _because(getattr(said, "reason", ""))


_PLAIN: Mapping[type[p.Payload], str] = {
    p.Known: "known for the first time",
    p.Engaged: "engaged",
    p.SalesTouched: "sales touched the lead for the first time",
    p.OptedOut: "opted out, by a record that waits for a person",
    p.Unready: "no longer ready for sales",
    p.QueueExpired: "waited too long for sales, and left the line",
    p.Accepted: "accepted by sales",
    p.Qualified: "qualified by sales",
}
"""Types whose values need no telling."""


def _of_people(said: p.Payload) -> str | None:
    match said:
        case p.FirstSeen() | p.RecordSeen():
            return _looked(said)
        case p.TouchSeen():
            where = " by " + visible(said.channel) if said.channel else ""
            return f"touch: {visible(said.kind)} {visible(said.asset)}{where}"
        case p.Rated():
            by = "by sales" if said.side == "sales" else "by themselves"
            return f"{visible(said.content)} rated {said.stars} of 5, {by}"
        case p.ActivitySeen():
            what = ", ".join(visible(one) for one in (said.kind, said.outcome) if one)
            return f"sales did something with the lead{_because(what)}"
        case p.Adopted():
            return f"{len(said.touches)} earlier touches are this person's"
        case p.Corrected():
            return _corrected(said)
    return None


def _of_identity(said: p.Payload) -> str | None:
    match said:
        case p.Addressed():
            many = len(said.identities)
            what = "a further address" if many == 1 else f"{many} further addresses"
            return f"{visible(str(said.ref))} tells {what}"
        case p.Absorbed():
            return f"merged in the vendor: {shown([str(ref) for ref in said.refs])}"
        case p.ConsentGiven():
            who = f"{visible(said.by)}: {visible(said.evidence)}"
            return f"consented to mail again, says {who}"
        case p.Linked():
            return f"lives on as {visible(str(said.ref))}"
        case p.LeadMerged():
            return f"lead {visible(said.loser)} is the same person{_because(said.why)}"
        case p.Parted():
            refs = ", ".join(visible(str(ref)) for ref in said.refs)
            who = f"{visible(said.by)}: {visible(said.why)}"
            return f"{refs} is somebody else's, lead {visible(said.into)}, says {who}"
        case p.PartedFrom():
            return f"was taken for lead {visible(said.former)}"
        case p.MergedAway():
            return f"lives on as lead {visible(said.into)}"
    return None


def _looked(said: p.FirstSeen | p.RecordSeen) -> str:
    if isinstance(said, p.FirstSeen):
        return f"known for the first time: {_seen(said.look())}"
    return _seen(said)


def _seen(said: p.RecordSeen) -> str:
    ref = visible(str(said.ref))
    if said.deleted:
        return f"{ref} is gone"
    facts = said.facts or said.values or {}
    words = "; ".join(f"{visible(word)} = {_value(value)}" for word, value in facts.items())
    status = f"; status {shown(said.status)}" if said.status else ""
    return f"{ref} says {words or 'nothing new of the lead'}{status}"


def _value(value: Value) -> str:
    return shown(encode(value))


def _corrected(said: p.Corrected) -> str:
    """A late entry changed what was told of a cycle before."""
    points = [
        f"cycle {one.cycle} {visible(one.milestone)}: {_point(one.before)} -> {_point(one.after)}"
        for one in said.changed
    ]
    return f"corrected by a late entry: {'; '.join(points)}"


def _point(value: datetime | str | None) -> str:
    """An instant of a milestone, or the word of an outcome."""
    return visible(value) if value and isinstance(value, str) else when(value)


def _of_the_line(said: p.Payload) -> str | None:
    match said:
        case p.Ready():
            points = "?" if said.engagement is None else str(said.engagement)
            return f"ready for sales, engagement {visible(points)}"
        case p.Waits():
            return f"waits for sales{_because(said.reason)}"
        case p.Assigned():
            verb = {"on": "handed on to", "back": "given back to"}.get(said.on, "given to")
            return f"{verb} {who(said.rep)}{_room(said)}{_org(said)}"
        case p.Unassigned():
            return f"hand-off taken back: {visible(said.why)}"
        case p.Signalled():
            return f"signal {visible(said.asset)}, told to {who(said.rep or LINE)}"
        case p.SlaSoon():
            return f"{_clock(said)} is due by {when(said.due)}"
        case p.SlaBreached():
            return f"{_clock(said)} is overdue since {when(said.due)}"
        case p.SlaSettled():
            return f"{_clock(said)}, which was overdue, is settled"
    return None


LINE = "the team's line"


def _clock(said: p.OfClock) -> str:
    return f"the clock {visible(said.clock).replace('_', ' ')}"


def _room(said: p.Assigned) -> str:
    """How full the rep was, for entries that tell."""
    room = said.capacity
    if room is None:
        return ""
    how = "who asked for leads and held" if said.how == "pull" else "who held"
    return f", {how} {room.open} of {room.limit}"


def _org(said: p.Assigned) -> str:
    """In which system of sales, for entries that name one, and by which rule."""
    rule = f" by the rule {visible(said.rule)}" if said.rule else ""
    return f", in {visible(said.system)}{rule}" if said.system else rule and f",{rule}"


def _of_turns(said: p.Payload) -> str | None:
    match said:
        case p.Refunded():
            return f"{who(said.rep)} has the turn back{_because(said.reason)}"
        case p.HandOnDue():
            return _due_on(said)
        case p.HandOnOff():
            return f"is to be handed on no more: {visible(said.why)}"
        case p.HandedOn():
            return _handed_on(said)
        case p.Nurtured():
            return _nurtured(said)
    return None


RECALLED = {
    "owner_left": "taken back at once: its owner is no active user in sales any more",
    "in_queue": "taken back at once: it was put into a queue, which is nobody",
    "by_automation": "taken back: an automation of sales closed it, and nobody gave it back",
    "deleted": "taken back: its record is gone",
}
"""Reasons for which a lead is taken back -> what is said of it."""


def _of_the_way(said: p.Payload) -> str | None:
    match said:
        case p.Handed():
            how = {"pushed": "by us", "override": "by somebody in sales"}.get(said.kind, "")
            rep = f" to {who(said.rep)}" if said.rep else ""
            return " ".join(f"handed to sales{rep} {how}".split())
        case p.TakenOver():
            ended = f", a trip behind it ({visible(said.outcome)})" if said.outcome else ""
            whose = f", {visible(said.owner)} has it" if said.owner else ""
            found = f"taken over as {visible(said.stage)}{ended}{_because(said.reason)}{whose}"
            return f"{found}: so {visible(str(said.ref))} showed it at the first look"
        case p.Rejected():
            later = said.kind == REASON_GIVEN
            what = "sales says later why it gave the lead back" if later else "given back by sales"
            return what + _because(said.reason)
        case p.Stale():
            return f"taken back, nobody worked it{_because(said.reason)}"
        case p.Recalled() if said.reason in RECALLED:
            return RECALLED[said.reason]
        case p.Reinstated():
            return f"out no more, says {visible(said.by)}: {visible(said.why)}"
        case p.Routed():
            row = said.back
            until = f", not before {when(row.until)}" if row.until else ""
            track = f", track {visible(row.track)}" if row.track else ""
            return f"came back ({visible(row.outcome)}): {visible(row.reason)}{track}{until}"
        case p.StageEntered():
            where = f"stage {visible(said.name)}" if said.part else f"in no part of {_stage(said)}"
            return f"{where}, by version {said.version} of the agreement"
        case p.DataFixed():
            return f"data corrected: {shown(list(said.words) or 'by a person')}"
    return None


def _due_on(said: p.HandOnDue) -> str:
    teams = " or ".join(who(one) for one in said.to)
    giver = who(said.giver) if said.giver else "sales"
    if said.back:
        return f"given back by {giver}{_because(said.reason)}; goes back to team {teams}"
    return f"{giver} is done with it; waits for team {teams}"


def _handed_on(said: p.HandedOn) -> str:
    rep = f", {who(said.rep)}" if said.rep else ""
    verb = "back with" if said.kind == "back" else "handed on to"
    by = " by somebody in sales" if said.kind == "override" else ""
    return f"{verb} team {who(said.team)}{rep}{by}"


def _nurtured(said: p.Nurtured) -> str:
    off = f"off the nurture track {visible(said.before)}{_because(said.why)}" if said.before else ""
    on = f"on the nurture track {visible(said.track)}, by the rule {visible(said.rule)}"
    return "; ".join(one for one in (off, on if said.track else "") if one)


def _stage(said: p.StageEntered) -> str:
    return said.core if said.name == said.core else f"{visible(said.name)} ({said.core})"


def _of_deals(said: p.Payload) -> str | None:
    match said:
        case p.Opportunity():
            how = f" by {said.kind}" if said.kind else ""
            return _deal(f"on a deal{how}", said.deal)
        case p.DealWithdrawn():
            return _deal("was not on the deal after all", said.deal)
        case p.DealWon():
            return _deal("deal won", said.deal)
        case p.DealReopened():
            return _deal("deal opened again", said.deal)
        case p.DealLost():
            later = said.kind == REASON_GIVEN
            verb = "sales says later why the deal was lost" if later else "deal lost"
            return _deal(verb, said.deal) + _because(said.reason)
        case p.Credited():
            return f"won: first touch {shown(said.first)}, last touch {shown(said.last)}"
    return None


def _deal(verb: str, deal: Ref | None) -> str:
    return f"{verb}: {visible(str(deal or ''))}"


def _of_things(said: p.Payload) -> str | None:
    match said:
        case p.Belongs():
            if said.account is None:
                return f"{visible(str(said.person))} belongs to no account any more"
            return f"{visible(str(said.person))} belongs to {visible(str(said.account))}"
        case p.AccountSeen():
            return _thing("account", said.name or str(said.id), live=said.live)
        case p.CampaignSeen():
            return _thing("campaign", said.name or str(said.id), live=said.live)
        case p.MemberSeen():
            how = f" ({visible(said.status)})" if said.status else ""
            person, campaign = visible(str(said.person)), visible(str(said.campaign))
            return f"{person} is {'' if said.live else 'no longer '}in {campaign}{how}"
        case p.ProductSeen():
            what = _thing("product", said.name or str(said.id), live=said.live)
            return f"{what}, on {visible(str(said.deal or ''))}"
    return None


def _thing(what: str, name: str, *, live: bool) -> str:
    return f"{what} {visible(name)}{'' if live else ' is gone'}"


def _of_writes(said: p.Payload) -> str | None:
    match said:
        case p.WriteOwed():
            what = f"{visible(said.action)} for {visible(said.system)} {visible(said.obj)}"
            return f"{what}: {_changes(said)}"
        case p.WriteSent():
            return f"sent to {visible(said.system)}, try {said.attempt}"
        case p.WriteDone():
            made = "created" if said.created else "took"
            where, ref = visible(said.system), visible(str(said.ref))
            return f"{where} {made} {ref} ({visible(said.action)})"
        case p.WriteRefused():
            words = ": ".join(visible(one) for one in (said.code, said.message) if one)
            return f"refused by the vendor: {words or 'no reason given'}"
        case p.FieldRefused():
            return f"the vendor does not take {shown(sorted(said.values))}"
        case p.WriteDropped():
            return f"not sent: {visible(said.why)}"
        case p.HeldRetried():
            return f"a person sends held work again ({visible(said.held_kind)})"
        case p.HeldResolved():
            return f"a person resolved held work ({visible(said.held_kind)})"
    return None


def _changes(said: p.WriteOwed) -> str:
    return "; ".join(
        f"{visible(name)}: {_value(one.before)} -> {_value(one.after)}"
        for name, one in said.changes.items()
    )


def _because(reason: str) -> str:
    return f": {visible(reason)}" if reason else ""
