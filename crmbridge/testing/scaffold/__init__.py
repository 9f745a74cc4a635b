"""Connectors to begin with: each works, against a stand-in for a vendor that nobody has.

`crmbridge connector new` copies one of them under another name, see `crmbridge.testing.begun`.
What is alike in the three stands in each: who is given one has the whole of it before them.
"""
