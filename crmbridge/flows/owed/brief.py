"""The brief for a rep: who this is, what they read, why now, and what to say to it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo
from decimal import Decimal
from urllib.parse import quote

from crmbridge.agreement.stages import name_of
from crmbridge.flows.content.asked import Piece, piece_read, reps_link
from crmbridge.flows.qualify.verdict import judge
from crmbridge.flows.read.observe.at_sales import at_sales
from crmbridge.flows.reps.own_link import own_link
from crmbridge.flows.scene.lead_view import View
from crmbridge.flows.scene.live_since import last_heard, of_the_past
from crmbridge.flows.scene.record_link import link
from crmbridge.flows.scene.scene import Scene
from crmbridge.model.record import Value
from crmbridge.model.spelled import plain
from crmbridge.model.touch import Touch
from crmbridge.net.messages import one_line
from crmbridge.policy.definition.tree import GroupNode, LeafNode, Node
from crmbridge.policy.scoring.all_scores import Scores
from crmbridge.policy.scoring.points_at_age import points
from crmbridge.policy.signals import Signal

LONGEST = 1_500
"""Characters of a brief as text: what a rep reads, and what chats and CRMs show whole."""
_EXTENSION = re.compile(r"[A-Za-z;,#]")
READ, PARTS, TRIPS, REASONS = 5, 4, 3, 6
"""How many touches, score parts, earlier trips and criteria a brief names at most."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Brief:
    """What a rep should know before the call. Personal data: for people, never for a log.

    `who` is name, title and account, as far as known. `read` are touches, `parts` what makes the
    score, `because` criteria of the definition that hold, `before` earlier trips; each is a line
    of plain text, the most telling first. Empty texts and tuples say that nothing is known.
    """

    who: str
    owner: str = ""
    standing: str = ""
    why: str = ""
    talk: str = ""
    read: tuple[str, ...] = ()
    parts: tuple[str, ...] = ()
    because: tuple[str, ...] = ()
    before: tuple[str, ...] = ()
    rate: str = ""
    """The address by which the rep rates the piece that the talk is about."""
    own: str = ""
    """The address of the rep's own page."""
    phone: str = ""
    email: str = ""
    """Empty too for who has opted out of mailings."""
    record: str = ""
    """Where a person looks at the lead in sales' system; empty where that cannot be told."""

    @property
    def dial(self) -> str:
        """The phone as a link that calls it; empty for none."""
        number = _EXTENSION.split(self.phone.replace("(0)", ""))[0]
        digits = "".join(one for one in number if one in "0123456789")
        plus = "+" if number.lstrip().startswith("+") else ""
        return f"tel:{plus}{digits}" if digits else ""

    @property
    def mail(self) -> str:
        """The address as a link that begins a mail; empty for none."""
        return f"mailto:{quote(self.email, safe='@+')}" if "@" in self.email else ""

    def __repr__(self) -> str:
        return f"Brief({len(self.read)} touches)"

    def text(self) -> str:
        """The brief as plain text of at most 1,500 characters.

        What is cut is at its end, but never an address, which is of no use in parts.
        """
        lines = [self.who, f"{self.standing} Owner: {self.owner or 'nobody yet'}."]
        lines += [f"Why now: {self.why}"] if self.why else []
        lines += [f"Say: {self.talk}"] if self.talk else []
        lines += _block("They read:", self.read)
        lines += _block("Score:", self.parts)
        lines += _block("Agreed criteria that hold:", self.because)
        lines += _block("Earlier:", self.before)
        links = [f"\nRate it: {self.rate}"] if self.rate else []
        links += [f"\nYour leads: {self.own}"] if self.own else []
        whole, room = "\n".join(lines), LONGEST - sum(map(len, links))
        cut = whole if len(whole) <= room else whole[: room - 1].rstrip() + "…"
        return "".join([cut, *links])


def _block(title: str, rows: Sequence[str]) -> list[str]:
    return [title, *(f"- {row}" for row in rows)] if rows else []


def brief(scene: Scene, view: View, signal: Signal | None = None, *, rater: str = "") -> Brief:
    """Compose the brief of a lead as of the scene's instant; `signal` is what prompts it.

    `rater` is the rep who reads it, and is asked what they think of the piece; it has no links
    while nobody is named.
    """
    zone = scene.company.zone
    state = view.state
    rep = scene.company.teams.rep(state.assigned["rep"] if state.assigned else state.owner)
    verdict = judge(scene, view)
    talk, piece = _talk(scene, view, signal)
    return Brief(
        who=_who(view),
        owner=(rep.name or rep.id) if rep else "",
        standing=_standing(scene, view),
        why=_why(view, signal, zone),
        talk=talk,
        read=tuple(_read(view, zone)),
        parts=tuple(_parts(view.scores)),
        because=tuple(_because(verdict.tree))[:REASONS],
        before=(*_origin(scene, view), *_before(view, zone)),
        rate=reps_link(scene, view, piece, rater),
        own=own_link(scene, rater),
        phone=one_line(str(state.value("phone") or ""), 40),
        email="" if state.opted_out else str(state.value("email") or "").strip(),
        record=_record(scene, view),
    )


def _record(scene: Scene, view: View) -> str:
    found = at_sales(scene, view.id)
    if not found:
        return ""
    return link(scene.company, found[0].ref, lambda side: scene.company.hosts.get(side, {}))


