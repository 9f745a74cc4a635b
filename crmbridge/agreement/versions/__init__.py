"""The versions of an agreement: who signed them, which is in force, what differs."""
