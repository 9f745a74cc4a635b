"""Another definition over the ledger's own history, as it was known then (R3.11 to R3.16)."""

from crmbridge.flows.backtest.run import backtest

__all__ = ["backtest"]
