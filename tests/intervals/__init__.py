"""How sure the figures of reports are: the statistics under all rows."""
