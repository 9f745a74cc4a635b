"""Words to people: clocks of a hand-off, signals, managers, and the ways they are told."""
