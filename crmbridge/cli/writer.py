"""`crmbridge arm` and `disarm`: whether a company's systems are written, and what limits let."""

from __future__ import annotations

from crmbridge.cli.opening import Allow, AsJson, By, CompanyName, ConfigFolder, login, opened
from crmbridge.cli.screen import document, line
from crmbridge.cli.troubles import note_limits
from crmbridge.flows.limits.allow import arm, disarm, must_be_kinds
from crmbridge.policy.limits.words import said


def arm_(
    allow: Allow = None,
    by: By = "",
    company: CompanyName = "",
    config: ConfigFolder = None,
    json: AsJson = False,
) -> None:
    """Let the systems be written after `disarm`, and let through once what a limit stopped.

    It works beside a running daemon, which goes on within seconds.
    """
    kinds = must_be_kinds(allow or ())
    with opened(config, company) as found:
        granted = arm(found, allow=kinds, by=by or login())
        if granted:
            note_limits(found, ())
    if json:
        document({"company": found.name, "armed": True, "allowed": granted})
        return
    line(f"{found.name}'s systems are written from now on.")
    for kind, number in granted.items():
        line(f"Let through, once: {said(kind, number)} ({kind}).")


def disarm_(
    by: By = "", company: CompanyName = "", config: ConfigFolder = None, json: AsJson = False
) -> None:
    """Let nothing be written any more, opt-outs neither, until `arm`; reading goes on."""
    with opened(config, company) as found:
        news = disarm(found, by=by or login())
    if json:
        document({"company": found.name, "armed": False, "news": news})
        return
    if news:
        line(
            f"{found.name}'s systems are read and not written any more; opt-outs wait, too. "
            f"`crmbridge arm --company {found.name}` ends that."
        )
    else:
        line(f"{found.name}'s systems were not written anyway.")
