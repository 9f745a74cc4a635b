"""The clocks of the agreement, and the calendars that they run by."""
