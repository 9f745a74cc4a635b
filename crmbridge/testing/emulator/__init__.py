"""Loopback emulators: the base that every emulated vendor stands on."""

from crmbridge.testing.emulator.client import Remote
from crmbridge.testing.emulator.server import Server
from crmbridge.testing.emulator.vendor import Note, Refusal, Request, Response, Vendor, Wrote
from crmbridge.testing.emulator.world import World, iso, parse

__all__ = [
    "Note",
    "Refusal",
    "Remote",
    "Request",
    "Response",
    "Server",
    "Vendor",
    "World",
    "Wrote",
    "iso",
    "parse",
]
