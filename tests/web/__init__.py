"""Tests of the pages: over a real socket, and in a real browser."""
