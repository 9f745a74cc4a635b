"""The company's own stages: who enters which, what systems call them, and replays over history."""
