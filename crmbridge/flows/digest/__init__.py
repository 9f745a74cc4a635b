"""The weekly digest on its way to people: who is owed one, and how it gets into the outbox."""
