"""`crmbridge connector record`: the contract on the real server, kept without persons."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from crmbridge.cli.connector.declared import Name
from crmbridge.cli.connector.tried import proved_as, side_given
from crmbridge.cli.fail import FAILED
from crmbridge.cli.opening import ConfigFolder, settings_of
from crmbridge.cli.screen import line
from crmbridge.errors import ConfigError
from crmbridge.registry import connector
from crmbridge.settings import credentials, variable
from crmbridge.testing import taped
from crmbridge.testing.prove import account_of
from crmbridge.testing.stand import ADDRESS, FILE


def record(
    name: Name,
    out: Annotated[Path, typer.Option("--out", help="The folder for the recording.")],
    account: Annotated[
        str,
        typer.Option(
            "--account",
            help="MODULE:NAME of what opens an account at a stand; `opened_at` of the module "
            "`account` beside the connector if not given.",
        ),
    ] = "",
    server: Annotated[
        str, typer.Option("--server", help="Its address; the credential BASE_URL if not given.")
    ] = "",
    words: Annotated[
        str, typer.Option("-k", help="Only tests whose names match; the scenes of others stay.")
    ] = "",
    verbose: Annotated[
        bool, typer.Option("--verbose", "-v", help="Name each test as it ends.")
    ] = False,
    force: Annotated[
        bool, typer.Option("--force", help="Write over a recording that lies in the folder.")
    ] = False,
    config: ConfigFolder = None,
) -> None:
    """Run the contract on the real server, and keep its answers without persons.

    The contract writes: take an account that is nobody's. The credentials are those of
    CRMBRIDGE_TRY__<SIDE>__<NAME>.
    """
    factory = connector(name)
    place = taped.Place(name=name, **account_of(name, account, taped.OPENER)._asdict())
    if (lying := taped.held(out)) and not force:
        raise ConfigError(f"{out} holds {', '.join(lying)}: --force writes over what is there")
    folder = settings_of(config, "").secrets_dir
    side = side_given(factory, folder)
    secrets = credentials(taped.TRY, side, folder)
    url = server or secrets.get(ADDRESS, "")
    if not secrets or not url:
        lacking = [one for one in factory.info.credentials if one not in secrets]
        told = ", ".join(variable(taped.TRY, side, one) for one in lacking)
        raise ConfigError(f"nothing says where the server is and who may in: set {told}")
    proof, masked = taped.record(
        place, out, side=side, secrets=str(folder or ""), url=url, words=words, verbose=verbose
    )
    proved_as(proof)
    if not proof.holds:
        line("Nothing was kept: a recording is of a contract that holds.")
        raise typer.Exit(FAILED)
    line(f"{out / FILE} holds it. {masked}")
    line("Look through it before you share it: nobody knows what people write into other fields.")
    line("Now it is played:")
    played = taped.play(place, out, words, verbose=verbose)
    proved_as(played)
    if not played.holds:
        raise typer.Exit(FAILED)
