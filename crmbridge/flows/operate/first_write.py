"""The account that is written: its id is asked for once, and another one is never written to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from crmbridge.company import Company
from crmbridge.connector import Place, Placed
from crmbridge.errors import ConfigError, StopError
from crmbridge.flows.scene.scene import Scene
from crmbridge.model.payload import AccountConfirmed
from crmbridge.store import live
from crmbridge.store.table import Tx
from crmbridge.system import System


def places(company: Company) -> dict[str, Place]:
    """Ask the systems of which nobody said yet that they are meant what account they are.

    One call each.
    """
    with company.ledger.read() as tx:
        kept = live.accounts(tx)
    return {side: _place(one) for side, one in company.systems.items() if side not in kept}


def _place(system: System) -> Place:
    if isinstance(system.connector, Placed):
        return system.connector.place()
    return Place(id=system.check(), sandbox=False)


def must_be_meant(
    company: Company, asked: Mapping[str, Place], to: Sequence[str], file: str
) -> None:
    """Let nothing be written to an account that is no sandbox before its id was said.

    Raises:
        StopError: an id is lacking.
        ConfigError: an id was said that is of no account here.
    """
    given = [one.strip() for one in to]
    for one in given:
        if not any(_is(one, place) for place in asked.values()):
            raise ConfigError(_wrong(company, asked))
    missing = {
        side: place
        for side, place in asked.items()
        if not place.sandbox and not any(_is(one, place) for one in given)
    }
    if missing:
        raise StopError(_of_others(company, asked, given) + _lacking(company, missing, file))


def _is(given: str, place: Place) -> bool:
    """Whether an id is this account's, or one of its other spellings."""
    return given == place.id or given in place.also


def _wrong(company: Company, asked: Mapping[str, Place]) -> str:
    if not asked:
        return (
            "--to: the accounts that are written were said before, and are kept; `crmbridge status "
            f"--company {company.name}` shows them. Leave the option out: nothing was written"
        )
    return (
        "--to: an id that is not that of any account behind the credentials: nothing was written.\n"
        + "\n".join(_where(company, side, place) for side, place in asked.items())
    )


def _of_others(company: Company, asked: Mapping[str, Place], given: Sequence[str]) -> str:
    """Say of ids that are right and of no use that nobody asked for them."""
    sandboxes = [
        f"{side} ({company.systems[side].connector.info.title})"
        for side, place in asked.items()
        if place.sandbox and any(_is(one, place) for one in given)
    ]
    return "".join(
        f"--to says the id of {one}, which is a sandbox, and was not asked for: leave it out.\n"
        for one in sandboxes
    )


def _lacking(company: Company, missing: Mapping[str, Place], file: str) -> str:
    ids = " --to ".join(f"<{place.what}>" for place in missing.values())
    return (
        "this would be the first write to what is no sandbox: nothing was written.\n"
        + "\n".join(_where(company, side, place) for side, place in missing.items())
        + f"\nLook there which account it is, and say so, once: `crmbridge apply {file} --to {ids} "
        f"--company {company.name}`"
    )


def _where(company: Company, side: str, place: Place) -> str:
    title = company.systems[side].connector.info.title
    found = f", which stands {place.where}" if place.where else ""
    kind = "a sandbox, and wants no id" if place.sandbox else f"known by its {place.what}{found}"
    return f"{side} ({title}) is {kind}"


def keep(company: Company, tx: Tx, asked: Mapping[str, Place], by: str) -> None:
    """Keep the accounts that are written from now on."""
    scene = Scene.open(company, tx)
    for side, place in asked.items():
        live.keep_account(tx, side, place.id, sandbox=place.sandbox)
        told = AccountConfirmed(side=side, account=place.id, sandbox=place.sandbox, by=by)
        scene.decided(told, "", f"account:{side}:{place.id}")
    scene.work.flush()


def must_be_the_same(company: Company, side: str, account: str) -> None:
    """Let another account than the one that is written be neither read nor written.

    A ledger of an earlier build, which kept none, takes the one that it writes to by now. The
    account of a system that is only read yet is asked for when it is first written.

    Raises:
        ConfigError: it is another one.
    """
    with company.ledger.read() as tx:
        kept = live.accounts(tx).get(side)
        writes = live.is_armed(tx) and not live.kept_out(tx, [side])
    if kept is None and writes:
        with company.ledger.write("arm") as tx:
            live.keep_account(tx, side, account, sandbox=None)
    elif kept is not None and kept["id"] != account:
        raise ConfigError(
            f"the {side} credentials lead to another account than the one that this ledger has "
            "written to: nothing was read or written. Put back the credentials of that one, or "
            "give the new account a company of its own, with a ledger of its own."
        )
