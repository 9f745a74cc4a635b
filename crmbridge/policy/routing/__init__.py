"""Who gets which lead: limits, bars, turns."""
