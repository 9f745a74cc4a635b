"""What of the wanted values a record does not hold yet, as its fields can hold them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from crmbridge.flows.fit.fitting import Fitting
from crmbridge.flows.owed.consent import lifts, may_lift
from crmbridge.flows.read.observe.opinions import line_of, stands_in
from crmbridge.flows.scene.unread import unread
from crmbridge.mapping.outward import Wanted
from crmbridge.mapping.words import is_fact
from crmbridge.model.record import Value, is_blank
from crmbridge.model.state import SeenState
from crmbridge.policy.fit.fit import Why
from crmbridge.policy.merge import may_write
from crmbridge.store.projection import RefEntry

ROUNDS = 2
"""How often a value is written again that the vendor keeps changing; then it is theirs."""


@dataclass(slots=True, kw_only=True)
class Change:
    """One field of one write: before and after, and the rule that asks for it."""

    before: Value
    after: Value
    rule: str
    word: str = ""
    said: Value = None
    """The value in our own words, of a word."""
    lost: bool = True
    """Whether what stands there is lost by this: a fact, or what we did not write ourselves."""
    own: bool = False
    """The value is the agreement's own name for a stage."""


def changes_of(fits: Fitting, entry: RefEntry, targets: Mapping[str, Wanted]) -> dict[str, Change]:
    """The wanted values that a record does not hold, as its fields can hold them.

    What does not fit, or is refused, gives way to the line's default on a new record.
    """
    out: dict[str, Change] = {}
    for name, target in targets.items():
        ruled = _ruled(fits, entry, name, target)
        if ruled is not None and (change := _change(fits, entry, name, ruled)) is not None:
            out[name] = change
    return out


def _ruled(fits: Fitting, entry: RefEntry, name: str, target: Wanted) -> Wanted | None:
    """What the rule of a word lets us write into a field; `None` for nothing.

    A default of ours that stands there is as good as nothing. Under `off` a new record still gets
    the default of its line: the vendor may require the field. Of a field that a known record was
    never asked for nobody knows what stands in it: it waits until it was read.
    """
    if target.word == "opted_out":
        return target
    if name not in entry.seen.raw and entry.seen.raw and _is_unread(fits, entry, name):
        return None
    if not is_fact(target.word):
        return target
    rule = fits.scene.company.rule(target.word)
    if rule == "off":
        plain = replace(target, value=target.default, said=target.default)
        return plain if target.default is not None else None
    line = line_of(fits.scene, entry, target.word)
    held = None if line and stands_in(entry.seen, line) else entry.seen.raw.get(name)
    return target if may_write(rule, held) else None


def _is_unread(fits: Fitting, entry: RefEntry, name: str) -> bool:
    return name in unread(fits.scene, entry.ref.system, entry.ref.obj)


def _change(fits: Fitting, entry: RefEntry, name: str, target: Wanted) -> Change | None:
    seen, ref = entry.seen, entry.ref
    before = seen.raw.get(name)
    if fits.same(before, target.value) or _says_so(seen, before, target):
        return None
    if target.only_if_empty and not is_blank(before):
        return None
    back = lifts(target.word, target.said)
    if back and not may_lift(fits.scene, entry, name):
        return None
    no = target.word == "opted_out" and not back  # it is tried whatever the field is said to be
    one = fits.fitted(ref.system, ref.obj, name, target.value)
    if one.why and not no:
        return _instead(fits, entry, name, target, one.why)
    after = target.value if one.why else one.value
    if fits.same(before, after):
        return None
    if not no and _given_up(entry, name, after):
        return _instead(fits, entry, name, target, None)
    if target.word == "brief" and not _ours(before, seen.wrote.get(name)):
        return None
    rule = f"{target.rule}; {one.note}" if one.note else target.rule
    return Change(
        before=before,
        after=after,
        rule=rule,
        word=target.word,
        said=target.said,
        lost=_is_lost(fits, seen, name, target.word),
        own=target.own,
    )


def _instead(
    fits: Fitting, entry: RefEntry, name: str, target: Wanted, why: Why | None
) -> Change | None:
    """The default in the place of a value that a new record cannot have and must have.

    Else nothing is written. A value that does not fit is held for a person either way.
    """
    ref = entry.ref
    if why is not None:
        fits.hold(ref.system, ref.obj, name, why, target.value)
    one = fits.fitted(ref.system, ref.obj, name, target.default)
    usable = target.default not in (None, target.value) and one.why is None
    usable = usable and fits.wants(ref.system, ref.obj, name)
    if usable and not _given_up(entry, name, one.value):
        told = f"our value does not fit ({why})" if why else "our value is refused"
        rule = f"{target.rule}; {told}, so its default is written"
        return Change(
            before=entry.seen.raw.get(name),
            after=one.value,
            rule=rule,
            word=target.word,
            said=one.value,
        )
    return None


_NEVER = object()


def _says_so(seen: SeenState, before: Value, target: Wanted) -> bool:
    """Whether a field says what we would, in its own way: an address in capitals is the address."""
    if is_blank(before) or target.said is None:
        return False
    return seen.values.get(target.word) == target.said and target.word != "opted_out"


def _is_lost(fits: Fitting, seen: SeenState, name: str, word: str) -> bool:
    """Whether what stands there is lost by another value: facts are, results of ours are not."""
    return (
        is_fact(word)
        or name not in seen.wrote
        or not fits.same(seen.raw.get(name), seen.wrote[name])
    )


def _ours(before: Value, wrote: Value) -> bool:
    """Whether a text is empty or the one that we wrote: what people noted there is never lost."""
    return not before or str(before).split() == str(wrote).split()


def _given_up(entry: RefEntry, name: str, value: Value) -> bool:
    """Whether the vendor keeps another value than this one, or refuses it."""
    seen = entry.seen
    return seen.wrote.get(name, _NEVER) == value and seen.rounds.get(name, 0) >= ROUNDS
