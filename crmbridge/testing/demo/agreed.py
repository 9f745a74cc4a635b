"""What the demo's company has agreed beside acme's terms: a row of teams, nurture, customers."""

from __future__ import annotations

import re
import tomllib

from crmbridge.agreement import Agreement, fingerprint
from crmbridge.testing.people import SOURCES

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

_MAPPED = (
    (r"(?m)^(types = \{)", r'\1 "Qualified" = "won",'),
    (
        r"(?m)^(owner_email  = .*)$",
        r"\1\n"
        'team         = { field = "crmbridge_team", way = "out" }\n'
        'own_stage    = { field = "crmbridge_own_stage", way = "out" }',
    ),
    (r"(?m)^(\[tracks\])$", rf'\1\n{TRACK}    = "Nurture: readers"'),
    (
        r'(?m)^(asset_via = "path")$',
        '\\1\nchannel   = "field.came_by"   # a hidden field: by what this visit came',
    ),
    (
        r'(?m)^(campaign_object = "Campaign"\n\n\[sales.activity.tasks\])$',
        'campaign_object = "Campaign"\n'
        'channel         = "Campaign.Type"\n'
        "when            = { HasResponded = true }   # who was only invited did nothing\n\n"
        "[sales.activity.meetings]\n"
        'object = "Event"\n'
        'kind   = "meeting"\n'
        'at     = ["StartDateTime", "CreatedDate"]\n'
        'people = { WhoId = ["Lead", "Contact"] }\n\n'
        "[sales.activity.tasks]",
    ),
)
"""What the mapping needs for it: a status for a lead that a caller qualified, two words, a list.

And what reports tell apart: by what each visit came, who answered a campaign, and meetings.
"""


def agreement_file(acme: str) -> str:
    """Acme's `agreement.toml` with the demo's terms, signed anew by those who signed acme's.

    A deal has the source of its lead, so that HubSpot's sources are marketing's, as is Web.
    """
    text = _replaced(acme, re.escape(_OF_CUSTOMER[0]), _OF_CUSTOMER[1])
    for reason in BACK:
        text = _replaced(text, rf"(?m)^({reason} .*) \}}$", r'\1, handed_on = "back" }')
    named = ", ".join(f'"{one}"' for one in ("Web", *SOURCES))
    text = _replaced(text, r"(?m)^(lead_sources +=) \[.*?\].*$", rf"\1 [{named}]")
    text += _TERMS
    made = fingerprint(Agreement.model_validate(tomllib.loads(text)))
    return _replaced(text, r'hash = "[0-9a-f]{64}"', f'hash = "{made}"')


def mapping_file(acme: str) -> str:
    """Acme's `mapping.toml` with what the demo's terms need."""
    for pattern, wanted in _MAPPED:
        acme = _replaced(acme, pattern, wanted)
    return acme


def _replaced(text: str, pattern: str, wanted: str) -> str:
    """Replace what must be there.

    Raises:
        ValueError: it is not; acme's file has changed, and this module has to follow.
    """
    made, times = re.subn(pattern, wanted, text)
    if not times:
        raise ValueError(f"acme's file has nothing like {pattern}: see {__name__}")
    return made
