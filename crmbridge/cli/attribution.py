"""`crmbridge attribution`: models that are fitted to the company's own closed deals."""

from __future__ import annotations

from typing import Annotated

from typer import Option

from crmbridge.agreement.revenue.models import FITTED
from crmbridge.cli.opening import AsJson, CompanyName, ConfigFolder, opened
from crmbridge.cli.report.options import Since, Until
from crmbridge.cli.screen import document, line, table
from crmbridge.company import Company
from crmbridge.errors import ConfigError
from crmbridge.flows.revenue.train import fits_of, keep, train
from crmbridge.model.spelled import plain
from crmbridge.policy.revenue.fitted.fit import Fit, NotEnough
from crmbridge.report.frame.period import period_of

DryRun = Annotated[
    bool, Option("--dry-run", help="Only show what the models would be; nothing is kept.")
]


def fit_(
    company: CompanyName = "",
    since: Since = "",
    until: Until = "",
    dry_run: DryRun = False,
    config: ConfigFolder = None,
    json: AsJson = False,
) -> None:
    """Fit the agreed models to the deals closed on some days, by default to all."""
    with opened(config, company) as found:
        _asks_for_any(found)
        today = found.now().astimezone(found.zone).date()
        days = period_of(since, until, today, found.agreement.attribution.fiscal_start)
        made = train(found, days.since, days.last)
        good = [(name, one) for name, one in made.items() if isinstance(one, Fit)]
        if good and not dry_run:
            keep(found, good)
    if json:
        document({name: _shown(one) for name, one in made.items()})
        return
    for name, one in made.items():
        _tell(name, one)
    if good and not dry_run:
        line("Every deal is credited anew by them with the next decision.")


def show_(company: CompanyName = "", config: ConfigFolder = None, json: AsJson = False) -> None:
    """Show the fits in force: shares by channel, and what they were fitted to."""
    with opened(config, company) as found, found.ledger.read() as tx:
        fits = fits_of(tx)
    if json:
        document({name: one.data | {"version": one.version} for name, one in fits.items()})
        return
    if not fits:
        line("No model was fitted yet: `crmbridge attribution fit` does.")
    for name, one in fits.items():
        _tell(name, one)


def _asks_for_any(found: Company) -> None:
    agreed = found.agreement.attribution
    if not set(agreed.posted) & set(FITTED):
        raise ConfigError(
            f"the agreement of {found.name} names no model that is fitted: add one of "
            f"{', '.join(FITTED)} to models under [attribution], and have it signed"
        )


def _shown(one: Fit | NotEnough) -> dict[str, object]:
    if isinstance(one, Fit):
        return one.data | {"version": one.version}
    return {"not_enough": str(one), "won": one.seen.won, "closed": one.seen.closed}


def _tell(name: str, one: Fit | NotEnough) -> None:
    if isinstance(one, NotEnough):
        line(f"{name}: {one}.")
        return
    line(f"{name}, fitted on {one.on} to {one.seen.closed:,} deals, {one.seen.won:,} of them won:")
    rows = [
        (
            plain(channel) or "(no channel)",
            f"{100 * it.share:.1f} %",
            it.seen.closed,
            it.seen.won,
            "few" if channel in one.few else "",
        )
        for channel, it in sorted(one.channels.items(), key=lambda pair: -pair[1].share)
    ]
    table(("channel", "share", "deals", "won", ""), rows, "No channel.", right=(1, 2, 3))
