"""A verdict over time: judged now, may it rise, when it falls, when it turns."""
