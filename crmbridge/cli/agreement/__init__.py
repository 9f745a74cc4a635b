"""`crmbridge agreement …`, but for `backtest`."""
