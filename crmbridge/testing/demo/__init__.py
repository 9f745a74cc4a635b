"""The demo: a made-up company lives through three months between two emulated vendors."""
