"""`crmbridge agreement approve`: one side signs a version."""

from __future__ import annotations

from typing import Annotated

import typer

from crmbridge.agreement import fingerprint, missing_sides
from crmbridge.cli.agreement.which import (
    File,
    folder_of,
    path_of,
    present,
    versions_with,
)
from crmbridge.cli.opening import AsJson, CompanyName, ConfigFolder, settings_of
from crmbridge.cli.screen import document, line, lines
from crmbridge.files import read_agreement
from crmbridge.flows.agreed.sign import sign
from crmbridge.flows.agreed.signature import odd_in, standing


def approve(
    side: Annotated[str, typer.Option("--side", help="marketing or sales.")],
    name: Annotated[str, typer.Option("--name", help="Who signs, as under [owners].")],
    file: File = None,
    company: CompanyName = "",
    config: ConfigFolder = None,
    json: AsJson = False,
) -> None:
    """Sign a version for one side; refused while a check or an example fails."""
    settings = settings_of(config, company)
    path = path_of(settings, company, file)
    now = present(settings)
    today = now.astimezone(read_agreement(path).tz).date()
    signed = sign(folder_of(settings, company), path, side, name, today)
    missing = missing_sides(signed)
    if json:
        data = {"file": str(path), "version": signed.version, "hash": fingerprint(signed)}
        document(data | {"side": side, "missing": list(missing)})
        return
    hashed, versions = fingerprint(signed)[:12], versions_with(settings, company, signed)
    line(f"Signed version {signed.version} for {side}, in {path.name}; hash {hashed}.")
    if missing:
        line(f"Still to sign: {' and '.join(missing)}.")
        lines(f"look: {one}" for one in odd_in(signed, versions))
    else:
        line(f"Both sides have signed. {standing(signed, versions, now)}")
