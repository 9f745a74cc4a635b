"""Connectors to begin with: each works, against a stand-in for a vendor that nobody has.

`crmbridge connector new` copies one of them under another name, see `crmbridge.testing.begun`.
"""
