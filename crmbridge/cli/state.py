"""`crmbridge status` and `crmbridge quota`: how the machinery stands."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from crmbridge.cli.fail import DONE, FAILED
from crmbridge.cli.opening import AsJson, CompanyName, ConfigFolder, chosen, opened, settings_of
from crmbridge.cli.screen import complain, document, line, lines, table
from crmbridge.company import open_clock
from crmbridge.errors import ConfigError, CrmBridgeError
from crmbridge.model.codec import parse_instant
from crmbridge.report.operate import waiting
from crmbridge.report.operate.quota import quota
from crmbridge.report.operate.status import status, status_of
from crmbridge.report.stages import counts as own_counts
from crmbridge.report.text import age, visible, when
from crmbridge.report.won import told as told_won
from crmbridge.store import Ledger


def status_(company: CompanyName = "", config: ConfigFolder = None, json: AsJson = False) -> int:
    """Show stages, due leads, the outbox, held work, cursors and the writer, by company."""
    names = chosen(settings_of(config, company), company)
    told = [_one(name, config) for name in names]
    if json:
        document({"companies": told})
    else:
        for one in told:
            if "stages" in one:
                _print(one)
            if "error" in one:
                complain(f"{one['company']}: {one['error']}")
    return FAILED if any("error" in one for one in told) else DONE


def _one(name: str, config: Path | None) -> dict[str, Any]:
    """One company's state, or the error that keeps it from being told."""
    try:
        with opened(config, name) as found:
            return status(found)
    except ConfigError as error:
        return _by_the_ledger(name, config) | {"company": name, "error": str(error)}
    except CrmBridgeError as error:
        return {"company": name, "error": str(error)}


def _by_the_ledger(name: str, config: Path | None) -> dict[str, Any]:
    """What can be told while the files are wrong: the daemon may work by those from before."""
    try:
        settings = settings_of(config, name)
        ledger = Ledger.open(
            settings.ledger_url(name), name, create=False, home=settings.home(name)
        )
        try:
            return status_of(name, ledger, open_clock(settings).now())
        finally:
            ledger.close()
    except CrmBridgeError:
        return {}


def _print(one: dict[str, Any]) -> None:
    lines(_summary(one))
    rows = [(r["system"], r["state"], r["priority"], r["count"]) for r in one["outbox"]]
    table(("system", "outbox", "priority", "count"), rows, "The outbox is empty.")
    lines(waiting.told(one["waiting"]))
    cells = [(c["system"], c["object"], c["name"], age(c["age"])) for c in one["cursors"]]
    table(("system", "object", "cursor", "age"), cells, "Nothing was read yet: `crmbridge sync`.")
    line("")


def _summary(one: dict[str, Any]) -> Iterator[str]:
    yield f"{one['company']} at {when(one['as_of'])}, agreement {one['agreement']}"
    yield f"writes to its systems: {_may(one)}"
    for system in one["systems"]:
        yield from _trouble(system, ended=one["writer"] is None)
    for row in one["gone"]:
        yield (
            f"{row['system']} gives {row['gone']} of {row['known']} {row['object']} records no "
            f"more since {when(parse_instant(row['since']))}: not believed to be gone "
            "(`crmbridge held list --kind much_is_gone`)"
        )
    for row in one["vanished"]:
        yield (
            f"{row['system']} shows no field {row['field']} of {row['object']} any more, since "
            f"{when(parse_instant(row['since']))}: nothing of {row['object']} is taken in "
            "(`crmbridge held list --kind field_gone`)"
        )
    for row in one["short"]:
        yield (
            f"{row['system']} gives {row['lacks']} changed {row['object']} fewer than it says "
            f"there are, since {when(parse_instant(row['since']))}"
        )
    for row in one["causes"]:
        name = f"{row['object']}.{row['field']}" if row["field"] else row["object"]
        yield (
            f"{row['system']} does not take {name} of {row['leads']} leads since "
            f"{when(parse_instant(row['since']))}: {row['kind']} "
            f"(`crmbridge held show {row['id'][:8]}`)"
        )
    new = one["not_judged"]
    judge = f"; {new} of the ready are not judged yet (`crmbridge plan`)"
    own = one.get("own_stages")
    yield f"leads: {own_counts(own) if own else _counts(one['stages'])}{judge if new else ''}"
    upcoming = f", next {when(one['next_due'])}" if one["next_due"] else ""
    yield f"due: {one['due']}{upcoming}"
    if anew := one["anew"]:
        known = sum(one["stages"].values())
        yield f"looked at anew after {anew['why']}: {anew['done']} of {known} leads"
    yield f"held for a person: {_counts(one['held'])}"
    yield from _deals(one)
    if why := one.get("no_links"):
        yield f"no links are made for people: {why}"
    writer = one["writer"]
    if writer:
        yield f"written by process {writer['pid']} on {writer['host']} for {age(writer['for'])}"
    else:
        yield "no process writes the ledger"


def _may(one: Mapping[str, Any]) -> str:
    """Whether the systems are written, which accounts they are, and who said otherwise."""
    if off := one["switched_off"]:
        since = when(parse_instant(off["at"]))
        return f"no, since {since}, by the word of {visible(off['by'])} (`crmbridge arm`)"
    if not one["armed"]:
        return "no, until a plan is applied (`crmbridge plan`, `apply`)"
    told = [
        f"{side} {kept['id']}{', a sandbox' if kept['sandbox'] else ''}"
        for side, kept in sorted(one["accounts"].items())
    ]
    out = "".join(
        f"; {name} is only read until a plan is applied" for name in one.get("only_read", ())
    )
    return (f"yes ({'; '.join(told)})" if told else "yes") + out


def _deals(one: dict[str, Any]) -> Iterator[str]:
    """Sales' deals and what was won of them; the lines add up to what sales won."""
    found = one["deals"]
    if not found["count"]:
        return
    lacking = sum(found["without_account"].values())
    outside = f", {found['outside']} outside the mapping's filter" if found["outside"] else ""
    yield f"deals: {_counts(found['states']) or 'none'}{outside}"
    if lacking:
        won = found["without_account"].get("won", 0)
        yield f"deals without an account: {lacking}, of them won: {won}"
    yield from told_won(one["won"])


def _trouble(system: Mapping[str, Any], *, ended: bool) -> Iterator[str]:
    """A system that does not work for us: what state it is in, since when, and what to do."""
    seen = ", as a process that has ended saw it" if ended else ""
    since = when(parse_instant(system["since"]))
    yield f"{system['system']} is {system['state']} since {since} ({system['why']}){seen}"
    yield from (f"  {text}" for text in system["message"].splitlines())
    yield f"  {system['advice']}"


def _counts(counts: dict[str, int]) -> str:
    return ", ".join(f"{number} {name}" for name, number in sorted(counts.items())) or "none"


def quota_(company: CompanyName = "", config: ConfigFolder = None, json: AsJson = False) -> None:
    """Show how much of each vendor's quota is used."""
    with opened(config, company) as found:
        budgets = quota(found)
    if json:
        document({"company": found.name, "budgets": budgets})
        return
    rows = [
        (
            one["app"],
            one["name"],
            f"{one['calls']} in {age(one['seconds'])}",
            "paced" if one["used"] is None else one["used"],
            _clock(one["resets_at"]),
            _clock(one["blocked_until"]),
        )
        for one in budgets
    ]
    table(("system", "quota", "our share", "used", "resets", "blocked until"), rows, "No quotas.")


def _clock(seconds: float) -> str:
    return when(datetime.fromtimestamp(seconds, UTC)) if seconds else "-"
