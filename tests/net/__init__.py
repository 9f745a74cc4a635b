"""Tests of the network choke point, each against a real server on loopback."""