def _origin(scene: Scene, view: View) -> Iterator[str]:
    """Where somebody comes from who is let out of the past: nobody has just done anything."""
    if view.state.assigned is not None and of_the_past(scene, view):
        yield (
            "out of your own database: ready before we were there, last heard of "
            f"{_day(last_heard(view), scene.company.zone)}"
        )


def _who(view: View) -> str:
    said = {word: one_line(str(view.state.value(word) or ""), 80) for word in _WHO}
    name = f"{said['first_name']} {said['last_name']}".strip()
    known = [one for one in (name, said["title"], said["account"]) if one]
    return ", ".join(known) or said["email"] or "Somebody whose name we do not know"


_WHO = ("first_name", "last_name", "title", "account", "email")


def _standing(scene: Scene, view: View) -> str:
    stages, core = scene.company.agreement.stages, view.life.stage.value
    name = one_line(name_of(stages, core, view.state.part_in(core)), 80)
    said = f"Stage {name}, trip {max(1, view.life.cycle)}."
    return f"{said} Opted out of mailings." if view.state.opted_out else said


def _why(view: View, signal: Signal | None, zone: tzinfo) -> str:
    scores = view.scores
    grade = f"grade {scores.grade}, {scores.rating}"
    if signal is not None:
        what = one_line(signal.title or signal.asset, 80)
        stage = f" ({signal.stage} content)" if signal.stage else ""
        return f"{what}{stage} on {_when(signal.touch.at, zone)}; {grade}."
    if scores.hand_raise_at is not None:
        return f"asked for us on {_when(scores.hand_raise_at, zone)}; {grade}."
    return f"{grade}."


def _talk(scene: Scene, view: View, signal: Signal | None) -> tuple[str, Piece | None]:
    """What to say, and the piece that it is about, or else the last that they read.

    It is what the catalogue says for this signal, else for what they read last; never for what they
    did not read. Else what they did themselves is the beginning of a talk.
    """
    if signal is not None and signal.talk:
        return one_line(signal.talk, 240), Piece(title=signal.title, at=signal.touch.at)
    newest = sorted(view.touches, key=lambda one: (one.at, str(one.ref)), reverse=True)
    catalogue = scene.company.agreement.content
    entries = [one for one in catalogue if one.brief]
    for touch in newest:
        if found := next((one for one in entries if one.matches(touch.kind, touch.asset)), None):
            return one_line(found.brief, 240), Piece(title=found.title, at=touch.at)
    read = (piece_read(catalogue, touch) for touch in newest)
    return _talk_of_theirs(view, newest), next(filter(None, read), None)


def _talk_of_theirs(view: View, newest: Sequence[Touch]) -> str:
    if view.hand_raise_at is not None:
        return "They asked for us. Ask what made them ask now, and who else decides."
    asset = one_line(newest[0].asset, 80) if newest else ""
    return f"Ask what they looked for in {asset}." if asset else ""


def _read(view: View, zone: tzinfo) -> Iterator[str]:
    newest = sorted(view.touches, key=lambda one: (one.at, str(one.ref)), reverse=True)
    for touch in newest[:READ]:
        what = one_line(touch.asset or touch.kind, 80)
        via = f" via {one_line(plain(touch.channel), 40)}" if touch.channel else ""
        yield f"{_when(touch.at, zone)}: {what} ({touch.kind.replace('_', ' ')}){via}"


def _parts(scores: Scores) -> Iterator[str]:
    counted: dict[str, Decimal] = {}
    for one in scores.engagement.counted:  # their weights, which take longest, are not told
        name = one_line(one.touch.asset or one.touch.kind, 60)
        counted[name] = counted.get(name, Decimal(0)) + points(one.units)
    best = sorted(((n, v) for n, v in counted.items() if v), key=lambda one: -abs(one[1]))
    named = ", ".join(f"{name} {_short(value)}" for name, value in best[:PARTS])
    yield f"engagement {_short(scores.points)}" + (f" ({named})" if named else "")
    if scores.fit is not None:
        groups = ", ".join(f"{one.group} {_short(one.capped)}" for one in scores.fit.parts)
        yield f"fit {_short(scores.fit.score)} ({groups})"


def _because(node: Node) -> Iterator[str]:
    """Criteria that hold and that somebody did something for: a gate that is not shut is dull."""
    if isinstance(node, GroupNode):
        for child in node.of if node.op != "none" else ():
            yield from _because(child)
    elif node.result and not node.missing and not node.fixed:
        yield _leaf(node)


def _leaf(leaf: LeafNode) -> str:
    return f"{leaf.id.replace('_', ' ')}: {leaf.field} {_shown(leaf.value)}"


def _shown(value: Value) -> str:
    if isinstance(value, Decimal):
        return _short(value)
    if isinstance(value, datetime):
        return value.date().isoformat()
    return one_line(str(value), 60)


def _before(view: View, zone: tzinfo) -> Iterator[str]:
    for one in reversed(view.returns[-TRIPS:]):
        why = one_line(one.reason.replace("_", " "), 40)
        yield f"trip {one.cycle} came back {_day(one.at, zone)}: {why}"
    if view.life.won_deals:
        yield f"a customer: {len(view.life.won_deals)} won"


def _short(value: Decimal) -> str:
    return str(round(value))


def _when(at: datetime, zone: tzinfo) -> str:
    local = at.astimezone(zone)
    return f"{local.day} {local:%b %Y %H:%M %Z}"


def _day(at: datetime, zone: tzinfo) -> str:
    local = at.astimezone(zone)
    return f"{local.day} {local:%b %Y}"
