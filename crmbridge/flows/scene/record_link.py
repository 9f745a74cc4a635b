"""Where a person looks at a vendor's record."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from string import Formatter

from crmbridge.company import HOSTS, Company
from crmbridge.connector import Info
from crmbridge.errors import ConfigError
from crmbridge.model.lead import Ref
from crmbridge.registry import connector

Secrets = Callable[[str], Mapping[str, str]]
"""Gives the credentials of a system."""


@cache
def info_of(name: str) -> Info:
    """What a system's connector says of itself; looked for once, for pages that name many records.

    Raises:
        ConfigError: there is none of that name.
    """
    return connector(name).info


def link(company: Company, ref: Ref, secrets: Secrets) -> str:
    """Return where a person looks at a record; empty where that cannot be told."""
    if ref.system not in company.names:
        return ""  # its table was taken out
    spec = company.mapping.system(ref.system)
    try:
        form = info_of(spec.connector).record_url
    except ConfigError:
        return ""
    names = {"id": ref.id, "obj": ref.obj, "account": spec.account}
    public = {name: one for name, one in secrets(ref.system).items() if name in HOSTS}
    told = {**public, **names}
    wanted = [name for _, name, _, _ in Formatter().parse(form) if name]
    return form.format(**told) if all(told.get(name) for name in wanted) else ""
