"""`crmbridge report`: the funnel, the sources and the reasons, counted simply."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

from typer import Option

from crmbridge.agreement import Agreement
from crmbridge.agreement.stages import name_of
from crmbridge.cli.opening import AsJson, CompanyName, ConfigFolder, opened
from crmbridge.cli.screen import document, line, lines, table
from crmbridge.errors import ConfigError
from crmbridge.model.lifecycle import EXPANSION, NEW
from crmbridge.report.qualify import funnel
from crmbridge.report.recycle import reasons
from crmbridge.report.revenue import sources
from crmbridge.report.stages import rows as stage_rows
from crmbridge.report.stages import stages
from crmbridge.report.text import visible
from crmbridge.report.won import ADVICE, joined, unreached, won
from crmbridge.report.won import told as told_won

Motion = Annotated[
    str,
    Option("--motion", help="Cycles of new business alone (new), or with customers (expansion)."),
]


def _motion(word: str) -> str:
    """Raises `ConfigError` for a word that is no motion."""
    if word not in ("", NEW, EXPANSION):
        raise ConfigError(f"--motion {word!r}: write {NEW}, or {EXPANSION}")
    return word


EMPTY = "Nothing to count yet: `crmbridge sync` reads both systems."


def funnel_(
    company: CompanyName = "",
    motion: Motion = "",
    config: ConfigFolder = None,
    json: AsJson = False,
) -> None:
    """Count how far leads' cycles came, what came back, and what waits."""
    which = _motion(motion)
    with opened(config, company) as found, found.ledger.read() as tx:
        agreement = found.agreement
        told = funnel(tx, which) | {"won": won(tx, found.exchange)}
        told["stages"] = stages(tx, agreement, found.versions.all)
    if json:
        document(told)
        return
    steps = [
        (_step(agreement, name), n, sum(lost.values()) or "", _how(lost))
        for name, n in told["steps"].items()
        for lost in [told["lost"].get(name, {})]
    ]
    table(("step", "cycles", "lost there", "how"), steps, EMPTY)
    if agreement.stages:
        line("")
        table(("stage", "leads now", "cycles that came there"), stage_rows(told["stages"]), "")
    back = [(out, why, n) for out, found in told["returns"].items() for why, n in found.items()]
    line("")
    table(("came back", "reason", "cycles"), back, "Nothing came back.")
    if told["between"]:
        line("")
        title = "given back to the team before"
        rows = [(out, why, n) for out, found in told["between"].items() for why, n in found.items()]
        table((title, "reason", "leads"), rows, "")
    line("")
    table(("waits because", "leads"), told["waiting"].items(), "Nothing waits for sales.")
    if told["adopted"]:
        line("")
        title = "taken over at the first look (in no other figure)"
        table((title, "cycles"), told["adopted"].items(), "")
    _won(told)


def _step(agreement: Agreement, name: str) -> str:
    """A step as the company calls it, or in plain words."""
    own = name_of(agreement.stages, name)
    return shown(name) if own == name else visible(own)


def _how(lost: Mapping[str, int]) -> str:
    """How cycles that came no further came back, the most frequent way first."""
    most = sorted(lost.items(), key=lambda one: (-one[1], one[0]))
    return ", ".join(f"{n} {shown(outcome)}" for outcome, n in most)


def shown(name: str) -> str:
    """A step or an outcome in words."""
    return name.replace("_", " ")


def sources_(company: CompanyName = "", config: ConfigFolder = None, json: AsJson = False) -> None:
    """Count leads' cycles by source, with the won money by source, first and last touch."""
    with opened(config, company) as found, found.ledger.read() as tx:
        told = sources(tx) | {"won": won(tx, found.exchange)}
        own = found.agreement.stages
    if json:
        document(told)
        return
    names = ("known", "ready", "handed", "accepted", "back", "opportunity", "won")
    rows = [
        (row["source"], *(row[name] for name in names), joined(row["revenue"]))
        for row in told["sources"]
    ]
    heads = [visible(name_of(own, name)) for name in names]
    table(("source", *heads, "revenue"), rows, EMPTY)
    for name, title in (("first_touch", "first touch"), ("last_touch", "last touch")):
        line("")
        money = [(touch, joined(sums)) for touch, sums in told[name].items()]
        table((title, "revenue"), money, f"No won money by {title}.")
    _won(told)


def _won(told: Mapping[str, Any]) -> None:
    """All that sales won, and what of it reached nobody: below each report, so that it adds up."""
    line("")
    lines(told_won(told["won"]))


def unreached_(
    company: CompanyName = "", config: ConfigFolder = None, json: AsJson = False
) -> None:
    """List the won deals that reach nobody, and what to do about each kind."""
    with opened(config, company) as found, found.ledger.read() as tx:
        told = unreached(tx)
    if json:
        document({"deals": told})
        return
    rows = [(one["reach"], one["day"], one["deal"], one["account"], one["amount"]) for one in told]
    table(("why", "day", "deal", "account", "amount"), rows, "Every won deal reaches somebody.")
    for name in dict.fromkeys(one["reach"] for one in told):
        line(f"{name}: {ADVICE[name]}")


def reasons_(
    company: CompanyName = "",
    motion: Motion = "",
    config: ConfigFolder = None,
    json: AsJson = False,
) -> None:
    """Count why leads came back, and how many of them went to sales again."""
    which = _motion(motion)
    with opened(config, company) as found, found.ledger.read() as tx:
        told: dict[str, Any] = {"reasons": reasons(tx, which), "won": won(tx, found.exchange)}
    if json:
        document(told)
        return
    rows = [
        (row["reason"], row["count"], row["again"], ", ".join(sorted(row["outcomes"])))
        for row in told["reasons"]
    ]
    table(("reason", "came back", "went again", "how"), rows, "Nothing came back.")
    _won(told)
