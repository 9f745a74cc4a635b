"""`crmbridge report`: the funnel, the sources and the reasons, counted simply."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from crmbridge.agreement.stages import name_of
from crmbridge.cli.opening import AsJson, CompanyName, ConfigFolder, opened
from crmbridge.cli.screen import document, line, lines, table
from crmbridge.report.qualify import funnel
from crmbridge.report.recycle import reasons
from crmbridge.report.revenue import sources
from crmbridge.report.stages import rows as stage_rows
from crmbridge.report.stages import stages
from crmbridge.report.text import visible
from crmbridge.report.won import ADVICE, joined, unreached, won
from crmbridge.report.won import told as told_won

EMPTY = "Nothing to count yet: `crmbridge sync` reads both systems."


def funnel_(company: CompanyName = "", config: ConfigFolder = None, json: AsJson = False) -> None:
    """Count how far leads' cycles came, what came back, and what waits."""
    with opened(config, company) as found, found.ledger.read() as tx:
        agreement = found.agreement
        told = funnel(tx) | {"won": won(tx, found.exchange)}
        told["stages"] = stages(tx, agreement, found.versions.all)
    if json:
        document(told)
        return
    steps = [(visible(name_of(agreement.stages, step)), n) for step, n in told["steps"].items()]
    table(("step", "cycles"), steps, EMPTY)
    if agreement.stages:
        line("")
        table(("stage", "leads now", "cycles that came there"), stage_rows(told["stages"]), "")
    back = [(out, why, n) for out, found in told["returns"].items() for why, n in found.items()]
    line("")
    table(("came back", "reason", "cycles"), back, "Nothing came back.")
    line("")
    table(("waits because", "leads"), told["waiting"].items(), "Nothing waits for sales.")
    if told["adopted"]:
        line("")
        title = "taken over at the first look (in no other figure)"
        table((title, "cycles"), told["adopted"].items(), "")
    _won(told)


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


def reasons_(company: CompanyName = "", config: ConfigFolder = None, json: AsJson = False) -> None:
    """Count why leads came back, and how many of them went to sales again."""
    with opened(config, company) as found, found.ledger.read() as tx:
        told: dict[str, Any] = {"reasons": reasons(tx), "won": won(tx, found.exchange)}
    if json:
        document(told)
        return
    rows = [
        (row["reason"], row["count"], row["again"], ", ".join(sorted(row["outcomes"])))
        for row in told["reasons"]
    ]
    table(("reason", "came back", "went again", "how"), rows, "Nothing came back.")
    _won(told)
