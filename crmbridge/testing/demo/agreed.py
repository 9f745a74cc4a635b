"""What the demo's company has agreed beside acme's terms: a row of teams, nurture, customers."""

from __future__ import annotations

import re
import tomllib

from crmbridge.agreement import Agreement, fingerprint
from crmbridge.registry import screens
from crmbridge.testing.pair import Pair
from crmbridge.testing.people import SOURCES
from crmbridge.testing.replaced import replaced

BACK = ("no_decision_maker", "stale_untouched")
"""Reasons for which a lead that was handed on goes back to who called first."""
TRACK = "reading"
"""The track of people who read, and were never ready."""

_TERMS = """
# ------------------------------------------------------------------ added by the demo
#
# Callers are the first to speak with a lead; what they qualify goes on to a rep, whose clocks these
# are, in business hours.

[sla.handed_on]
first_touch = 12
answer      = 24

[stale.handed_on]
untouched_days = 7

# Who reads, and was never ready for sales, hears from marketing until they are.
[[nurture]]
name   = "readers"
track  = "reading"
stages = ["known", "engaged"]
when   = { id = "reads", field = "buying_stage", op = "at_least", value = "interest" }

# Who has bought is judged by this, and not by the definition above.
[definition.expansion]
op = "all"
of = [
  { id = "may_write",   field = "opted_out", op = "is_false", if_missing = "fail" },
  { id = "has_address", field = "email",     op = "is_set" },
  { op = "none", of = [
    { id = "colleague",    field = "internal",  op = "is_true", if_missing = "fail" },
    { id = "deal_in_hand", field = "open_deal", op = "is_true", if_missing = "fail" },
  ] },
  { id = "asks_again",  field = "hand_raise_at", op = "within_last", value = { days = 7 } },
]

# The company's own words: who shows interest is curious, or already compares.
[stages.engaged]
name = "In conversation"

[[stages.engaged.parts]]
id   = "curious"
name = "Curious"
when = { field = "buying_stage", op = "at_least", value = "interest" }

[[stages.engaged.parts]]
id   = "evaluating"
name = "Evaluating"
when = { field = "buying_stage", op = "at_least", value = "evaluation" }

[[test]]
name    = "a customer who asks for a demonstration"
as_of   = 2026-03-02
facts   = { customer = true }
touches = [{ kind = "form", asset = "/demo", days_ago = 1 }]
expect  = "ready"
"""
_OF_CUSTOMER = ('failing = ["open_deal", "customer"]', 'failing = ["deal_in_hand"]')
"""The last line of acme's example of a customer on an open deal, and what it is here."""


def agreement_file(acme: str) -> str:
    """Acme's `agreement.toml` with the demo's terms, signed anew by those who signed acme's.

    A deal has the source of its lead, so that those of marketing are its own, as is Web.
    """
    text = replaced(acme, re.escape(_OF_CUSTOMER[0]), _OF_CUSTOMER[1], __name__)
    for reason in BACK:
        text = replaced(text, rf"(?m)^({reason} .*) \}}$", r'\1, handed_on = "back" }', __name__)
    named = ", ".join(f'"{one}"' for one in ("Web", *SOURCES))
    text = replaced(text, r"(?m)^(lead_sources +=) \[.*?\].*$", rf"\1 [{named}]", __name__)
    text += _TERMS
    made = fingerprint(Agreement.model_validate(tomllib.loads(text)))
    return replaced(text, r'hash = "[0-9a-f]{64}"', f'hash = "{made}"', __name__)


def mapping_file(acme: str, pair: Pair | None = None) -> str:
    """Acme's `mapping.toml` with what the demo's terms need, for a pair of connectors.

    A side whose connector is acme's keeps its part, with what a play needs beside it; in the place
    of another one stands what that connector's emulator offers as an example.
    """
    pair, acmes = pair or Pair.shipped(), Pair.shipped()
    listed = rf'\1\n{TRACK}    = "Nurture: readers"'
    text = pair.mapping(replaced(acme, r"(?m)^(\[tracks\])$", listed, __name__))
    for side, name in pair.sides():
        if name == getattr(acmes, side):
            text = screens(name, side).for_play(text)
    return text
