"""`crmbridge agreement links`: a link for each owner, by which they sign a version."""

from __future__ import annotations

from typing import Annotated

import typer

from crmbridge.agreement import Agreement
from crmbridge.cli.opening import AsJson, CompanyName, ConfigFolder, opened
from crmbridge.cli.screen import document, line, lines
from crmbridge.company import Company
from crmbridge.errors import ConfigError
from crmbridge.flows.agreed.links import VALID, link, owners, to_sign


def links_(
    version: Annotated[int, typer.Option("--version", help="Which; else the next to sign.")] = 0,
    company: CompanyName = "",
    config: ConfigFolder = None,
    json: AsJson = False,
) -> None:
    """Print for each owner the link by which they sign a version; send each to its owner alone."""
    with opened(config, company) as found:
        if found.links is None:
            raise ConfigError(f"no links are made: {found.no_links}")
        now, versions = found.now(), found.versions
        wanted = _wanted(found, version)
        made = [
            (one, link(found.links, wanted, versions, one, now))
            for one in owners(wanted, versions)
            if not (one.signed or one.instead)
        ]
    if json:
        rows = [{"side": one.side, "name": one.name, "link": url} for one, url in made]
        document({"version": wanted.version, "links": rows})
        return
    if not made:
        line(f"Nobody is left to sign version {wanted.version}.")
        return
    line(f"To sign version {wanted.version}, good for {VALID.days} days, each for its owner alone:")
    for one, url in made:
        lines([f"  {one.name}, for {one.side}:", f"    {url}"])


def _wanted(company: Company, number: int) -> Agreement:
    if number:
        if (found := company.versions.numbered(number)) is None:
            known = ", ".join(str(one.version) for one in company.versions.all)
            raise ConfigError(f"there is no version {number}; there are: {known}")
        return found
    waiting = to_sign(company.versions, company.now())
    if not waiting:
        raise ConfigError(
            "no version waits for a signature: `crmbridge agreement draft` begins the next one"
        )
    return waiting[-1]
